/* A column of integers x[0..n):
 *
 *   head        one byte: bits 0-1 prediction, bits 2-3 coding, bit 4 a step is given, bit 5 a
 *               stride is given; the others 0
 *   base        signed varint; x0 = anchor + base
 *   step        signed varint, when given; else 0
 *   stride      varint, at least 2, when given; else 1
 *   remainders  r[from..n), by the coding
 *
 *   x[i] = x0 + stride * y[i]
 *
 *   prediction  0 LINE    y[i] = step * i + r[i]                      from = 0
 *               1 LAST    y[i] = y[i-1] + step + r[i], y[0] = 0       from = 1
 *               2 SLOPE   y[i] = 2 y[i-1] - y[i-2] + r[i], y[1] = step + r[1], y[0] = 0
 *
 *   coding      0 FLAT    all remainders are 0
 *               1 RICE    byte k (0..56); the k lowest bits of all zigzagged remainders u, packed,
 *                         lowest bit first; then for each as many 0 bits as u >> k says, 24 at
 *                         most, and a 1 bit; each of the two in whole bytes. Then for each of those
 *                         with 24 zeros a varint (u >> k) - 24
 *               2 EVENTS  varint count; for each remainder that is not 0 a varint (how many zeros
 *                         are before it) and the signed varint
 *               3 BITS    nothing of the above: behind `head` follow eight bytes for each x
 *
 * Rice codes are split in two so that both parts decode without waiting for each other: the places
 * of the low bits are known, and the 1 bits are found by counting zeros. */
#include "quant/code_ints.h"

enum { LINE = 0, LAST = 1, SLOPE = 2 };
enum { FLAT = 0, RICE = 1, EVENTS = 2, BITS = 3 };
enum { HAS_STEP = 1 << 4, HAS_STRIDE = 1 << 5, HEAD_UNUSED = 3 << 6 };
enum { RICE_K_MAX = 56, UNARY_MAX = 24 };

/* Differences, even of differences, stay within 63 bits below this range. */
static const uint64_t RANGE_MAX = UINT64_C(1) << 60;

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

/* --- writing ------------------------------------------------------------------------------------*/

typedef struct plan {
    int prediction, coding;
    int64_t base, step;
    uint64_t stride;
    size_t from; /* the first remainder that is written */
    int64_t *r;  /* remainders */
    unsigned k;
    size_t bytes; /* of the remainders */
} plan;

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static bool is_narrow(const int64_t *x, size_t count)
{
    int64_t min = x[0], max = x[0];
    for (size_t i = 1; i < count; i++) {
        min = x[i] < min ? x[i] : min;
        max = x[i] > max ? x[i] : max;
    }
    return (uint64_t)max - (uint64_t)min < RANGE_MAX;
}

/* The greatest number that divides all distances from x[0]; 1 when all are alike. */
static uint64_t find_stride(const int64_t *x, size_t count)
{
    uint64_t stride = 0;
    for (size_t i = 1; i < count && stride != 1; i++)
        stride = common_divisor(stride, magnitude(subtract(x[i], x[0])));
    return stride ? stride : 1;
}

/* The step that more than half of the neighbours have, if there is one; else the mean step. */
static int64_t find_step(const int64_t *y, size_t count)
{
    size_t stride = count > 128 ? count / 128 : 1, votes = 0;
    int64_t favourite = 0;
    for (size_t i = 1; i < count; i += stride) {
        int64_t step = y[i] - y[i - 1];
        if (votes == 0)
            favourite = step;
        votes = step == favourite ? votes + 1 : votes - 1;
    }
    size_t same = 0;
    for (size_t i = 1; i < count; i++)
        same += y[i] - y[i - 1] == favourite;
    return same * 2 > count ? favourite : y[count - 1] / (int64_t)(count - 1);
}

static void subtract_line(const int64_t *y, size_t count, int64_t step, int64_t *r)
{
    for (size_t i = 0; i < count; i++)
        r[i] = y[i] - step * (int64_t)i;
}

