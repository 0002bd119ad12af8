#include <math.h>
#include <stdlib.h>

#include "backtest/backtest.h"
#include "backtest/files.h"
#include "quant/cause_rank.h"

#include "base/banned.h"

enum { HEADS = 3, PARTS = 2, METRICS = 2 };

/* How much of a deviation an equally strong cause explains. */
static const double EXPLAINS = 0.9;
/* What is beyond this share of normal operation deviates. */
static const double USUAL = 0.95;

/* A metrics file: the columns of one metric and statistic, a series each. */
typedef struct metrics {
    const char *path;
    file_table t;
} metrics;

typedef struct issue {
    metrics m;
    size_t target, root; /* nodes */
    oq_str metric, statistic;
} issue;

typedef struct shop {
    oq_arena *arena;
    oq_str *name;
    size_t nodes;
    rank_edge *edge; /* who is called causes what happens to the caller */
    size_t edges;
    metrics normal;
    issue *part[PARTS]; /* train, test */
    size_t issues[PARTS];
} shop;

static const char *const part_name[PARTS] = {"train", "test"};

/* --- reading -------------------------------------------------------------------------------------*/

static size_t node_of(const shop *s, oq_str name)
{
    for (size_t n = 0; n < s->nodes; n++)
        if (oq_str_eq(s->name[n], name))
            return n;
    return SIZE_MAX;
}

static oq_err *read_graph(shop *s, const char *folder)
{
    file_table t;
    const char *path = file_path(s->arena, "%s/graph.csv", folder);
    OQ_TRY(file_csv(s->arena, path, &t));
    s->name = t.row[0] + 1;
    s->nodes = t.cells[0] - 1;
    s->edge = oq_new_n(s->arena, rank_edge, s->nodes * s->nodes);
    for (size_t i = 1; i < t.rows; i++) {
        size_t caller = node_of(s, t.row[i][0]);
        if (t.cells[i] != t.cells[0] || caller == SIZE_MAX)
            return oq_fail(OQ_INVALID, "backtest.row_width", "file=%s line=%zu", path, i + 1);
        for (size_t k = 1; k < t.cells[i]; k++) {
            double calls;
            if (!oq_parse_f64(t.row[i][k], &calls))
                return oq_fail(OQ_INVALID, "backtest.number", "file=%s line=%zu", path, i + 1);
            if (calls > 0)
                s->edge[s->edges++] = (rank_edge){.cause = k - 1, .effect = caller};
        }
    }
    return NULL;
}

static oq_err *read_metrics(shop *s, const char *path, metrics *ret_metrics)
{
    *ret_metrics = (metrics){.path = path};
    OQ_TRY(file_csv(s->arena, path, &ret_metrics->t));
    if (ret_metrics->t.rows <= HEADS)
        return oq_fail(OQ_INVALID, "backtest.file_empty", "file=%s", path);
    for (size_t i = 1; i < ret_metrics->t.rows; i++)
        if (ret_metrics->t.cells[i] != ret_metrics->t.cells[0])
            return oq_fail(OQ_INVALID, "backtest.row_width", "file=%s line=%zu", path, i + 1);
    return NULL;
}

static oq_str member(oq_arena *arena, const json_t *of, const char *object, const char *name)
{
    const json_t *text = json_object_get(json_object_get(of, object), name);
    return oq_str_copy(arena, oq_cstr(json_string_value(text)));
}

static oq_err *read_issue(shop *s, const char *folder, issue *one)
{
    OQ_AUTO(file_json) target = NULL;
    const char *path = file_path(s->arena, "%s/target.json", folder);
    OQ_TRY(file_object(s->arena, path, &target));
    one->metric = member(s->arena, target, "target", "metric");
    one->statistic = member(s->arena, target, "target", "agg");
    one->target = node_of(s, member(s->arena, target, "target", "node"));
    one->root = node_of(s, member(s->arena, target, "root_cause", "node"));
    if (one->target == SIZE_MAX || one->root == SIZE_MAX)
        return oq_fail(OQ_INVALID, "backtest.json", "file=%s", path);
    return read_metrics(s, file_path(s->arena, "%s/metrics.csv.gz", folder), &one->m);
}

static oq_err *read_shop(oq_arena *arena, const char *data, shop *ret_shop)
{
    shop *s = ret_shop;
    *s = (shop){.arena = arena};
    const char *folder = file_path(arena, "%s/low_traffic", data);
    OQ_TRY(read_graph(s, folder));
    OQ_TRY(read_metrics(s, file_path(arena, "%s/noissue/metrics.csv.gz", folder), &s->normal));
    for (size_t p = 0; p < PARTS; p++) {
        file_names names;
        OQ_TRY(file_list(arena, file_path(arena, "%s/%s", folder, part_name[p]), &names));
        s->part[p] = oq_new_n(arena, issue, names.count);
        for (size_t i = 0; i < names.count; i++)
            OQ_TRY(read_issue(s,
                              file_path(arena, "%s/%s/%s", folder, part_name[p], names.at[i].ptr),
                              &s->part[p][s->issues[p]++]));
    }
    return NULL;
}

