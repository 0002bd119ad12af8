/* historian/points_json.h
 *
 * Writing many numbers and times as text, fast: readings are decimal numbers of few digits, so one
 * multiplication finds the digits where the general way (base/json.h) searches for them. */
#ifndef HISTORIAN_POINTS_JSON_H
#define HISTORIAN_POINTS_JSON_H

#include "quant/samples.h"

enum { NUMBER_TEXT_MAX = 32, MOMENT_TEXT_MAX = 32 };

/* Remembers how many decimals the last number had, for the next will most likely have as many. */
typedef struct number_writer {
    int decimals;
} number_writer;
/* The text of a finite double that reads back as the same ("7.1"; -0 is "0"). Returns its length;
 * may write past it, within NUMBER_TEXT_MAX. */
size_t number_put(number_writer *w, char *out, double value);
/* Fifteen significant digits, for what was computed: twice as fast, and no reader can tell. */
size_t number_put_computed(char *out, double value);
size_t number_put_i64(char *out, int64_t value);

/* Milliseconds since the epoch, with a fraction where there is one ("1700000000000.25"). Remembers
 * all but the last eight digits, which change once a day. Writes past what it returns, within
 * MOMENT_TEXT_MAX. */
typedef struct moment_ms_writer {
    uint64_t head;
    size_t len;
    char text[16];
} moment_ms_writer;
size_t moment_ms_put(moment_ms_writer *w, char *out, oq_us at);
/* RFC 3339 in UTC. Remembers the day, so that the next moment costs only its time of day. */
typedef struct moment_writer {
    int64_t day;
    char date[10];
    bool has_day;
} moment_writer;
size_t moment_put(moment_writer *w, char *out, oq_us at);

/* "[...]" of moments in milliseconds; of values, null where there is none; and of runs of quality,
 * [[first index, status code], ...], or null when all are good with code 0. */
void points_put_times(oq_buf *out, const samples *s);
void points_put_values(oq_buf *out, const samples *s);
void points_put_qualities(oq_buf *out, const samples *s);
/* [{"time":...,"value":...,"quality":...}, ...] */
void points_put_rows(oq_buf *out, const samples *s);

#endif
