/* A column of n integers x. Of one: the signed varint x[0] - anchor, and nothing else. Else:
 *
 *   head        one byte: bits 0-1 prediction, bits 2-3 coding of the remainders (code_rest.c; 3
 *               is PLAIN), bit 4 a step is given, bit 5 a stride is given; the others 0
 *   base        signed varint
 *   step        signed varint, when given; else 0
 *   stride      varint, at least 2, when given; else 1
 *   weights     two signed varints a and b, for the prediction SLOPE
 *   remainders  r
 *
 *   x[i] = anchor + base + stride * y[i]
 *
 *   prediction  0 LINE    y[i] = step * i + r[i]
 *               1 LAST    y[0] = 0, d[i] = step + r[i]
 *               2 SLOPE   y[0] = 0, d[i] = (a * d[i-1] + b * d[i-2] + 512) / 1024 + r[i],
 *                         rounded down, with d[0] = d[-1] = 0
 *
 * where d[i] = y[i] - y[i-1]. LINE has remainders r[0..n), the others r[1..n).
 *
 * PLAIN: behind head come eight bytes for each x, and nothing else.
 *
 * Two weights on the last two distances are what is left of a linear predictor of order 8: on
 * process signals it gains no more (0.1 to 0.3 bits against LAST), on vibration most, for two bytes
 * a block; steady slopes are its special case 1024, 0. */
#include "quant/code_ints.h"

#include <math.h>

enum { LINE = 0, LAST = 1, SLOPE = 2 };
enum { PLAIN = 3, HAS_STEP = 1 << 4, HAS_STRIDE = 1 << 5, HEAD_UNUSED = 3 << 6 };
enum { WEIGHT_BITS = 10, WEIGHT_ONE = 1 << WEIGHT_BITS, WEIGHT_MAX = 3 * WEIGHT_ONE };

/* Distances from the first up to here are predicted: remainders stay within 61 bits. Weights need
 * room for a product. */
static const uint64_t DISTANCE_MAX = UINT64_C(1) << 58;
static const uint64_t WEIGHTED_MAX = UINT64_C(1) << 49;

/* All sums wrap: the bytes may say anything. */
static inline int64_t add(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}
static inline int64_t subtract(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}
static inline int64_t multiply(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a * (uint64_t)b);
}
static inline uint64_t magnitude(int64_t a)
{
    return a < 0 ? 0 - (uint64_t)a : (uint64_t)a;
}
static inline int64_t bend(int64_t a, int64_t d1, int64_t b, int64_t d2)
{
    return add(add(multiply(a, d1), multiply(b, d2)), WEIGHT_ONE / 2) >> WEIGHT_BITS;
}

/* --- writing ------------------------------------------------------------------------------------*/

typedef struct plan {
    int prediction;
    int64_t base, step, a, b;
    uint64_t stride;
    size_t bits; /* estimated */
} plan;

/* The distances from the first, in y; gives a bound of their magnitudes. */
static uint64_t put_distances(const int64_t *x, size_t count, int64_t *y)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++) {
        y[i] = subtract(x[i], x[0]);
        bits |= (uint64_t)y[i] ^ sign_mask(y[i]);
    }
    return bits;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The greatest number that divides all; 1 when all are 0. */
static uint64_t find_stride(const int64_t *y, size_t count)
{
    uint64_t stride = 0;
    for (size_t i = 1; i < count && stride != 1; i++)
        if (y[i] != 0)
            stride = common_divisor(magnitude(y[i]), stride);
    return stride ? stride : 1;
}

/* Divides all, which leaves nothing over: by the inverse of the odd part modulo 2^64. */
static void divide_exactly(int64_t *y, size_t count, uint64_t stride)
{
    unsigned twos = (unsigned)__builtin_ctzll(stride);
    uint64_t odd = stride >> twos, inverse = odd;
    for (int i = 0; i < 5; i++)
        inverse *= 2 - odd * inverse;
    for (size_t i = 0; i < count; i++)
        y[i] = multiply(y[i] >> twos, (int64_t)inverse);
}

/* The step that more than half of the neighbours seem to have (by some of them, taken evenly). */
static int64_t find_favourite_step(const int64_t *y, size_t count)
{
    size_t stride = count > 64 ? count / 64 : 1, votes = 0;
    int64_t favourite = 0;
    for (size_t i = 1; i < count; i += stride) {
        int64_t step = y[i] - y[i - 1];
        if (votes == 0)
            favourite = step;
        votes += step == favourite ? 1 : (size_t)-1;
    }
    return votes > count / stride / 4 ? favourite : 0;
}

static size_t bits_about_step(const int64_t *y, size_t count, int64_t step)
{
    rest_estimate e = {0};
    for (size_t i = 1; i < count; i = rest_next(i, count))
        rest_feed(&e, y[i] - y[i - 1] - step);
    return rest_bits(&e, count - 1);
}

