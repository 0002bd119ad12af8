/* Checks of single values, and of several together. */
#include "plant/record_inner.h"

#include <math.h>

#include "quant/unit.h"

#include "base/banned.h"

/* --- one text ---------------------------------------------------------------------------------*/

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

const char *plant_check_code(oq_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_mark = c && strchr("-_./:#+()", c) != NULL;
        if (!is_letter(c) && !is_digit(c) && !(i && is_mark))
            return "plant.code_malformed";
    }
    return NULL;
}

const char *plant_check_name(oq_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_plain = (is_letter(c) && (unsigned char)c < 0x80) || c == '_';
        if (!is_plain && !(i && is_digit(c)))
            return "plant.name_malformed";
    }
    return NULL;
}

const char *plant_check_country(oq_str text)
{
    bool good = text.len == 2;
    for (size_t i = 0; good && i < text.len; i++)
        good = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z';
    return good ? NULL : "plant.country_malformed";
}

/* --- several together -------------------------------------------------------------------------*/

oq_err *record_blame(oq_err *err, const char *field)
{
    if (err && !err->field)
        err->field = field;
    return err;
}

oq_err *record_check_unit(const char *field, oq_str text)
{
    unit u;
    return text.len ? record_blame(unit_parse(text, &u), field) : NULL;
}

oq_err *record_check_limits(double low_low, double low, double high, double high_high)
{
    static const char *const field[] = {"low_low", "low", "high", "high_high"};
    const double limit[] = {low_low, low, high, high_high};
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < OQ_COUNT(limit); i++) {
        if (isnan(limit[i]))
            continue;
        bool crosses_middle = last != SIZE_MAX && last < 2 && i >= 2;
        if (last != SIZE_MAX && (crosses_middle ? limit[last] >= limit[i] : limit[last] > limit[i]))
            return oq_fail_field(field[i], "plant.limits_disorder", "lower=%g upper=%g",
                                 limit[last], limit[i]);
        last = i;
    }
    return NULL;
}

oq_err *record_check_range(const char *field, double from, double to)
{
    if (isnan(from) || isnan(to) || from < to)
        return NULL;
    return oq_fail_field(field, "plant.range_empty", "from=%g to=%g", from, to);
}

oq_err *record_check_days(oq_date from, oq_date to)
{
    if (from == OQ_DATE_NONE || to == OQ_DATE_NONE || from <= to)
        return NULL;
    return oq_fail_field("to_day", "plant.days_disorder");
}
