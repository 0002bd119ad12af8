/* The machine that follows a condition. */
#include "quant/alarm.h"

#include <math.h>

#include "base/banned.h"

/* --- one pass over samples and deadlines -------------------------------------------------------*/

typedef struct pass {
    const alarm_condition *c;
    alarm_delays delays;
    const alarm_signal *signal;
    alarm_moment *m;
    size_t next[ALARM_LEAVES_MAX]; /* of each leaf's samples */
    alarm_change *change;          /* the latest ALARM_TOLD_MAX * 2; NULL: nobody asks */
    size_t changes;
    bool lost; /* more than that */
    size_t first_max; /* of a replay: the first so many are kept, all are counted */
} pass;

/* The lowest (or highest) value that is one in [at - within, at]. */
static double extreme(const samples *s, size_t i, oq_us within, bool lowest)
{
    double found = s->value[i];
    oq_us from = s->time[i] - within;
    for (size_t k = i + 1; k-- > 0 && s->time[k] >= from;) {
        if (isnan(s->value[k]) || quality_is_bad(samples_quality(s, k)))
            continue;
        if (lowest ? s->value[k] < found : s->value[k] > found)
            found = s->value[k];
    }
    return found;
}

static bool beyond(double x, double limit, double deadband, bool was)
{
    return was ? x > limit - deadband : x > limit;
}

static bool value_says(const alarm_leaf *leaf, const alarm_signal *signal, size_t i, bool was)
{
    const samples *s = signal->samples;
    double x = s->value[i], limit = signal->limit, step;
    switch (leaf->is) {
    case ALARM_ABOVE:
        return beyond(x, limit, leaf->deadband, was);
    case ALARM_BELOW:
        return beyond(-x, -limit, leaf->deadband, was);
    case ALARM_AWAY_FROM:
        return beyond(fabs(x - limit), leaf->by, leaf->deadband, was);
    default:
        step = fabs(x - extreme(s, i, leaf->within, leaf->is == ALARM_RISING));
        return was ? step >= leaf->by - leaf->deadband : step >= leaf->by;
    }
}

static void see(pass *p, int k, size_t i)
{
    const alarm_leaf *leaf = &p->c->leaf[k];
    const samples *s = p->signal[k].samples;
    bool is_bad = quality_is_bad(samples_quality(s, i)) || isnan(s->value[i]);
    bool *is_on = &p->m->leaf[k].is_on;
    p->m->leaf[k].seen_at = s->time[i];
    if (!is_bad)
        p->m->leaf[k].value = s->value[i];
    if (leaf->is == ALARM_STALE)
        *is_on = false;
    else if (leaf->is == ALARM_BAD)
        *is_on = is_bad;
    else if (!is_bad)
        *is_on = value_says(leaf, &p->signal[k], i, *is_on);
}

static bool tree_says(const alarm_condition *c, const alarm_moment *m, int at)
{
    const alarm_node *n = &c->node[at];
    if (n->leaf >= 0)
        return m->leaf[n->leaf].is_on;
    for (int i = at + 1; i < n->end; i = c->node[i].end)
        if (tree_says(c, m, i) == n->is_any)
            return n->is_any;
    return !n->is_any;
}

/* When time alone changes something; INT64_MAX: never. */
static oq_us next_due(const pass *p)
{
    const alarm_moment *m = p->m;
    oq_us due = INT64_MAX;
    if (m->holds != m->is_on)
        due = m->holds_since + (m->holds ? p->delays.on : p->delays.off);
    for (int k = 0; k < p->c->leaves; k++) {
        const alarm_leaf *leaf = &p->c->leaf[k];
        if (leaf->is != ALARM_STALE || m->leaf[k].is_on || m->leaf[k].seen_at == OQ_TIME_NONE)
            continue;
        oq_us at = m->leaf[k].seen_at + leaf->after;
        due = at < due ? at : due;
    }
    return due;
}

