/* Dates, times, durations. */
#include "web/icu_cache.h"

static oq_str format_date(oq_arena *a, const web_locale *l, icu_date kind, oq_us at, oq_str zone)
{
    if (at == OQ_TIME_NONE)
        return OQ_STR(WEB_NOTHING);
    UChar text[ICU_TEXT_MAX];
    UErrorCode status = U_ZERO_ERROR;
    /* ICU counts milliseconds and rounds; a second must not begin half a millisecond early. */
    int64_t ms = at / OQ_MS - (at % OQ_MS < 0);
    int32_t len =
        udat_format(icu_date_of(l, kind, zone), (UDate)ms, text, ICU_TEXT_MAX, NULL, &status);
    return U_SUCCESS(status) ? icu_text(a, text, len) : OQ_STR(WEB_NOTHING);
}

oq_str web_format_hijri(oq_arena *a, const web_locale *l, oq_us at)
{
    return format_date(a, l, ICU_HIJRI, at, l->time_zone);
}

static oq_str date_in_zone(oq_arena *a, const web_locale *l, oq_us at, oq_str zone)
{
    oq_str date = format_date(a, l, ICU_DATE, at, zone);
    if (!l->hijri || at == OQ_TIME_NONE)
        return date;
    oq_str hijri = format_date(a, l, ICU_HIJRI, at, zone);
    return oq_strf(a, "%.*s (%.*s)", OQ_FMT(date), OQ_FMT(hijri));
}

oq_str web_format_date(oq_arena *a, const web_locale *l, oq_us at)
{
    return date_in_zone(a, l, at, l->time_zone);
}

oq_str web_format_day(oq_arena *a, const web_locale *l, oq_date date)
{
    oq_us at = date == OQ_DATE_NONE ? OQ_TIME_NONE : (oq_us)date * OQ_DAY;
    return date_in_zone(a, l, at, OQ_STR("Etc/UTC"));
}

oq_str web_format_time(oq_arena *a, const web_locale *l, oq_us at)
{
    return format_date(a, l, ICU_TIME, at, l->time_zone);
}

oq_str web_format_time_exact(oq_arena *a, const web_locale *l, oq_us at)
{
    oq_str text = format_date(a, l, ICU_TIME_EXACT, at, l->time_zone);
    if (at == OQ_TIME_NONE)
        return text;
    bool is_arabic = l->lang == OQ_LANG_AR;
    int32_t offset = web_utc_offset_s(at, l->time_zone);
    int size = offset < 0 ? -offset : offset;
    /* Before standard time, zones differ by odd seconds. */
    oq_str seconds = size % 60 ? oq_strf(a, ":%02d", size % 60) : OQ_STR("");
    return oq_strf(a, "%.*s %sUTC%c%02d:%02d%.*s%s", OQ_FMT(text), is_arabic ? WEB_LRI : "",
                   offset < 0 ? '-' : '+', size / 3600, size / 60 % 60, OQ_FMT(seconds),
                   is_arabic ? WEB_PDI : "");
}

/* --- relative --------------------------------------------------------------------------------*/

/* The largest unit that fits, cut off: half an hour is not "1 hour". */
oq_str web_format_ago(oq_arena *a, const web_locale *l, oq_us at, oq_us now)
{
    static const struct {
        oq_us below, unit; /* the last row's `below` is not looked at */
        URelativeDateTimeUnit name;
    } row[] = {
        {OQ_HOUR, OQ_MINUTE, UDAT_REL_UNIT_MINUTE},
        {OQ_DAY, OQ_HOUR, UDAT_REL_UNIT_HOUR},
        {30 * OQ_DAY, OQ_DAY, UDAT_REL_UNIT_DAY},
        {365 * OQ_DAY, 30 * OQ_DAY, UDAT_REL_UNIT_MONTH},
        {INT64_MAX, 365 * OQ_DAY + 6 * OQ_HOUR, UDAT_REL_UNIT_YEAR},
    };
    oq_us away;
    if (at == OQ_TIME_NONE || now == OQ_TIME_NONE || __builtin_sub_overflow(at, now, &away))
        return OQ_STR(WEB_NOTHING);
    const URelativeDateTimeFormatter *f = icu_relative_of(l);
    UChar text[ICU_TEXT_MAX];
    UErrorCode status = U_ZERO_ERROR;
    oq_us size = away == INT64_MIN ? INT64_MAX : away < 0 ? -away : away;
    int32_t len;
    if (size < 45 * OQ_SECOND) {
        len = ureldatefmt_format(f, 0, UDAT_REL_UNIT_SECOND, text, ICU_TEXT_MAX, &status);
    } else {
        size_t i = 0;
        while (i + 1 < OQ_COUNT(row) && size >= row[i].below)
            i++;
        oq_us count = away / row[i].unit;
        if (count == 0) /* 45 to 59 seconds; 364 to 365 days and a quarter */
            count = away < 0 ? -1 : 1;
        len = ureldatefmt_formatNumeric(f, (double)count, row[i].name, text, ICU_TEXT_MAX, &status);
    }
    return U_SUCCESS(status) ? icu_text(a, text, len) : OQ_STR(WEB_NOTHING);
}

/* --- durations -------------------------------------------------------------------------------*/

static oq_str two_digits(oq_arena *a, const web_locale *l, int64_t n)
{
    UChar text[ICU_TEXT_MAX];
    UErrorCode status = U_ZERO_ERROR;
    unumf_formatInt(icu_number_of(l, ICU_TWO_DIGITS, 0), n, icu_result(), &status);
    int32_t len = unumf_resultToString(icu_result(), text, ICU_TEXT_MAX, &status);
    return U_SUCCESS(status) ? icu_text(a, text, len) : OQ_STR(WEB_NOTHING);
}

static oq_str fill(oq_arena *a, const web_locale *l, const char *key, oq_str large, oq_str small)
{
    oq_arg arg[] = {{"a", large}, {"b", small}};
    return oq_text_fill(a, l->lang, oq_cstr(key), arg, OQ_COUNT(arg));
}

oq_str web_format_duration(oq_arena *a, const web_locale *l, oq_us length)
{
    static const struct {
        oq_us below, large, small;
        const char *key;
        bool pads; /* the smaller unit has two digits */
    } row[] = {
        {OQ_MINUTE, OQ_SECOND, 0, "format.duration.s", false},
        {OQ_HOUR, OQ_MINUTE, OQ_SECOND, "format.duration.min_s", true},
        {OQ_DAY, OQ_HOUR, OQ_MINUTE, "format.duration.h_min", true},
        {INT64_MAX, OQ_DAY, OQ_HOUR, "format.duration.d_h", false},
    };
    if (length == OQ_TIME_NONE)
        return OQ_STR(WEB_NOTHING);
    oq_us size = length < 0 ? -length : length;
    if (size < OQ_SECOND) {
        /* A decimal below ten; 9.96 is cut like every duration, to 9.9. */
        int64_t tenths = size < 10 * OQ_MS ? length / (OQ_MS / 10) : length / OQ_MS * 10;
        oq_str ms = web_format_f64(a, l, (double)tenths / 10, 1);
        return fill(a, l, "format.duration.ms", ms, OQ_NONE);
    }
    size_t i = 0;
    while (i + 1 < OQ_COUNT(row) && size >= row[i].below)
        i++;
    oq_str large = web_format_i64(a, l, length / row[i].large);
    int64_t rest = row[i].small ? size % row[i].large / row[i].small : 0;
    oq_str small = row[i].pads ? two_digits(a, l, rest) : web_format_i64(a, l, rest);
    return fill(a, l, row[i].key, large, small);
}
