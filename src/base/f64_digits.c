/* Source: R. Giulietti, The Schubfach way to render doubles, 2020: of the decimals of one length
 * that lie in a double's rounding interval there are at most two worth a look, and they are found
 * by one multiplication with a power of ten of 126 bits. The powers are worked out when the first
 * number asks for them, in exact arithmetic: a millisecond once instead of a page of constants. */
#include "base/f64_digits.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/banned.h"

typedef unsigned __int128 u128;

/* --- powers of ten -----------------------------------------------------------------------------*/

enum { POWER_MIN = -292, POWER_MAX = 324, WORDS = 18 }; /* 10^324 has 1,077 bits */

/* 10^k rounded up to its 128 highest bits. */
static struct {
    uint64_t high, low;
} power_of_ten[POWER_MAX - POWER_MIN + 1];

typedef struct big {
    uint64_t word[WORDS]; /* the lowest first */
} big;

static void big_times_ten(big *b)
{
    u128 carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (u128)b->word[i] * 10;
        b->word[i] = (uint64_t)carry;
        carry >>= 64;
    }
    assert(carry == 0);
}

static int big_bits(const big *b)
{
    int i = WORDS - 1;
    while (i > 0 && !b->word[i])
        i--;
    return 64 * i + 64 - __builtin_clzll(b->word[i]);
}

static bool big_bit(const big *b, int n)
{
    return b->word[n / 64] >> (n % 64) & 1;
}

static void big_double(big *b)
{
    for (int i = WORDS - 1; i > 0; i--)
        b->word[i] = b->word[i] << 1 | b->word[i - 1] >> 63;
    b->word[0] <<= 1;
}

static bool big_at_least(const big *a, const big *b)
{
    for (int i = WORDS - 1; i >= 0; i--)
        if (a->word[i] != b->word[i])
            return a->word[i] > b->word[i];
    return true;
}

static void big_less(big *a, const big *b)
{
    uint64_t borrow = 0;
    for (int i = 0; i < WORDS; i++) {
        u128 take = (u128)b->word[i] + borrow;
        borrow = take > a->word[i];
        a->word[i] -= (uint64_t)take;
    }
}

/* The 128 highest bits of `ten` (10^k), rounded up. */
static u128 top_of(const big *ten)
{
    int bits = big_bits(ten);
    u128 top = 0;
    for (int n = bits - 1; n >= 0 && n >= bits - 128; n--)
        top = top << 1 | big_bit(ten, n);
    bool rest = false;
    for (int n = 0; n < bits - 128; n++)
        rest |= big_bit(ten, n);
    return (bits < 128 ? top << (128 - bits) : top) + rest;
}

/* The 128 highest bits of 1 / ten, rounded up; no power of ten but 1 divides a power of two. */
static u128 top_of_inverse(const big *ten)
{
    int bits = big_bits(ten);
    big rest = {0};
    u128 top = 0;
    rest.word[(bits - 1) / 64] = UINT64_C(1) << ((bits - 1) % 64);
    for (int n = 0; n < 128; n++) {
        big_double(&rest);
        top <<= 1;
        if (big_at_least(&rest, ten)) {
            big_less(&rest, ten);
            top |= 1;
        }
    }
    return top + 1;
}

static void make_powers(void)
{
    big ten = {{1}};
    for (int k = 0; k <= POWER_MAX; k++, big_times_ten(&ten)) {
        u128 up = top_of(&ten);
        power_of_ten[k - POWER_MIN].high = (uint64_t)(up >> 64);
        power_of_ten[k - POWER_MIN].low = (uint64_t)up;
        if (k == 0 || -k < POWER_MIN)
            continue;
        u128 down = top_of_inverse(&ten);
        power_of_ten[-k - POWER_MIN].high = (uint64_t)(down >> 64);
        power_of_ten[-k - POWER_MIN].low = (uint64_t)down;
    }
}

/* --- one number --------------------------------------------------------------------------------*/

/* floor(log10(2^e)), floor(log10(3/4 * 2^e)), floor(log2(10^e)), for the exponents there are. */
static int log10_of_pow2(int e)
{
    return (e * 1262611) >> 22;
}
static int log10_of_pow2_closer(int e)
{
    return (e * 1262611 - 524031) >> 22;
}
static int log2_of_pow10(int e)
{
    return (e * 1741647) >> 19;
}

/* The product's upper part; its last bit says whether anything was cut off. */
static uint64_t round_to_odd(int power, uint64_t times)
{
    u128 low = (u128)power_of_ten[power - POWER_MIN].low * times;
    u128 high = (u128)power_of_ten[power - POWER_MIN].high * times + (uint64_t)(low >> 64);
    return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

f64_decimal f64_shortest(double value)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_powers);
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    int biased = (int)(bits >> 52 & 0x7ff);
    uint64_t c = biased ? fraction | UINT64_C(1) << 52 : fraction;
    int q = (biased ? biased : 1) - 1075;
    bool is_even = c % 2 == 0, is_closer = fraction == 0 && biased > 1;

    int k = is_closer ? log10_of_pow2_closer(q) : log10_of_pow2(q);
    int shift = q + log2_of_pow10(-k) + 1;
    uint64_t below = round_to_odd(-k, (4 * c - 2 + is_closer) << shift);
    uint64_t exact = round_to_odd(-k, (4 * c) << shift);
    uint64_t above = round_to_odd(-k, (4 * c + 2) << shift);
    uint64_t lower = below + !is_even, upper = above - !is_even, s = exact / 4;
    if (s >= 10) {
        uint64_t tens = s / 10;
        bool down = lower <= 40 * tens, up = 40 * tens + 40 <= upper;
        if (down != up)
            return (f64_decimal){tens + up, k + 1};
    }
    bool down = lower <= 4 * s, up = 4 * s + 4 <= upper;
    if (down != up)
        return (f64_decimal){s + up, k};
    uint64_t middle = 4 * s + 2;
    bool round_up = exact > middle || (exact == middle && s % 2);
    return (f64_decimal){s + round_up, k};
}
