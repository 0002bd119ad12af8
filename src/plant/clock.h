/* plant/clock.h
 *
 * The clocks of sources, applied. A row of source_clocks says how far a source's clock is off, and
 * from which moment on; whoever takes in things with a time and a named source (events, collectors)
 * reads the source's rows once and corrects each time with them:
 *
 *     source_clocks clocks;
 *     OQ_TRY(source_clocks_of(s, source, &clocks));
 *     source_time t = source_clock_correct(&clocks, told);
 *     ... event_time = t.event_time, and t.source_time beside it where t.offset is not 0
 *
 * A clock that runs 90 s fast has offset_ms = -90000, and what it calls 10:01:30 happened at
 * 10:00:00. The time as told is kept beside the corrected one, so a clock that turns out to have
 * been wrong can be mended later. A source is named by whoever sends, exactly as in the table: no
 * source and an unknown one have no clock, and their times stay. */
#ifndef PLANT_CLOCK_H
#define PLANT_CLOCK_H

#include "plant/source.h"

/* The rows of one source, oldest first. */
typedef struct source_clocks {
    source_clock *at;
    size_t count;
} source_clocks;
OQ_CHECKED oq_err *source_clocks_of(oq_scope *s, oq_str source, source_clocks *ret_clocks);

typedef struct source_time {
    oq_us event_time; /* when it happened; OQ_TIME_NONE: the source did not say, so the caller takes
                         the moment at which it was told */
    oq_us source_time; /* as the source said it: event_time - offset */
    oq_us offset;      /* what was added */
} source_time;

/* Each row holds for the times that the source tells from valid_from on, until the next row's;
 * before the first one nothing is added. So one told time always means one moment, also where a
 * clock was set back and tells the same time twice: there the later row counts. A time that would
 * leave what can be told stays as it is. */
source_time source_clock_correct(const source_clocks *clocks, oq_us told);

#endif
