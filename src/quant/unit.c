#include "quant/unit.h"

#include <math.h>

#include "base/banned.h"

const unit UNIT_ONE = {.factor = 1};

enum { BRACKETS_MAX = 4, EXPONENT_MAX = 24 };

/* --- computing ---------------------------------------------------------------------------------*/

static bool factor_is_sound(double factor)
{
    return isfinite(factor) && factor > 0;
}

/* a * b^sign */
static bool combine(const unit *a, const unit *b, int sign, unit *ret_unit)
{
    unit u = {.factor = sign > 0 ? a->factor * b->factor : a->factor / b->factor};
    for (size_t i = 0; i < UNIT_DIMENSIONS; i++) {
        int sum = a->exponent[i] + sign * b->exponent[i];
        if (sum < -EXPONENT_MAX || sum > EXPONENT_MAX)
            return false;
        u.exponent[i] = (int8_t)sum;
    }
    if (!factor_is_sound(u.factor))
        return false;
    *ret_unit = u;
    return true;
}

bool unit_multiply(const unit *a, const unit *b, unit *ret_unit)
{
    return combine(a, b, 1, ret_unit);
}

bool unit_divide(const unit *a, const unit *b, unit *ret_unit)
{
    return combine(a, b, -1, ret_unit);
}

bool unit_power(const unit *a, int power, unit *ret_unit)
{
    unit u = UNIT_ONE;
    if (power < -EXPONENT_MAX || power > EXPONENT_MAX)
        return false;
    for (int i = 0; i < abs(power); i++)
        if (!combine(&u, a, power < 0 ? -1 : 1, &u))
            return false;
    *ret_unit = u;
    return true;
}

bool unit_same_dimension(const unit *a, const unit *b)
{
    return memcmp(a->exponent, b->exponent, sizeof a->exponent) == 0;
}

static bool is_nearly(double a, double b)
{
    return fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b));
}

bool unit_same(const unit *a, const unit *b)
{
    return unit_same_dimension(a, b) && is_nearly(a->factor, b->factor) &&
           is_nearly(a->offset, b->offset);
}

/* --- symbols -----------------------------------------------------------------------------------*/

static const struct {
    const char *text;
    double factor;
    bool is_written; /* in units that the program names itself */
} prefixes[] = {
    {"k", 1e3, true},   {"M", 1e6, true},   {"G", 1e9, true},   {"m", 1e-3, true},
    {"u", 1e-6, true},  {"µ", 1e-6, false}, {"n", 1e-9, true},  {"c", 1e-2, false},
    {"d", 1e-1, false}, {"h", 1e2, false},  {"T", 1e12, false}, {"p", 1e-12, false},
};

static unit unit_of(const unit_symbol *symbol, double prefix)
{
    unit u = {.factor = symbol->factor * prefix, .offset = symbol->offset};
    memcpy(u.exponent, symbol->exponent, sizeof u.exponent);
    return u;
}

static const unit_symbol *symbol_find(oq_str text)
{
    for (size_t i = 0; i < unit_symbol_count; i++)
        if (oq_str_eq(text, oq_cstr(unit_symbols[i].text)))
            return &unit_symbols[i];
    return NULL;
}

/* The whole text is a symbol, with a prefix or without. */
static bool symbol_read(oq_str text, unit *ret_unit)
{
    const unit_symbol *plain = symbol_find(text);
    if (plain) {
        *ret_unit = unit_of(plain, 1);
        return true;
    }
    for (size_t i = 0; i < OQ_COUNT(prefixes); i++) {
        oq_str prefix = oq_cstr(prefixes[i].text);
        if (!oq_str_starts(text, prefix))
            continue;
        const unit_symbol *rest = symbol_find(oq_str_sub(text, prefix.len, SIZE_MAX));
        if (rest && rest->takes_prefix) {
            *ret_unit = unit_of(rest, prefixes[i].factor);
            return true;
        }
    }
    return false;
}

/* --- reading -----------------------------------------------------------------------------------*/

