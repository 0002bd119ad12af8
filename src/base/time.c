#include "base/time.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/banned.h"

static _Atomic int64_t clock_held = OQ_TIME_NONE;

static oq_us read_clock(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (oq_us)t.tv_sec * OQ_SECOND + t.tv_nsec / 1000;
}

oq_us oq_clock_now(void)
{
    oq_us held = atomic_load_explicit(&clock_held, memory_order_relaxed);
    return held == OQ_TIME_NONE ? read_clock(CLOCK_REALTIME) : held;
}

void oq_clock_set(oq_us now)
{
    atomic_store(&clock_held, now);
}

void oq_clock_advance(oq_us by)
{
    atomic_store(&clock_held, oq_clock_now() + by);
}

oq_us oq_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

/* Source of both: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms": the year begins in
 * March, so that the leap day is its last, and 400 years are one era of 146,097 days. */
int64_t oq_days_from_civil(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void oq_civil_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    *ret_day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *ret_month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2));
}

static char *put_digits(char *to, int value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + count;
}

/* The years people write with four digits; other moments are clipped to them. */
#define TIME_LEAST    (INT64_C(-62135596800) * OQ_SECOND)     /* 0001-01-01 */
#define TIME_GREATEST (INT64_C(253402300800) * OQ_SECOND - 1) /* 9999-12-31 */

size_t oq_time_format(oq_us at, char out[OQ_TIME_TEXT_MAX])
{
    at = at < TIME_LEAST ? TIME_LEAST : at > TIME_GREATEST ? TIME_GREATEST : at;
    int64_t days = at / OQ_DAY - (at % OQ_DAY < 0);
    int64_t rest = at - days * OQ_DAY;
    int year, month, day;
    oq_civil_from_days(days, &year, &month, &day);
    char *p = put_digits(out, year, 4);
    *p++ = '-';
    p = put_digits(p, month, 2);
    *p++ = '-';
    p = put_digits(p, day, 2);
    *p++ = 'T';
    p = put_digits(p, (int)(rest / OQ_HOUR), 2);
    *p++ = ':';
    p = put_digits(p, (int)(rest / OQ_MINUTE % 60), 2);
    *p++ = ':';
    p = put_digits(p, (int)(rest / OQ_SECOND % 60), 2);
    int micros = (int)(rest % OQ_SECOND);
    if (micros) {
        *p++ = '.';
        p = put_digits(p, micros, 6);
        while (p[-1] == '0')
            p--;
    }
    *p++ = 'Z';
    return (size_t)(p - out);
}

oq_str oq_time_text(oq_arena *arena, oq_us at)
{
    char *text = oq_alloc(arena, OQ_TIME_TEXT_MAX);
    return (oq_str){text, oq_time_format(at, text)};
}

/* --- RFC 3339 -----------------------------------------------------------------------------------*/

static bool take_digits(oq_str *s, size_t count, int *ret_value)
{
    if (s->len < count)
        return false;
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        if (s->ptr[i] < '0' || s->ptr[i] > '9')
            return false;
        value = value * 10 + (s->ptr[i] - '0');
    }
    *s = oq_str_sub(*s, count, SIZE_MAX);
    *ret_value = value;
    return true;
}

static bool take_char(oq_str *s, const char *one_of)
{
    if (s->len == 0 || !s->ptr[0] || !strchr(one_of, s->ptr[0]))
        return false;
    *s = oq_str_sub(*s, 1, SIZE_MAX);
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool take_fraction(oq_str *s, int64_t *ret_micros)
{
    int64_t micros = 0, scale = OQ_SECOND;
    size_t count = 0;
    for (; s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9'; count++) {
        scale /= 10;
        micros += (s->ptr[0] - '0') * scale;
        *s = oq_str_sub(*s, 1, SIZE_MAX);
    }
    *ret_micros = micros;
    return count > 0;
}

static bool take_offset(oq_str *s, int64_t *ret_offset)
{
    *ret_offset = 0;
    if (take_char(s, "Zz"))
        return true;
    if (s->len == 0)
        return false;
    int sign = s->ptr[0] == '-' ? -1 : 1, hours, minutes;
    if (!take_char(s, "+-") || !take_digits(s, 2, &hours) || !take_char(s, ":") ||
        !take_digits(s, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *ret_offset = sign * (hours * OQ_HOUR + minutes * OQ_MINUTE);
    return true;
}

bool oq_time_parse(oq_str s, oq_us *ret_at)
{
    int year, month, day, hour, minute, second;
    int64_t micros = 0, offset;
    if (!take_digits(&s, 4, &year) || !take_char(&s, "-") || !take_digits(&s, 2, &month) ||
        !take_char(&s, "-") || !take_digits(&s, 2, &day) || !take_char(&s, "Tt ") ||
        !take_digits(&s, 2, &hour) || !take_char(&s, ":") || !take_digits(&s, 2, &minute) ||
        !take_char(&s, ":") || !take_digits(&s, 2, &second))
        return false;
    if (take_char(&s, ".") && !take_fraction(&s, &micros))
        return false;
    if (!take_offset(&s, &offset) || s.len)
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
        hour > 23 || minute > 59 || second > 60)
        return false;
    *ret_at = oq_days_from_civil(year, month, day) * OQ_DAY + hour * OQ_HOUR + minute * OQ_MINUTE +
              second * OQ_SECOND + micros - offset;
    return true;
}
