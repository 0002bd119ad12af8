/* Remainders r[0..n), by coding (which the column's head tells):
 *
 *   0 FLAT    all are 0
 *   1 RICE    byte: bits 0-5 k (0..55), bit 6 long. With u = r zigzagged and q = u >> k:
 *             fields   k bits each, the lowest of u; when long, k + 2, and the two highest are q,
 *                      but 3 at most. Packed, lowest bit first, in whole bytes
 *             unary    for each (when long: for each whose two bits are 3) as many 0 bits as q
 *                      says (long: q - 3), UNARY_MAX at most, and a 1 bit; in whole bytes
 *             escapes  for each with UNARY_MAX zeros a varint: how many were left out
 *   2 EVENTS  varint count; for each remainder that is not 0 a varint (how many zeros are before
 *             it) and the signed varint
 *
 * Fields and unary parts are apart so that they decode without waiting for each other: the place of
 * a field is known, and 1 bits are found by counting zeros. Plain Rice codes suit remainders that
 * fall off like exp(-x), and normal ones of some deviations; for the deviations between, the long
 * form has code lengths 2 2 2 3 4 5 ..., and takes 0.1 bit less. */
#include "quant/code_rest.h"

enum { FEW = 48, K_MAX = 55, IS_LONG = 1 << 6, HEAD_UNUSED = 1 << 7, LONG = 3, UNARY_MAX = 24 };

/* --- writing ------------------------------------------------------------------------------------*/

static unsigned log2_of(uint64_t value)
{
    return value ? 63 - (unsigned)__builtin_clzll(value) : 0;
}

size_t rest_bits(const rest_estimate *e, size_t count)
{
    size_t logs = (size_t)(e->logs >> 10), others = e->count - e->zeros;
    size_t rice = logs + e->count * 3 / 2, events = logs + others * 12;
    return (rice < events ? rice : events) * count / e->count;
}

/* Bits of the part of a quotient that is not in the field. */
static inline size_t unary_bits(uint64_t quotient)
{
    return quotient < UNARY_MAX ? quotient + 1
                                : UNARY_MAX + 1 + 8 * varint_size(quotient - UNARY_MAX);
}

static size_t plain_bits(const int64_t *r, size_t count, unsigned k)
{
    size_t bits = 0;
    for (size_t i = 0; i < count; i = rest_next(i, count))
        bits += k + unary_bits(zigzag(r[i]) >> k);
    return bits;
}

static size_t long_bits(const int64_t *r, size_t count, unsigned k)
{
    size_t bits = 0;
    for (size_t i = 0; i < count; i = rest_next(i, count)) {
        uint64_t quotient = zigzag(r[i]) >> k;
        bits += k + 2 + (quotient < LONG ? 0 : unary_bits(quotient - LONG));
    }
    return bits;
}

/* How long the remainders are, in bits. */
typedef struct lengths {
    size_t count[64];
    uint64_t sum[64]; /* of all of a length */
    unsigned longest;
} lengths;

static void measure(const int64_t *r, size_t count, lengths *of)
{
    memset(of, 0, sizeof *of);
    for (size_t i = 0; i < count; i = rest_next(i, count)) {
        uint64_t u = zigzag(r[i]);
        unsigned length = u ? log2_of(u) + 1 : 0;
        of->count[length]++;
        of->sum[length] += u >> 8 < UINT64_C(1) << 45 ? u : UINT64_C(1) << 53;
        of->longest = length > of->longest ? length : of->longest;
    }
}

/* About how many bits plain Rice codes need. Those that are up to four bits longer than k have a
 * quotient below UNARY_MAX, mostly. */
static size_t bits_by_length(const lengths *of, unsigned k)
{
    size_t bits = 0;
    for (unsigned length = 0; length <= of->longest; length++) {
        size_t each = k + 1;
        if (length > k + 4)
            each += UNARY_MAX + 8 * ((length - k + 6) / 7);
        else if (length > k)
            bits += (size_t)(of->sum[length] >> k) - of->count[length] / 2;
        bits += of->count[length] * each;
    }
    return bits;
}

/* The k at which about the fewest bits are needed. There may be several valleys: where half of the
 * remainders are near 0, and half are far off, a small k leaves those to the escapes. */
static unsigned find_k(const int64_t *r, size_t count)
{
    lengths of;
    measure(r, count, &of);
    unsigned best = 0, highest = of.longest < K_MAX ? of.longest : K_MAX;
    size_t least = SIZE_MAX;
    for (unsigned k = 0; k <= highest; k++) {
        size_t bits = bits_by_length(&of, k);
        if (bits < least) {
            least = bits;
            best = k;
        }
    }
    return best;
}

/* Exactly. */
static size_t rice_bytes(const rest_plan *plan, const int64_t *r, size_t count)
{
    size_t unary = 0, escapes = 0;
    unsigned width = plan->k + (plan->is_long ? 2 : 0);
    for (size_t i = 0; i < count; i++) {
        uint64_t quotient = zigzag(r[i]) >> plan->k;
        if (plan->is_long && quotient < LONG)
            continue;
        quotient -= plan->is_long ? LONG : 0;
        unary += quotient < UNARY_MAX ? quotient + 1 : UNARY_MAX + 1;
        escapes += quotient < UNARY_MAX ? 0 : varint_size(quotient - UNARY_MAX);
    }
    return 1 + (count * width + 7) / 8 + (unary + 7) / 8 + escapes;
}

