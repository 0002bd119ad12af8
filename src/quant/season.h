/* quant/season.h
 *
 * What a signal usually is at this hour, by its own past: a level and a scale for each half hour of
 * the day or each hour of the week, or one of both for all time, whichever the past itself bears
 * out. Robust: levels are medians, scales 1.4826 MAD (B. Iglewicz, D. Hoaglin, How to Detect and
 * Handle Outliers, ASQC 1993), so that a few wild days in the past change nothing.
 *
 * Which rhythm: levels are learned from the first two thirds of the past and held against the rest.
 * A rhythm is taken when it lowers the mean distance from the level by a tenth at least, over no
 * rhythm, and the week over the day; the day wants three days to learn from, the week two weeks.
 * Between the middles of two bins level and scale go in a straight line. */
#ifndef QUANT_SEASON_H
#define QUANT_SEASON_H

#include "base/base.h"

typedef enum season_rhythm { SEASON_NONE, SEASON_DAY, SEASON_WEEK, SEASON_FIND } season_rhythm;
enum { SEASON_BINS_MAX = 168 };

typedef struct season {
    season_rhythm rhythm;
    oq_us utc_offset;     /* local time = UTC + this */
    size_t bins;          /* 1, 48, 168 */
    float *level, *scale; /* per bin, in the arena; the signal's unit; scale > 0 */
    double overall;       /* scale of the distances from the level, all bins together */
} season;

/* From values at rising times; NaN: none. `rhythm`: SEASON_FIND, or which one it is to be. False:
 * fewer than two values, or all the same. A scale is never less than half of the instrument's step as the values show it, nor than a fifth of the
 * scale of all bins together, towards which it is drawn where a bin has few values. */
bool season_learn(oq_arena *arena, const oq_us *time, const double *value, size_t count,
                  oq_us utc_offset, season_rhythm rhythm, season *ret_season);

typedef struct season_point {
    double level, scale;
} season_point;
season_point season_at(const season *s, oq_us time);

/* How many bins a rhythm has. */
size_t season_bins(season_rhythm rhythm);

#endif
