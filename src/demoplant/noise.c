#include "demoplant/noise.h"

#include <math.h>

#include "base/banned.h"

/* SplitMix64's output function (Steele, Lea, Flood, Fast Splittable Pseudorandom Number
 * Generators, 2014). */
static uint64_t mix(uint64_t z)
{
    z += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint64_t noise_key(uint64_t key, uint64_t more)
{
    return mix(key ^ mix(more));
}

uint64_t noise_key_text(uint64_t key, const char *more)
{
    for (; *more; more++)
        key = mix(key ^ (uint8_t)*more);
    return key;
}

double noise_even(uint64_t key)
{
    return (double)(mix(key) >> 11) * 0x1p-53;
}

/* The sum of four even ones, stretched to deviation 1. */
double noise_normal(uint64_t key)
{
    uint64_t bits = mix(key);
    double sum = 0;
    for (int i = 0; i < 4; i++)
        sum += (double)(bits >> 16 * i & 0xffff) / 65536;
    return (sum - 2) * sqrt(3);
}

double noise_wander(uint64_t key, oq_us at, oq_us period)
{
    oq_us cell = at / period - (at % period < 0);
    double x = (double)(at - cell * period) / (double)period;
    double a = 2 * noise_even(noise_key(key, (uint64_t)cell)) - 1;
    double b = 2 * noise_even(noise_key(key, (uint64_t)cell + 1)) - 1;
    return a + (b - a) * x * x * (3 - 2 * x);
}
