/* Widths of buckets as people write them, and where such buckets begin. */
#include "historian/series_query.h"

#include "web/format.h"

#include "base/banned.h"

/* --- reading -----------------------------------------------------------------------------------*/

static const struct {
    const char *text;
    bucket_width width;
} units[] = {
    {"ms", {.us = OQ_MS}},  {"s", {.us = OQ_SECOND}}, {"m", {.us = OQ_MINUTE}},
    {"h", {.us = OQ_HOUR}}, {"d", {.days = 1}},       {"w", {.days = 7}},
    {"mo", {.months = 1}},  {"y", {.months = 12}},
};

/* ISO 8601: behind T other letters mean other things. */
static const struct {
    char letter;
    bool is_time;
    bucket_width width;
} iso_units[] = {
    {'Y', false, {.months = 12}},   {'M', false, {.months = 1}},  {'W', false, {.days = 7}},
    {'D', false, {.days = 1}},      {'H', true, {.us = OQ_HOUR}}, {'M', true, {.us = OQ_MINUTE}},
    {'S', true, {.us = OQ_SECOND}},
};

enum { COUNT_MAX = 1000000 };

static bool multiply(bucket_width unit, int64_t count, bucket_width *ret_width)
{
    if (count < 1 || count > COUNT_MAX)
        return false;
    *ret_width = (bucket_width){unit.us * count, unit.days * count, unit.months * count};
    return true;
}

/* The digits in front as a number; what is behind them stays in *rest. */
static bool take_count(oq_str *rest, int64_t *ret_count)
{
    size_t len = 0;
    while (len < rest->len && rest->ptr[len] >= '0' && rest->ptr[len] <= '9')
        len++;
    bool ok = oq_parse_i64(oq_str_sub(*rest, 0, len), ret_count);
    *rest = oq_str_sub(*rest, len, SIZE_MAX);
    return ok;
}

static bool parse_iso(oq_str text, bucket_width *ret_width)
{
    oq_str rest = oq_str_sub(text, 1, SIZE_MAX);
    int64_t count;
    bool is_time = oq_str_starts(rest, OQ_STR("T"));
    if (is_time)
        rest = oq_str_sub(rest, 1, SIZE_MAX);
    if (!take_count(&rest, &count) || rest.len != 1)
        return false;
    for (size_t i = 0; i < OQ_COUNT(iso_units); i++)
        if (iso_units[i].letter == rest.ptr[0] && iso_units[i].is_time == is_time)
            return multiply(iso_units[i].width, count, ret_width);
    return false;
}

static bool parse_plain(oq_str text, bucket_width *ret_width)
{
    int64_t count;
    if (!take_count(&text, &count))
        return false;
    for (size_t i = 0; i < OQ_COUNT(units); i++)
        if (oq_str_eq(text, oq_cstr(units[i].text)))
            return multiply(units[i].width, count, ret_width);
    return false;
}

oq_err *bucket_width_parse(oq_str text, bucket_width *ret_width)
{
    bool is_iso = oq_str_starts(text, OQ_STR("P"));
    if (is_iso ? parse_iso(text, ret_width) : parse_plain(text, ret_width))
        return NULL;
    return oq_fail(OQ_INVALID, "aggregate.width_invalid", "width=%.*s", OQ_FMT(text));
}

/* --- the calendar ------------------------------------------------------------------------------*/

/* Midnight, local, at the beginning of a day; where clocks skip it, the first moment behind. */
static oq_err *midnight(oq_arena *arena, int64_t day, oq_str zone, oq_us *ret_at)
{
    int year, month, date;
    oq_civil_from_days(day, &year, &month, &date);
    return web_local_parse(oq_strf(arena, "%04d-%02d-%02dT00:00", year, month, date), zone, ret_at);
}

static int64_t floor_to(int64_t n, int64_t step)
{
    int64_t rest = n % step;
    return n - (rest < 0 ? rest + step : rest);
}

/* The day on which the bucket with number `n` begins; days are counted from a Monday, so that weeks
 * begin on Mondays, months from January 1970. */
enum { MONDAY = 4 }; /* 1970-01-05 */
static int64_t first_day(bucket_width width, int64_t n)
{
    if (width.days)
        return MONDAY + n * width.days;
    int64_t month = n * width.months;
    int64_t year = floor_to(month, 12) / 12;
    return oq_days_from_civil((int)(1970 + year), (int)(month - year * 12) + 1, 1);
}

static int64_t bucket_of(bucket_width width, int64_t day)
{
    if (width.days)
        return floor_to(day - MONDAY, width.days) / width.days;
    int year, month, date;
    oq_civil_from_days(day, &year, &month, &date);
    return floor_to((int64_t)(year - 1970) * 12 + month - 1, width.months) / width.months;
}

static int64_t local_day(oq_us at, oq_str zone)
{
    return floor_to(at + web_utc_offset_s(at, zone) * OQ_SECOND, OQ_DAY) / OQ_DAY;
}

static oq_err *calendar_edges(oq_arena *arena, bucket_width width, oq_us from, oq_us to,
                              oq_str zone, buckets *ret_buckets)
{
    int64_t first = bucket_of(width, local_day(from, zone));
    int64_t last = bucket_of(width, local_day(to > from ? to - 1 : from, zone));
    int64_t count = last - first + 1;
    if (count > BUCKETS_MAX)
        return oq_fail(OQ_INVALID, "aggregate.too_many_buckets", "count=%lld most=%d",
                       (long long)count, (int)BUCKETS_MAX);
    oq_us *edge = oq_new_n(arena, oq_us, (size_t)count + 1);
    size_t edges = 0;
    for (int64_t i = 0; i <= count; i++) {
        OQ_TRY(midnight(arena, first_day(width, first + i), zone, &edge[edges]));
        /* A day that a zone has left out (Samoa, 30 December 2011) is no bucket. */
        edges += !edges || edge[edges] > edge[edges - 1];
    }
    *ret_buckets = (buckets){edge, edges - 1};
    return NULL;
}

oq_err *bucket_edges(oq_arena *arena, bucket_width width, oq_us from, oq_us to, oq_str zone,
                     buckets *ret_buckets)
{
    if (!width.us)
        return calendar_edges(arena, width, from, to, zone, ret_buckets);
    /* Six hours begin at midnight where the reader lives, as days do. */
    oq_us origin = -web_utc_offset_s(from, zone) * OQ_SECOND;
    return buckets_even(arena, from, to, width.us, origin, ret_buckets);
}
