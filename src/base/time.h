/* base/time.h
 *
 * Inside, a moment is microseconds since 1970-01-01T00:00:00Z; time zones exist only where a
 * person reads (web/format.h). There is one clock, and tests move it. */
#ifndef OQ_TIME_H
#define OQ_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

typedef int64_t oq_us;

#define OQ_TIME_NONE INT64_MIN                           /* no moment: SQL NULL, an absent member */
#define OQ_TIME_LAST (INT64_C(253402300799) * OQ_SECOND) /* 9999-12-31T23:59:59Z */
#define OQ_MS        INT64_C(1000)
#define OQ_SECOND    (1000 * OQ_MS)
#define OQ_MINUTE    (60 * OQ_SECOND)
#define OQ_HOUR      (60 * OQ_MINUTE)
#define OQ_DAY       (24 * OQ_HOUR)

/* The time of day. Domain code asks its scope instead (oq_now). */
oq_us oq_clock_now(void);
/* From here on the clock stands at `now` until it is moved again; OQ_TIME_NONE lets it run.
 * For tests and for replays of the past. */
void oq_clock_set(oq_us now);
void oq_clock_advance(oq_us by);

/* Microseconds of a clock that never jumps: for durations and time limits. */
oq_us oq_monotonic(void);

/* RFC 3339 in UTC, with as many decimals as needed: "2026-01-31T08:00:00Z". */
oq_str oq_time_text(oq_arena *arena, oq_us at);
enum { OQ_TIME_TEXT_MAX = 32 };
size_t oq_time_format(oq_us at, char out[OQ_TIME_TEXT_MAX]);

/* RFC 3339 with `Z` or an offset; up to six decimals count. False when it is not one. */
bool oq_time_parse(oq_str s, oq_us *ret_at);

/* Days since 1970-01-01 of a proleptic Gregorian date, and back. */
int64_t oq_days_from_civil(int year, int month, int day);
void oq_civil_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day);

#endif
