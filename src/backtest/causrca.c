#include <math.h>

#include "backtest/backtest.h"
#include "backtest/lathe.h"
#include "quant/cause_model.h"

#include "base/banned.h"

/* The values of OPC UA arrive one after the other: what caused an alarm may be written after it. */
static const double SLACK_S = 0.25;
/* One chance in two says nothing. */
static const double SURPRISE_MIN = 0.3;
static const double HALF_LIFE_S = 30;
enum { FOLDS = 3 };

/* With the experts' graph, or from when and how unusual alone. */
typedef enum way { WAY_GRAPH, WAY_NO_GRAPH, WAYS } way;

typedef struct knowledge {
    const lathe *l;
    state_graph graph;
    state_norm *norm;
    const rank_edge *edge;
    size_t edges;
} knowledge;

typedef struct group_score {
    size_t runs;
    double map3[WAYS][2], first[WAYS][2]; /* sums; [1]: the subsystem's variables alone */
    size_t asked, diagnosed;
} group_score;

/* --- what is normal ------------------------------------------------------------------------------*/

static void learn_normal(oq_arena *arena, const lathe *l, way w, knowledge *k)
{
    size_t **cause = oq_new_n(arena, size_t *, l->nodes);
    size_t *causes = oq_new_n(arena, size_t, l->nodes);
    *k = (knowledge){.l = l, .edge = l->edge, .edges = w == WAY_GRAPH ? l->edges : 0};
    for (size_t n = 0; n < l->nodes; n++) {
        cause[n] = oq_new_n(arena, size_t, k->edges);
        for (size_t e = 0; e < k->edges; e++) {
            bool is_new = l->edge[e].effect == n && l->is_discrete[l->edge[e].cause];
            for (size_t i = 0; i < causes[n] && is_new; i++)
                is_new = cause[n][i] != l->edge[e].cause;
            if (is_new)
                cause[n][causes[n]++] = l->edge[e].cause;
        }
    }
    k->graph = (state_graph){l->nodes, (const size_t *const *)cause, causes};
    k->norm = state_norm_open(arena, &k->graph);
    for (size_t i = 0; i < l->normals; i++)
        state_norm_learn(k->norm, l->normal[i].change, l->normal[i].count, l->normal[i].end_s);
}

/* --- asking --------------------------------------------------------------------------------------*/

/* How each variable stood at a moment. */
static void look(oq_arena *temp, const knowledge *k, const lathe_run *r, double at_s,
                 rank_node *ret_node)
{
    const lathe *l = k->l;
    state_look *seen = oq_new_n(temp, state_look, l->nodes);
    state_norm_look(temp, k->norm, r->log.change, r->log.count, at_s, seen);
    for (size_t n = 0; n < l->nodes; n++)
        ret_node[n] = (rank_node){.strength = fmax(0, -log10(seen[n].chance) - SURPRISE_MIN),
                                  .agreement = 1,
                                  .prior = isnan(seen[n].since_s) ? 0 : 1, /* is it there at all */
                                  .since_s = seen[n].since_s,
                                  .is_sign = l->is_alarm[n]};
    for (size_t i = 0; i < r->log.others && r->log.other[i].at_s < at_s; i++) {
        rank_node *n = &ret_node[r->log.other[i].node];
        n->since_s = r->log.other[i].at_s;
        n->prior = 1;
    }
}

typedef struct alarm {
    bool is_on;
    double since_s;
} alarm;

/* Alarms as they stood at the moment of diagnosis. */
static void find_alarms(const lathe *l, const lathe_run *r, alarm *ret_alarm)
{
    int32_t on = lathe_state(OQ_STR("True"));
    for (size_t i = 0; i < r->log.count && r->log.change[i].at_s <= r->diagnosis_s; i++) {
        const state_change *c = &r->log.change[i];
        alarm *a = &ret_alarm[c->node];
        if (l->is_alarm[c->node] && a->is_on != (c->value == on))
            *a = (alarm){c->value == on, c->at_s};
    }
}