static size_t bits_about_line(const int64_t *y, size_t count, int64_t at, int64_t step)
{
    rest_estimate e = {0};
    for (size_t i = 0; i < count; i = rest_next(i, count))
        rest_feed(&e, y[i] - at - step * (int64_t)i);
    return rest_bits(&e, count);
}

static size_t bits_about_slope(const int64_t *y, size_t count, int64_t a, int64_t b)
{
    rest_estimate e = {0};
    for (size_t i = 3; i < count; i = rest_next(i, count)) {
        int64_t d = y[i] - y[i - 1], d1 = y[i - 1] - y[i - 2], d2 = y[i - 2] - y[i - 3];
        rest_feed(&e, d - bend(a, d1, b, d2));
    }
    return rest_bits(&e, count - 1);
}

/* Takes `trial` when it is better by more than `margin` bits. */
static void take_better(plan *best, const plan *trial, size_t margin)
{
    if (trial->bits + margin < best->bits)
        *best = *trial;
}

/* Bytes of a number, as bits. */
static size_t bits_of(int64_t value)
{
    return value ? 8 * varint_size(zigzag(value)) : 0;
}

static void try_step(plan *best, const int64_t *y, size_t count, int64_t step)
{
    plan trial = *best;
    trial.step = step;
    trial.bits = bits_about_step(y, count, step) + bits_of(step);
    take_better(best, &trial, 0);
}

static void try_line(plan *best, const int64_t *y, size_t count, int64_t x0, int64_t step)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)y[i];
    int64_t center = (int64_t)(sum / (double)count - (double)step * (double)(count - 1) / 2);
    plan trial = *best;
    trial.prediction = LINE;
    trial.step = step;
    trial.base = add(x0, multiply(center, (int64_t)trial.stride));
    trial.bits = bits_about_line(y, count, center, step) + bits_of(step);
    take_better(best, &trial, 0);
}

/* The weights that leave the least squares, in units of 1 / WEIGHT_ONE. */
static bool fit_weights(const int64_t *y, size_t count, int64_t *ret_a, int64_t *ret_b)
{
    double s11 = 0, s12 = 0, s22 = 0, s01 = 0, s02 = 0;
    double d1 = (double)(y[2] - y[1]), d2 = (double)(y[1] - y[0]);
    for (size_t i = 3; i < count; i++) {
        double d0 = (double)(y[i] - y[i - 1]);
        s11 += d1 * d1;
        s12 += d1 * d2;
        s22 += d2 * d2;
        s01 += d0 * d1;
        s02 += d0 * d2;
        d2 = d1;
        d1 = d0;
    }
    double scale = s11 * s22 - s12 * s12;
    double a = (s01 * s22 - s02 * s12) / scale, b = (s02 * s11 - s01 * s12) / scale;
    if (!(fabs(a) * WEIGHT_ONE <= WEIGHT_MAX && fabs(b) * WEIGHT_ONE <= WEIGHT_MAX))
        return false;
    *ret_a = lrint(a * WEIGHT_ONE);
    *ret_b = lrint(b * WEIGHT_ONE);
    return *ret_a != 0 || *ret_b != 0;
}

static void try_slope(plan *best, const int64_t *y, size_t count, int64_t x0)
{
    plan trial = {.prediction = SLOPE, .base = x0, .stride = best->stride};
    if (!fit_weights(y, count, &trial.a, &trial.b))
        return;
    trial.bits = bits_about_slope(y, count, trial.a, trial.b) + bits_of(trial.a) + bits_of(trial.b);
    /* It decodes more slowly: for a twentieth of a bit a sample it is not worth it. */
    take_better(best, &trial, count / 20);
}

/* The prediction that leaves least, by the sum of magnitudes. `widest` bounds the distances. */
static plan choose(const int64_t *y, size_t count, uint64_t widest, int64_t x0, uint64_t stride)
{
    plan best = {.prediction = LAST, .base = x0, .stride = stride};
    int64_t mean_step = y[count - 1] / (int64_t)(count - 1);
    int64_t favourite = find_favourite_step(y, count);
    best.bits = bits_about_step(y, count, 0);
    if (best.bits == 0)
        return best;
    if (favourite != 0)
        try_step(&best, y, count, favourite);
    if (mean_step != 0 && mean_step != favourite)
        try_step(&best, y, count, mean_step);
    if (best.bits < count)
        return best;
    try_line(&best, y, count, x0, mean_step);
    if (count >= 32 && widest < WEIGHTED_MAX)
        try_slope(&best, y, count, x0);
    return best;
}

/* What the plan leaves of y, in r. */
static void put_remainders(const plan *p, const int64_t *y, size_t count, int64_t x0, int64_t *r)
{
    int64_t d1 = 0, d2 = 0;
    int64_t at = subtract(p->base, x0) / (int64_t)p->stride;
    switch (p->prediction) {
    case LINE:
        for (size_t i = 0; i < count; i++, at += p->step)
            r[i] = y[i] - at;
        break;
    case LAST:
        for (size_t i = 1; i < count; i++)
            r[i] = y[i] - y[i - 1] - p->step;
        break;
    default:
        for (size_t i = 1; i < count; i++) {
            int64_t d = y[i] - y[i - 1];
            r[i] = d - bend(p->a, d1, p->b, d2);
            d2 = d1;
            d1 = d;
        }
    }
}

