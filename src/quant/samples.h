/* quant/samples.h
 *
 * Samples of one series as columns, the form in which all of quant/ reads and writes them.
 *
 * A sample is a time, a value, a quality and the moment from which it was known. Quality is the
 * OPC UA status code (32 bits, the two highest tell: 0 good, 1 uncertain, 2 bad); a value that is
 * not there is NaN, and is never good. */
#ifndef QUANT_SAMPLES_H
#define QUANT_SAMPLES_H

#include "base/base.h"

typedef uint32_t quality;

#define QUALITY_GOOD                UINT32_C(0x00000000)
#define QUALITY_LOCAL_OVERRIDE      UINT32_C(0x00960000) /* entered by hand */
#define QUALITY_UNCERTAIN           UINT32_C(0x40000000)
#define QUALITY_LAST_USABLE_NO_COMM UINT32_C(0x408F0000)
#define QUALITY_LAST_USABLE         UINT32_C(0x40900000)
#define QUALITY_SUBSTITUTE          UINT32_C(0x40910000) /* corrected or simulated */
#define QUALITY_SENSOR_NOT_ACCURATE UINT32_C(0x40930000)
#define QUALITY_UNITS_EXCEEDED      UINT32_C(0x40940000) /* outside the instrument's range */
#define QUALITY_SUB_NORMAL          UINT32_C(0x40950000) /* too few good inputs */
#define QUALITY_BAD                 UINT32_C(0x80000000)
#define QUALITY_NO_COMMUNICATION    UINT32_C(0x80310000)
#define QUALITY_SENSOR_FAILURE      UINT32_C(0x808C0000)
#define QUALITY_OUT_OF_SERVICE      UINT32_C(0x808D0000)
#define QUALITY_NO_DATA             UINT32_C(0x809B0000)

static inline bool quality_is_good(quality q)
{
    return q >> 30 == 0;
}
static inline bool quality_is_bad(quality q)
{
    return q >> 31 != 0;
}

/* Times rise strictly within a series. Columns are as long as `count`. */
typedef struct samples {
    size_t count;
    oq_us *time;
    double *value;
    quality *quality; /* NULL: all good */
    oq_us *known;     /* when each became known; NULL: not asked for */
} samples;

static inline quality samples_quality(const samples *s, size_t i)
{
    return s->quality ? s->quality[i] : QUALITY_GOOD;
}

/* The part [from, from + count) of the columns, without copying. */
samples samples_part(const samples *s, size_t from, size_t count);
/* The first sample at or after `at`; `count` when there is none. */
size_t samples_find(const samples *s, oq_us at);
/* Room for `count` samples in the arena, with the columns asked for; count is set to 0. */
samples samples_make(oq_arena *arena, size_t count, bool with_quality, bool with_known);
/* Copies with all columns of `s`. */
samples samples_copy(oq_arena *arena, const samples *s);

/* One list from several, by time. Where lists have a sample of the same time, the one in the later
 * list wins; one that lost, and whose value or quality differ, goes to `ret_lost` (of several the
 * earliest list's, so that times rise strictly there too; may be NULL). One that was sent again
 * unchanged keeps the moment at which it was known first. Lists are sorted each. The result has
 * quality and known where any has: a list without says good, and known at its time. */
samples samples_merge(oq_arena *arena, const samples *list, size_t lists, samples *ret_lost);

/* Sorts by time, in the columns it has; of equal times the last given stays, and is known since the
 * first that was the same. */
void samples_sort(samples *s, oq_arena *arena);

#endif