static bool has_cause(const lathe *l, size_t node)
{
    for (size_t e = 0; e < l->edges; e++)
        if (l->edge[e].effect == node)
            return true;
    return false;
}

/* The shares of all alarms that were on, added up; each looked at when it came. */
static void answer(oq_arena *temp, const knowledge *k, const lathe_run *r, double *ret_share,
                   size_t *ret_order, size_t *ret_count)
{
    const lathe *l = k->l;
    alarm *alarms = oq_new_n(temp, alarm, l->nodes);
    rank_node *node = oq_new_n(temp, rank_node, l->nodes);
    double *share = oq_new_n(temp, double, l->nodes);
    find_alarms(l, r, alarms);
    memset(ret_share, 0, l->nodes * sizeof *ret_share);
    for (size_t n = 0; n < l->nodes; n++) {
        if (!alarms[n].is_on || !has_cause(l, n))
            continue;
        double at_s = fmin(alarms[n].since_s + SLACK_S, r->diagnosis_s);
        look(temp, k, r, at_s, node);
        rank_question q = {.node = node,
                           .nodes = l->nodes,
                           .edge = k->edge,
                           .edges = k->edges,
                           .symptom = n,
                           .at_s = at_s,
                           .half_life_s = HALF_LIFE_S};
        cause_rank(temp, &q, share);
        for (size_t i = 0; i < l->nodes; i++)
            ret_share[i] += share[i];
    }
    look(temp, k, r, r->diagnosis_s, node);
    *ret_count = cause_rank_order(node, l->nodes, ret_share, ret_order);
}

/* --- scoring -------------------------------------------------------------------------------------*/

/* Average precision of the first three, and whether the first ones are just the true ones: as the
 * publisher's evaluation has them. */
static void judge(const lathe *l, const lathe_run *r, const size_t *order, size_t count,
                  bool is_group, double *map3, double *first)
{
    size_t place = 0, hits = 0, in_first = 0;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_group && !l->in_group[r->group][order[i]])
            continue;
        bool is_hit = r->is_true[order[i]];
        place++;
        hits += is_hit;
        if (is_hit && place <= 3)
            sum += (double)hits / (double)place;
        in_first += is_hit && place <= r->trues;
    }
    *map3 += sum / (double)(r->trues < 3 ? r->trues : 3);
    *first += in_first == r->trues;
}

static void ask_all(oq_arena *arena, const lathe *l, const knowledge *k, way w, group_score *score)
{
    oq_arena *temp = oq_arena_open(1 << 20);
    size_t *order = oq_new_n(arena, size_t, l->nodes), count;
    double *share = oq_new_n(arena, double, l->nodes);
    for (size_t i = 0; i < l->runs; i++) {
        group_score *g = &score[l->run[i].group];
        answer(temp, k, &l->run[i], share, order, &count);
        for (size_t part = 0; part < 2; part++)
            judge(l, &l->run[i], order, count, part, &g->map3[w][part], &g->first[w][part]);
        g->runs += w == WAY_GRAPH;
        oq_arena_reset(temp);
    }
    oq_arena_close(temp);
}

/* --- diagnoses, learned --------------------------------------------------------------------------*/

static void add_item(cause_case *c, case_item *item, const char *kind, oq_str metric)
{
    item[c->items++] = (case_item){
        .category = OQ_STR("SENSOR"), .kind = oq_cstr(kind), .metric = metric, .value = NAN};
}

/* What a diagnosis is learned from: the likely roots, and the last state of whatever the alarms
 * were traced back to, the alarms among it. */