static uint8_t *put_plain(uint8_t *to, const int64_t *x, size_t count)
{
    *to++ = PLAIN << 2;
    for (size_t i = 0; i < count; i++)
        to = put_64(to, (uint64_t)x[i]);
    return to;
}

uint8_t *ints_encode(uint8_t *to, const int64_t *x, size_t count, int64_t anchor)
{
    assert(count >= 1 && count <= INTS_MAX);
    if (count == 1)
        return put_signed(to, subtract(x[0], anchor));
    int64_t y[INTS_MAX], r[INTS_MAX];
    uint64_t widest = put_distances(x, count, y);
    if (widest >= DISTANCE_MAX)
        return put_plain(to, x, count);
    uint64_t stride = find_stride(y, count);
    if (stride > 1)
        divide_exactly(y, count, stride);
    plan p = choose(y, count, widest, x[0], stride);
    put_remainders(&p, y, count, x[0], r);
    size_t from = p.prediction != LINE;
    rest_plan rest = rest_choose(r + from, count - from);
    if (rest.bytes > count * 8)
        return put_plain(to, x, count);
    *to++ = (uint8_t)(p.prediction | (int)rest.coding << 2 | (p.step ? HAS_STEP : 0) |
                      (stride > 1 ? HAS_STRIDE : 0));
    to = put_signed(to, subtract(p.base, anchor));
    if (p.step)
        to = put_signed(to, p.step);
    if (stride > 1)
        to = put_varint(to, stride);
    if (p.prediction == SLOPE)
        to = put_signed(put_signed(to, p.a), p.b);
    return rest_put(to, &rest, r + from, count - from);
}

/* --- reading ------------------------------------------------------------------------------------*/

static bool take_plain(byte_reader *in, int64_t *x, size_t count)
{
    const uint8_t *bytes = take_bytes(in, count * 8);
    for (size_t i = 0; bytes && i < count; i++)
        x[i] = (int64_t)load_64(bytes + i * 8);
    return bytes != NULL;
}

/* Remainders in x become what they were made from. */
static void integrate(const plan *p, int64_t *x, size_t count)
{
    int64_t at = p->base, stride = (int64_t)p->stride, step = multiply(p->step, stride);
    int64_t d1 = 0, d2 = 0;
    switch (p->prediction) {
    case LINE:
        for (size_t i = 0; i < count; i++, at = add(at, step))
            x[i] = add(at, multiply(x[i], stride));
        break;
    case LAST:
        x[0] = at;
        for (size_t i = 1; i < count; i++)
            x[i] = at = add(at, add(step, multiply(x[i], stride)));
        break;
    default:
        x[0] = at;
        for (size_t i = 1; i < count; i++) {
            int64_t d = add(x[i], bend(p->a, d1, p->b, d2));
            x[i] = at = add(at, multiply(d, stride));
            d2 = d1;
            d1 = d;
        }
    }
}

/* All that stands before the remainders. */
static bool take_plan(byte_reader *in, unsigned head, int64_t anchor, plan *ret_plan)
{
    plan p = {.prediction = head & 3, .base = add(anchor, take_signed(in))};
    p.step = head & HAS_STEP ? take_signed(in) : 0;
    p.stride = head & HAS_STRIDE ? take_varint(in) : 1;
    if ((head & HEAD_UNUSED) || p.prediction > SLOPE)
        return false;
    if (p.prediction == SLOPE) {
        p.a = take_signed(in);
        p.b = take_signed(in);
    }
    *ret_plan = p;
    return !in->is_broken;
}

bool ints_decode(byte_reader *in, int64_t *x, size_t count, int64_t anchor)
{
    plan p;
    if (count == 1) {
        x[0] = add(anchor, take_signed(in));
        return !in->is_broken;
    }
    unsigned head = take_byte(in), coding = head >> 2 & 3;
    if (coding == PLAIN)
        return head == PLAIN << 2 && take_plain(in, x, count);
    if (!take_plan(in, head, anchor, &p))
        return false;
    size_t from = p.prediction != LINE;
    if (!rest_take(in, (rest_coding)coding, x + from, count - from) || in->is_broken)
        return false;
    integrate(&p, x, count);
    return true;
}

bool ints_decode_first(byte_reader *in, int64_t *ret_x, size_t count, int64_t anchor,
                       bool *ret_is_end)
{
    plan p;
    *ret_is_end = true;
    if (count == 1)
        return ints_decode(in, ret_x, 1, anchor);
    unsigned head = take_byte(in), coding = head >> 2 & 3;
    *ret_is_end = coding == REST_FLAT;
    if (coding == PLAIN || !take_plan(in, head, anchor, &p))
        return false;
    *ret_x = p.base;
    return p.prediction != LINE || coding == REST_FLAT;
}
