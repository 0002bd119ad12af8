/* Definitions: what a calculated series reads, and that it is no circle. */
#include "historian/calc_inner.h"
#include "historian/inner.h"
#include "historian/write.h"
#include "quant/unit.h"

#include "calc.sql.h"
#include "series.sql.h"

#include "base/banned.h"

const oq_field calc_input_fields[] = {
    OQ_I64(calc_input, no),        OQ_TEXT(calc_input, key),       OQ_TEXT(calc_input, unit),
    OQ_BOOL(calc_input, is_state), OQ_I64(calc_input, gap_max_us), OQ_FIELDS_END,
};

/* --- reading an expression ---------------------------------------------------------------------*/

typedef struct finding {
    oq_scope *scope;
    calc_inputs *inputs;
} finding;

/* Called once for each series of the expression, in the order of their first use. */
static oq_err *find_input(void *self, oq_str key, oq_str *ret_unit)
{
    finding *f = self;
    sql_calc_input_by_key_rows rows;
    OQ_TRY(sql_calc_input_by_key(f->scope, (sql_calc_input_by_key_args){.key = key}, &rows));
    if (!rows.count)
        return oq_fail_field("expression", "calc.input_unknown", "key=%.*s", OQ_FMT(key));
    f->inputs->at[f->inputs->count++] = rows.at[0];
    *ret_unit = rows.at[0].unit;
    return NULL;
}

static oq_err *about_expression(oq_err *err)
{
    if (err && err->kind == OQ_INVALID && !err->field)
        err->field = "expression";
    return err;
}

oq_err *calc_read(oq_scope *s, oq_str expression, oq_str unit_text, expr **ret_expr,
                  calc_inputs *ret_inputs)
{
    finding f = {s, ret_inputs};
    ret_inputs->count = 0;
    oq_err *err = expr_parse(oq_scope_arena(s), expression, find_input, &f, ret_expr);
    if (!err && unit_text.len)
        err = expr_set_unit(*ret_expr, unit_text);
    return about_expression(err);
}

/* --- circles -----------------------------------------------------------------------------------*/

/* A series on the way down, and through which input of the new definition it was reached. */
typedef struct walked {
    int32_t no;
    size_t through;
} walked;

typedef struct walk {
    walked *at;
    size_t count, room;
} walk;

static bool has_walked(const walk *w, int32_t no)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->at[i].no == no)
            return true;
    return false;
}

static void walk_add(oq_arena *arena, walk *w, walked one)
{
    if (w->count == w->room) {
        walked *wider = oq_new_n(arena, walked, 2 * w->room + 64);
        if (w->count)
            memcpy(wider, w->at, w->count * sizeof *wider);
        w->at = wider;
        w->room = 2 * w->room + 64;
    }
    w->at[w->count++] = one;
}

/* One level down: what those behind `from` read. */
static oq_err *walk_down(oq_scope *s, walk *w, size_t from)
{
    size_t count = w->count - from;
    sql_calc_read_by_rows rows;
    int32_t *no = oq_new_n(oq_scope_arena(s), int32_t, count);
    for (size_t i = 0; i < count; i++)
        no[i] = w->at[from + i].no;
    OQ_TRY(sql_calc_read_by(s, (sql_calc_read_by_args){.series_nos = {no, count}}, &rows));
    for (size_t i = 0; i < rows.count; i++) {
        walked next = {(int32_t)rows.at[i].input_no,
                       w->at[from + (size_t)rows.at[i].origin - 1].through};
        if (!has_walked(w, next.no))
            walk_add(oq_scope_arena(s), w, next);
    }
    return NULL;
}

static oq_err *check_no_circle(oq_scope *s, int64_t own_no, const calc_inputs *inputs)
{
    walk w = {0};
    for (size_t k = 0; k < inputs->count; k++)
        walk_add(oq_scope_arena(s), &w, (walked){(int32_t)inputs->at[k].no, k});
    size_t seen = 0;
    for (int depth = 0; seen < w.count; depth++) {
        size_t level = w.count;
        for (size_t i = seen; i < level; i++)
            if (w.at[i].no == own_no)
                return oq_fail_field("expression", "calc.circle", "via=%.*s",
                                     OQ_FMT(inputs->at[w.at[i].through].key));
        if (depth == CALC_DEPTH_MAX)
            return oq_fail_field("expression", "calc.too_deep", "max=%d", CALC_DEPTH_MAX);
        OQ_TRY(walk_down(s, &w, seen));
        seen = level;
    }
    return NULL;
}

/* --- defining ----------------------------------------------------------------------------------*/

/* One definition at a time in a tenant: two could close a circle that neither sees. */
static oq_err *take_turn(oq_scope *s)
{
    sql_series_counter_rows counter;
    return sql_series_counter(s, (sql_series_counter_args){.add = 0}, &counter);
}

oq_err *calc_define(oq_scope *s, const series *e)
{
    expr *read;
    calc_inputs inputs;
    int32_t no[EXPR_INPUTS_MAX];
    OQ_TRY(take_turn(s));
    OQ_TRY(calc_read(s, e->expression, e->unit, &read, &inputs));
    OQ_TRY(check_no_circle(s, e->no, &inputs));
    for (size_t k = 0; k < inputs.count; k++)
        no[k] = (int32_t)inputs.at[k].no;
    OQ_TRY(sql_calc_forget_inputs(s, (sql_calc_forget_inputs_args){.series_no = e->no}, NULL));
    OQ_TRY(sql_calc_add_inputs(
        s, (sql_calc_add_inputs_args){.series_no = e->no, .input_nos = {no, inputs.count}}, NULL));
    return sql_calc_mark_all(s,
                             (sql_calc_mark_all_args){.series_no = e->no,
                                                      .time_from = SAMPLE_TIME_MIN,
                                                      .time_to = CALC_OPEN_END},
                             NULL);
}

oq_err *calc_input_changed(oq_scope *s, const series *before, const series *after)
{
    if (oq_str_eq(before->unit, after->unit) && before->is_state == after->is_state &&
        before->gap_max_us == after->gap_max_us)
        return NULL;
    sql_calc_readers_rows readers;
    OQ_TRY(sql_calc_readers(s, (sql_calc_readers_args){.input_no = after->no}, &readers));
    for (size_t i = 0; i < readers.count; i++) {
        const sql_calc_readers_row *reader = &readers.at[i];
        series e = {.no = reader->no,
                    .key = reader->key,
                    .unit = reader->unit,
                    .expression = reader->expression};
        oq_err *err = calc_define(s, &e);
        if (err && err->kind == OQ_INVALID) {
            oq_err *unfit =
                oq_wrap(err, OQ_INVALID, "calc.reader_unfit", "key=%.*s", OQ_FMT(reader->key));
            unfit->field = "unit";
            return unfit;
        }
        OQ_TRY(err);
    }
    return NULL;
}
