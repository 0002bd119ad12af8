#include <ctype.h>
#include <math.h>

#include "recipe/moment_inner.h"
#include "web/format.h"

#include "base/banned.h"

#define QUARTER (15 * OQ_MINUTE)

/* --- small parts -----------------------------------------------------------------------------*/

const char *moment_read_int(const char *p, const char *end, int most, int *ret_value)
{
    int value = 0, digits = 0;
    while (p < end && digits < most && isdigit((unsigned char)*p)) {
        value = value * 10 + (*p++ - '0');
        digits++;
    }
    *ret_value = value;
    return digits ? p : NULL;
}

const char *moment_read_fraction(const char *p, const char *end, oq_us *ret_fraction)
{
    oq_us value = 0, unit = OQ_SECOND;
    const char *first = p;
    while (p < end && isdigit((unsigned char)*p)) {
        unit /= 10;
        value += unit * (*p++ - '0');
    }
    *ret_fraction = value;
    return p > first ? p : NULL;
}

/* --- zones -------------------------------------------------------------------------------------*/

size_t moment_read_offset(const char *p, size_t len, oq_us *ret_offset)
{
    if (len && (*p == 'Z' || *p == 'z')) {
        *ret_offset = 0;
        return 1;
    }
    if (len < 3 || (*p != '+' && *p != '-') || !isdigit((unsigned char)p[1]) ||
        !isdigit((unsigned char)p[2]))
        return 0;
    int hours = (p[1] - '0') * 10 + p[2] - '0', minutes = 0;
    size_t used = 3, at = len > 3 && p[3] == ':' ? 4 : 3;
    if (len >= at + 2 && isdigit((unsigned char)p[at]) && isdigit((unsigned char)p[at + 1])) {
        minutes = (p[at] - '0') * 10 + p[at + 1] - '0';
        used = at + 2;
    }
    if (hours > 14 || minutes > 59)
        return 0;
    *ret_offset = (hours * OQ_HOUR + minutes * OQ_MINUTE) * (*p == '-' ? -1 : 1);
    return used;
}

/* A zone that web_local_parse does not know would pass for UTC. */
static bool is_known_zone(oq_str zone)
{
    return oq_str_eq(zone, OQ_STR("UTC")) || !oq_check_timezone(zone);
}

static oq_err *take_zone(oq_arena *arena, moment_format *f, oq_str zone)
{
    if (!zone.len)
        return NULL;
    if (moment_read_offset(zone.ptr, zone.len, &f->offset) == zone.len)
        return NULL;
    if (!is_known_zone(zone))
        return oq_fail(OQ_INVALID, "import.time_zone", "zone=%.*s", OQ_FMT(zone));
    f->zone = oq_str_eq(zone, OQ_STR("UTC")) ? OQ_NONE : oq_str_copy(arena, zone);
    return NULL;
}

/* From the wall clock's time to the moment. */
static oq_us from_local(moment_format *f, oq_us local)
{
    if (!oq_str_given(f->zone))
        return local - f->offset;
    int64_t quarter = local / QUARTER - (local % QUARTER < 0);
    if (quarter != f->known_quarter) {
        char text[32];
        int year, month, day;
        oq_us begin = quarter * QUARTER, at;
        int64_t days = begin / OQ_DAY - (begin % OQ_DAY < 0);
        int minutes = (int)((begin - days * OQ_DAY) / OQ_MINUTE);
        oq_civil_from_days(days, &year, &month, &day);
        int len = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d", year, month, day,
                           minutes / 60, minutes % 60);
        if (web_local_parse(oq_strn(text, (size_t)len), f->zone, &at))
            return local;
        f->known_quarter = quarter;
        f->known_offset = begin - at;
    }
    return local - f->known_offset;
}

static bool take_epoch(moment_format *f, oq_str pattern)
{
    static const struct {
        const char *name;
        double unit;
    } known[] = {{"epoch_s", 1e6}, {"epoch_ms", 1e3}, {"epoch_us", 1}, {"epoch_ns", 1e-3}};
    for (size_t i = 0; i < OQ_COUNT(known); i++) {
        if (!oq_str_eq(pattern, oq_cstr(known[i].name)))
            continue;
        f->form = KIND_EPOCH;
        f->epoch_unit = known[i].unit;
        return true;
    }
    return false;
}

oq_err *moment_format_make(oq_arena *arena, oq_str pattern, oq_str zone, moment_format **ret_format)
{
    moment_format *f = oq_new(arena, moment_format);
    f->known_quarter = INT64_MIN;
    OQ_TRY(take_zone(arena, f, zone));
    if (pattern.len && !take_epoch(f, pattern)) {
        f->form = KIND_PATTERN;
        size_t wrong = moment_compile(f, pattern);
        if (wrong)
            return oq_fail(OQ_INVALID, "import.time_format", "pattern=%.*s position=%zu",
                           OQ_FMT(pattern), wrong);
    }
    *ret_format = f;
    return NULL;
}

/* --- like RFC 3339 ---------------------------------------------------------------------------*/