static void subtract_last(const int64_t *y, size_t count, int64_t step, int64_t *r)
{
    r[0] = 0;
    for (size_t i = 1; i < count; i++)
        r[i] = y[i] - y[i - 1] - step;
}

static void subtract_slope(const int64_t *y, size_t count, int64_t step, int64_t *r)
{
    r[0] = 0;
    if (count > 1)
        r[1] = y[1] - step;
    for (size_t i = 2; i < count; i++)
        r[i] = y[i] - 2 * y[i - 1] + y[i - 2];
}

static size_t rice_bits(const plan *p, size_t count, unsigned k)
{
    size_t bits = (count - p->from) * (k + 1);
    for (size_t i = p->from; i < count; i++) {
        uint64_t quotient = zigzag(p->r[i]) >> k;
        bits += quotient < UNARY_MAX ? quotient : UNARY_MAX + 8 * varint_size(quotient - UNARY_MAX);
    }
    return bits;
}

/* Chooses k near the logarithm of the mean, and says what the remainders need. */
static void plan_rice(plan *p, size_t count)
{
    double sum = 0;
    for (size_t i = p->from; i < count; i++)
        sum += (double)zigzag(p->r[i]);
    double mean = sum / (double)(count - p->from);
    unsigned middle = 0;
    while (middle < RICE_K_MAX && mean > (double)(UINT64_C(2) << middle))
        middle++;
    size_t least = SIZE_MAX;
    for (unsigned k = middle > 2 ? middle - 2 : 0; k <= middle + 1 && k <= RICE_K_MAX; k++) {
        size_t bits = rice_bits(p, count, k);
        if (bits < least) {
            least = bits;
            p->k = k;
        }
    }
    p->coding = RICE;
    p->bytes = 1 + least / 8 + 2;
}

static void plan_events(plan *p, size_t count)
{
    size_t events = 0, bytes = 0, zeros = 0;
    for (size_t i = p->from; i < count; i++) {
        if (p->r[i] == 0) {
            zeros++;
            continue;
        }
        bytes += varint_size(zeros) + varint_size(zigzag(p->r[i]));
        zeros = 0;
        events++;
    }
    bytes += varint_size(events);
    if (events == 0) {
        p->coding = FLAT;
        p->bytes = 0;
    } else if (bytes < p->bytes) {
        p->coding = EVENTS;
        p->bytes = bytes;
    }
}

static void plan_coding(plan *p, size_t count)
{
    plan_rice(p, count);
    plan_events(p, count);
}

static uint8_t *put_rice(uint8_t *to, const plan *p, size_t count)
{
    *to++ = (uint8_t)p->k;
    size_t left = count - p->from, low_bytes = (left * p->k + 7) / 8;
    uint64_t mask = (UINT64_C(1) << p->k) - 1, pending = 0;
    unsigned pending_bits = 0;
    uint8_t *at = to;
    for (size_t i = p->from; i < count; i++) {
        pending |= (zigzag(p->r[i]) & mask) << pending_bits;
        pending_bits += p->k;
        at = put_64(at, pending) - 8;
        at += pending_bits / 8;
        pending >>= pending_bits & 56;
        pending_bits &= 7;
    }
    put_64(at, pending);
    at = to + low_bytes;
    size_t bit = 0;
    memset(at, 0, 8);
    uint64_t escaped = 0;
    for (size_t i = p->from; i < count; i++) {
        uint64_t quotient = zigzag(p->r[i]) >> p->k;
        escaped += quotient >= UNARY_MAX;
        size_t next = bit + (quotient < UNARY_MAX ? (size_t)quotient : UNARY_MAX);
        for (size_t byte = bit / 8 + 1; byte <= next / 8 + 1; byte++)
            at[byte] = 0;
        at[next / 8] |= (uint8_t)(1u << (next % 8));
        bit = next + 1;
    }
    at += (bit + 7) / 8;
    for (size_t i = p->from; i < count && escaped > 0; i++) {
        uint64_t quotient = zigzag(p->r[i]) >> p->k;
        if (quotient >= UNARY_MAX) {
            at = put_varint(at, quotient - UNARY_MAX);
            escaped--;
        }
    }
    return at;
}