static oq_us next_sample(const pass *p)
{
    oq_us first = INT64_MAX;
    for (int k = 0; k < p->c->leaves; k++) {
        const samples *s = p->signal[k].samples;
        if (s && p->next[k] < s->count && s->time[p->next[k]] < first)
            first = s->time[p->next[k]];
    }
    return first;
}

static void tell(pass *p, int kind)
{
    const alarm_moment *m = p->m;
    alarm_change one = {.kind = kind, .at = m->at, .since = m->holds_since, .value = (double)NAN};
    if (!p->change)
        return;
    for (int k = p->c->leaves; kind == ALARM_RAISED && k-- > 0;)
        if (m->leaf[k].is_on)
            one.leaf = k;
    one.value = m->leaf[one.leaf].value;
    if (p->first_max) {
        if (p->changes < p->first_max)
            p->change[p->changes] = one;
        p->changes++;
        return;
    }
    if (p->changes == ALARM_TOLD_MAX * 2) {
        memmove(p->change, p->change + 2, (ALARM_TOLD_MAX * 2 - 2) * sizeof *p->change);
        p->changes -= 2;
        p->lost = true;
    }
    p->change[p->changes++] = one;
}

/* Samples of the moment first, then what time does, then the tree, then the delays. */
static void step(pass *p, oq_us at)
{
    alarm_moment *m = p->m;
    for (int k = 0; k < p->c->leaves; k++) {
        const samples *s = p->signal[k].samples;
        if (s && p->next[k] < s->count && s->time[p->next[k]] == at)
            see(p, k, p->next[k]++);
        if (p->c->leaf[k].is == ALARM_STALE && m->leaf[k].seen_at != OQ_TIME_NONE &&
            at - m->leaf[k].seen_at >= p->c->leaf[k].after)
            m->leaf[k].is_on = true;
    }
    m->at = at;
    bool holds = tree_says(p->c, m, 0);
    if (holds != m->holds) {
        m->holds = holds;
        m->holds_since = at;
    }
    if (m->holds != m->is_on && at - m->holds_since >= (m->holds ? p->delays.on : p->delays.off)) {
        m->is_on = m->holds;
        tell(p, m->is_on ? ALARM_RAISED : ALARM_RETURNED);
    }
}

static void run(pass *p, oq_us to)
{
    for (int k = 0; k < p->c->leaves; k++) {
        const samples *s = p->signal[k].samples;
        p->next[k] = s && p->m->at < INT64_MAX ? samples_find(s, p->m->at + 1) : 0;
    }
    for (;;) {
        oq_us due = next_due(p), sample = next_sample(p), at = due < sample ? due : sample;
        if (at > to)
            break;
        step(p, at > p->m->at ? at : p->m->at);
    }
    if (to > p->m->at)
        p->m->at = to;
}

/* --- what was told, and what is so -------------------------------------------------------------*/

static bool is_same(const alarm_change *a, const alarm_change *b)
{
    return a->kind == b->kind && a->at == b->at && a->since == b->since;
}

/* The machine was put back to its base: what it says now against what it told. */
static void compare(const alarm_machine *m, const pass *p, alarm_outcome *out)
{
    size_t same = 0;
    while (same < m->tolds && same < p->changes && is_same(&m->told[same], &p->change[same]))
        same++;
    for (size_t i = same; i < m->tolds; i++)
        out->taken_back[out->taken_backs++] = m->told[i];
    out->changes = p->changes - same;
    memcpy(out->change, p->change + same, out->changes * sizeof *out->change);
}

static void remember(alarm_machine *m, const alarm_outcome *out)
{
    m->tolds -= out->taken_backs;
    for (size_t i = 0; i < out->changes; i++) {
        if (m->tolds == ALARM_TOLD_MAX) {
            memmove(m->told, m->told + 1, (ALARM_TOLD_MAX - 1) * sizeof *m->told);
            m->tolds--;
        }
        m->told[m->tolds++] = out->change[i];
    }
}

