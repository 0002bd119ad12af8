#include "historian/points_json.h"

#include <endian.h>
#include <math.h>

#include "base/banned.h"

/* --- integers ----------------------------------------------------------------------------------*/

static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233"
                            "34353637383940414243444546474849505152535455565758596061626364656667"
                            "6869707172737475767778798081828384858687888990919293949596979899";

static size_t digits_of(uint64_t n)
{
    static const uint64_t power[] = {
        10ull,
        100ull,
        1000ull,
        10000ull,
        100000ull,
        1000000ull,
        10000000ull,
        100000000ull,
        1000000000ull,
        10000000000ull,
        100000000000ull,
        1000000000000ull,
        10000000000000ull,
        100000000000000ull,
        1000000000000000ull,
        10000000000000000ull,
        100000000000000000ull,
        1000000000000000000ull,
        10000000000000000000ull,
    };
    size_t count = 1;
    while (count <= OQ_COUNT(power) && n >= power[count - 1])
        count++;
    return count;
}

/* Exactly `count` digits, zeros in front. */
static void put_digits(char *out, uint64_t n, size_t count)
{
    while (count >= 2) {
        count -= 2;
        memcpy(out + count, pairs + 2 * (n % 100), 2);
        n /= 100;
    }
    if (count)
        out[0] = (char)('0' + n % 10);
}

/* Eight digits in 32 bits, without a loop. */
static void put_eight(char *out, uint32_t n)
{
    uint32_t high = n / 10000, low = n % 10000;
    memcpy(out, pairs + 2 * (high / 100), 2);
    memcpy(out + 2, pairs + 2 * (high % 100), 2);
    memcpy(out + 4, pairs + 2 * (low / 100), 2);
    memcpy(out + 6, pairs + 2 * (low % 100), 2);
}
enum { EIGHT = 8, EIGHT_DIGITS = 100000000 };

size_t number_put_i64(char *out, int64_t value)
{
    size_t len = 0;
    uint64_t n = (uint64_t)value;
    if (value < 0) {
        out[len++] = '-';
        n = 0 - n;
    }
    size_t count = digits_of(n);
    put_digits(out + len, n, count);
    return len + count;
}

/* --- numbers -----------------------------------------------------------------------------------*/

enum { DECIMALS_MAX = 9 };
static const double power_of_ten[DECIMALS_MAX + 1] = {1,   1e1, 1e2, 1e3, 1e4,
                                                      1e5, 1e6, 1e7, 1e8, 1e9};
/* Below 2^51 a number is rounded to the nearest integer by adding what pushes its fraction out;
 * nearbyint is a call where the processor is not named at build time. */
#define EXACT_MAX   2251799813685248.0
#define ROUND_MAGIC 6755399441055744.0 /* 2^52 + 2^51 */

/* 12345 with three decimals of eight digits: between the zeros at both ends of 00012345 stand its
 * digits, in a word of which they are the bytes, the last one on top. Writes past what it returns,
 * within NUMBER_TEXT_MAX. */
static size_t put_scaled_short(char *out, uint32_t n, size_t decimals)
{
    char digits[2 * EIGHT];
    uint64_t word;
    if (!n) {
        out[0] = '0';
        return 1;
    }
    put_eight(digits, n);
    memcpy(&word, digits, sizeof word);
    word = le64toh(word) ^ UINT64_C(0x3030303030303030);
    size_t point = EIGHT - decimals, first = (size_t)__builtin_ctzll(word) / 8,
           end = EIGHT - (size_t)__builtin_clzll(word) / 8;
    if (first >= point)
        first = point - 1; /* 0 before the point */
    size_t whole = point - first;
    memcpy(out, digits + first, EIGHT);
    if (end <= point)
        return whole;
    out[whole] = '.';
    memcpy(out + whole + 1, digits + point, EIGHT);
    return whole + 1 + end - point;
}

/* 12345 with three decimals: "12.345"; zeros at the end are left out. */
static size_t put_scaled(char *out, int64_t scaled, int decimals)
{
    size_t len = 0;
    uint64_t n = (uint64_t)scaled;
    if (scaled < 0) {
        out[len++] = '-';
        n = 0 - n;
    }
    if (n < EIGHT_DIGITS && decimals < EIGHT)
        return len + put_scaled_short(out + len, (uint32_t)n, (size_t)decimals);
    while (decimals && n % 10 == 0) {
        n /= 10;
        decimals--;
    }
    uint64_t unit = (uint64_t)power_of_ten[decimals];
    uint64_t whole = n / unit;
    size_t count = digits_of(whole);
    put_digits(out + len, whole, count);
    len += count;
    if (!decimals)
        return len;
    out[len++] = '.';
    put_digits(out + len, n - whole * unit, (size_t)decimals);
    return len + (size_t)decimals;
}

