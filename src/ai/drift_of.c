/* How far today's inputs are from those that a model learned from. */
#include "ai/drift_of.h"

#include <math.h>

#include "base/banned.h"

#define LOOKED (7 * OQ_DAY)
enum { VALUES_MAX = 20000, JSON_MAX = 64 * 1024 };

typedef struct values {
    double *at;
    size_t count;
} values;

/* Every n-th of so many, and no multiple of a day or a week: else the same hours would be taken of
 * each. */
static size_t step_of(size_t count)
{
    size_t every = count / VALUES_MAX + 1;
    while (every > 1 && (every % 2 == 0 || every % 3 == 0 || every % 7 == 0))
        every++;
    return every;
}

/* Hours of a signal in [from, to), of all assets; of many every n-th. */
static values values_of(const ai_fit *f, oq_arena *temp, uint32_t metric, oq_us from, oq_us to)
{
    size_t seen = 0;
    values v = {oq_new_n(temp, double, VALUES_MAX), 0};
    size_t every = 1;
    for (int round = 0; round < 2; round++) {
        size_t k = 0;
        for (size_t i = 0; i < f->all.count; i++)
            for (size_t n = 0; n < f->items[i].count; n++) {
                const feature_item *item = &f->items[i].at[n];
                if (item->kind != FEATURE_SAMPLE || item->which != metric || item->at < from ||
                    item->at >= to)
                    continue;
                if (round && k++ % every == 0 && v.count < VALUES_MAX)
                    v.at[v.count++] = item->value;
                seen += !round;
            }
        every = step_of(seen);
    }
    return v;
}

void ai_drift_keep(const ai_fit *f, drift_base *ret_base)
{
    oq_arena *temp = oq_arena_open(1 << 20);
    for (size_t m = 0; m < f->sights.metrics; m++) {
        oq_mark mark = oq_arena_mark(temp);
        values v = values_of(f, temp, (uint32_t)m, INT64_MIN, INT64_MAX);
        drift_keep(temp, v.at, v.count, 1, &ret_base[m]);
        oq_arena_rewind(temp, mark);
    }
    oq_arena_close(temp);
}

/* --- looking -------------------------------------------------------------------------------------*/

static size_t metric_of(const ai_fit *f, oq_str metric)
{
    for (size_t i = 0; i < f->sights.metrics; i++)
        if (oq_str_eq(f->sights.metric[i], metric))
            return i;
    return SIZE_MAX;
}

static void put_signal(oq_json *j, oq_str metric, const drift *d)
{
    oq_json_object(j);
    oq_json_put(j, text, "metric", metric);
    oq_json_put(j, text, "state", oq_cstr(oq_choice_text(drift_state_choices, d->state)));
    oq_json_put(j, i64, "rows", (int64_t)d->rows);
    oq_json_put(j, f64, "psi", d->psi);
    oq_json_put(j, f64, "ks", d->ks);
    oq_json_put(j, f64, "missing_then", d->missing_then);
    oq_json_put(j, f64, "missing_now", d->missing_now);
    oq_json_put(j, f64, "median_then", d->median_then);
    oq_json_put(j, f64, "median_now", d->median_now);
    oq_json_object_end(j);
}

/* The worst of the signals is the model's. */
static int worse(int a, int b)
{
    static const int rank[] = {[DRIFT_NOT_ENOUGH] = 1, [DRIFT_STABLE] = 2, [DRIFT_MOVED] = 3,
                               [DRIFT_SHIFTED] = 4};
    return rank[a] >= rank[b] ? a : b;
}

static oq_str tell(const ai_fit *f, const ai_failure_body *b)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(JSON_MAX);
    oq_json j = oq_json_to(&out);
    oq_arena *temp = oq_arena_open(1 << 20);
    int state = DRIFT_NOT_ENOUGH;
    oq_json_object(&j);
    oq_json_key(&j, OQ_STR("signals"));
    oq_json_array(&j);
    for (size_t m = 0; m < b->sights.metrics; m++) {
        oq_mark mark = oq_arena_mark(temp);
        drift d;
        size_t now = metric_of(f, b->sights.metric[m]);
        values v = {0};
        if (now != SIZE_MAX)
            v = values_of(f, temp, (uint32_t)now, f->at - LOOKED, f->at + 1);
        drift_look(temp, &b->base[m], v.at, v.count, 1, &d);
        put_signal(&j, b->sights.metric[m], &d);
        state = worse(state, d.state);
        oq_arena_rewind(temp, mark);
    }
    oq_json_array_end(&j);
    oq_json_put(&j, text, "state", oq_cstr(oq_choice_text(drift_state_choices, state)));
    oq_json_object_end(&j);
    oq_arena_close(temp);
    return oq_str_copy(f->arena, oq_buf_view(&out));
}

oq_err *ai_drift_look(ai_fit *f, ai_drift *ret_drift)
{
    ai_model *current;
    oq_str bytes;
    ai_failure_body *b;
    *ret_drift = (ai_drift){.at = f->at};
    OQ_TRY(ai_model_current(f->s, AI_FAILURE, f->class_id, OQ_UUID_ZERO, &current, &bytes));
    if (!current)
        return NULL;
    oq_mark mark = oq_err_mark();
    if (ai_failure_read(f->arena, bytes, &b)) { /* the next fit takes its place */
        oq_err_rewind(mark);
        return NULL;
    }
    ret_drift->model_id = current->id;
    ret_drift->json = tell(f, b);
    return NULL;
}
