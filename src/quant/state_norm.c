#include "quant/state_norm.h"

#include <math.h>
#include <stdlib.h>

#include "base/banned.h"

/* Ages beyond that of the 20th longest normal period are taken as that one: there is too little to
 * compare with. */
enum { LONGEST = 20 };

static const int32_t UNKNOWN = INT32_MIN;

/* From `age_s` into the period on the variable is in this state. */
typedef struct turn {
    double age_s;
    int32_t value;
} turn;

typedef struct period {
    double length_s;
    turn *turn;
    size_t turns;
} period;

/* All periods in which the causes of a node hold one combination of states. */
typedef struct setting {
    int32_t *cause; /* their states */
    period *at;
    size_t count, room;
} setting;

typedef struct value_count {
    int32_t value;
    size_t count;
} value_count;

typedef struct node_norm {
    setting *setting;
    size_t settings, room;
    value_count *value; /* how often each state was taken at all */
    size_t values, values_room, taken;
} node_norm;

struct state_norm {
    oq_arena *arena;
    const state_graph *graph;
    node_norm *node;
};

/* Doubles the room of an array in the arena when it is full. */
static void *grow(oq_arena *arena, void *old, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return old;
    size_t more = *room ? 2 * *room : 4;
    void *bigger = oq_alloc_n(arena, more, size);
    if (count)
        memcpy(bigger, old, count * size);
    *room = more;
    return bigger;
}

/* --- going through a log -------------------------------------------------------------------------*/

typedef struct place { /* where one node stands */
    int32_t value;
    bool is_open, is_touched;
    double begin_s, last_s;
    int32_t *cause; /* the causes' states of this period */
    turn *turn;
    size_t turns, room;
} place;

typedef struct log_walk {
    oq_arena *temp;
    const state_graph *graph;
    place *place;
    size_t **effect; /* of each node: who has it as a cause */
    size_t *effects;
    state_norm *learns; /* NULL: only looking */
} log_walk;

static log_walk walk_make(oq_arena *temp, const state_graph *g, state_norm *learns)
{
    log_walk w = {.temp = temp,
                  .graph = g,
                  .place = oq_new_n(temp, place, g->nodes),
                  .effect = oq_new_n(temp, size_t *, g->nodes),
                  .effects = oq_new_n(temp, size_t, g->nodes),
                  .learns = learns};
    for (size_t n = 0; n < g->nodes; n++) {
        w.place[n].value = UNKNOWN;
        w.place[n].cause = oq_new_n(temp, int32_t, g->causes[n]);
        for (size_t k = 0; k < g->causes[n]; k++)
            w.effects[g->cause[n][k]]++;
    }
    for (size_t n = 0; n < g->nodes; n++) {
        w.effect[n] = oq_new_n(temp, size_t, w.effects[n]);
        w.effects[n] = 0;
    }
    for (size_t n = 0; n < g->nodes; n++)
        for (size_t k = 0; k < g->causes[n]; k++) {
            size_t c = g->cause[n][k];
            w.effect[c][w.effects[c]++] = n;
        }
    return w;
}

static setting *setting_of(const state_norm *norm, size_t n, const int32_t *cause)
{
    const node_norm *of = &norm->node[n];
    for (size_t i = 0; i < of->settings; i++)
        if (memcmp(of->setting[i].cause, cause, norm->graph->causes[n] * sizeof *cause) == 0)
            return &of->setting[i];
    return NULL;
}

static void count_value(state_norm *norm, size_t n, int32_t value)
{
    node_norm *of = &norm->node[n];
    of->taken++;
    for (size_t i = 0; i < of->values; i++)
        if (of->value[i].value == value) {
            of->value[i].count++;
            return;
        }
    of->value = grow(norm->arena, of->value, of->values, &of->values_room, sizeof *of->value);
    of->value[of->values++] = (value_count){value, 1};
}

static void keep_period(state_norm *norm, size_t n, const place *p, double end_s)
{
    node_norm *of = &norm->node[n];
    setting *s = setting_of(norm, n, p->cause);
    if (!s) {
        of->setting = grow(norm->arena, of->setting, of->settings, &of->room, sizeof *of->setting);
        s = &of->setting[of->settings++];
        *s = (setting){
            .cause = oq_copy(norm->arena, p->cause, norm->graph->causes[n] * sizeof *p->cause)};
    }
    s->at = grow(norm->arena, s->at, s->count, &s->room, sizeof *s->at);
    s->at[s->count++] = (period){.length_s = end_s - p->begin_s,
                                 .turn = oq_copy(norm->arena, p->turn, p->turns * sizeof *p->turn),
                                 .turns = p->turns};
    for (size_t i = 0; i < p->turns; i++)
        count_value(norm, n, p->turn[i].value);
}