/* --- how much a service deviates -------------------------------------------------------------------*/

typedef struct column {
    double *at; /* row by row; NaN: no value */
    size_t rows, good;
} column;

/* Larger is worse: availability is turned round. */
static column column_of(oq_arena *temp, const metrics *m, oq_str node, const issue *one)
{
    const file_table *t = &m->t;
    column c = {.at = oq_new_n(temp, double, t->rows)};
    size_t k = 1;
    double sign = oq_str_eq(one->metric, OQ_STR("availability")) ? -1 : 1;
    while (k < t->cells[0] &&
           !(oq_str_eq(t->row[0][k], node) && oq_str_eq(t->row[1][k], one->metric) &&
             oq_str_eq(t->row[2][k], one->statistic)))
        k++;
    for (size_t i = HEADS; i < t->rows && k < t->cells[0]; i++) {
        double value;
        uint64_t whole;
        oq_str time = t->row[i][0];
        if (!oq_parse_u64(oq_str_sub(time, 0, oq_str_find_char(time, '.')), &whole))
            continue; /* the line that names the index */
        bool is_there = oq_parse_f64(t->row[i][k], &value);
        c.at[c.rows++] = is_there ? sign * value : (double)NAN;
        c.good += is_there;
    }
    return c;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double *sorted(oq_arena *temp, const column *c)
{
    double *s = oq_new_n(temp, double, c->good + 1);
    size_t count = 0;
    for (size_t i = 0; i < c->rows; i++)
        if (!isnan(c->at[i]))
            s[count++] = c->at[i];
    qsort(s, count, sizeof *s, by_size);
    return s;
}

/* How far beyond what is usual the worst of the rows is, as ln(1 + excess). */
static double strength_of(oq_arena *temp, const column *normal, const column *now)
{
    if (normal->good < 20 || now->good == 0)
        return 0;
    double *base = sorted(temp, normal), worst = sorted(temp, now)[now->good - 1];
    double median = base[normal->good / 2];
    column off = {.at = oq_new_n(temp, double, normal->good), .rows = normal->good};
    off.good = off.rows;
    for (size_t i = 0; i < off.rows; i++)
        off.at[i] = fabs(base[i] - median);
    double mad = 1.4826 * sorted(temp, &off)[off.good / 2];
    double usual = base[(size_t)(USUAL * (double)(normal->good - 1))] - median;
    double scale = fmax(fmax(usual, 3 * mad), fmax(1e-3 * fabs(median), 1e-12));
    return log1p(fmax(0, (worst - median) / scale - 1));
}

/* Pearson's correlation over the rows that both have, 0 where it is not positive. */
static double agreement_of(const column *a, const column *b)
{
    double n = 0, mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < a->rows && i < b->rows; i++) {
        if (isnan(a->at[i]) || isnan(b->at[i]))
            continue;
        double dx = a->at[i] - mx, dy = b->at[i] - my;
        n++;
        mx += dx / n;
        my += dy / n;
        xx += dx * (a->at[i] - mx);
        yy += dy * (b->at[i] - my);
        xy += dx * (b->at[i] - my);
    }
    return n >= 3 && xx > 0 && yy > 0 ? fmax(0, xy / sqrt(xx * yy)) : 0;
}

static rank_node *look(oq_arena *temp, const shop *s, const issue *one)
{
    rank_node *node = oq_new_n(temp, rank_node, s->nodes);
    column target = column_of(temp, &one->m, s->name[one->target], one);
    for (size_t n = 0; n < s->nodes; n++) {
        column normal = column_of(temp, &s->normal, s->name[n], one);
        column now = column_of(temp, &one->m, s->name[n], one);
        node[n] = (rank_node){.strength = strength_of(temp, &normal, &now),
                              .agreement = agreement_of(&target, &now),
                              .prior = 1,
                              .since_s = NAN};
    }
    return node;
}

/* --- what kinds of service are at the root -----------------------------------------------------------*/

/* "remote" of "amazon.com_remote": what kind of thing a node is. */
static oq_str kind_of(oq_str name)
{
    size_t at = name.len;
    while (at > 0 && name.ptr[at - 1] != '_')
        at--;
    return oq_str_sub(name, at, SIZE_MAX);
}

typedef struct experience {
    bool *has_deviated, *was_root; /* of each node, in the issues to learn from */
} experience;

/* Of the nodes of this kind that deviated, how many were at the root (Laplace's rule of
 * succession). Nodes are counted and not issues: the same fault put in eight times is one thing
 * learned. */
static double prior_of(const shop *s, const experience *e, size_t node)
{
    size_t deviated = 0, roots = 0;
    for (size_t n = 0; n < s->nodes; n++) {
        if (!oq_str_eq(kind_of(s->name[n]), kind_of(s->name[node])))
            continue;
        deviated += e->has_deviated[n] || e->was_root[n];
        roots += e->was_root[n];
    }
    return (double)(roots + 1) / (double)(deviated + 2);
}

