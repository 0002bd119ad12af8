#include "optimize/compare.h"

#include <math.h>
#include <stdlib.h>

#include "optimize/json_read.h"

#include "base/banned.h"

enum { DEPTH_MAX = 8 };

const char *const optimize_cost_parts[OPTIMIZE_COST_PARTS] = {
    "failure", "planned", "labour", "production", "carbon", "move", "total",
};

static oq_err *read_run(oq_scope *s, oq_uuid id, size_t side, optimize_difference *d,
                        optimize_advices *ret_advices)
{
    json_reader r = {.arena = oq_scope_arena(s)};
    optimize_run *run;
    const json_node *root;
    OQ_TRY(optimize_run_get(s, id, &run));
    if (!run->result.len)
        return oq_fail(OQ_CONFLICT, "optimize.not_done");
    OQ_TRY(json_tree_parse(r.arena, run->result, DEPTH_MAX, &root));
    const json_node *cost = json_tree_member(root, "cost");
    for (size_t i = 0; i < OPTIMIZE_COST_PARTS; i++)
        d->cost[side][i] = cost ? json_read_i64(&r, cost, optimize_cost_parts[i]) : OQ_I64_NONE;
    d->planned[side] = json_read_i64(&r, root, "planned");
    d->run[side] = run;
    return optimize_advices_of(s, id, ret_advices);
}

/* The same work before and behind: by order, else by asset and mode. */
static int compare_work(const void *x, const void *y)
{
    const optimize_advice *a = *(const optimize_advice *const *)x;
    const optimize_advice *b = *(const optimize_advice *const *)y;
    int by_order = memcmp(&a->work_order_id, &b->work_order_id, sizeof(oq_uuid));
    if (by_order || !oq_uuid_is_zero(a->work_order_id))
        return by_order;
    int by_asset = memcmp(&a->asset_id, &b->asset_id, sizeof(oq_uuid));
    return by_asset ? by_asset : oq_str_cmp(a->failure_mode, b->failure_mode);
}

static const optimize_advice **sorted(oq_arena *arena, const optimize_advices *rows)
{
    const optimize_advice **by = oq_new_n(arena, const optimize_advice *, rows->count);
    for (size_t i = 0; i < rows->count; i++)
        by[i] = &rows->at[i];
    if (rows->count)
        qsort(by, rows->count, sizeof *by, compare_work);
    return by;
}

static bool is_elsewhere(const optimize_advice *a, const optimize_advice *b)
{
    return a->action != b->action || a->day != b->day || !oq_str_eq(a->crew, b->crew);
}

oq_err *optimize_compare(oq_scope *s, oq_uuid a, oq_uuid b, optimize_difference *ret_difference)
{
    oq_arena *arena = oq_scope_arena(s);
    optimize_advices rows[2];
    *ret_difference = (optimize_difference){0};
    OQ_TRY(read_run(s, a, 0, ret_difference, &rows[0]));
    OQ_TRY(read_run(s, b, 1, ret_difference, &rows[1]));
    const optimize_advice **x = sorted(arena, &rows[0]), **y = sorted(arena, &rows[1]);
    optimize_moved *moved = oq_new_n(arena, optimize_moved, rows[0].count + rows[1].count);
    size_t i = 0, k = 0, count = 0;
    while (i < rows[0].count || k < rows[1].count) {
        int order = i == rows[0].count ? 1 : k == rows[1].count ? -1 : compare_work(&x[i], &y[k]);
        optimize_moved m = {order <= 0 ? x[i] : NULL, order >= 0 ? y[k] : NULL};
        i += order <= 0;
        k += order >= 0;
        if (!m.a || !m.b || is_elsewhere(m.a, m.b))
            moved[count++] = m;
    }
    ret_difference->has_one_currency =
        oq_str_eq(ret_difference->run[0]->currency, ret_difference->run[1]->currency);
    ret_difference->moved = moved;
    ret_difference->moves = count;
    return NULL;
}

static void put_side(oq_json *j, const optimize_difference *d, size_t side)
{
    optimize_run run = *d->run[side];
    run.result = OQ_NONE;
    oq_json_object(j);
    oq_json_name(j, "run");
    oq_fields_write_json(j, optimize_run_fields, &run);
    oq_json_put(j, i64, "planned", d->planned[side]);
    oq_json_name(j, "cost");
    oq_json_object(j);
    for (size_t i = 0; i < OPTIMIZE_COST_PARTS; i++) {
        oq_json_name(j, optimize_cost_parts[i]);
        if (d->cost[side][i] == OQ_I64_NONE)
            oq_json_null(j);
        else
            oq_json_i64(j, d->cost[side][i]);
    }
    oq_json_object_end(j);
    oq_json_object_end(j);
}

static void put_advice(oq_json *j, const char *name, const optimize_advice *a)
{
    oq_json_name(j, name);
    if (a)
        oq_fields_write_json(j, optimize_advice_fields, a);
    else
        oq_json_null(j);
}

void optimize_difference_write(oq_json *j, const optimize_difference *d)
{
    oq_json_object(j);
    oq_json_name(j, "a");
    put_side(j, d, 0);
    oq_json_name(j, "b");
    put_side(j, d, 1);
    oq_json_put(j, bool, "has_one_currency", d->has_one_currency);
    oq_json_name(j, "moved");
    oq_json_array(j);
    for (size_t i = 0; i < d->moves; i++) {
        oq_json_object(j);
        put_advice(j, "a", d->moved[i].a);
        put_advice(j, "b", d->moved[i].b);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
    oq_json_object_end(j);
}
