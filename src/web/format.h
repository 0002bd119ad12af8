/* web/format.h
 *
 * Numbers, dates, money and units as a person of a language and a time zone reads them. The work
 * is ICU's; here stand the house rules:
 *
 *   - Western digits, unless the person asked for Arabic-Indic ones (in Arabic).
 *   - The Gregorian date, with Umm al-Qura behind it where asked; 24 hours.
 *   - Ties are rounded away from zero, as Intl.NumberFormat in the browser does, so that a table
 *     and the chart beside it show the same number. A value that rounds to zero has no sign.
 *   - In Arabic a value with its unit stands in a left-to-right isolate (U+2066 ... U+2069), so
 *     that "-7.1 mm/s" reads the same in both languages. Number and unit are held together by
 *     U+00A0.
 *   - What is not given (NaN, OQ_I64_NONE, OQ_TIME_NONE, OQ_DATE_NONE) is "—".
 *
 * Formatters are costly to make: each thread keeps those it used last, at most
 * WEB_FORMAT_CACHE_MAX. Nothing here fails for lack of a locale: ICU carries its own data. */
#ifndef WEB_FORMAT_H
#define WEB_FORMAT_H

#include "base/base.h"
#include "base/lang.h"

enum { WEB_FORMAT_CACHE_MAX = 48, WEB_FORMAT_DECIMALS_MAX = 9 };

#define WEB_LRI     "\xe2\x81\xa6" /* U+2066 left-to-right isolate */
#define WEB_FSI     "\xe2\x81\xa8" /* U+2068 isolate in the direction of what stands in it */
#define WEB_PDI     "\xe2\x81\xa9" /* U+2069 the end of either */
#define WEB_NBSP    "\xc2\xa0"     /* U+00A0 */
#define WEB_NOTHING "\xe2\x80\x94" /* U+2014, what is not given */

typedef struct web_locale {
    oq_lang lang;
    oq_str time_zone;   /* IANA name; unknown or not given: UTC */
    bool arabic_digits; /* ٠١٢ instead of 012, in Arabic */
    bool hijri;         /* dates show Umm al-Qura behind the Gregorian date */
} web_locale;

oq_str web_format_i64(oq_arena *a, const web_locale *l, int64_t n); /* 12,345 */
/* At most `decimals_max` of them (0 to 9), without zeros at the end. From 1e15 on: 1.23E15. */
oq_str web_format_f64(oq_arena *a, const web_locale *l, double x, int decimals_max);
oq_str web_format_percent(oq_arena *a, const web_locale *l, double share, int decimals_max);
/* As people write what programs write: "degC" as "°C", "m3/h" as "m³/h", "1" as nothing. */
oq_str web_format_unit(oq_arena *a, oq_str unit);
/* A physical value: "7.1 mm/s", one isolate. */
oq_str web_format_quantity(oq_arena *a, const web_locale *l, double x, int decimals_max,
                           oq_str unit);
/* Integer minor units of an ISO 4217 currency, exact over the whole range of int64, with as many
 * decimals as the currency has: 123456 SAR -> "SAR 1,234.56" / "‏1,234.56 ر.س.‏". What is not
 * a currency code stands behind the number as it is. */
oq_str web_format_money(oq_arena *a, const web_locale *l, int64_t minor, oq_str currency);
/* Decimals of a currency's minor unit (ISO 4217): SAR 2, KWD 3, JPY 0; unknown ones 2. */
int web_currency_decimals(oq_str currency);
/* "12.5 MB": powers of 1000, one decimal. */
oq_str web_format_bytes(oq_arena *a, const web_locale *l, int64_t bytes);

oq_str web_format_date(oq_arena *a, const web_locale *l, oq_us at);       /* 20 November 2026 */
oq_str web_format_day(oq_arena *a, const web_locale *l, oq_date date);    /* the same of a date */
oq_str web_format_time(oq_arena *a, const web_locale *l, oq_us at);       /* 20 Nov 2026, 14:05 */
oq_str web_format_time_exact(oq_arena *a, const web_locale *l, oq_us at); /* 20 Nov 2026, 14:05:09
                                                                             UTC+03:00 */
oq_str web_format_hijri(oq_arena *a, const web_locale *l, oq_us at);      /* 10 Jumada II 1448 AH */
/* "3 minutes ago", "in 2 days", with `now` as the middle; within 45 seconds: "now". */
oq_str web_format_ago(oq_arena *a, const web_locale *l, oq_us at, oq_us now);
/* The two largest units, the rest cut off: 0.4 ms, 12 s, 3 min 05 s, 2 h 05 min, 3 d 4 h. */
oq_str web_format_duration(oq_arena *a, const web_locale *l, oq_us length);

/* What an <input type="datetime-local"> sends ("2026-01-31T08:00", seconds may follow), as a
 * moment in the zone. Where clocks go back, the earlier of the two; a time that clocks skip is
 * moved behind the gap by the gap's length. Fails: format.local_malformed. */
OQ_CHECKED oq_err *web_local_parse(oq_str local, oq_str time_zone, oq_us *ret_at);
/* The local calendar day and time of a moment, for such an input; to the minute, or to the second
 * when it is not a whole minute. Not given: "". */
oq_str web_local_text(oq_arena *a, oq_us at, oq_str time_zone);
/* Local time minus UTC at a moment, in seconds: 10800 in Riyadh. */
int32_t web_utc_offset_s(oq_us at, oq_str time_zone);

#endif
