/* quant/weibull_sample.h: lives for tests. Not part of the program. */
#ifndef QUANT_WEIBULL_SAMPLE_H
#define QUANT_WEIBULL_SAMPLE_H

#include "quant/signal_sample.h"
#include "quant/weibull.h"

/* NIST/SEMATECH e-Handbook 8.4.1.3: ten failures, ten units taken out at 500 hours. */
static const lifetime lives_nist[] = {
    {54, 0, true},   {187, 0, true},  {216, 0, true},  {240, 0, true},  {244, 0, true},
    {335, 0, true},  {361, 0, true},  {373, 0, true},  {375, 0, true},  {386, 0, true},
    {500, 0, false}, {500, 0, false}, {500, 0, false}, {500, 0, false}, {500, 0, false},
    {500, 0, false}, {500, 0, false}, {500, 0, false}, {500, 0, false}, {500, 0, false},
};

/* Fans of 70 diesel generators, hours: W. Nelson, Applied Life Data Analysis, 1982, p. 318, as
 * printed in the manual of SAS/QC, PROC RELIABILITY, first example. */
static inline size_t lives_fan(lifetime life[70])
{
    static const double failed[] = {450,  1150, 1150, 1600, 2070, 2070,
                                    2080, 3100, 3450, 4600, 6100, 8750};
    static const struct {
        double age;
        size_t units;
    } running[] = {
        {460, 1},  {1560, 1}, {1660, 1}, {1850, 5}, {2030, 3},  {2200, 1},  {3000, 4},
        {3200, 1}, {3750, 2}, {4150, 4}, {4300, 4}, {4850, 4},  {5000, 3},  {6100, 3},
        {6300, 1}, {6450, 2}, {6700, 1}, {7450, 1}, {7800, 2},  {8100, 2},  {8200, 1},
        {8500, 3}, {8750, 2}, {9400, 1}, {9900, 1}, {10100, 3}, {11500, 1},
    };
    size_t count = 0;
    for (size_t i = 0; i < OQ_COUNT(failed); i++)
        life[count++] = (lifetime){failed[i], 0, true};
    for (size_t i = 0; i < OQ_COUNT(running); i++)
        for (size_t k = 0; k < running[i].units; k++)
            life[count++] = (lifetime){running[i].age, 0, false};
    return count;
}

/* Lives of a Weibull distribution: each watched from an age between 0 and `entry_max` (those that
 * failed before are not in the list) to one below `end_max`, or to its failure. */
static inline void lives_draw(uint64_t *dice, weibull w, double entry_max, double end_max,
                              size_t count, lifetime *ret_life)
{
    for (size_t i = 0; i < count;) {
        double age = w.eta * pow(-log1p(-dice_share(dice)), 1 / w.beta);
        double entry = dice_share(dice) * entry_max, end = entry + dice_share(dice) * end_max;
        if (age <= entry || end <= entry)
            continue;
        ret_life[i++] = (lifetime){fmin(age, end), entry, age <= end};
    }
}

/* The logarithm of the likelihood, as the definition has it. */
static inline double lives_log_likelihood(const lifetime *life, size_t count, double beta,
                                          double eta)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum -= pow(life[i].age / eta, beta) - pow(life[i].entry / eta, beta);
        if (life[i].has_failed)
            sum += log(beta / eta) + (beta - 1) * log(life[i].age / eta);
    }
    return sum;
}

#endif
