/* web/icu_cache.h
 *
 * ICU's formatters, which cost up to a millisecond to make and most of which belong to one thread:
 * each thread keeps the WEB_FORMAT_CACHE_MAX it used last and gives them back when it ends. */
#ifndef WEB_ICU_CACHE_H
#define WEB_ICU_CACHE_H

#include <unicode/ucal.h>
#include <unicode/udat.h>
#include <unicode/unumberformatter.h>
#include <unicode/ureldatefmt.h>

#include "web/format.h"

typedef enum icu_number {
    ICU_DECIMALS,   /* at most `param` decimals */
    ICU_SCIENTIFIC, /* 1.23E20 */
    ICU_PERCENT,    /* at most `param` decimals, of the share */
    ICU_TWO_DIGITS, /* 05 */
    ICU_CURRENCY,   /* with icu_currency() as `param` */
} icu_number;

typedef enum icu_date {
    ICU_DATE,       /* 20 November 2026 */
    ICU_TIME,       /* 20 Nov 2026, 14:05 */
    ICU_TIME_EXACT, /* 20 Nov 2026, 14:05:09 */
    ICU_HIJRI,      /* 10 Jumada II 1448 AH */
    ICU_DATE_COUNT
} icu_date;

enum { ICU_TEXT_MAX = 256 }; /* UTF-16 units of any text made here */

/* None of these fails: the locales and patterns are our own, an unknown zone becomes UTC. What they
 * return belongs to the thread and is good until the next call. */
const UNumberFormatter *icu_number_of(const web_locale *l, icu_number kind, uint32_t param);
const UDateFormat *icu_date_of(const web_locale *l, icu_date kind, oq_str time_zone);
const URelativeDateTimeFormatter *icu_relative_of(const web_locale *l);
UCalendar *icu_calendar_of(oq_str time_zone);
/* Room for one result of a number formatter. */
UFormattedNumber *icu_result(void);

/* A currency's code and its decimals as one number. `code` is three capital letters. */
uint32_t icu_currency(oq_str code, int decimals);

oq_str icu_text(oq_arena *a, const UChar *text, int32_t len);

#endif
