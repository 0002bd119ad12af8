/* backtest/lathe.h: the files of causRCA as records (inside backtest). */
#ifndef BACKTEST_LATHE_H
#define BACKTEST_LATHE_H

#include "backtest/files.h"
#include "quant/cause_rank.h"
#include "quant/state_norm.h"

enum { LATHE_NODES_MAX = 512, LATHE_GROUPS = 3 };

extern const char *const lathe_group[LATHE_GROUPS]; /* "coolant" "hydraulics" "probe" */

/* Changes of what has few states, and the last change of the others (positions, counters). */
typedef struct lathe_log {
    state_change *change;
    size_t count;
    state_change *other;
    double *number; /* of each of `other`; NaN: no number */
    size_t others;
    double end_s;
} lathe_log;

typedef struct lathe_run {
    size_t group;
    oq_str experiment, diagnosis;
    lathe_log log;
    double diagnosis_s;
    bool is_true[LATHE_NODES_MAX]; /* was tampered with: for scoring alone */
    size_t trues;
} lathe_run;

typedef struct lathe {
    oq_arena *arena;
    oq_str name[LATHE_NODES_MAX];
    bool is_discrete[LATHE_NODES_MAX], is_alarm[LATHE_NODES_MAX];
    bool in_group[LATHE_GROUPS][LATHE_NODES_MAX]; /* of the subsystem's own graph */
    size_t nodes;
    rank_edge *edge; /* what causes what, as the experts drew it */
    size_t edges;
    lathe_log *normal;
    size_t normals;
    lathe_run *run;
    size_t runs;
} lathe;

int32_t lathe_state(oq_str value);

/* Fails: as file_csv, file_object; backtest.number, backtest.row_width (facts: file, line),
 * backtest.too_many (facts: file, max), backtest.unsorted (facts: file, line). */
OQ_CHECKED oq_err *lathe_read(oq_arena *arena, const char *folder, lathe **ret_lathe);

#endif