typedef struct reader {
    char text[UNIT_TEXT_MAX + 1]; /* with one writing for what has several; NUL at the end */
    size_t at;
    int brackets;
    oq_str whole; /* as given, for errors */
} reader;

/* Signs with the same meaning, as the one that is read. */
static oq_str sign_of(uint32_t code)
{
    switch (code) {
    case 0x00B2:
        return OQ_STR("^2");
    case 0x00B3:
        return OQ_STR("^3");
    case 0x00B9:
        return OQ_STR("^1");
    case 0x2074:
        return OQ_STR("^4");
    case 0x207B:
        return OQ_STR("^-"); /* superscript minus */
    case 0x2212:
        return OQ_STR("-");
    case 0x00B7: /* middle dot, dot operator, multiplication sign */
    case 0x22C5:
    case 0x00D7:
        return OQ_STR("*");
    case 0x2215:
    case 0x2044:
        return OQ_STR("/");
    case 0x00A0:
    case 0x202F:
        return OQ_STR(" ");
    case 0x00BA:
        return OQ_STR("°"); /* the masculine ordinal on many keyboards */
    case 0x03BC:
        return OQ_STR("µ"); /* the Greek letter, for the sign */
    case 0x2126:
        return OQ_STR("Ω"); /* the sign, for the Greek letter */
    default:
        return OQ_NONE;
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What a symbol may be made of: all but what has a meaning of its own. */
static bool is_symbol_char(char c)
{
    return c && !strchr(" */.^()-", c);
}

/* "m^2" is "m2", so that Nm^3 is Nm3; "^-^1" of superscripts is "^-1". */
static bool is_needless(char before, char c)
{
    return c == '^' && (before == '-' || (is_symbol_char(before) && !is_digit(before)));
}

static void read_signs(reader *r, oq_str text)
{
    size_t len = 0;
    for (oq_str rest = text; rest.len;) {
        oq_str before = rest;
        uint32_t code;
        oq_utf8_next(&rest, &code);
        oq_str as_given = oq_str_sub(before, 0, before.len - rest.len);
        oq_str sign = code < 0x80 ? OQ_NONE : sign_of(code);
        oq_str put = oq_str_given(sign) ? sign : as_given;
        bool has_more = put.len > 1 || (rest.len && (is_digit(*rest.ptr) || *rest.ptr == '-'));
        if (len && has_more && is_needless(r->text[len - 1], put.ptr[0]))
            put = oq_str_sub(put, 1, SIZE_MAX);
        memcpy(r->text + len, put.ptr, put.len); /* never longer than what was given */
        len += put.len;
    }
    r->text[len] = '\0';
}

static oq_err *unknown(const reader *r, oq_str symbol)
{
    return oq_fail(OQ_INVALID, "unit.unknown", "unit=%.*s symbol=%.*s", OQ_FMT(r->whole),
                   OQ_FMT(symbol));
}

static void skip_blanks(reader *r)
{
    while (r->text[r->at] == ' ')
        r->at++;
}

/* "2", "-1", "^2": nothing gives 1. */
static bool read_power(reader *r, int *ret_power)
{
    size_t at = r->at;
    at += r->text[at] == '^';
    bool is_negative = r->text[at] == '-';
    at += is_negative;
    if (!is_digit(r->text[at])) {
        *ret_power = 1;
        return at == r->at; /* a sign without a digit is a mistake */
    }
    *ret_power = (is_negative ? -1 : 1) * (r->text[at] - '0');
    r->at = at + 1;
    return *ret_power != 0 && !is_digit(r->text[r->at]);
}

/* "1000", "0.5": a factor without dimension. */
static oq_err *read_number(reader *r, unit *ret_unit)
{
    size_t from = r->at, len = strspn(r->text + from, "0123456789.");
    oq_str digits = oq_strn(r->text + from, len);
    unit u = UNIT_ONE;
    if (!oq_parse_f64(digits, &u.factor) || !factor_is_sound(u.factor))
        return unknown(r, digits);
    r->at += len;
    *ret_unit = u;
    return NULL;
}

/* A symbol may hold digits (mmH2O, Nm3); else digits at its end are its power. */
static oq_err *read_symbol(reader *r, unit *ret_unit)
{
    size_t from = r->at, len = 0;
    while (is_symbol_char(r->text[from + len]))
        len++;
    oq_str symbol = oq_strn(r->text + from, len);
    r->at += len;
    if (symbol_read(symbol, ret_unit))
        return NULL;
    while (symbol.len && is_digit(symbol.ptr[symbol.len - 1]))
        symbol.len--, r->at--;
    return symbol_read(symbol, ret_unit) ? NULL : unknown(r, oq_strn(r->text + from, len));
}

static oq_err *read_quotient(reader *r, unit *ret_unit);

static oq_err *read_factor(reader *r, unit *ret_unit)
{
    size_t from = r->at;
    char c = r->text[r->at];
    if (c == '(' && r->brackets < BRACKETS_MAX) {
        r->at++;
        r->brackets++;
        OQ_TRY(read_quotient(r, ret_unit));
        r->brackets--;
        if (r->text[r->at] != ')')
            return unknown(r, oq_cstr(r->text + from));
        r->at++;
    } else if (is_digit(c)) {
        OQ_TRY(read_number(r, ret_unit));
    } else if (is_symbol_char(c)) {
        OQ_TRY(read_symbol(r, ret_unit));
    } else {
        return unknown(r, c ? oq_cstr(r->text + from) : r->whole);
    }
    int power;
    if (!read_power(r, &power) || (power != 1 && !unit_power(ret_unit, power, ret_unit)))
        return unknown(r, oq_strn(r->text + from, r->at - from));
    return NULL;
}

/* The sign between two factors, and what is around it; '\0' at the end of the unit. */
static char read_sign(reader *r)
{
    size_t from = r->at;
    skip_blanks(r);
    char c = r->text[r->at];
    if (c && strchr("*/.", c)) {
        r->at++;
        skip_blanks(r);
        return c == '/' ? '/' : '*';
    }
    return c && c != ')' && r->at > from ? '*' : '\0';
}

static oq_err *read_quotient(reader *r, unit *ret_unit)
{
    skip_blanks(r);
    OQ_TRY(read_factor(r, ret_unit));
    bool has_divided = false;
    for (char sign; (sign = read_sign(r)) != '\0';) {
        unit more;
        if (sign == '*' && has_divided)
            return oq_fail(OQ_INVALID, "unit.ambiguous", "unit=%.*s", OQ_FMT(r->whole));
        has_divided = sign == '/';
        OQ_TRY(read_factor(r, &more));
        if (!combine(ret_unit, &more, has_divided ? -1 : 1, ret_unit))
            return unknown(r, r->whole);
    }
    return NULL;
}

oq_err *unit_parse(oq_str text, unit *ret_unit)
{
    reader r = {.whole = oq_str_trim(text)};
    if (r.whole.len > UNIT_TEXT_MAX)
        return oq_fail(OQ_INVALID, "unit.too_long", "max=%d", UNIT_TEXT_MAX);
    if (!oq_utf8_valid(r.whole))
        return oq_fail(OQ_INVALID, "unit.unknown", "unit=%s symbol=%s", "?", "?");
    read_signs(&r, r.whole);
    unit u;
    if (oq_str_eq(r.whole, OQ_STR("-"))) {
        u = UNIT_ONE;
    } else {
        OQ_TRY(read_quotient(&r, &u));
        if (r.text[r.at])
            return unknown(&r, oq_cstr(r.text + r.at));
    }
    *ret_unit = u;
    return NULL;
}

oq_err *unit_conversion(oq_str from, oq_str to, double *ret_scale, double *ret_offset)
{
    unit a, b;
    OQ_TRY(unit_parse(from, &a));
    OQ_TRY(unit_parse(to, &b));
    if (!unit_same_dimension(&a, &b))
        return oq_fail(OQ_INVALID, "unit.not_convertible", "from=%.*s to=%.*s", OQ_FMT(from),
                       OQ_FMT(to));
    bool is_same = unit_same(&a, &b); /* then exactly nothing is to be done */
    *ret_scale = is_same ? 1 : a.factor / b.factor;
    *ret_offset = is_same ? 0 : (a.offset - b.offset) / b.factor;
    return NULL;
}

/* --- writing -----------------------------------------------------------------------------------*/

/* What is said more readily than the symbol or the base units that it could be. */
static const char *const usual[] = {
    "m2",   "m3",    "1/s",    "m/s",    "mm/s",  "m3/h",  "m3/s",      "kg/s",     "kg/h", "t/h",
    "m/s2", "kg/m3", "mg/L",   "kJ/kg",  "MJ/kg", "W/m2",  "Pa/s",      "bar/s",    "K/s",  "K/min",
    "K/h",  "kWh/t", "kWh/m3", "g/kWh",  "kg/GJ", "MJ/m3", "kJ/(kg*K)", "W/(m2*K)", "L/s",  "L/min",
    "1/h",  "mm/h",  "1/m",    "MJ/Nm3", "Nm3/h", "Pa*s",  "W/K",       "kW/h",
};

static bool usual_find(const unit *u, oq_str *ret_text)
{
    for (size_t i = 0; i < OQ_COUNT(usual); i++) {
        unit is;
        oq_str text = oq_cstr(usual[i]);
        if (!unit_parse(text, &is) && unit_same(&is, u)) {
            *ret_text = text;
            return true;
        }
    }
    return false;
}

static bool symbol_for(oq_arena *arena, const unit *u, oq_str *ret_text)
{
    for (size_t i = 0; i < unit_symbol_count; i++) {
        const unit_symbol *symbol = &unit_symbols[i];
        unit is = unit_of(symbol, 1);
        if (!is_nearly(is.offset, u->offset) || !unit_same_dimension(&is, u))
            continue;
        *ret_text = oq_cstr(symbol->text);
        if (unit_same(&is, u))
            return true;
        for (size_t k = 0; symbol->takes_prefix && k < OQ_COUNT(prefixes); k++) {
            unit prefixed = unit_of(symbol, prefixes[k].factor);
            if (prefixes[k].is_written && unit_same(&prefixed, u)) {
                *ret_text = oq_strf(arena, "%s%s", prefixes[k].text, symbol->text);
                return true;
            }
        }
    }
    return false;
}

/* "kg*m2/s3", when the factor is 1. */
static oq_str base_text(oq_arena *arena, const unit *u)
{
    static const char *const base[UNIT_DIMENSIONS] = {"m",  "kg",  "s",   "A",  "K",   "mol",
                                                      "cd", "pcs", "rad", "pH", "NTU", "dB"};
    static const int order[UNIT_DIMENSIONS] = {1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}; /* kg m s */
    OQ_AUTO(oq_buf) above = oq_buf_make(200), below = oq_buf_make(200);
    int count_below = 0;
    for (size_t i = 0; i < UNIT_DIMENSIONS; i++) {
        int power = u->exponent[order[i]];
        oq_buf *to = power > 0 ? &above : &below;
        if (!power)
            continue;
        count_below += power < 0;
        oq_buf_f(to, "%s%s", to->len ? "*" : "", base[order[i]]);
        if (abs(power) > 1)
            oq_buf_f(to, "%d", abs(power));
    }
    oq_str a = above.len ? oq_buf_view(&above) : OQ_STR("1"), b = oq_buf_view(&below);
    if (!count_below)
        return oq_str_copy(arena, a);
    return oq_strf(arena, count_below > 1 ? "%.*s/(%.*s)" : "%.*s/%.*s", OQ_FMT(a), OQ_FMT(b));
}

oq_str unit_text(oq_arena *arena, const unit *u)
{
    oq_str text;
    if (usual_find(u, &text) || symbol_for(arena, u, &text))
        return text;
    bool is_base = is_nearly(u->factor, 1) && !u->offset;
    text = is_base ? base_text(arena, u) : OQ_STR("");
    unit again; /* a power of two digits has no writing */
    return text.len <= UNIT_TEXT_MAX && !unit_parse(text, &again) ? text : OQ_STR("");
}
