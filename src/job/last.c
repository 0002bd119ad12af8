#include "job/last.h"

#include "db/last.h"

#include "base/banned.h"

/* How far back the same order is looked for; the table sees to the rest. */
enum { LOOK_BACK = 64 };

typedef struct waiting {
    struct waiting *before;
    job_order order;
    char text[]; /* key and payload */
} waiting;

static void drop_all(void *arg)
{
    for (waiting *w = arg, *before; w; w = before) {
        before = w->before;
        free(w);
    }
}

static oq_err *add_all(oq_scope *s, void *arg)
{
    for (waiting *w = arg; w; w = w->before)
        OQ_TRY(job_add(s, &w->order, NULL));
    return NULL;
}

static waiting *find_same(waiting *w, const job_order *order)
{
    for (int i = 0; w && i < LOOK_BACK; i++, w = w->before)
        if (w->order.is_unique && strcmp(w->order.kind, order->kind) == 0 &&
            oq_str_eq(w->order.key, order->key))
            return w;
    return NULL;
}

static oq_str put(char *at, oq_str text)
{
    if (!oq_str_given(text))
        return OQ_NONE;
    if (text.len)
        memcpy(at, text.ptr, text.len);
    return oq_strn(at, text.len);
}

static void keep(db_last *last, const job_order *order)
{
    waiting *w = malloc(sizeof *w + order->key.len + order->payload.len + 1);
    if (!w)
        abort();
    w->before = last->arg;
    w->order = *order;
    w->order.key = put(w->text, order->key);
    w->order.payload = put(w->text + order->key.len, order->payload);
    *last = (db_last){.call = add_all, .drop = drop_all, .arg = w};
}

oq_err *job_add_last(oq_scope *s, const job_order *order)
{
    db_last *last = oq_scope_last(s);
    if (!last)
        return job_add(s, order, NULL);
    job_order o = *order;
    if (o.run_at == OQ_TIME_NONE)
        o.run_at = oq_now(s);
    waiting *same = o.is_unique ? find_same(last->arg, &o) : NULL;
    if (!same) {
        keep(last, &o);
        return NULL;
    }
    if (o.run_at < same->order.run_at)
        same->order.run_at = o.run_at;
    if (o.priority > same->order.priority)
        same->order.priority = o.priority;
    return NULL;
}
