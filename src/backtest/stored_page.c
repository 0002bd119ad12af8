/* /optimization/backtest: what each policy of maintenance would have cost over a recorded past. */
#include <math.h>

#include "backtest/stored.h"
#include "optimize/json_read.h"
#include "web/page.h"
#include "web/parts.h"

#include "base/banned.h"

enum { DEPTH_MAX = 6, POLICIES_MAX = 16, DAYS_MAX = 4000, GRID = 4 };

/* The plot inside a picture of 640 by 260. */
static const double left = 62, top = 10, wide = 566, high = 216;

typedef struct policy_row {
    oq_str name, choice, title;
    double chosen, failures, planned, hours, cost, saving, low, high;
    double part[4]; /* repairs, stops of failures, planned work, planned stops */
    const json_node *days;
} policy_row;

typedef struct view {
    const web_page *page;
    const backtest_stored *stored;
    const json_node *root;
    json_reader reader;
    policy_row policy[POLICIES_MAX];
    size_t policies;
} view;

/* --- words --------------------------------------------------------------------------------------*/

static oq_str said(const view *v, const char *prefix, oq_str word)
{
    return oq_text(v->page->locale.lang,
                   oq_strf(v->page->arena, "backtest.%s.%.*s", prefix, OQ_FMT(word)));
}

static oq_str money(const view *v, double major)
{
    if (isnan(major))
        return OQ_STR(WEB_NOTHING);
    return web_format_quantity(v->page->arena, &v->page->locale, major, 0, v->stored->currency);
}

static oq_str count(const view *v, double n)
{
    return web_format_f64(v->page->arena, &v->page->locale, n, 1);
}

static oq_str coordinate(const view *v, double x)
{
    return oq_strf(v->page->arena, "%.1f", x);
}

static oq_str choice_text(const view *v, const policy_row *p)
{
    if (!p->choice.len)
        return OQ_STR(WEB_NOTHING);
    if (oq_str_eq(p->choice, OQ_STR("days")))
        return oq_text_count(v->page->arena, v->page->locale.lang, OQ_STR("optimization.days"),
                             llround(p->chosen));
    oq_arg arg = {"count", web_format_f64(v->page->arena, &v->page->locale, p->chosen, 2)};
    return oq_text_fill(v->page->arena, v->page->locale.lang, OQ_STR("backtest.deviations"), &arg,
                        1);
}

/* --- reading ------------------------------------------------------------------------------------*/

static void read_policies(view *v)
{
    static const char *const part[] = {"repair_cost", "failure_stop_cost", "work_cost",
                                       "planned_stop_cost"};
    json_reader *r = &v->reader;
    const json_node *n = json_read_first(json_read_list(r, v->root, "policies"));
    for (; n && v->policies < POLICIES_MAX; n = n->next) {
        policy_row *p = &v->policy[v->policies++];
        p->name = json_read_text(r, n, "name");
        p->title = said(v, "policy", p->name);
        p->choice = json_read_text(r, n, "choice");
        p->chosen = json_read_f64(r, n, "chosen");
        p->failures = json_read_f64(r, n, "failures");
        p->planned = json_read_f64(r, n, "planned");
        p->hours = json_read_f64(r, n, "failure_hours") + json_read_f64(r, n, "planned_hours");
        p->cost = json_read_f64(r, n, "cost");
        p->saving = json_read_f64(r, n, "saving");
        p->low = json_read_f64(r, n, "saving_low");
        p->high = json_read_f64(r, n, "saving_high");
        for (size_t k = 0; k < OQ_COUNT(part); k++)
            p->part[k] = json_read_f64(r, n, part[k]);
        p->days = json_read_list(r, n, "day_cost");
    }
}

/* The dearest policy, and a round figure that is not below it. */
static double most_of(const view *v)
{
    double most = 1;
    for (size_t i = 0; i < v->policies; i++)
        most = fmax(most, v->policy[i].cost);
    double step = pow(10, floor(log10(most / GRID))) / 2;
    return ceil(most / GRID / step) * step * GRID;
}

/* --- pictures -----------------------------------------------------------------------------------*/

static void put_grid(const view *v, web_value *to, double most)
{
    web_value *rows = web_put_list(to, "rows");
    for (int i = 0; i <= GRID; i++) {
        web_value *row = web_add_object(rows);
        web_put_text(row, "y", coordinate(v, top + high - high * i / GRID));
        web_put_text(row, "label", web_format_f64(v->page->arena, &v->page->locale,
                                                  most * i / GRID / 1e6, most < 4e6 ? 2 : 1));
    }
}