/* Brings the base up, never behind what is remembered of what was told. */
static void settle(alarm_machine *m, const pass *front, oq_us now, bool was_lost)
{
    oq_us to = (m->front.at < now ? m->front.at : now) - ALARM_RELOOK;
    if (was_lost && m->tolds && m->told[0].at - 1 > to)
        to = m->told[0].at - 1;
    if (to > m->base.at) {
        pass p = {.c = front->c, .delays = front->delays, .signal = front->signal, .m = &m->base};
        run(&p, to);
    }
    size_t gone = 0;
    while (gone < m->tolds && m->told[gone].at <= m->base.at)
        gone++;
    memmove(m->told, m->told + gone, (m->tolds - gone) * sizeof *m->told);
    m->tolds -= gone;
}

static oq_us newest(const alarm_condition *c, const alarm_signal *signal, oq_us latest)
{
    oq_us found = INT64_MIN;
    for (int k = 0; k < c->leaves; k++) {
        const samples *s = signal[k].samples;
        size_t behind = s ? samples_find(s, latest + 1) : 0;
        if (behind && s->time[behind - 1] > found)
            found = s->time[behind - 1];
    }
    return found;
}

static size_t count_too_late(const alarm_condition *c, const alarm_signal *signal, oq_us from,
                             oq_us base)
{
    size_t count = 0;
    for (int k = 0; k < c->leaves; k++)
        if (signal[k].samples)
            count +=
                samples_find(signal[k].samples, base + 1) - samples_find(signal[k].samples, from);
    return count;
}

void alarm_look(const alarm_condition *c, alarm_delays delays, const alarm_signal *signal,
                oq_us fresh_from, oq_us now, alarm_machine *m, alarm_outcome *ret_outcome)
{
    alarm_change change[ALARM_TOLD_MAX * 2];
    pass p = {.c = c, .delays = delays, .signal = signal, .m = &m->front, .change = change};
    oq_us seen = newest(c, signal, now + ALARM_AHEAD);
    oq_us to = seen > now - ALARM_SETTLE ? seen : now - ALARM_SETTLE;
    *ret_outcome = (alarm_outcome){.due_at = OQ_TIME_NONE};
    if (fresh_from <= m->base.at)
        ret_outcome->too_late = count_too_late(c, signal, fresh_from, m->base.at);
    bool again = fresh_from <= m->front.at || m->front.at <= m->base.at;
    if (again)
        m->front = m->base;
    run(&p, to);
    if (again && !p.lost) {
        compare(m, &p, ret_outcome);
    } else { /* lost: so much has happened that what was told before is not in it any more */
        ret_outcome->changes = p.changes;
        memcpy(ret_outcome->change, change, p.changes * sizeof *change);
    }
    bool was_lost = p.lost || m->tolds + ret_outcome->changes > ALARM_TOLD_MAX;
    remember(m, ret_outcome);
    settle(m, &p, now, was_lost);
    oq_us due = next_due(&p), sample = next_sample(&p);
    if (due < sample && due < INT64_MAX)
        ret_outcome->due_at = due + ALARM_SETTLE;
    else if (sample < INT64_MAX)
        ret_outcome->due_at = sample - ALARM_AHEAD;
}

size_t alarm_replay(const alarm_condition *c, alarm_delays delays, const alarm_signal *signal,
                    oq_us from, oq_us to, alarm_change *ret_change, size_t max)
{
    alarm_machine m;
    alarm_machine_start(&m, c, from, false, from);
    pass p = {.c = c,
              .delays = delays,
              .signal = signal,
              .m = &m.front,
              .change = ret_change,
              .first_max = max};
    run(&p, to);
    return p.changes;
}

void alarm_machine_start(alarm_machine *m, const alarm_condition *c, oq_us at, bool is_on,
                         oq_us since)
{
    *m = (alarm_machine){.base = {.at = at, .holds = is_on, .is_on = is_on, .holds_since = since}};
    for (int k = 0; k < ALARM_LEAVES_MAX; k++) {
        m->base.leaf[k].is_on = is_on && k < c->leaves;
        m->base.leaf[k].seen_at = OQ_TIME_NONE;
        m->base.leaf[k].value = (double)NAN;
    }
    m->front = m->base;
}