/* Digits at fixed places: "2015-01-01". */
static bool read_date(moment_format *f, const char *p, clock *c)
{
    if (memcmp(p, f->known_date, sizeof f->known_date) == 0)
        return true; /* the caller takes known_days */
    const char *end = p + 10;
    const char *q = moment_read_int(p, end, 4, &c->year);
    if (q != p + 4 || (*q != '-' && *q != '/'))
        return false;
    char sign = *q;
    q = moment_read_int(q + 1, end, 2, &c->month);
    if (q != p + 7 || *q != sign)
        return false;
    return moment_read_int(q + 1, end, 2, &c->day) == end;
}

static bool day_exists(const clock *c)
{
    int year, month, day;
    if (c->year < 1 || c->month < 1 || c->month > 12 || c->day < 1 || c->day > 31)
        return false;
    oq_civil_from_days(oq_days_from_civil(c->year, c->month, c->day), &year, &month, &day);
    return day == c->day;
}

static bool hour_exists(const clock *c)
{
    if (c->hour == 24)
        return c->minute == 0 && c->second == 0 && c->fraction == 0;
    return c->hour < 24 && c->minute < 60 && c->second < 60;
}

static bool settle(moment_format *f, const clock *c, int64_t days, oq_us *ret_at)
{
    if (!hour_exists(c))
        return false;
    oq_us local = days * OQ_DAY + c->hour * OQ_HOUR + c->minute * OQ_MINUTE +
                  c->second * OQ_SECOND + c->fraction;
    *ret_at = c->has_offset ? local - c->offset : from_local(f, local);
    return true;
}

/* Behind the date: "", "T06:00", " 06:00:00.123+03:00". */
static bool read_clock(const char *p, const char *end, clock *c)
{
    if (p == end)
        return true;
    if (*p != 'T' && *p != 't' && *p != ' ')
        return false;
    const char *from = ++p;
    p = moment_read_int(p, end, 2, &c->hour);
    if (p != from + 2 || p == end || *p != ':')
        return false;
    from = ++p;
    p = moment_read_int(p, end, 2, &c->minute);
    if (p != from + 2)
        return false;
    if (p < end && *p == ':') {
        from = ++p;
        p = moment_read_int(p, end, 2, &c->second);
        if (p != from + 2)
            return false;
        if (p < end && (*p == '.' || *p == ',') &&
            !(p = moment_read_fraction(p + 1, end, &c->fraction)))
            return false;
    }
    while (p < end && *p == ' ')
        p++;
    if (p == end)
        return true;
    c->has_offset = true;
    size_t used = moment_read_offset(p, (size_t)(end - p), &c->offset);
    return used && p + used == end;
}

static bool read_like_iso(moment_format *f, const char *p, const char *end, oq_us *ret_at)
{
    clock c = {0};
    if (end - p < 10 || !read_date(f, p, &c))
        return false;
    if (c.year) {
        if (!day_exists(&c))
            return false;
        f->known_days = oq_days_from_civil(c.year, c.month, c.day);
        memcpy(f->known_date, p, sizeof f->known_date);
    }
    return read_clock(p + 10, end, &c) && settle(f, &c, f->known_days, ret_at);
}

/* --- numbers -----------------------------------------------------------------------------------*/

/* Seconds until the year 5138, milliseconds from 1973 on, and so forth. */
static double unit_by_size(double number)
{
    double size = fabs(number);
    return size < 1e11 ? 1e6 : (size < 1e14 ? 1e3 : (size < 1e17 ? 1 : 1e-3));
}

static bool read_number(oq_str text, double epoch_unit, oq_us *ret_at)
{
    double number;
    int64_t whole;
    if (!oq_parse_f64(text, &number))
        return false;
    double unit = epoch_unit ? epoch_unit : unit_by_size(number);
    if (fabs(number) * unit > 9e18)
        return false;
    if (!oq_parse_i64(text, &whole))
        *ret_at = (oq_us)llround(number * unit);
    else if (unit >= 1)
        *ret_at = whole * (oq_us)unit;
    else
        *ret_at = whole / 1000 - (whole % 1000 < 0);
    return true;
}

static bool looks_like_number(oq_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isdigit((unsigned char)text.ptr[i]) && text.ptr[i] != '.' &&
            !(i == 0 && text.ptr[i] == '-'))
            return false;
    return text.len > 0;
}

bool moment_read(moment_format *f, oq_str given, oq_us *ret_at)
{
    oq_str text = oq_str_trim(given);
    const char *end = text.ptr + text.len;
    if (f->form == KIND_EPOCH)
        return read_number(text, f->epoch_unit, ret_at);
    if (f->form == KIND_PATTERN) {
        clock c = {.day = 1, .month = 1};
        return text.len && moment_read_pattern(f, text.ptr, end, &c) && day_exists(&c) &&
               settle(f, &c, oq_days_from_civil(c.year, c.month, c.day), ret_at);
    }
    if (looks_like_number(text))
        return read_number(text, 0, ret_at);
    return text.len && read_like_iso(f, text.ptr, end, ret_at);
}