static uint8_t *put_events(uint8_t *to, const plan *p, size_t count)
{
    size_t events = 0, zeros = 0;
    for (size_t i = p->from; i < count; i++)
        events += p->r[i] != 0;
    to = put_varint(to, events);
    for (size_t i = p->from; i < count; i++) {
        if (p->r[i] == 0) {
            zeros++;
            continue;
        }
        to = put_signed(put_varint(to, zeros), p->r[i]);
        zeros = 0;
    }
    return to;
}

static uint8_t *put_bits(uint8_t *to, const int64_t *x, size_t count)
{
    *to++ = BITS << 2;
    for (size_t i = 0; i < count; i++)
        to = put_64(to, (uint64_t)x[i]);
    return to;
}

static uint8_t *put_plan(uint8_t *to, const plan *p, size_t count)
{
    *to++ = (uint8_t)(p->prediction | p->coding << 2 | (p->step ? HAS_STEP : 0) |
                      (p->stride > 1 ? HAS_STRIDE : 0));
    to = put_signed(to, p->base);
    if (p->step)
        to = put_signed(to, p->step);
    if (p->stride > 1)
        to = put_varint(to, p->stride);
    if (p->coding == RICE)
        to = put_rice(to, p, count);
    else if (p->coding == EVENTS)
        to = put_events(to, p, count);
    return to;
}

/* The cheapest of the predictions for y, in p; its remainders in `best`. */
static void choose(plan *p, const int64_t *y, size_t count, int64_t *best, int64_t *other)
{
    int64_t step = find_step(y, count), mean = 0, sum = 0;
    *p = (plan){.prediction = LAST,
                .step = step,
                .stride = p->stride,
                .base = p->base,
                .from = 1,
                .r = best};
    subtract_last(y, count, step, best);
    plan_coding(p, count);
    if (p->coding == FLAT)
        return;
    plan trial = {.prediction = SLOPE,
                  .step = y[1],
                  .stride = p->stride,
                  .base = p->base,
                  .from = 1,
                  .r = other};
    subtract_slope(y, count, y[1], other);
    plan_coding(&trial, count);
    if (trial.bytes < p->bytes) {
        *p = trial;
        other = best;
        trial.r = other;
    }
    int64_t slope = y[count - 1] / (int64_t)(count - 1);
    subtract_line(y, count, slope, other);
    for (size_t i = 0; i < count; i++)
        sum += other[i] / (int64_t)count;
    mean = sum;
    for (size_t i = 0; i < count; i++)
        other[i] -= mean;
    trial = (plan){.prediction = LINE,
                   .step = slope,
                   .stride = p->stride,
                   .base = add(p->base, multiply(mean, (int64_t)p->stride)),
                   .r = other};
    plan_coding(&trial, count);
    if (trial.bytes < p->bytes)
        *p = trial;
}

uint8_t *ints_encode(uint8_t *to, const int64_t *x, size_t count, int64_t anchor)
{
    assert(count >= 1 && count <= INTS_MAX);
    if (!is_narrow(x, count))
        return put_bits(to, x, count);
    int64_t y[INTS_MAX], best[INTS_MAX], other[INTS_MAX];
    plan p = {.base = subtract(x[0], anchor), .stride = find_stride(x, count), .from = 1};
    if (count == 1)
        return put_plan(to, &p, count);
    for (size_t i = 0; i < count; i++)
        y[i] = (x[i] - x[0]) / (int64_t)p.stride;
    choose(&p, y, count, best, other);
    if (p.bytes + 24 > count * 8)
        return put_bits(to, x, count);
    return put_plan(to, &p, count);
}

/* --- reading ------------------------------------------------------------------------------------*/

/* The unary parts: how many zeros are before each 1 bit. Gives how many of them are 24, or
 * SIZE_MAX when the bytes end too early or a part is longer. */
