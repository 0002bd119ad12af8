/* demoplant/noise.h
 *
 * Chance that can be asked for any moment in any order: a value depends on a key and the time, not
 * on what was asked before. So the past is filled, the present goes on, and a restart continues,
 * all with the same numbers. */
#ifndef DEMOPLANT_NOISE_H
#define DEMOPLANT_NOISE_H

#include "base/base.h"

/* A key from a key and a number or a text. */
uint64_t noise_key(uint64_t key, uint64_t more);
uint64_t noise_key_text(uint64_t key, const char *more);

double noise_even(uint64_t key);   /* 0 <= x < 1 */
double noise_normal(uint64_t key); /* mean 0, deviation 1, within +-3.5 */

/* A smooth wander of mean 0 and about +-1 that changes over `period`. */
double noise_wander(uint64_t key, oq_us at, oq_us period);

#endif
