/* What fails, and how long it lived. */
#include "ai/lives.h"

#include <math.h>

#include "workorder/work_order.h"

#include "base/banned.h"

static double hours_between(oq_us from, oq_us to)
{
    return (double)(to - from) / (double)OQ_HOUR;
}

/* --- labels ------------------------------------------------------------------------------------*/

static oq_str key_of(const ai_failure *f, bool *ret_is_component)
{
    *ret_is_component = !f->mode.len && f->component.len;
    return f->mode.len ? f->mode : f->component.len ? f->component : AI_LABEL_ANY;
}

static void add_part(ai_label *l, oq_str part)
{
    for (size_t i = 0; i < l->parts; i++)
        if (oq_str_eq(l->part[i], part))
            return;
    if (part.len && l->parts < AI_LABEL_PARTS_MAX)
        l->part[l->parts++] = part;
}

static ai_label *find_label(ai_label *l, size_t count, oq_str code, bool is_component)
{
    for (size_t i = 0; i < count; i++)
        if (l[i].is_component == is_component && oq_str_eq(l[i].code, code))
            return &l[i];
    return NULL;
}

static int by_count(const void *a, const void *b)
{
    const ai_label *x = a, *y = b;
    if (x->failures != y->failures)
        return x->failures > y->failures ? -1 : 1;
    return oq_str_cmp(x->code, y->code);
}

enum { LABELS_SEEN_MAX = 500 };

static size_t see_labels(ai_label *l, const ai_asset *of, size_t of_count)
{
    size_t count = 0;
    for (size_t i = 0; i < of_count; i++)
        for (size_t k = 0; k < of[i].failures; k++) {
            const ai_failure *f = &of[i].failure[k];
            bool is_component;
            oq_str code = key_of(f, &is_component);
            ai_label *at = find_label(l, count, code, is_component);
            if (!at && count == LABELS_SEEN_MAX)
                continue;
            if (!at) {
                at = &l[count++];
                *at = (ai_label){.code = code, .is_component = is_component};
            }
            at->failures++;
            add_part(at, f->component);
        }
    return count;
}

void ai_labels_find(oq_arena *temp, const ai_asset *of, size_t of_count, ai_labels *ret_labels)
{
    oq_mark mark = oq_arena_mark(temp);
    ai_label *l = oq_new_n(temp, ai_label, LABELS_SEEN_MAX);
    size_t count = see_labels(l, of, of_count);
    qsort(l, count, sizeof *l, by_count);
    ai_labels labels = {.count = count < AI_LABELS_MAX ? count : AI_LABELS_MAX};
    for (size_t i = 0; i < labels.count; i++)
        labels.at[i] = l[i];
    if (count > AI_LABELS_MAX) {
        ai_label *other = &labels.at[AI_LABELS_MAX - 1];
        *other = (ai_label){.code = AI_LABEL_OTHER};
        for (size_t i = AI_LABELS_MAX - 1; i < count; i++)
            other->failures += l[i].failures;
    }
    oq_arena_rewind(temp, mark);
    *ret_labels = labels;
}

size_t ai_label_of(const ai_labels *labels, const ai_failure *f)
{
    bool is_component;
    oq_str code = key_of(f, &is_component);
    for (size_t i = 0; i < labels->count; i++)
        if (labels->at[i].is_component == is_component && oq_str_eq(labels->at[i].code, code))
            return i;
    size_t last = labels->count - 1;
    return labels->count && oq_str_eq(labels->at[last].code, AI_LABEL_OTHER) ? last : SIZE_MAX;
}

bool ai_label_renewed(const ai_label *label, const ai_order *order)
{
    if (order->done_at == OQ_TIME_NONE || order->is_cancelled || order->kind == WORK_INSPECTION)
        return false;
    if (order->mode.len && !label->is_component)
        return oq_str_eq(order->mode, label->code);
    for (size_t i = 0; i < label->parts; i++)
        if (order->component.len && oq_str_eq(order->component, label->part[i]))
            return true;
    /* A failure of which nobody says what it was is mended by work of which nobody does. */
    return oq_str_eq(label->code, AI_LABEL_ANY) && !order->component.len && !order->mode.len &&
           order->kind == WORK_CORRECTIVE;
}

/* --- the course of one label on one asset --------------------------------------------------------*/

typedef struct turn {
    oq_us at;
    bool is_failure; /* else a renewal */
} turn;

static int by_moment(const void *a, const void *b)
{
    const turn *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (int)y->is_failure - (int)x->is_failure; /* what failed is mended afterwards */
}