static void add_turn(log_walk *w, place *p, double at_s)
{
    p->turn = grow(w->temp, p->turn, p->turns, &p->room, sizeof *p->turn);
    p->turn[p->turns++] = (turn){at_s - p->begin_s, p->value};
    p->last_s = at_s;
}

/* After the node or one of its causes changed: the same period goes on, or another begins. */
static void place_update(log_walk *w, size_t n, double at_s)
{
    place *p = &w->place[n];
    if (p->value == UNKNOWN)
        return;
    bool is_same = p->is_open;
    for (size_t k = 0; k < w->graph->causes[n]; k++)
        is_same = is_same && p->cause[k] == w->place[w->graph->cause[n][k]].value;
    if (is_same) {
        if (p->turn[p->turns - 1].value != p->value)
            add_turn(w, p, at_s);
        return;
    }
    if (p->is_open && w->learns)
        keep_period(w->learns, n, p, at_s);
    for (size_t k = 0; k < w->graph->causes[n]; k++)
        p->cause[k] = w->place[w->graph->cause[n][k]].value;
    p->is_open = true;
    p->begin_s = at_s;
    p->turns = 0;
    add_turn(w, p, at_s);
}

/* All changes before `until_s`, those of one moment at once. */
static void walk_through(log_walk *w, const state_change *c, size_t count, double until_s)
{
    for (size_t i = 0, end; i < count && c[i].at_s < until_s; i = end) {
        for (end = i; end < count && c[end].at_s == c[i].at_s; end++) {
            if (w->place[c[end].node].value == c[end].value)
                continue;
            w->place[c[end].node].value = c[end].value;
            w->place[c[end].node].is_touched = true;
        }
        for (size_t k = i; k < end; k++) {
            size_t n = c[k].node;
            if (!w->place[n].is_touched)
                continue;
            w->place[n].is_touched = false;
            place_update(w, n, c[i].at_s);
            for (size_t e = 0; e < w->effects[n]; e++)
                place_update(w, w->effect[n][e], c[i].at_s);
        }
    }
}

/* --- learning ------------------------------------------------------------------------------------*/

state_norm *state_norm_open(oq_arena *arena, const state_graph *graph)
{
    state_norm *norm = oq_new(arena, state_norm);
    *norm = (state_norm){
        .arena = arena, .graph = graph, .node = oq_new_n(arena, node_norm, graph->nodes)};
    return norm;
}

void state_norm_learn(state_norm *norm, const state_change *change, size_t count, double end_s)
{
    oq_arena *temp = oq_arena_open(1 << 16);
    log_walk w = walk_make(temp, norm->graph, norm);
    walk_through(&w, change, count, INFINITY);
    for (size_t n = 0; n < norm->graph->nodes; n++)
        if (w.place[n].is_open)
            keep_period(norm, n, &w.place[n], end_s);
    oq_arena_close(temp);
}

/* --- looking -------------------------------------------------------------------------------------*/

static int32_t value_at(const period *p, double age_s)
{
    int32_t value = p->turn[0].value;
    for (size_t i = 1; i < p->turns && p->turn[i].age_s <= age_s; i++)
        value = p->turn[i].value;
    return value;
}

static int by_length_down(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static double chance_in(oq_arena *temp, const setting *s, int32_t value, double age_s)
{
    double *length = oq_new_n(temp, double, s->count);
    for (size_t i = 0; i < s->count; i++)
        length[i] = s->at[i].length_s;
    qsort(length, s->count, sizeof *length, by_length_down);
    age_s = fmin(age_s, length[s->count > LONGEST ? LONGEST : s->count - 1]);
    size_t as_long = 0, alike = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (s->at[i].length_s < age_s)
            continue;
        as_long++;
        alike += value_at(&s->at[i], age_s) == value;
    }
    return (double)(alike + 1) / (double)(as_long + 1);
}

/* The causes are as they never were: what remains is how often the variable took this state. */
static double chance_alone(const node_norm *of, int32_t value)
{
    size_t count = 0;
    for (size_t i = 0; i < of->values; i++)
        if (of->value[i].value == value)
            count = of->value[i].count;
    return (double)(count + 1) / (double)(of->taken + 1);
}

void state_norm_look(oq_arena *temp, const state_norm *norm, const state_change *change,
                     size_t count, double at_s, state_look *ret_look)
{
    oq_mark mark = oq_arena_mark(temp);
    log_walk w = walk_make(temp, norm->graph, NULL);
    walk_through(&w, change, count, at_s);
    for (size_t n = 0; n < norm->graph->nodes; n++) {
        const place *p = &w.place[n];
        ret_look[n] = (state_look){.chance = 1, .since_s = NAN};
        if (!p->is_open)
            continue;
        const setting *s = setting_of(norm, n, p->cause);
        ret_look[n].since_s = p->last_s;
        ret_look[n].chance = s ? chance_in(temp, s, p->value, at_s - p->begin_s)
                               : chance_alone(&norm->node[n], p->value);
    }
    oq_arena_rewind(temp, mark);
}
