/* historian/series_form.h
 *
 * What people type of a signal's definition: codes instead of ids, seconds instead of microseconds,
 * states line by line instead of JSON. */
#ifndef HISTORIAN_SERIES_FORM_H
#define HISTORIAN_SERIES_FORM_H

#include "historian/series.h"

enum { SERIES_STATES_MAX = 100 };

typedef struct series_form {
    oq_str asset, component; /* codes */
    oq_str key, metric, name, name_ar, unit;
    int kind;
    bool is_state;
    oq_str states; /* "0 = stopped = متوقف", a line each */
    double instrument_min, instrument_max, gap_max_s;
    double exception_deviation, exception_max_s, compression_deviation, compression_max_s;
    int64_t retention_days;
    oq_str expression;
    bool is_active;
    int64_t version;
    bool preview; /* the button that shows what it would give, and saves nothing */
} series_form;
extern const oq_field series_form_fields[];

/* Fails about the field: asset.not_found, series.component_unknown, series.state_malformed (fact:
 * line). */
OQ_CHECKED oq_err *series_form_order(oq_scope *s, const series_form *form, series_order *ret_order);
OQ_CHECKED oq_err *series_form_of(oq_scope *s, const series *e, series_form *ret_form);

/* The two directions of `states`; pure. */
OQ_CHECKED oq_err *series_states_json(oq_arena *arena, oq_str lines, oq_str *ret_json);
oq_str series_states_lines(oq_arena *arena, oq_str json);

#endif
