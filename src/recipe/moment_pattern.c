/* Patterns of times: what they are made of, and reading by them. */
#include <ctype.h>

#include "recipe/moment_inner.h"

#include "base/banned.h"

static bool put(moment_format *f, field what, char sign)
{
    if (f->count == STEPS_MAX)
        return false;
    f->step[f->count++] = (step){what, sign};
    return true;
}

static bool put_sign(moment_format *f, char c)
{
    return put(f, c == ' ' ? FIELD_BLANK : FIELD_SIGN, c);
}

static bool put_percent(moment_format *f, char letter)
{
    static const struct {
        char letter;
        const char *of; /* in the other letters of this table */
        field field;
    } known[] = {
        {'Y', NULL, FIELD_YEAR},
        {'y', NULL, FIELD_SHORT_YEAR},
        {'m', NULL, FIELD_MONTH},
        {'b', NULL, FIELD_MONTH_NAME},
        {'B', NULL, FIELD_MONTH_NAME},
        {'d', NULL, FIELD_DAY},
        {'e', NULL, FIELD_DAY},
        {'H', NULL, FIELD_HOUR},
        {'I', NULL, FIELD_HOUR_12},
        {'M', NULL, FIELD_MINUTE},
        {'S', NULL, FIELD_SECOND},
        {'f', NULL, FIELD_FRACTION},
        {'p', NULL, FIELD_HALF},
        {'z', NULL, FIELD_ZONE},
        {'T', "H:M:S", 0},
        {'F', "Y-m-d", 0},
        {'R', "H:M", 0},
    };
    if (letter == '%')
        return put_sign(f, '%');
    for (size_t i = 0; i < OQ_COUNT(known); i++) {
        if (known[i].letter != letter)
            continue;
        if (!known[i].of)
            return put(f, known[i].field, 0);
        for (const char *p = known[i].of; *p; p++)
            if (!(isalpha((unsigned char)*p) ? put_percent(f, *p) : put_sign(f, *p)))
                return false;
        return true;
    }
    return false;
}

/* A run of one letter; how long it may be. */
static bool put_letters(moment_format *f, char letter, size_t run)
{
    switch (letter) {
    case 'Y':
        return (run == 4 || run == 2) && put(f, run == 4 ? FIELD_YEAR : FIELD_SHORT_YEAR, 0);
    case 'M':
        return run <= 4 && put(f, run >= 3 ? FIELD_MONTH_NAME : FIELD_MONTH, 0);
    case 'D':
        return run <= 2 && put(f, FIELD_DAY, 0);
    case 'H':
        return run <= 2 && put(f, FIELD_HOUR, 0);
    case 'h':
        return run <= 2 && put(f, FIELD_HOUR_12, 0);
    case 'm':
        return run <= 2 && put(f, FIELD_MINUTE, 0);
    case 's':
        return run <= 2 && put(f, FIELD_SECOND, 0);
    case 'S':
        return run <= 9 && put(f, FIELD_FRACTION, 0);
    case 'A':
        return run == 1 && put(f, FIELD_HALF, 0);
    case 'Z':
        return run == 1 && put(f, FIELD_ZONE, 0);
    case 'T':
        return run == 1 && put_sign(f, 'T');
    default:
        return false;
    }
}

static bool has_field(const moment_format *f, field wanted)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->step[i].field == wanted)
            return true;
    return false;
}

size_t moment_compile(moment_format *f, oq_str pattern)
{
    bool has_percent = oq_str_find_char(pattern, '%') != SIZE_MAX;
    for (size_t i = 0; i < pattern.len;) {
        char c = pattern.ptr[i];
        size_t run = 1;
        bool is_good;
        if (has_percent && c == '%') {
            run = 2;
            is_good = i + 1 < pattern.len && put_percent(f, pattern.ptr[i + 1]);
        } else if (!has_percent && isalpha((unsigned char)c)) {
            while (i + run < pattern.len && pattern.ptr[i + run] == c)
                run++;
            is_good = put_letters(f, c, run);
        } else {
            is_good = put_sign(f, c);
        }
        if (!is_good)
            return i + 1;
        i += run;
    }
    bool has_date = (has_field(f, FIELD_YEAR) || has_field(f, FIELD_SHORT_YEAR)) &&
                    (has_field(f, FIELD_MONTH) || has_field(f, FIELD_MONTH_NAME)) &&
                    has_field(f, FIELD_DAY);
    return has_date ? 0 : pattern.len;
}

/* --- reading ---------------------------------------------------------------------------------*/

static const char *read_month_name(const char *p, const char *end, int *ret_month)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    size_t len = 0;
    while (p + len < end && isalpha((unsigned char)p[len]))
        len++;
    for (int m = 0; len >= 3 && m < 12; m++) {
        if (len <= strlen(names[m]) && strncasecmp(p, names[m], len) == 0) {
            *ret_month = m + 1;
            return p + len;
        }
    }
    return NULL;
}

static const char *read_field(const char *p, const char *end, const step *s, clock *c)
{
    switch (s->field) {
    case FIELD_YEAR:
        return moment_read_int(p, end, 4, &c->year);
    case FIELD_SHORT_YEAR:
        p = moment_read_int(p, end, 2, &c->year);
        c->year += c->year < 69 ? 2000 : 1900;
        return p;
    case FIELD_MONTH:
        return moment_read_int(p, end, 2, &c->month);
    case FIELD_MONTH_NAME:
        return read_month_name(p, end, &c->month);
    case FIELD_DAY:
        return moment_read_int(p, end, 2, &c->day);
    case FIELD_HOUR:
    case FIELD_HOUR_12:
        return moment_read_int(p, end, 2, &c->hour);
    case FIELD_MINUTE:
        return moment_read_int(p, end, 2, &c->minute);
    case FIELD_SECOND:
        return moment_read_int(p, end, 2, &c->second);
    case FIELD_FRACTION:
        return moment_read_fraction(p, end, &c->fraction);
    case FIELD_HALF:
        if (end - p < 2 || (p[1] | 32) != 'm' || ((p[0] | 32) != 'a' && (p[0] | 32) != 'p'))
            return NULL;
        c->half = (p[0] | 32) == 'a' ? 1 : 2;
        return p + 2;
    case FIELD_ZONE: {
        size_t used = moment_read_offset(p, (size_t)(end - p), &c->offset);
        c->has_offset = true;
        return used ? p + used : NULL;
    }
    case FIELD_BLANK:
        while (p < end && *p == ' ')
            p++;
        return p;
    case FIELD_SIGN:
        break;
    }
    return p < end && *p == s->sign ? p + 1 : NULL;
}

bool moment_read_pattern(const moment_format *f, const char *p, const char *end, clock *c)
{
    bool has_hour_12 = false;
    for (size_t i = 0; i < f->count; i++) {
        p = read_field(p, end, &f->step[i], c);
        if (!p)
            return false;
        has_hour_12 |= f->step[i].field == FIELD_HOUR_12;
    }
    if (has_hour_12) {
        if (c->hour < 1 || c->hour > 12)
            return false;
        c->hour = c->hour % 12 + (c->half == 2 ? 12 : 0);
    }
    return p == end;
}