/* Spent up to each day, a line for each policy. */
static void put_course(const view *v, double most)
{
    web_value *to = web_put_object(v->page->view, "course");
    web_value *lines = web_put_list(to, "lines");
    double days = json_read_f64((json_reader *)&v->reader, v->root, "days");
    put_grid(v, to, most);
    for (size_t i = 0; i < v->policies; i++) {
        const policy_row *p = &v->policy[i];
        OQ_AUTO(oq_buf) points = oq_buf_make(64 * 1024);
        double spent = 0, day = 0;
        oq_buf_f(&points, "%.1f,%.1f", left, top + high);
        for (const json_node *n = json_read_first(p->days); n && day < DAYS_MAX; n = n->next) {
            spent += n->number, day++;
            oq_buf_f(&points, " %.1f,%.1f", left + wide * day / fmax(days, 1),
                     top + high * (1 - spent / most));
        }
        web_value *line = web_add_object(lines);
        web_put_text(line, "points", oq_str_copy(v->page->arena, oq_buf_view(&points)));
        web_put_text(line, "title", p->title);
        web_put_i64(line, "number", (int64_t)i + 1);
    }
    web_put_text(to, "from",
                 web_format_day(v->page->arena, &v->page->locale, v->stored->first_day));
    web_put_text(to, "until",
                 web_format_day(v->page->arena, &v->page->locale, v->stored->last_day));
}

/* What the money of each policy went to, one bar each; lengths are shares of the dearest. */
static void put_split(const view *v)
{
    static const char *const part[] = {"repair", "failure_stop", "work", "planned_stop"};
    web_value *bars = web_put_list(v->page->view, "bars");
    double most = 0;
    for (size_t i = 0; i < v->policies; i++)
        most = fmax(most, v->policy[i].cost);
    for (size_t i = 0; i < v->policies; i++) {
        const policy_row *p = &v->policy[i];
        web_value *bar = web_add_object(bars), *pieces = web_put_list(bar, "pieces");
        double x = 0;
        web_put_text(bar, "title", p->title);
        web_put_text(bar, "cost", money(v, p->cost));
        for (size_t k = 0; k < OQ_COUNT(part); k++) {
            double length = 640 * p->part[k] / fmax(most, 1);
            web_value *piece = web_add_object(pieces);
            web_put_text(piece, "x", coordinate(v, x));
            web_put_text(piece, "width", coordinate(v, length));
            web_put_i64(piece, "number", (int64_t)k + 1);
            web_put_text(piece, "label", said(v, "part", oq_cstr(part[k])));
            web_put_text(piece, "value", money(v, p->part[k]));
            x += length;
        }
    }
}

/* --- figures ------------------------------------------------------------------------------------*/

static void put_rows(const view *v)
{
    web_value *rows = web_put_list(v->page->view, "policies");
    for (size_t i = 0; i < v->policies; i++) {
        const policy_row *p = &v->policy[i];
        web_value *row = web_add_object(rows);
        bool is_own = isnan(p->saving);
        web_put_i64(row, "number", (int64_t)i + 1);
        web_put_text(row, "title", p->title);
        web_put_text(row, "how", said(v, "how", p->name));
        web_put_text(row, "chosen", choice_text(v, p));
        web_put_text(row, "failures", count(v, p->failures));
        web_put_text(row, "planned", count(v, p->planned));
        web_put_text(row, "hours", count(v, p->hours));
        web_put_text(row, "cost", money(v, p->cost));
        web_put_text(row, "saving", money(v, p->saving));
        oq_arg range[] = {{"low", money(v, p->low)}, {"high", money(v, p->high)}};
        web_put_text(row, "range",
                     is_own ? OQ_NONE
                            : oq_text_fill(v->page->arena, v->page->locale.lang,
                                           OQ_STR("backtest.range"), range, 2));
    }
}