/* Both the integer and the power of ten are exact, and IEEE division rounds correctly: the quotient
 * is the very double that the text means. With more decimals than needed the text is the same, for
 * its zeros go. */
static bool try_decimals(double value, int decimals, int64_t *ret_scaled)
{
    double scaled = value * power_of_ten[decimals];
    if (!(fabs(scaled) < EXACT_MAX))
        return false;
    scaled = scaled + ROUND_MAGIC - ROUND_MAGIC;
    if (scaled / power_of_ten[decimals] != value)
        return false;
    *ret_scaled = (int64_t)scaled;
    return true;
}

size_t number_put(number_writer *w, char *out, double value)
{
    int64_t scaled;
    if (try_decimals(value, w->decimals, &scaled))
        return put_scaled(out, scaled, w->decimals);
    for (int decimals = 0; decimals <= DECIMALS_MAX; decimals++) {
        if (!try_decimals(value, decimals, &scaled))
            continue;
        w->decimals = decimals;
        return put_scaled(out, scaled, decimals);
    }
    return oq_f64_format(value, out);
}

/* The value as an integer of 15 digits and a power of ten, by a multiplication with 64 bits. */
size_t number_put_computed(char *out, double value)
{
    enum { DIGITS = 15 };
    static const long double power[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,
                                        1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
                                        1e14L, 1e15L, 1e16L, 1e17L, 1e18L};
    double size = fabs(value);
    if (size == 0) {
        out[0] = '0';
        return 1;
    }
    if (size < 1e-3 || size >= 1e15)
        return oq_f64_format(value, out);
    int decimals = DIGITS; /* so many stand behind the point when the whole part is 0 */
    for (double limit = 1; size >= limit; limit *= 10)
        decimals--;
    for (double limit = 0.1; size < limit; limit /= 10)
        decimals++; /* at most 18: smaller ones went the general way */
    long double scaled = (long double)value * power[decimals];
    size_t len = 0;
    uint64_t n = (uint64_t)llabs(llrintl(scaled));
    if (value < 0)
        out[len++] = '-';
    while (decimals && n % 10 == 0) {
        n /= 10;
        decimals--;
    }
    uint64_t unit = (uint64_t)power[decimals], whole = n / unit;
    size_t count = digits_of(whole);
    put_digits(out + len, whole, count);
    len += count;
    if (!decimals)
        return len;
    out[len++] = '.';
    put_digits(out + len, n - whole * unit, (size_t)decimals);
    return len + (size_t)decimals;
}

/* --- moments -----------------------------------------------------------------------------------*/

static size_t put_fraction(char *out, uint64_t part, size_t digits)
{
    if (!part)
        return 0;
    while (part % 10 == 0) {
        part /= 10;
        digits--;
    }
    out[0] = '.';
    put_digits(out + 1, part, digits);
    return digits + 1;
}

static size_t put_ms(char *out, oq_us at)
{
    size_t len = 0;
    uint64_t n = (uint64_t)at;
    if (at < 0) {
        out[len++] = '-';
        n = 0 - n;
    }
    uint64_t ms = n / 1000;
    size_t count = digits_of(ms);
    put_digits(out + len, ms, count);
    len += count;
    return len + put_fraction(out + len, n - ms * 1000, 3);
}

size_t moment_ms_put(moment_ms_writer *w, char *out, oq_us at)
{
    uint64_t ms = (uint64_t)at / 1000, head = ms / EIGHT_DIGITS;
    if (at < 0 || !head)
        return put_ms(out, at);
    if (w->head != head) {
        w->head = head;
        w->len = digits_of(head);
        put_digits(w->text, head, w->len);
    }
    memcpy(out, w->text, sizeof w->text);
    put_eight(out + w->len, (uint32_t)(ms - head * EIGHT_DIGITS));
    size_t len = w->len + EIGHT;
    return len + put_fraction(out + len, (uint64_t)at - ms * 1000, 3);
}

