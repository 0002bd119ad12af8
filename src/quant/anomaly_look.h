/* quant/anomaly_look.h: one look at an asset, and what its parts share. For anomaly*.c alone. */
#ifndef QUANT_ANOMALY_LOOK_H
#define QUANT_ANOMALY_LOOK_H

#include "quant/anomaly_inner.h"

/* What a row of the grid says. */
typedef struct anomaly_row {
    double score, chance, rate; /* rate: per day */
    int kind;
    size_t row;
    size_t signal; /* of SILENT, STUCK, CHANGED */
} anomaly_row;

typedef struct anomaly_looking {
    oq_arena *arena, *temp;
    const anomaly_model *m;
    const anomaly_signal *signal;
    const anomaly_look_rule *rule;
    anomaly_grid grid;     /* of the signals that take part */
    anomaly_grid constant; /* of those that never changed */
    size_t *constant_place;
    size_t first;       /* row that is scored: that of rule->from; the one before is too */
    double *member;     /* of the row being looked at */
    season_point *norm; /* of its columns */
    anomaly_row best;
    double *best_member; /* as it was at the best row, */
    season_point *best_norm;
    double *best_ahead;
    double *best_relation; /* and how much of what is broken each column alone could explain */
} anomaly_looking;

double anomaly_score(const anomaly_model *m, double rate);
/* Of the band around what is expected, in scales of the column: beyond it, LEVEL or JUMP alone are
 * flagged. +inf or NaN: it is not looked at. */
double anomaly_band_width(const anomaly_model *m, int group, size_t column);
/* How long nothing has come from a column, and whether that is odd: 0, or the rate per day. */
double anomaly_silence_s(const anomaly_looking *l, const anomaly_grid *g, size_t row,
                         size_t column);

/* The reasons and the beginning of what is seen at the best row. */
void anomaly_explain(anomaly_looking *l, anomaly_view *v);

#endif