/* Against the best of the others: what a plant that does well already would have saved. */
static void put_kpis(const view *v)
{
    const policy_row *own = NULL, *best = NULL, *idle = NULL;
    for (size_t i = 0; i < v->policies; i++) {
        const policy_row *p = &v->policy[i];
        if (isnan(p->saving))
            own = p;
        else if (!best || p->cost < best->cost)
            best = p;
        if (oq_str_eq(p->name, OQ_STR("run_to_failure")))
            idle = p;
    }
    web_value *list = web_put_list(v->page->view, "kpis");
    if (!own || !best || !idle)
        return;
    oq_arg than[] = {{"currency", v->stored->currency},
                     {"policy", best->title},
                     {"count", count(v, idle->failures)}};
    oq_lang lang = v->page->locale.lang;
    web_add_kpi(list, "", web_say(v->page, "backtest.kpi_saving"), count(v, best->saving),
                oq_text_fill(v->page->arena, lang, OQ_STR("backtest.kpi_saving_note"), than, 2));
    web_add_kpi(list, "", web_say(v->page, "backtest.kpi_idle"), count(v, idle->saving),
                oq_text_fill(v->page->arena, lang, OQ_STR("backtest.kpi_idle_note"), than, 1));
    web_add_kpi(list, "", web_say(v->page, "backtest.kpi_failures"), count(v, own->failures),
                oq_text_fill(v->page->arena, lang, OQ_STR("backtest.kpi_failures_note"), than + 2,
                             1));
    web_add_kpi(list, "", web_say(v->page, "backtest.kpi_planned"), count(v, own->planned),
                web_say(v->page, "backtest.kpi_planned_note"));
}

/* What was assumed, figure by figure. */
static void put_assumptions(view *v)
{
    static const struct {
        const char *name, *unit; /* unit NULL: money; "": a count */
    } of[] = {{"repair_cost", NULL},
              {"downtime_hours", "h"},
              {"downtime_cost_per_hour", NULL},
              {"planned_cost", NULL},
              {"planned_hours", "h"},
              {"planned_stop_hours", "h"},
              {"labour_cost_per_hour", NULL},
              {"crews", ""},
              {"crew_hours", "h"},
              {"prevents_days", "d"}};
    const json_node *costs = json_tree_member(v->root, "costs");
    web_value *list = web_put_list(v->page->view, "assumptions");
    for (size_t i = 0; i < OQ_COUNT(of); i++) {
        double x = json_read_f64(&v->reader, costs, of[i].name);
        web_value *item = web_add_object(list);
        web_put_text(item, "label", said(v, "assumed", oq_cstr(of[i].name)));
        web_put_text(item, "value",
                     of[i].unit ? web_format_quantity(v->page->arena, &v->page->locale, x, 1,
                                                      oq_cstr(of[i].unit))
                                : money(v, x));
    }
}

static void put_facts(view *v)
{
    web_value *to = v->page->view;
    oq_arena *arena = v->page->arena;
    const web_locale *l = &v->page->locale;
    oq_arg arg[] = {
        {"dataset", v->stored->dataset},
        {"machines", web_format_f64(arena, l, json_read_f64(&v->reader, v->root, "machines"), 0)},
        {"days", web_format_f64(arena, l, json_read_f64(&v->reader, v->root, "days"), 0)},
        {"first", web_format_day(arena, l, v->stored->first_day)},
        {"last", web_format_day(arena, l, v->stored->last_day)}};
    web_put_text(to, "about",
                 oq_text_fill(arena, l->lang, OQ_STR("backtest.about"), arg, OQ_COUNT(arg)));
    oq_arg made[] = {{"when", web_format_time(arena, l, v->stored->created_at)},
                     {"who", v->stored->made_by}};
    web_put_text(to, "made", oq_text_fill(arena, l->lang, OQ_STR("backtest.made"), made, 2));
    oq_arg unit[] = {{"currency", v->stored->currency}};
    web_put_text(to, "millions",
                 oq_text_fill(arena, l->lang, OQ_STR("backtest.millions"), unit, 1));
    web_put_bool(to, "is_synthetic", oq_str_eq(v->stored->dataset, OQ_STR("azure-pdm")));
}

oq_err *backtest_page(http_req *rq, oq_scope *s)
{
    backtest_stored *stored;
    OQ_TRY(backtest_newest(s, &stored));
    web_page page =
        web_page_begin(rq, "optimization/backtest", "backtest.title", "optimization");
    web_page_crumb(&page, web_say(&page, "optimization.title"), "/optimization");
    web_page_crumb(&page, web_say(&page, "backtest.title"), NULL);
    web_put_bool(page.view, "has_backtest", stored != NULL);
    web_put_text(page.view, "tenant_code", http_who_of(rq)->tenant_code);
    if (stored) {
        view v = {.page = &page, .stored = stored, .reader = {.arena = page.arena}};
        OQ_TRY(json_tree_parse(page.arena, stored->result, DEPTH_MAX, &v.root));
        read_policies(&v);
        put_facts(&v);
        put_kpis(&v);
        put_course(&v, most_of(&v));
        put_split(&v);
        put_rows(&v);
        put_assumptions(&v);
    }
    return web_page_send(&page);
}
