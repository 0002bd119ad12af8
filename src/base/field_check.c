/* The ready checks of single texts. */
#include <unicode/ucal.h>

#include "base/field.h"

#include "base/banned.h"

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
    return is_upper(c) || is_digit(c) || (c >= 'a' && c <= 'z');
}

static bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

/* Parts between dots, none of them empty, made of letters, digits and `also`. */
static bool is_dotted(oq_str s, const char *also)
{
    for (size_t i = 0; i < s.len; i++) {
        bool is_dot = s.ptr[i] == '.';
        if (!is_dot && !is_alnum(s.ptr[i]) && !is_one_of(s.ptr[i], also))
            return false;
        if (is_dot && (i == 0 || i + 1 == s.len || s.ptr[i - 1] == '.'))
            return false;
    }
    return s.len > 0;
}

static bool is_domain(oq_str s)
{
    enum { LABEL_MAX = 63 };
    if (s.len == 0 || s.ptr[s.len - 1] == '.')
        return false;
    size_t labels = 0;
    oq_str label;
    for (oq_str rest = s; oq_str_cut(&rest, '.', &label); labels++) {
        if (label.len == 0 || label.len > LABEL_MAX || !is_dotted(label, "-") ||
            label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
            return false;
    }
    return labels >= 2;
}

/* The mailbox of RFC 5321, 4.1.2, without quoted parts and address literals: nobody signs in with
 * those, and they are a way around filters. */
const char *oq_check_email(oq_str text)
{
    enum { MAX = 254, LOCAL_MAX = 64 };
    size_t at = oq_str_find_char(text, '@');
    bool good = text.len <= MAX && at != SIZE_MAX && at <= LOCAL_MAX &&
                is_dotted(oq_str_sub(text, 0, at), "!#$%&'*+/=?^_`{|}~-") &&
                is_domain(oq_str_sub(text, at + 1, SIZE_MAX));
    return good ? NULL : "field.email_malformed";
}

const char *oq_check_code(oq_str text)
{
    bool good = text.len > 0 && is_upper(text.ptr[0]);
    for (size_t i = 0; i < text.len; i++)
        good &= is_upper(text.ptr[i]) || is_digit(text.ptr[i]) || text.ptr[i] == '_';
    return good ? NULL : "field.code_malformed";
}

const char *oq_check_currency(oq_str text)
{
    bool good =
        text.len == 3 && is_upper(text.ptr[0]) && is_upper(text.ptr[1]) && is_upper(text.ptr[2]);
    return good ? NULL : "field.currency_malformed";
}

/* Asked of ICU, which also formats with it later; the zone files of the machine may be absent. */
const char *oq_check_timezone(oq_str text)
{
    enum { MAX = 64 };
    UChar id[MAX], canonical[MAX];
    if (text.len == 0 || text.len > MAX || oq_str_eq(text, OQ_STR("Etc/Unknown")))
        return "field.timezone_unknown";
    for (size_t i = 0; i < text.len; i++) {
        if (!is_alnum(text.ptr[i]) && !is_one_of(text.ptr[i], "/_+-"))
            return "field.timezone_unknown";
        id[i] = (UChar)text.ptr[i];
    }
    UErrorCode status = U_ZERO_ERROR;
    UBool is_system = false;
    ucal_getCanonicalTimeZoneID(id, (int32_t)text.len, canonical, MAX, &is_system, &status);
    return U_SUCCESS(status) && is_system ? NULL : "field.timezone_unknown";
}
