/* Local time of a zone, for inputs. The calendar is our own (base/time.h); ICU knows the zones. */
#include "web/icu_cache.h"

static int32_t seconds_of(int32_t raw_ms, int32_t dst_ms)
{
    return (raw_ms + dst_ms) / 1000;
}

int32_t web_utc_offset_s(oq_us at, oq_str time_zone)
{
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *cal = icu_calendar_of(time_zone);
    int64_t ms = at / OQ_MS - (at % OQ_MS < 0);
    ucal_setMillis(cal, (UDate)ms, &status);
    int32_t raw = ucal_get(cal, UCAL_ZONE_OFFSET, &status);
    int32_t dst = ucal_get(cal, UCAL_DST_OFFSET, &status);
    return U_SUCCESS(status) ? seconds_of(raw, dst) : 0;
}

/* The offset that holds at a wall clock's time; of two the one before the change, which is the
 * earlier moment where clocks go back, and moves the time behind the gap where they go forward. */
static int32_t offset_of_local(oq_us local, oq_str time_zone)
{
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *cal = icu_calendar_of(time_zone);
    int64_t ms = local / OQ_MS;
    ucal_setMillis(cal, (UDate)ms, &status);
    int32_t raw = 0, dst = 0;
    ucal_getTimeZoneOffsetFromLocal(cal, UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER, &raw, &dst,
                                    &status);
    return U_SUCCESS(status) ? seconds_of(raw, dst) : 0;
}

/* Takes `digits` digits off the front. */
static bool take_number(oq_str *rest, size_t digits, int *ret_number)
{
    if (rest->len < digits)
        return false;
    *ret_number = 0;
    for (size_t i = 0; i < digits; i++) {
        if (rest->ptr[i] < '0' || rest->ptr[i] > '9')
            return false;
        *ret_number = *ret_number * 10 + (rest->ptr[i] - '0');
    }
    *rest = oq_str_sub(*rest, digits, SIZE_MAX);
    return true;
}

static bool take_char(oq_str *rest, char c)
{
    if (rest->len == 0 || rest->ptr[0] != c)
        return false;
    *rest = oq_str_sub(*rest, 1, SIZE_MAX);
    return true;
}

static bool read_local(oq_str text, oq_us *ret_local)
{
    int year, month, day, hour, minute, second = 0;
    oq_str rest = text;
    bool ok = take_number(&rest, 4, &year) && take_char(&rest, '-') &&
              take_number(&rest, 2, &month) && take_char(&rest, '-') &&
              take_number(&rest, 2, &day) && (take_char(&rest, 'T') || take_char(&rest, ' ')) &&
              take_number(&rest, 2, &hour) && take_char(&rest, ':') &&
              take_number(&rest, 2, &minute);
    if (ok && rest.len > 0)
        ok = take_char(&rest, ':') && take_number(&rest, 2, &second);
    if (!ok || rest.len > 0 || year < 1 || month < 1 || month > 12 || day < 1 || hour > 23 ||
        minute > 59 || second > 59)
        return false;
    int64_t days = oq_days_from_civil(year, month, day);
    int same_year, same_month, same_day;
    oq_civil_from_days(days, &same_year, &same_month, &same_day);
    if (same_day != day) /* the 31st of a shorter month */
        return false;
    *ret_local = days * OQ_DAY + hour * OQ_HOUR + minute * OQ_MINUTE + second * OQ_SECOND;
    return true;
}

oq_err *web_local_parse(oq_str local, oq_str time_zone, oq_us *ret_at)
{
    oq_us at;
    if (!read_local(local, &at))
        return oq_fail(OQ_INVALID, "format.local_malformed");
    *ret_at = at - offset_of_local(at, time_zone) * OQ_SECOND;
    return NULL;
}

oq_str web_local_text(oq_arena *a, oq_us at, oq_str time_zone)
{
    if (at == OQ_TIME_NONE)
        return OQ_STR("");
    int64_t seconds = at / OQ_SECOND - (at % OQ_SECOND < 0) + web_utc_offset_s(at, time_zone);
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    int second_of_day = (int)(seconds - days * 86400);
    int year, month, day;
    oq_civil_from_days(days, &year, &month, &day);
    oq_str text = oq_strf(a, "%04d-%02d-%02dT%02d:%02d", year, month, day, second_of_day / 3600,
                          second_of_day / 60 % 60);
    if (second_of_day % 60)
        text = oq_strf(a, "%.*s:%02d", OQ_FMT(text), second_of_day % 60);
    return text;
}