static experience learn(oq_arena *arena, const shop *s)
{
    experience e = {oq_new_n(arena, bool, s->nodes), oq_new_n(arena, bool, s->nodes)};
    oq_arena *temp = oq_arena_open(1 << 18);
    for (size_t i = 0; i < s->issues[0]; i++) {
        const issue *one = &s->part[0][i];
        rank_node *node = look(temp, s, one);
        e.was_root[one->root] = true;
        for (size_t n = 0; n < s->nodes; n++)
            e.has_deviated[n] |= n != one->target && node[n].strength * node[n].agreement > 0;
        oq_arena_reset(temp);
    }
    oq_arena_close(temp);
    return e;
}

/* --- asking and telling ----------------------------------------------------------------------------*/

typedef struct tally {
    size_t asked, first, third;
} tally;

/* The place of the root among all nodes, from 1. */
static size_t place_of_root(oq_arena *temp, const shop *s, const issue *one, const experience *e,
                            bool has_graph)
{
    rank_node *node = look(temp, s, one);
    for (size_t n = 0; n < s->nodes; n++)
        node[n].prior = prior_of(s, e, n);
    rank_question q = {.node = node,
                       .nodes = s->nodes,
                       .edge = s->edge,
                       .edges = has_graph ? s->edges : 0,
                       .symptom = one->target,
                       .at_s = NAN,
                       .explains = EXPLAINS};
    double *share = oq_new_n(temp, double, s->nodes);
    size_t *order = oq_new_n(temp, size_t, s->nodes), place = 0;
    cause_rank(temp, &q, share);
    cause_rank_order(node, s->nodes, share, order);
    while (order[place] != one->root)
        place++;
    return place + 1;
}

static double share_of(size_t part, size_t of)
{
    return of ? (double)part / (double)of : (double)NAN;
}

static void tell(report *r, tally all[2], const tally metric[METRICS], const oq_str *metric_name)
{
    const report_figure figure[] = {
        {.name = "petshop.top1",
         .value = share_of(all[1].first, all[1].asked),
         .unit = "share",
         .peer = "largest deviation, no graph",
         .peer_value = share_of(all[0].first, all[0].asked),
         .wanted = share_of(all[0].first, all[0].asked)},
        {.name = "petshop.top3",
         .value = share_of(all[1].third, all[1].asked),
         .unit = "share",
         .peer = "largest deviation, no graph",
         .peer_value = share_of(all[0].third, all[0].asked),
         .wanted = share_of(all[0].third, all[0].asked)},
        {.name = "petshop.issues", .value = (double)all[1].asked, .unit = "", .wanted = NAN},
    };
    for (size_t i = 0; i < OQ_COUNT(figure); i++)
        report_figure_add(r, figure[i]);
    report_table *t = report_table_add(r, "recall", 4);
    report_cell(r, t, OQ_STR("metric"));
    report_cell(r, t, OQ_STR("issues"));
    report_cell(r, t, OQ_STR("top-1"));
    report_cell(r, t, OQ_STR("top-3"));
    for (size_t m = 0; m < METRICS; m++) {
        report_cell(r, t, metric_name[m]);
        report_number(r, t, (double)metric[m].asked, 0);
        report_number(r, t, share_of(metric[m].first, metric[m].asked), 3);
        report_number(r, t, share_of(metric[m].third, metric[m].asked), 3);
    }
}

static void count_in(tally *t, size_t place)
{
    t->asked++;
    t->first += place == 1;
    t->third += place <= 3;
}

oq_err *backtest_petshop(oq_arena *arena, const char *folder, report **ret_report)
{
    static const oq_str metric_name[METRICS] = {OQ_STR_INIT("latency"),
                                                OQ_STR_INIT("availability")};
    shop s;
    tally all[2] = {0}, metric[METRICS] = {0};
    OQ_TRY(read_shop(arena, folder, &s));
    experience known = learn(arena, &s);
    experience none = {oq_new_n(arena, bool, s.nodes), oq_new_n(arena, bool, s.nodes)};
    oq_arena *temp = oq_arena_open(1 << 18);
    for (size_t i = 0; i < s.issues[1]; i++) {
        const issue *one = &s.part[1][i];
        count_in(&all[0], place_of_root(temp, &s, one, &none, false));
        size_t place = place_of_root(temp, &s, one, &known, true);
        count_in(&all[1], place);
        for (size_t m = 0; m < METRICS; m++)
            if (oq_str_eq(one->metric, metric_name[m]))
                count_in(&metric[m], place);
        oq_arena_reset(temp);
    }
    oq_arena_close(temp);
    *ret_report = report_make(arena);
    tell(*ret_report, all, metric, metric_name);
    return NULL;
}
