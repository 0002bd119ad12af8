/* Times as files write them. */
#include "recipe/recipe_template.h"
#include "web/format.h"

#include "base/banned.h"

static const struct {
    const char *text;
    recipe_time_part part;
    uint8_t digits;
} words[] = {
    {"YYYY", TIME_YEAR, 4}, {"YY", TIME_SHORT_YEAR, 2}, {"MM", TIME_MONTH, 2},  {"DD", TIME_DAY, 2},
    {"hh", TIME_HOUR, 2},   {"mm", TIME_MINUTE, 2},     {"ss", TIME_SECOND, 2},
};

/* Takes the next part of a format off the front. */
static recipe_time_part take_part(oq_str *rest, char *ret_literal)
{
    for (size_t i = 0; i < OQ_COUNT(words); i++) {
        oq_str word = oq_cstr(words[i].text);
        if (oq_str_starts(*rest, word)) {
            *rest = oq_str_sub(*rest, word.len, SIZE_MAX);
            return words[i].part;
        }
    }
    size_t len = 0;
    while (len < rest->len && rest->ptr[len] == 'f')
        len++;
    *ret_literal = rest->ptr[0];
    *rest = oq_str_sub(*rest, len ? len : 1, SIZE_MAX);
    return len ? TIME_DECIMALS : TIME_LITERAL;
}

oq_err *recipe_time_format_read(oq_str text, recipe_time_format *ret)
{
    recipe_time_format f = {0};
    unsigned seen = 0;
    size_t n = 0;
    bool is_good = text.len > 0;
    oq_str rest = text;
    if (oq_str_eq(text, OQ_STR("unix_s")) || oq_str_eq(text, OQ_STR("unix_ms"))) {
        f.at[0].part = text.len == 6 ? TIME_UNIX_S : TIME_UNIX_MS;
        *ret = f;
        return NULL;
    }
    for (; rest.len && n + 1 < RECIPE_TIME_PARTS && is_good; n++) {
        recipe_time_part part = f.at[n].part = take_part(&rest, &f.at[n].literal);
        is_good = part == TIME_LITERAL || !(seen & 1U << part);
        seen |= 1U << part;
    }
    unsigned year = 1U << TIME_YEAR | 1U << TIME_SHORT_YEAR,
             day = 1U << TIME_MONTH | 1U << TIME_DAY;
    if (!is_good || rest.len || !(seen & year) || (seen & year) == year || (seen & day) != day)
        return oq_fail(OQ_INVALID, "recipe.time_format", "format=%.*s",
                       OQ_FMT(oq_str_sub(text, 0, 80)));
    *ret = f;
    return NULL;
}

static bool take_digits(oq_str *rest, size_t digits, int *ret)
{
    int number = 0;
    if (rest->len < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        char c = rest->ptr[i];
        if (c < '0' || c > '9')
            return false;
        number = number * 10 + (c - '0');
    }
    *rest = oq_str_sub(*rest, digits, SIZE_MAX);
    *ret = number;
    return true;
}

static bool take_decimals(oq_str *rest, int *ret_us)
{
    int us = 0, unit = 100000;
    size_t n = 0;
    for (; n < rest->len && rest->ptr[n] >= '0' && rest->ptr[n] <= '9'; n++, unit /= 10)
        us += (rest->ptr[n] - '0') * unit;
    *rest = oq_str_sub(*rest, n, SIZE_MAX);
    *ret_us = us;
    return n > 0;
}

static size_t digits_of(recipe_time_part part)
{
    for (size_t i = 0; i < OQ_COUNT(words); i++)
        if (words[i].part == part)
            return words[i].digits;
    return 0;
}

/* What a wall clock shows, as if it were UTC. */
static bool read_wall(const recipe_time_format *f, oq_str rest, oq_us *ret_wall)
{
    int at[TIME_UNIX_MS + 1] = {[TIME_YEAR] = 1970};
    for (size_t i = 0; f->at[i].part != TIME_END; i++) {
        recipe_time_part part = f->at[i].part;
        if (part == TIME_LITERAL) {
            if (!rest.len || rest.ptr[0] != f->at[i].literal)
                return false;
            rest = oq_str_sub(rest, 1, SIZE_MAX);
        } else if (part == TIME_DECIMALS ? !take_decimals(&rest, &at[part])
                                         : !take_digits(&rest, digits_of(part), &at[part])) {
            return false;
        } else if (part == TIME_SHORT_YEAR) {
            at[TIME_YEAR] = at[part] + (at[part] < 70 ? 2000 : 1900);
        }
    }
    int year = at[TIME_YEAR], month = at[TIME_MONTH], day = at[TIME_DAY];
    if (rest.len || year < 1 || month < 1 || month > 12 || day < 1 || day > 31 ||
        at[TIME_HOUR] > 23 || at[TIME_MINUTE] > 59 || at[TIME_SECOND] > 59)
        return false;
    int64_t days = oq_days_from_civil(year, month, day);
    int same_year, same_month, same_day;
    oq_civil_from_days(days, &same_year, &same_month, &same_day);
    *ret_wall = days * OQ_DAY + at[TIME_HOUR] * OQ_HOUR + at[TIME_MINUTE] * OQ_MINUTE +
                at[TIME_SECOND] * OQ_SECOND + at[TIME_DECIMALS];
    return same_day == day; /* not the 31st of a shorter month */
}

static bool read_unix(recipe_time_part part, oq_str text, oq_us *ret_at)
{
    double number;
    if (!oq_parse_f64(text, &number) || number < -1e14 || number > 1e14)
        return false;
    double scaled = number * (part == TIME_UNIX_S ? 1e6 : 1e3);
    *ret_at = (oq_us)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    return true;
}

static bool is_utc(oq_str zone)
{
    return !zone.len || oq_str_eq(zone, OQ_STR("UTC"));
}

/* The zone's offset where the wall clock shows that; web/format.h knows the rules of the gaps. */
static bool to_utc(oq_str zone, oq_us wall, oq_us *ret_at)
{
    char text[OQ_TIME_TEXT_MAX];
    oq_us seconds = wall - (wall % OQ_SECOND + OQ_SECOND) % OQ_SECOND, at;
    size_t len = oq_time_format(seconds, text);
    if (web_local_parse(oq_strn(text, len - 1), zone, &at))
        return false;
    *ret_at = at + (wall - seconds);
    return true;
}

oq_err *recipe_time_read(const recipe_time_format *f, oq_str zone, oq_str text, oq_us *ret_at)
{
    oq_us at;
    recipe_time_part first = f->at[0].part;
    oq_str trimmed = oq_str_trim(text);
    bool is_unix = first == TIME_UNIX_S || first == TIME_UNIX_MS;
    bool is_good = is_unix ? read_unix(first, trimmed, &at) : read_wall(f, trimmed, &at);
    if (is_good && !is_unix && !is_utc(zone))
        is_good = to_utc(zone, at, &at);
    if (!is_good)
        return oq_fail(OQ_INVALID, "recipe.time", "text=%.*s", OQ_FMT(oq_str_sub(text, 0, 80)));
    *ret_at = at;
    return NULL;
}
