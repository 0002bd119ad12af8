/* web/format.h
 *
 * Numbers, dates, money and units as a person of a language and a time zone reads them. The work
 * is ICU's; here stand the house rules: Western digits unless the person asked for Arabic-Indic
 * ones, the Gregorian date with Umm al-Qura beside it where asked, values with units and tag names
 * in left-to-right isolates (U+2066 ... U+2069) inside Arabic text. Formatters are kept per thread. */
#ifndef WEB_FORMAT_H
#define WEB_FORMAT_H

#include "base/base.h"
#include "base/lang.h"

typedef struct web_locale {
    oq_lang lang;
    oq_str time_zone;   /* IANA name; unknown or not given: UTC */
    bool arabic_digits; /* ٠١٢ instead of 012, in Arabic */
    bool hijri;         /* dates show Umm al-Qura behind the Gregorian date */
} web_locale;

oq_str web_format_i64(oq_arena *a, const web_locale *l, int64_t n);                 /* 12,345 */
oq_str web_format_f64(oq_arena *a, const web_locale *l, double x, int decimals_max);/* NaN: "—" */
oq_str web_format_percent(oq_arena *a, const web_locale *l, double share, int decimals_max);
/* A physical value: "7.1 mm/s", one isolate. */
oq_str web_format_quantity(oq_arena *a, const web_locale *l, double x, int decimals_max, oq_str unit);
/* Integer minor units of an ISO 4217 currency: 123456 SAR -> "SAR 1,234.56" / "‏1,234.56 ر.س". */
oq_str web_format_money(oq_arena *a, const web_locale *l, int64_t minor, oq_str currency);
oq_str web_format_bytes(oq_arena *a, const web_locale *l, int64_t bytes);

oq_str web_format_date(oq_arena *a, const web_locale *l, oq_us at);      /* 20 November 2026 */
oq_str web_format_time(oq_arena *a, const web_locale *l, oq_us at);      /* 20 Nov 2026, 14:05 */
oq_str web_format_time_exact(oq_arena *a, const web_locale *l, oq_us at);/* with seconds and zone */
oq_str web_format_hijri(oq_arena *a, const web_locale *l, oq_us at);     /* 10 Jumada II 1448 AH */
/* "3 minutes ago", "in 2 days", with `now` as the middle. */
oq_str web_format_ago(oq_arena *a, const web_locale *l, oq_us at, oq_us now);
oq_str web_format_duration(oq_arena *a, const web_locale *l, oq_us length); /* 2 h 05 min */

/* The local calendar day and time of a moment, and back (the earlier one where clocks go back). */
OQ_CHECKED oq_err *web_local_parse(oq_str local, oq_str time_zone, oq_us *ret_at); /* 2026-01-31T08:00 */
oq_str web_local_text(oq_arena *a, oq_us at, oq_str time_zone);

#endif