/* Failures and renewals before `until`, in the order of time. */
static size_t turns_of(oq_arena *temp, const ai_labels *labels, size_t label, const ai_asset *a,
                       oq_us until, turn **ret_turn)
{
    turn *t = oq_new_n(temp, turn, 2 * a->failures + a->orders + 1);
    size_t n = 0;
    for (size_t i = 0; i < a->failures; i++) {
        const ai_failure *f = &a->failure[i];
        if (ai_label_of(labels, f) != label)
            continue;
        if (f->at < until)
            t[n++] = (turn){f->at, true};
        if (f->restored_at != OQ_TIME_NONE && f->restored_at < until && f->restored_at > f->at)
            t[n++] = (turn){f->restored_at, false};
    }
    for (size_t i = 0; i < a->orders; i++)
        if (ai_label_renewed(&labels->at[label], &a->order[i]) && a->order[i].done_at < until)
            t[n++] = (turn){a->order[i].done_at, false};
    qsort(t, n, sizeof *t, by_moment);
    *ret_turn = t;
    return n;
}

static oq_us installed_at(const ai_asset *a)
{
    return a->installed_on == OQ_DATE_NONE ? OQ_TIME_NONE : (oq_us)a->installed_on * OQ_DAY;
}

typedef struct collecting {
    ai_lives lives;
    size_t room;
    double longest; /* complete life from a renewal that was seen */
    size_t complete;
    oq_arena *arena;
} collecting;

static void add_life(collecting *c, double age, double entry, bool has_failed)
{
    if (age <= 0 || age <= entry)
        return;
    if (c->lives.count == c->room) {
        lifetime *more = oq_new_n(c->arena, lifetime, c->room * 2);
        memcpy(more, c->lives.at, c->room * sizeof *more);
        c->lives.at = more;
        c->room *= 2;
    }
    c->lives.at[c->lives.count++] = (lifetime){.age = age, .entry = entry, .has_failed = has_failed};
    c->lives.failures += has_failed;
}

/* Lives that began at a moment that is known. */
static void add_known(collecting *c, const turn *t, size_t n, oq_us until)
{
    for (size_t i = 0; i < n; i++) {
        /* Until it was mended nothing lives: of two failures in a row the first counts as mended at
         * once. */
        oq_us end = i + 1 < n ? t[i + 1].at : until;
        bool fails = i + 1 < n && t[i + 1].is_failure;
        if (t[i].is_failure && i + 1 < n && !t[i + 1].is_failure)
            continue;
        double age = hours_between(t[i].at, end);
        add_life(c, age, 0, fails);
        if (fails && age > 0) {
            c->complete++;
            c->longest = fmax(c->longest, age);
        }
    }
}

enum { COMPLETE_MIN = 3 };

/* The life that was there when watching began. */
static void add_first(collecting *c, const ai_asset *a, const turn *t, size_t n, oq_us until)
{
    oq_us from = installed_at(a), watched = a->watched_from;
    oq_us end = n ? t[0].at : until;
    if (watched == OQ_TIME_NONE || watched >= end)
        return;
    if (from == OQ_TIME_NONE || from >= end) {
        c->lives.unknown++;
        return;
    }
    double entry = watched > from ? hours_between(from, watched) : 0;
    if (c->complete >= COMPLETE_MIN && entry > c->longest) {
        c->lives.unknown++;
        return;
    }
    add_life(c, hours_between(from, end), entry, n && t[0].is_failure);
}

ai_lives ai_lives_of(oq_arena *arena, const ai_labels *labels, size_t label, const ai_asset *of,
                     size_t of_count, oq_us until)
{
    oq_arena *temp = oq_arena_open(0);
    collecting c = {.room = 64, .arena = arena};
    c.lives.at = oq_new_n(arena, lifetime, c.room);
    turn **t = oq_new_n(temp, turn *, of_count);
    size_t *n = oq_new_n(temp, size_t, of_count);
    for (size_t i = 0; i < of_count; i++) {
        n[i] = turns_of(temp, labels, label, &of[i], until, &t[i]);
        add_known(&c, t[i], n[i], until);
    }
    for (size_t i = 0; i < of_count; i++)
        add_first(&c, &of[i], t[i], n[i], until);
    oq_arena_close(temp);
    return c.lives;
}

/* --- age ---------------------------------------------------------------------------------------*/

ai_age ai_age_of(const ai_labels *labels, size_t label, const ai_asset *a, double longest)
{
    oq_arena *temp = oq_arena_open(0);
    turn *t;
    size_t n = turns_of(temp, labels, label, a, a->at, &t);
    oq_us since = n ? t[n - 1].at : OQ_TIME_NONE;
    oq_arena_close(temp);
    if (since != OQ_TIME_NONE)
        return (ai_age){hours_between(since, a->at), true};
    oq_us from = installed_at(a), watched = a->watched_from;
    if (from != OQ_TIME_NONE && from < a->at) {
        double entry = watched != OQ_TIME_NONE && watched > from ? hours_between(from, watched) : 0;
        if (longest <= 0 || entry <= longest)
            return (ai_age){hours_between(from, a->at), true};
    }
    if (watched != OQ_TIME_NONE && watched < a->at)
        return (ai_age){hours_between(watched, a->at), false};
    return (ai_age){NAN, false};
}