size_t moment_put(moment_writer *w, char *out, oq_us at)
{
    int64_t day = at / OQ_DAY - (at % OQ_DAY < 0);
    if (!w->has_day || w->day != day) {
        int year, month, date;
        oq_civil_from_days(day, &year, &month, &date);
        if (year < 0 || year > 9999)
            return oq_time_format(at, out);
        put_digits(w->date, (uint64_t)year, 4);
        w->date[4] = w->date[7] = '-';
        put_digits(w->date + 5, (uint64_t)month, 2);
        put_digits(w->date + 8, (uint64_t)date, 2);
        w->day = day;
        w->has_day = true;
    }
    uint64_t rest = (uint64_t)(at - day * OQ_DAY), second = rest / OQ_SECOND;
    memcpy(out, w->date, sizeof w->date);
    out[10] = 'T';
    put_digits(out + 11, second / 3600, 2);
    out[13] = ':';
    put_digits(out + 14, second / 60 % 60, 2);
    out[16] = ':';
    put_digits(out + 17, second % 60, 2);
    size_t len = 19 + put_fraction(out + 19, rest - second * OQ_SECOND, 6);
    out[len] = 'Z';
    return len + 1;
}

/* --- lists -------------------------------------------------------------------------------------*/

/* Room is asked for once in so many elements. */
enum { BLOCK = 512, ROW_MAX = 128 };

static char *room_for(oq_buf *out, size_t count, size_t each)
{
    return oq_buf_room(out, count * each);
}

void points_put_times(oq_buf *out, const samples *s)
{
    moment_ms_writer w = {0};
    oq_buf_char(out, '[');
    for (size_t from = 0; from < s->count; from += BLOCK) {
        size_t to = from + BLOCK < s->count ? from + BLOCK : s->count;
        char *start = room_for(out, BLOCK, MOMENT_TEXT_MAX), *at = start;
        if (!start)
            return;
        for (size_t i = from; i < to; i++) {
            at += moment_ms_put(&w, at, s->time[i]);
            *at++ = ',';
        }
        out->len += (size_t)(at - start);
    }
    if (s->count)
        out->len--; /* the last comma */
    oq_buf_char(out, ']');
}

static size_t put_value(number_writer *w, char *at, double value)
{
    if (isfinite(value))
        return number_put(w, at, value);
    memcpy(at, "null", 4);
    return 4;
}

void points_put_values(oq_buf *out, const samples *s)
{
    number_writer w = {0};
    oq_buf_char(out, '[');
    for (size_t from = 0; from < s->count; from += BLOCK) {
        size_t to = from + BLOCK < s->count ? from + BLOCK : s->count;
        char *start = room_for(out, BLOCK, NUMBER_TEXT_MAX + 1), *at = start;
        if (!start)
            return;
        for (size_t i = from; i < to; i++) {
            at += put_value(&w, at, s->value[i]);
            *at++ = ',';
        }
        out->len += (size_t)(at - start);
    }
    if (s->count)
        out->len--;
    oq_buf_char(out, ']');
}

static bool all_zero(const samples *s)
{
    quality any = 0;
    for (size_t i = 0; s->quality && i < s->count; i++)
        any |= s->quality[i];
    return any == 0;
}

void points_put_qualities(oq_buf *out, const samples *s)
{
    if (all_zero(s)) {
        oq_buf_lit(out, "null");
        return;
    }
    oq_buf_char(out, '[');
    for (size_t i = 0; i < s->count; i++) {
        if (i && s->quality[i] == s->quality[i - 1])
            continue;
        oq_buf_str(out, i ? OQ_STR(",[") : OQ_STR("["));
        oq_buf_i64(out, (int64_t)i);
        oq_buf_char(out, ',');
        oq_buf_i64(out, s->quality[i]);
        oq_buf_char(out, ']');
    }
    oq_buf_char(out, ']');
}

#define PUT_LIT(at, literal) (memcpy((at), "" literal, sizeof(literal) - 1), sizeof(literal) - 1)

void points_put_rows(oq_buf *out, const samples *s)
{
    number_writer w = {0};
    moment_writer m = {0};
    oq_buf_char(out, '[');
    for (size_t from = 0; from < s->count; from += BLOCK) {
        size_t to = from + BLOCK < s->count ? from + BLOCK : s->count;
        char *start = room_for(out, BLOCK, ROW_MAX), *at = start;
        if (!start)
            return;
        for (size_t i = from; i < to; i++) {
            at += PUT_LIT(at, "{\"time\":\"");
            at += moment_put(&m, at, s->time[i]);
            at += PUT_LIT(at, "\",\"value\":");
            at += put_value(&w, at, s->value[i]);
            at += PUT_LIT(at, ",\"quality\":");
            at += number_put_i64(at, samples_quality(s, i));
            at += PUT_LIT(at, "},");
        }
        out->len += (size_t)(at - start);
    }
    if (s->count)
        out->len--;
    oq_buf_char(out, ']');
}