static cause_case make_case(oq_arena *arena, const knowledge *k, const lathe_run *r)
{
    const lathe *l = k->l;
    size_t *order = oq_new_n(arena, size_t, l->nodes), count;
    double *share = oq_new_n(arena, double, l->nodes), sum = 0;
    double *number = oq_new_n(arena, double, l->nodes);
    int32_t *state = oq_new_n(arena, int32_t, l->nodes);
    case_item *item = oq_new_n(arena, case_item, 2 * l->nodes);
    cause_case c = {.item = item,
                    .cause = r->diagnosis,
                    .feature = l->name,
                    .value = number,
                    .features = l->nodes};
    answer(arena, k, r, share, order, &count);
    for (size_t n = 0; n < l->nodes; n++) {
        sum += share[n];
        number[n] = NAN;
    }
    for (size_t n = 0; n < l->nodes; n++)
        if (share[n] > 0.1 * sum)
            add_item(&c, item, "ROOT", l->name[n]);
    for (size_t i = 0; i < r->log.count && r->log.change[i].at_s <= r->diagnosis_s; i++)
        state[r->log.change[i].node] = r->log.change[i].value;
    for (size_t n = 0; n < l->nodes; n++)
        if (state[n] == lathe_state(OQ_STR("True")) && (l->is_alarm[n] || share[n] > 0.01 * sum))
            add_item(&c, item, "ON", l->name[n]);
    for (size_t i = 0; i < r->log.others && r->log.other[i].at_s <= r->diagnosis_s; i++)
        if (share[r->log.other[i].node] > 0.01 * sum)
            number[r->log.other[i].node] = r->log.number[i];
    return c;
}

/* Runs of one diagnosis go in turn to the folds (stratified cross-validation). */
static void diagnose_group(oq_arena *arena, const lathe *l, const knowledge *k, size_t group,
                           group_score *score)
{
    cause_case *c = oq_new_n(arena, cause_case, l->runs), *taught;
    size_t *fold = oq_new_n(arena, size_t, l->runs), count = 0;
    for (size_t i = 0; i < l->runs; i++) {
        if (l->run[i].group != group)
            continue;
        for (size_t p = 0; p < count; p++)
            fold[count] += oq_str_eq(c[p].cause, l->run[i].diagnosis);
        c[count++] = make_case(arena, k, &l->run[i]);
    }
    taught = oq_new_n(arena, cause_case, count);
    for (size_t f = 0; f < FOLDS; f++) {
        size_t lessons = 0, guesses;
        cause_model *model;
        cause_model_report learned;
        cause_guess *guess;
        for (size_t i = 0; i < count; i++)
            if (fold[i] % FOLDS != f)
                taught[lessons++] = c[i];
        cause_model_fit(arena, taught, lessons, &model, &learned);
        for (size_t i = 0; i < count; i++) {
            if (fold[i] % FOLDS != f)
                continue;
            score->asked++;
            if (!model) { /* all that was taught has one name */
                score->diagnosed += lessons > 0 && oq_str_eq(c[i].cause, taught[0].cause);
                continue;
            }
            cause_model_ask(arena, model, &c[i], &guess, &guesses);
            score->diagnosed += oq_str_eq(guess[0].cause, c[i].cause);
        }
    }
}

/* --- what is told --------------------------------------------------------------------------------*/

/* From the publisher's eval/ (README of the data): the best of each column. */
static const struct {
    const char *map_name, *no_graph_name, *first_name, *diagnosis_name, *best;
    double map3, recency, first, diagnosis, published[6];
} peers[LATHE_GROUPS] = {
    {"causrca.coolant.map3",
     "causrca.coolant.map3_no_graph",
     "causrca.coolant.first",
     "causrca.coolant.diagnosis",
     "graph-prioritised recency",
     1.0,
     0.353,
     1.0,
     1.0,
     {0.353, 0.0, 1.0, 1.0, 0.137, 0.867}},
    {"causrca.hydraulics.map3",
     "causrca.hydraulics.map3_no_graph",
     "causrca.hydraulics.first",
     "causrca.hydraulics.diagnosis",
     "PageRank",
     0.984,
     0.256,
     0.73,
     0.976,
     {0.184, 0.256, 0.744, 0.984, 0.138, 0.480}},
    {"causrca.probe.map3",
     "causrca.probe.map3_no_graph",
     "causrca.probe.first",
     "causrca.probe.diagnosis",
     "graph-prioritised recency",
     0.583,
     0.191,
     0.47,
     0.972,
     {0.191, 0.0, 0.583, 0.265, 0.324, 0.368}},
};

