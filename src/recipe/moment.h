/* recipe/moment.h
 *
 * Times as files write them.
 *
 * Without a pattern: RFC 3339 and what looks like it (2015-01-01 06:00, 2015-01-01T06:00:00.5Z,
 * 2015/01/01), and numbers, which are seconds, milli-, micro- or nanoseconds since 1970, told by
 * their size. With a pattern, in one of two writings, which are not mixed:
 *
 *     DD/MM/YY HH:mm:ss.SSS    YYYY YY  MM MMM (Jan)  DD  HH hh (12 hours)  mm  ss  S...
 *                              A (AM, PM)  Z (Z, +03:00, +0300)
 *     %d/%m/%y %H:%M:%S.%f     as strptime: %Y %y %m %b %B %d %H %I %M %S %f %p %z %e %T %F %R %%
 *
 * or one of the words epoch_s epoch_ms epoch_us epoch_ns. Fields of numbers may be shorter than in
 * the pattern where something stands behind them ("1/3/26 8"). Two-digit years are 1969 to 2068.
 * 24:00 is the end of the day. What says nothing about its zone is in the zone that was given. */
#ifndef RECIPE_MOMENT_H
#define RECIPE_MOMENT_H

#include "base/base.h"

typedef struct moment_format moment_format; /* in the arena; of one thread, for it remembers */

/* `pattern` not given: found out from each text. `zone`: an IANA name, or "+03:00"; not given: UTC.
 * Fails: import.time_format (facts: pattern, position), import.time_zone (fact: zone). */
OQ_CHECKED oq_err *moment_format_make(oq_arena *arena, oq_str pattern, oq_str zone,
                                      moment_format **ret_format);
/* False: the text is no such time. Blanks around it do not count. */
bool moment_read(moment_format *f, oq_str text, oq_us *ret_at);

#endif
