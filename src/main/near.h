/* main/near.h: "did you mean ...?" */
#ifndef MAIN_NEAR_H
#define MAIN_NEAR_H

#include "base/base.h"

/* Steps from one text to the other: a byte more, a byte less, another byte, two swapped
 * (restricted Damerau-Levenshtein). Texts longer than 63 bytes are far from everything. */
size_t near_distance(oq_str a, oq_str b);

/* Keeps the nearest of what it is shown, when that is near enough to be meant. */
typedef struct near_search {
    oq_str wanted, best;
    size_t distance;
} near_search;

near_search near_to(oq_str wanted);
void near_show(near_search *n, oq_str candidate);

#endif