/* Of few: plain codes, from the k that fits the mean downwards while it gets better. */
static void choose_quickly(rest_plan *plan, const int64_t *r, size_t count)
{
    uint64_t sum = 0, large = UINT64_C(1) << 53;
    for (size_t i = 0; i < count; i++)
        sum += zigzag(r[i]) < large ? zigzag(r[i]) : large;
    unsigned k = log2_of(sum / count);
    k = k < K_MAX ? k : K_MAX;
    size_t bits = plain_bits(r, count, k), less;
    while (k > 0 && (less = plain_bits(r, count, k - 1)) < bits) {
        bits = less;
        k--;
    }
    plan->k = k;
    plan->bytes = 1 + (count * k + 7) / 8 + (bits - count * k + 7) / 8;
}

/* Of many: tries plain and long codes with k about the best. */
static void choose_well(rest_plan *plan, const int64_t *r, size_t count)
{
    size_t least = SIZE_MAX;
    unsigned middle = find_k(r, count), k = middle > 0 ? middle - 1 : 0;
    for (; k <= middle + 1 && k <= K_MAX; k++) {
        size_t plain = plain_bits(r, count, k), other = long_bits(r, count, k);
        size_t bits = plain < other ? plain : other;
        if (bits < least) {
            least = bits;
            plan->k = k;
            plan->is_long = other < plain;
        }
    }
    plan->bytes = rice_bytes(plan, r, count);
}

static size_t events_bytes(const int64_t *r, size_t count, size_t events)
{
    size_t bytes = varint_size(events), zeros = 0;
    for (size_t i = 0; i < count; i++) {
        if (r[i] == 0) {
            zeros++;
            continue;
        }
        bytes += varint_size(zeros) + varint_size(zigzag(r[i]));
        zeros = 0;
    }
    return bytes;
}

rest_plan rest_choose(const int64_t *r, size_t count)
{
    size_t events = 0;
    for (size_t i = 0; i < count; i++)
        events += r[i] != 0;
    rest_plan plan = {.coding = REST_FLAT};
    if (events == 0)
        return plan;
    plan.coding = REST_RICE;
    if (count < FEW)
        choose_quickly(&plan, r, count);
    else
        choose_well(&plan, r, count);
    if (events < count / 3 + 2) {
        size_t bytes = events_bytes(r, count, events);
        if (bytes < plan.bytes)
            plan = (rest_plan){.coding = REST_EVENTS, .bytes = bytes};
    }
    return plan;
}

static uint8_t *put_plain(uint8_t *to, const int64_t *r, size_t count, unsigned k)
{
    uint64_t mask = (UINT64_C(1) << k) - 1;
    size_t escapes = 0;
    bit_writer out = {.at = to};
    for (size_t i = 0; i < count; i++)
        put_bits(&out, zigzag(r[i]) & mask, k);
    out = (bit_writer){.at = bits_end(&out)};
    for (size_t i = 0; i < count; i++) {
        uint64_t quotient = zigzag(r[i]) >> k;
        unsigned zeros = quotient < UNARY_MAX ? (unsigned)quotient : UNARY_MAX;
        escapes += zeros == UNARY_MAX;
        put_bits(&out, UINT64_C(1) << zeros, zeros + 1);
    }
    to = bits_end(&out);
    for (size_t i = 0; i < count && escapes > 0; i++)
        if (zigzag(r[i]) >> k >= UNARY_MAX)
            to = put_varint(to, (zigzag(r[i]) >> k) - UNARY_MAX);
    return to;
}

static uint8_t *put_long(uint8_t *to, const int64_t *r, size_t count, unsigned k)
{
    uint64_t mask = (UINT64_C(1) << k) - 1;
    size_t escapes = 0;
    bit_writer out = {.at = to};
    for (size_t i = 0; i < count; i++) {
        uint64_t u = zigzag(r[i]), quotient = u >> k;
        put_bits(&out, (u & mask) | (quotient < LONG ? quotient : LONG) << k, k + 2);
    }
    out = (bit_writer){.at = bits_end(&out)};
    for (size_t i = 0; i < count; i++) {
        uint64_t quotient = zigzag(r[i]) >> k;
        if (quotient < LONG)
            continue;
        unsigned zeros = quotient - LONG < UNARY_MAX ? (unsigned)quotient - LONG : UNARY_MAX;
        escapes += zeros == UNARY_MAX;
        put_bits(&out, UINT64_C(1) << zeros, zeros + 1);
    }
    to = bits_end(&out);
    for (size_t i = 0; i < count && escapes > 0; i++)
        if (zigzag(r[i]) >> k >= UNARY_MAX + LONG)
            to = put_varint(to, (zigzag(r[i]) >> k) - UNARY_MAX - LONG);
    return to;
}

