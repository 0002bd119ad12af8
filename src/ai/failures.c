/* What counts as a failure of an asset, and when two records speak of the same one. */
#include "ai/gather_inner.h"
#include "blackbox/event.h"
#include "workorder/work_order.h"

#include "base/banned.h"

#define ONE_FAILURE OQ_DAY

static int by_time(const void *a, const void *b)
{
    const ai_failure *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return oq_str_cmp(x->mode, y->mode);
}

static bool contradicts(oq_str a, oq_str b)
{
    return a.len && b.len && !oq_str_eq(a, b);
}

static bool is_same(const ai_failure *one, const ai_failure *other)
{
    return other->at - one->at < ONE_FAILURE && !contradicts(one->mode, other->mode) &&
           !contradicts(one->component, other->component);
}

static void join(ai_failure *into, const ai_failure *more)
{
    if (!into->mode.len)
        into->mode = more->mode;
    if (!into->component.len)
        into->component = more->component;
    if (into->restored_at == OQ_TIME_NONE || more->restored_at > into->restored_at)
        into->restored_at = more->restored_at;
}

/* A text that is a failure mode of the asset. */
static oq_str known_mode(const ai_asset *a, oq_str code)
{
    for (size_t i = 0; i < a->modes && code.len; i++)
        if (oq_str_eq(a->mode[i].code, code))
            return code;
    return OQ_NONE;
}

static bool is_failure_order(const ai_order *o)
{
    return o->kind == WORK_CORRECTIVE && !o->is_cancelled;
}

void ai_find_failures(oq_arena *arena, ai_asset *a, const ai_failure *confirmed, size_t count)
{
    ai_failure *found = oq_new_n(arena, ai_failure, a->orders + a->events + count + 1);
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < a->orders; i++)
        if (is_failure_order(&a->order[i]))
            found[n++] = (ai_failure){.at = a->order[i].created_at,
                                      .restored_at = a->order[i].done_at,
                                      .mode = a->order[i].mode,
                                      .component = a->order[i].component};
    for (size_t i = 0; i < a->events; i++) {
        const ai_event *e = &a->event[i];
        if (e->category == CATEGORY_FAILURE)
            found[n++] =
                (ai_failure){.at = e->at,
                             .restored_at = OQ_TIME_NONE,
                             .mode = e->mode.len ? e->mode : known_mode(a, e->code),
                             .component = e->component};
    }
    for (size_t i = 0; i < count; i++) {
        found[n] = confirmed[i];
        found[n].mode = known_mode(a, confirmed[i].mode);
        n++;
    }
    qsort(found, n, sizeof *found, by_time);
    for (size_t i = 0; i < n; i++) {
        size_t k = kept;
        while (k && found[i].at - found[k - 1].at < ONE_FAILURE && !is_same(&found[k - 1], &found[i]))
            k--;
        if (k && is_same(&found[k - 1], &found[i]))
            join(&found[k - 1], &found[i]);
        else
            found[kept++] = found[i];
    }
    a->failure = found;
    a->failures = kept;
}
