/* quant/anomaly_inner.h: what the parts of the detector share. For anomaly*.c alone. */
#ifndef QUANT_ANOMALY_INNER_H
#define QUANT_ANOMALY_INNER_H

#include <math.h>

#include "quant/anomaly.h"
#include "quant/control_chart.h"
#include "quant/forecast.h"
#include "quant/mspc.h"
#include "quant/season.h"
#include "quant/tail.h"

enum {
    ANOMALY_FOLDS = 5,
    ANOMALY_WINDOW = 96,     /* rows that a CUSUM goes back */
    ANOMALY_WARM = 25,       /* rows after which S has forgotten where it began: 0.8^25 = 0.004 */
    ANOMALY_RUN = 24,        /* rows: what is closer together is one episode */
    ANOMALY_LAGS_MAX = 4,    /* rows before, in RELATION */
    ANOMALY_WIDE_MAX = 256,  /* columns of it with their lags */
    ANOMALY_STUCK_MAX = 500, /* rows: where runs were longer than that, none is odd */
    ANOMALY_STUCK_TIMES = 3, /* what is odd: so many times the longest of the base, */
    ANOMALY_STUCK_MIN = 10,  /* and so many rows */
    ANOMALY_SILENT_TIMES = 3,
    ANOMALY_REACH_MAX = 2000, /* rows: ANOMALY_STUCK_TIMES * ANOMALY_STUCK_MAX, and some */
    ANOMALY_INDEPENDENT_MIN = 100,
    ANOMALY_EWMA_ROWS = 20 /* that one value of SHIFT's average is worth: (2 - w) / w */
};

/* Kinds of evidence that are held against their own past row by row; kind = group + 1. */
enum { GROUP_LEVEL, GROUP_JUMP, GROUP_SHIFT, GROUP_RELATION, GROUPS };
enum { OWN_GROUPS = 3 }; /* those that each signal has of its own */

/* A row's pieces of evidence ("members"): of each of OWN_GROUPS one per column, then these. */
enum { MEMBER_Q, MEMBER_S, PLANT_MEMBERS };
static inline size_t anomaly_members(size_t columns)
{
    return OWN_GROUPS * columns + PLANT_MEMBERS;
}
int anomaly_group_of(size_t member, size_t columns);

/* What is learned of rows. Columns are the signals that take part. */
typedef struct anomaly_parts {
    size_t columns;
    const bool *is_state;
    season *season;
    forecast_rule *forecast; /* scale 0: none */
    double *independent;     /* values that the base is worth */
    double rows;             /* of the base */
    mspc *relation;          /* NULL: too few rows */
} anomaly_parts;

/* A signal as the model has it. */
typedef struct anomaly_norm {
    bool takes_part, is_state, is_constant;
    double constant;
    double silence_s; /* usual silences are no longer; 0: none */
    double run;       /* rows of one value, the longest of the base */
} anomaly_norm;

struct anomaly_model {
    anomaly_about about;
    oq_us utc_offset;
    anomaly_norm *norm; /* of each signal of the list */
    size_t *place;      /* of each column: which signal */
    anomaly_parts parts;
    double *limit;      /* of each member: what a hundredth of the base is beyond */
    tail group[GROUPS]; /* of the largest of a group over its limit */
    tail total;         /* of the rarest group's surprise, -ln of its chance */
};

/* --- the grid ------------------------------------------------------------------------------------*/

typedef struct anomaly_grid {
    oq_us from, step;
    size_t rows, columns;
    double *value; /* row by row; NaN: none, and held for longer than is usual */
    oq_us *last;   /* the newest good sample up to the row's end; OQ_TIME_NONE: none */
    uint32_t *run; /* rows with samples, all of this value, up to here */
} anomaly_grid;

/* Rows that begin at multiples of step, the first at or before `from`, the last begins before `to`.
 * `which`: a place in `signal` for each column. */
anomaly_grid anomaly_grid_make(oq_arena *arena, const anomaly_signal *signal, const size_t *which,
                               size_t columns, const anomaly_norm *norm, oq_us from, oq_us to,
                               oq_us step);
static inline oq_us anomaly_row_time(const anomaly_grid *g, size_t row)
{
    return g->from + (oq_us)row * g->step;
}
/* A sample that counts. */
static inline bool anomaly_is_good(const samples *s, size_t i)
{
    return quality_is_good(samples_quality(s, i)) && isfinite(s->value[i]);
}

/* --- parts ---------------------------------------------------------------------------------------*/

/* From rows of the grid outside of [but_from, but_end). Season rhythms are those of `as`, where it
 * is given, as are the weights of forecasts. */
anomaly_parts anomaly_parts_learn(oq_arena *arena, const anomaly_grid *g, const bool *is_state,
                                  size_t but_from, size_t but_end, oq_us utc_offset,
                                  const anomaly_parts *as);

typedef struct anomaly_walk {
    const anomaly_parts *parts;
    forecast *forecast;
    double *ahead; /* where each column was expected at the row; NaN: nowhere */
    double *ewma;
    mspc_watch *watch;
    double *filled;
} anomaly_walk;

/* Of a state, and where the base is too short: false. */
bool anomaly_knows_level(const anomaly_parts *p, size_t column);

anomaly_walk anomaly_walk_open(oq_arena *arena, const anomaly_parts *parts);
/* Members of a row (NaN: not there); *ret_at: level and scale of each column at that time (may be
 * NULL). `is_deep` false: RELATION is left out, all else goes on. */
void anomaly_walk_next(anomaly_walk *w, oq_us time, const double *row, bool is_deep,
                       double *ret_member, season_point *ret_at);

/* The largest of each group of a row's members, over its limit (NaN: none there); the surprise at
 * each, -ln of its chance, and the largest of those (NaN: none). */
void anomaly_groups(const anomaly_model *m, const double *member, double *ret_group);
double anomaly_total(const anomaly_model *m, const double *group);
static inline double anomaly_surprise(const tail *t, double x)
{
    return isnan(x) ? NAN : -log(tail_chance(t, x));
}

#endif