static uint8_t *put_events(uint8_t *to, const int64_t *r, size_t count)
{
    size_t events = 0, zeros = 0;
    for (size_t i = 0; i < count; i++)
        events += r[i] != 0;
    to = put_varint(to, events);
    for (size_t i = 0; i < count; i++) {
        if (r[i] == 0) {
            zeros++;
            continue;
        }
        to = put_signed(put_varint(to, zeros), r[i]);
        zeros = 0;
    }
    return to;
}

uint8_t *rest_put(uint8_t *to, const rest_plan *plan, const int64_t *r, size_t count)
{
    switch (plan->coding) {
    case REST_RICE:
        *to++ = (uint8_t)(plan->k | (plan->is_long ? IS_LONG : 0));
        return plan->is_long ? put_long(to, r, count, plan->k) : put_plain(to, r, count, plan->k);
    case REST_EVENTS:
        return put_events(to, r, count);
    default:
        return to;
    }
}

/* --- reading ------------------------------------------------------------------------------------*/

/* The unary parts: how many zeros are before each 1 bit. Gives how many of them are UNARY_MAX, or
 * SIZE_MAX when the bytes end too early or a part is longer. */
static size_t take_unary(byte_reader *in, uint64_t *quotient, size_t count)
{
    const uint8_t *begin = in->at, *at = begin;
    size_t i = 0, escapes = 0;
    int64_t next = 0; /* the bit behind the last 1 */
    bool is_too_long = false;
    while (i < count && at < in->end) {
        int64_t first = (at - begin) * 8;
        for (uint64_t word = load_64(at); word != 0 && i < count; word &= word - 1) {
            int64_t bit = first + __builtin_ctzll(word);
            uint64_t zeros = (uint64_t)(bit - next);
            is_too_long |= zeros > UNARY_MAX;
            escapes += zeros == UNARY_MAX;
            quotient[i++] = zeros;
            next = bit + 1;
        }
        at += 8;
    }
    if (i < count || is_too_long || !take_bytes(in, (size_t)(next + 7) / 8))
        return SIZE_MAX;
    return escapes;
}

static void take_escapes(byte_reader *in, uint64_t *quotient, size_t count, size_t escapes)
{
    for (size_t i = 0; i < count && escapes > 0; i++)
        if (quotient[i] == UNARY_MAX) {
            quotient[i] += take_varint(in);
            escapes--;
        }
}

static bool take_plain(byte_reader *in, int64_t *r, size_t count, unsigned k)
{
    const uint8_t *fields = take_bytes(in, (count * k + 7) / 8);
    uint64_t *quotient = (uint64_t *)r, mask = (UINT64_C(1) << k) - 1;
    size_t escapes = fields ? take_unary(in, quotient, count) : SIZE_MAX;
    if (escapes == SIZE_MAX)
        return false;
    take_escapes(in, quotient, count, escapes);
    for (size_t i = 0, bit = 0; i < count; i++, bit += k)
        r[i] = unzigzag(quotient[i] << k | (load_64(fields + bit / 8) >> (bit & 7) & mask));
    return true;
}

static bool take_long(byte_reader *in, int64_t *r, size_t count, unsigned k)
{
    uint16_t place[REST_MAX];
    uint64_t rest[REST_MAX], mask = (UINT64_C(4) << k) - 1;
    const uint8_t *fields = take_bytes(in, (count * (k + 2) + 7) / 8);
    size_t rests = 0;
    if (!fields)
        return false;
    for (size_t i = 0, bit = 0; i < count; i++, bit += k + 2) {
        uint64_t u = load_64(fields + bit / 8) >> (bit & 7) & mask;
        r[i] = unzigzag(u);
        place[rests] = (uint16_t)i;
        rests += u >> k == LONG;
    }
    size_t escapes = take_unary(in, rest, rests);
    if (escapes == SIZE_MAX)
        return false;
    take_escapes(in, rest, rests, escapes);
    for (size_t i = 0; i < rests; i++)
        r[place[i]] = unzigzag(zigzag(r[place[i]]) + (rest[i] << k));
    return true;
}

static bool take_rice(byte_reader *in, int64_t *r, size_t count)
{
    unsigned head = take_byte(in), k = head & (IS_LONG - 1);
    if ((head & HEAD_UNUSED) || k > K_MAX)
        return false;
    return head & IS_LONG ? take_long(in, r, count, k) : take_plain(in, r, count, k);
}

static bool take_events(byte_reader *in, int64_t *r, size_t count)
{
    memset(r, 0, count * sizeof *r);
    size_t at = 0;
    for (uint64_t events = take_varint(in); events > 0 && !in->is_broken; events--) {
        uint64_t zeros = take_varint(in);
        if (at >= count || zeros >= count - at)
            return false;
        r[at + (size_t)zeros] = take_signed(in);
        at += (size_t)zeros + 1;
    }
    return true;
}

bool rest_take(byte_reader *in, rest_coding coding, int64_t *r, size_t count)
{
    switch (coding) {
    case REST_RICE:
        return take_rice(in, r, count);
    case REST_EVENTS:
        return take_events(in, r, count);
    default:
        memset(r, 0, count * sizeof *r);
        return true;
    }
}
