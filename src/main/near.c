#include "main/near.h"

enum { MOST = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t near_distance(oq_str a, oq_str b)
{
    if (a.len > MOST || b.len > MOST)
        return SIZE_MAX;
    size_t row[MOST + 1][MOST + 1];
    for (size_t i = 0; i <= a.len; i++)
        row[i][0] = i;
    for (size_t j = 0; j <= b.len; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        for (size_t j = 1; j <= b.len; j++) {
            bool same = a.ptr[i - 1] == b.ptr[j - 1];
            row[i][j] =
                least(least(row[i - 1][j] + 1, row[i][j - 1] + 1), row[i - 1][j - 1] + !same);
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1])
                row[i][j] = least(row[i][j], row[i - 2][j - 2] + 1);
        }
    }
    return row[a.len][b.len];
}

near_search near_to(oq_str wanted)
{
    /* One slip in a short word, up to three in a long one. */
    return (near_search){wanted, OQ_NONE, least(1 + wanted.len / 5, 3) + 1};
}

void near_show(near_search *n, oq_str candidate)
{
    size_t distance = near_distance(n->wanted, candidate);
    if (distance < n->distance) {
        n->distance = distance;
        n->best = candidate;
    }
}
