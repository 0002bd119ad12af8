#include <math.h>
#include <sodium.h>

#include "job/inner.h"

#include "base/banned.h"

/* 5 s, 10 s, 20 s ... 1 h, each up to a fifth shorter or longer, so that what failed together does
 * not come back together. */
oq_us job_back_off(int64_t tries, double dice)
{
    enum { FIRST_S = 5, LAST_S = 3600, DOUBLINGS = 10 };
    assert(dice >= 0 && dice < 1);
    int64_t doublings = tries < 1 ? 0 : tries - 1 > DOUBLINGS ? DOUBLINGS : tries - 1;
    double wait_s = fmin(FIRST_S * exp2((double)doublings), LAST_S);
    return (oq_us)(wait_s * (0.8 + 0.4 * dice) * OQ_SECOND);
}

double job_dice(void)
{
    return (double)randombytes_uniform(1 << 30) / (1 << 30);
}