static size_t take_unary(byte_reader *in, uint64_t *quotient, size_t count)
{
    const uint8_t *begin = in->at, *at = begin;
    size_t i = 0, escaped = 0;
    int64_t next = 0; /* the bit behind the last 1 */
    bool is_long = false;
    while (i < count && at < in->end) {
        int64_t word_bit = (at - begin) * 8;
        for (uint64_t word = load_64(at); word != 0 && i < count; word &= word - 1) {
            int64_t bit = word_bit + __builtin_ctzll(word);
            uint64_t zeros = (uint64_t)(bit - next);
            is_long |= zeros > UNARY_MAX;
            escaped += zeros == UNARY_MAX;
            quotient[i++] = zeros;
            next = bit + 1;
        }
        at += 8;
    }
    size_t bytes = (size_t)(next + 7) / 8;
    if (i < count || is_long || !take_bytes(in, bytes))
        return SIZE_MAX;
    return escaped;
}

static bool take_rice(byte_reader *in, int64_t *r, size_t count)
{
    unsigned k = take_byte(in);
    if (k > RICE_K_MAX)
        return false;
    const uint8_t *low = take_bytes(in, (count * k + 7) / 8);
    if (!low)
        return false;
    uint64_t *u = (uint64_t *)r, mask = (UINT64_C(1) << k) - 1;
    size_t escaped = take_unary(in, u, count);
    if (escaped == SIZE_MAX)
        return false;
    for (size_t i = 0; i < count && escaped > 0; i++) {
        if (u[i] == UNARY_MAX) {
            u[i] += take_varint(in);
            escaped--;
        }
    }
    for (size_t i = 0, bit = 0; i < count; i++, bit += k)
        r[i] = unzigzag(u[i] << k | (load_64(low + bit / 8) >> (bit & 7) & mask));
    return true;
}

static bool take_events(byte_reader *in, int64_t *r, size_t count)
{
    memset(r, 0, count * sizeof *r);
    uint64_t events = take_varint(in);
    size_t at = 0;
    for (; events > 0 && !in->is_broken; events--) {
        uint64_t zeros = take_varint(in);
        if (at >= count || zeros >= count - at)
            return false;
        r[at + zeros] = take_signed(in);
        at += (size_t)zeros + 1;
    }
    return true;
}

static bool take_bits(byte_reader *in, int64_t *x, size_t count)
{
    const uint8_t *bytes = take_bytes(in, count * 8);
    for (size_t i = 0; bytes && i < count; i++)
        x[i] = (int64_t)load_64(bytes + i * 8);
    return bytes != NULL;
}

/* Remainders in x become what they were made from. */
static void integrate(int64_t *x, size_t count, int prediction, int64_t x0, int64_t step,
                      int64_t stride)
{
    int64_t at = x0, slope = multiply(step, stride);
    switch (prediction) {
    case LINE:
        for (size_t i = 0; i < count; i++, at = add(at, slope))
            x[i] = add(at, multiply(x[i], stride));
        break;
    case LAST:
        x[0] = at;
        for (size_t i = 1; i < count; i++)
            x[i] = at = add(at, add(slope, multiply(x[i], stride)));
        break;
    default:
        x[0] = at;
        for (size_t i = 1; i < count; i++) {
            slope = add(slope, multiply(x[i], stride));
            x[i] = at = add(at, slope);
        }
    }
}

bool ints_decode(byte_reader *in, int64_t *x, size_t count, int64_t anchor)
{
    unsigned head = take_byte(in), prediction = head & 3, coding = head >> 2 & 3;
    if (coding == BITS)
        return head == BITS << 2 && take_bits(in, x, count);
    if ((head & HEAD_UNUSED) || prediction > SLOPE)
        return false;
    int64_t x0 = add(anchor, take_signed(in));
    int64_t step = head & HAS_STEP ? take_signed(in) : 0;
    uint64_t stride = head & HAS_STRIDE ? take_varint(in) : 1;
    size_t from = prediction != LINE;
    bool is_read = true;
    if (coding == RICE)
        is_read = take_rice(in, x + from, count - from);
    else if (coding == EVENTS)
        is_read = take_events(in, x + from, count - from);
    else
        memset(x, 0, count * sizeof *x);
    if (!is_read || in->is_broken)
        return false;
    integrate(x, count, (int)prediction, x0, step, (int64_t)stride);
    return true;
}
