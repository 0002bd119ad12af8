/* Numbers, money, values with units. */
#include <ctype.h>
#include <math.h>

#include "web/icu_cache.h"

/* From here on digits say nothing any more, and there would be three hundred of them. */
#define SCIENTIFIC_FROM 1e15

static oq_str text_of_result(oq_arena *a, UErrorCode status)
{
    UChar text[ICU_TEXT_MAX];
    int32_t len = unumf_resultToString(icu_result(), text, ICU_TEXT_MAX, &status);
    return U_SUCCESS(status) ? icu_text(a, text, len) : OQ_STR(WEB_NOTHING);
}

static oq_str format_double(oq_arena *a, const UNumberFormatter *f, double x)
{
    UErrorCode status = U_ZERO_ERROR;
    unumf_formatDouble(f, x, icu_result(), &status);
    return text_of_result(a, status);
}

static uint32_t decimals_of(int decimals_max)
{
    if (decimals_max < 0)
        return 0;
    return decimals_max < WEB_FORMAT_DECIMALS_MAX ? (uint32_t)decimals_max
                                                  : WEB_FORMAT_DECIMALS_MAX;
}

oq_str web_format_i64(oq_arena *a, const web_locale *l, int64_t n)
{
    if (n == OQ_I64_NONE)
        return OQ_STR(WEB_NOTHING);
    UErrorCode status = U_ZERO_ERROR;
    unumf_formatInt(icu_number_of(l, ICU_DECIMALS, 0), n, icu_result(), &status);
    return text_of_result(a, status);
}

oq_str web_format_f64(oq_arena *a, const web_locale *l, double x, int decimals_max)
{
    if (isnan(x))
        return OQ_STR(WEB_NOTHING);
    bool is_huge = isfinite(x) && fabs(x) >= SCIENTIFIC_FROM;
    return format_double(a,
                         is_huge ? icu_number_of(l, ICU_SCIENTIFIC, 0)
                                 : icu_number_of(l, ICU_DECIMALS, decimals_of(decimals_max)),
                         x);
}

oq_str web_format_percent(oq_arena *a, const web_locale *l, double share, int decimals_max)
{
    if (isnan(share))
        return OQ_STR(WEB_NOTHING);
    return format_double(a, icu_number_of(l, ICU_PERCENT, decimals_of(decimals_max)), share);
}

static oq_str with_unit(oq_arena *a, const web_locale *l, oq_str number, oq_str unit)
{
    bool is_arabic = l->lang == OQ_LANG_AR;
    return oq_strf(a, "%s%.*s%s%.*s%s", is_arabic ? WEB_LRI : "", OQ_FMT(number),
                   unit.len ? WEB_NBSP : "", OQ_FMT(unit), is_arabic ? WEB_PDI : "");
}

oq_str web_format_unit(oq_arena *a, oq_str unit)
{
    enum { UNIT_BYTES_MAX = 400 }; /* a longer one is no unit */
    OQ_AUTO(oq_buf) out = oq_buf_make(2 * UNIT_BYTES_MAX);
    if (oq_str_eq(unit, OQ_STR("1")))
        return OQ_STR("");
    if (unit.len > UNIT_BYTES_MAX)
        return unit;
    for (size_t i = 0; i < unit.len; i++) {
        oq_str rest = oq_str_sub(unit, i, SIZE_MAX);
        bool is_power = i && isalpha((unsigned char)unit.ptr[i - 1]);
        bool is_last = rest.len == 1 || !isalnum((unsigned char)rest.ptr[1]);
        if (oq_str_starts(rest, OQ_STR("degC")) || oq_str_starts(rest, OQ_STR("degF"))) {
            oq_buf_str(&out, OQ_STR("°"));
            i += 2;
        } else if (is_power && is_last && (rest.ptr[0] == '2' || rest.ptr[0] == '3')) {
            oq_buf_str(&out, rest.ptr[0] == '2' ? OQ_STR("²") : OQ_STR("³"));
        } else {
            oq_buf_char(&out, rest.ptr[0]);
        }
    }
    return oq_str_copy(a, oq_buf_view(&out));
}

oq_str web_format_quantity(oq_arena *a, const web_locale *l, double x, int decimals_max,
                           oq_str unit)
{
    if (isnan(x))
        return OQ_STR(WEB_NOTHING);
    return with_unit(a, l, web_format_f64(a, l, x, decimals_max), unit);
}

oq_str web_format_bytes(oq_arena *a, const web_locale *l, int64_t bytes)
{
    static const char *const unit[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes == OQ_I64_NONE)
        return OQ_STR(WEB_NOTHING);
    double x = (double)bytes;
    size_t i = 0;
    /* 999.95 would be shown as 1,000. */
    while (fabs(x) >= (i ? 999.95 : 999.5) && i + 1 < OQ_COUNT(unit)) {
        x /= 1000;
        i++;
    }
    return web_format_quantity(a, l, x, i ? 1 : 0, oq_cstr(unit[i]));
}

/* --- money -----------------------------------------------------------------------------------*/

static bool is_currency(oq_str code)
{
    for (size_t i = 0; i < code.len; i++)
        if (code.ptr[i] < 'A' || code.ptr[i] > 'Z')
            return false;
    return code.len == 3;
}

/* ISO 4217, list one: minor units of those currencies that do not have two decimals. ICU's own
 * number would show some others without (LBP, YER), and so a hundredfold sum. */
int web_currency_decimals(oq_str currency)
{
    static const struct {
        const char *codes;
        int decimals;
    } row[] = {
        {"BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", 0},
        {"BHD IQD JOD KWD LYD OMR TND", 3},
        {"CLF UYW", 4},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        if (is_currency(currency) && oq_str_find(oq_cstr(row[i].codes), currency) != SIZE_MAX)
            return row[i].decimals;
    return 2;
}

/* The amount as decimal text, exactly: a double holds fifteen digits, an int64 nineteen. */
static size_t amount_text(int64_t minor, int decimals, char out[32])
{
    char digits[24];
    uint64_t size = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    int len = snprintf(digits, sizeof digits, "%0*llu", decimals + 1, (unsigned long long)size);
    int whole = len - decimals;
    return (size_t)snprintf(out, 32, "%s%.*s%s%s", minor < 0 ? "-" : "", whole, digits,
                            decimals ? "." : "", digits + whole);
}

oq_str web_format_money(oq_arena *a, const web_locale *l, int64_t minor, oq_str currency)
{
    if (minor == OQ_I64_NONE)
        return OQ_STR(WEB_NOTHING);
    char amount[32];
    if (!is_currency(currency)) {
        size_t plain = amount_text(minor, 2, amount);
        return with_unit(a, l, oq_str_copy(a, oq_strn(amount, plain)), currency);
    }
    int decimals = web_currency_decimals(currency);
    size_t len = amount_text(minor, decimals, amount);
    UErrorCode status = U_ZERO_ERROR;
    const UNumberFormatter *f = icu_number_of(l, ICU_CURRENCY, icu_currency(currency, decimals));
    unumf_formatDecimal(f, amount, (int32_t)len, icu_result(), &status);
    return text_of_result(a, status);
}