static void tell_figures(const group_score *g, size_t group, report *r)
{
    double runs = (double)g->runs;
    report_figure_add(r, (report_figure){.name = peers[group].map_name,
                                         .value = g->map3[WAY_GRAPH][0] / runs,
                                         .unit = "MAP@3",
                                         .peer = peers[group].best,
                                         .peer_value = peers[group].map3,
                                         .wanted = peers[group].map3});
    report_figure_add(r, (report_figure){.name = peers[group].no_graph_name,
                                         .value = g->map3[WAY_NO_GRAPH][0] / runs,
                                         .unit = "MAP@3",
                                         .peer = group == 1 ? "BARO" : "time recency",
                                         .peer_value = peers[group].recency,
                                         .wanted = NAN});
    report_figure_add(r, (report_figure){.name = peers[group].first_name,
                                         .value = g->first[WAY_GRAPH][0] / runs,
                                         .unit = "precision@1",
                                         .peer = "graph-prioritised recency",
                                         .peer_value = peers[group].first,
                                         .wanted = peers[group].first});
    report_figure_add(r,
                      (report_figure){.name = peers[group].diagnosis_name,
                                      .value = (double)g->diagnosed / (double)g->asked,
                                      .unit = "precision@1",
                                      .peer = "logistic regression",
                                      .peer_value = peers[group].diagnosis,
                                      .wanted = group == 1 ? (double)NAN : peers[group].diagnosis});
}

static void tell_table(const group_score *score, report *r)
{
    static const char *const method[6] = {
        "time recency", "BARO",        "graph-prioritised recency",
        "PageRank",     "random walk", "PC-discovered graph"};
    static const char *const own[WAYS][2] = {
        {"OPTRIA IQ, graph", "OPTRIA IQ, graph, subsystem"},
        {"OPTRIA IQ, no graph", "OPTRIA IQ, no graph, subsystem"}};
    report_table *t = report_table_add(r, "map3", 1 + LATHE_GROUPS);
    report_cell(r, t, OQ_STR("MAP@3"));
    for (size_t g = 0; g < LATHE_GROUPS; g++)
        report_cell(r, t, oq_cstr(lathe_group[g]));
    for (size_t w = 0; w < WAYS; w++)
        for (size_t part = 0; part < 2; part++) {
            report_cell(r, t, oq_cstr(own[w][part]));
            for (size_t g = 0; g < LATHE_GROUPS; g++)
                report_number(r, t, score[g].map3[w][part] / (double)score[g].runs, 3);
        }
    for (size_t m = 0; m < OQ_COUNT(method); m++) {
        report_cell(r, t, oq_cstr(method[m]));
        for (size_t g = 0; g < LATHE_GROUPS; g++)
            report_number(r, t, peers[g].published[m], 3);
    }
}

oq_err *backtest_causrca(oq_arena *arena, const char *folder, report **ret_report)
{
    lathe *l;
    knowledge k[WAYS];
    group_score score[LATHE_GROUPS] = {0};
    OQ_TRY(lathe_read(arena, folder, &l));
    for (size_t w = 0; w < WAYS; w++) {
        learn_normal(arena, l, (way)w, &k[w]);
        ask_all(arena, l, &k[w], (way)w, score);
    }
    *ret_report = report_make(arena);
    for (size_t g = 0; g < LATHE_GROUPS; g++) {
        diagnose_group(arena, l, &k[WAY_GRAPH], g, &score[g]);
        if (score[g].runs)
            tell_figures(&score[g], g, *ret_report);
    }
    tell_table(score, *ret_report);
    return NULL;
}
