/* Cards about deciding: the recommended plan, and what the optimizer needs before it can decide. */
#include <math.h>

#include "dashboard/inner.h"

#include "optimize/pages.h"
#include "quant/json_tree.h"
#include "web/parts.h"

#include "dashboard.sql.h"

#include "base/banned.h"

/* --- the plan -----------------------------------------------------------------------------------*/

static int64_t planned_of(const web_page *page, oq_str result)
{
    enum { DEPTH_MAX = 8 };
    const json_node *root, *n = NULL;
    oq_mark mark = oq_err_mark();
    if (json_tree_parse(page->arena, result, DEPTH_MAX, &root))
        oq_err_rewind(mark);
    else
        n = json_tree_member(root, "planned");
    return n && n->type == JSON_NODE_NUMBER ? (int64_t)n->number : 0;
}

/* A newer run without an answer: how it ended, or that it goes on. */
static void put_newest(web_page *page, web_value *to, const sql_dashboard_run_row *newest,
                       const optimize_run *run)
{
    bool is_newer = newest && (!run || newest->number > run->number);
    const char *key = !is_newer                                        ? NULL
                      : oq_str_eq(newest->status, OQ_STR("failed"))    ? "dashboard.plan_failed"
                      : oq_str_eq(newest->status, OQ_STR("cancelled")) ? NULL
                                                                       : "dashboard.plan_under_way";
    web_put_bool(to, "is_failed", key && oq_str_eq(newest->status, OQ_STR("failed")));
    web_put_text(to, "newest_href",
                 key ? dashboard_path(page, "/optimization/runs", newest->id) : OQ_NONE);
    web_put_text(
        to, "newest",
        key ? DASHBOARD_SAY(page, key,
                            {"number", oq_strf(page->arena, "OPT-%lld", (long long)newest->number)})
            : OQ_NONE);
}

oq_err *dashboard_put_plan(web_page *page, oq_scope *s, const first *f)
{
    sql_dashboard_run_rows newest;
    const optimize_run *run = f->run;
    web_value *to = web_put_object(page->view, "plan");
    OQ_TRY(sql_dashboard_run(s, (sql_dashboard_run_args){OQ_STR("maintenance_priority")}, &newest));
    web_put_bool(page->view, "has_plan", run != NULL);
    put_newest(page, to, newest.count ? newest.at : NULL, run);
    if (!run)
        return NULL;
    optimize_put_run(page, to, run);
    bool waits;
    OQ_TRY(optimize_may_approve(s, run, &waits));
    bool saves = run->baseline_minor != OQ_I64_NONE && run->objective_minor != OQ_I64_NONE;
    int64_t planned = planned_of(page, run->result);
    web_put_text(
        to, "says",
        DASHBOARD_SAY(
            page, saves ? "dashboard.plan_says" : "dashboard.plan_says_bare",
            {"jobs",
             oq_text_count(page->arena, page->locale.lang, OQ_STR("dashboard.jobs"), planned)},
            {"days", oq_text_count(page->arena, page->locale.lang, OQ_STR("dashboard.days"),
                                   run->horizon_days)},
            {"saving", dashboard_money(page, (double)(run->baseline_minor - run->objective_minor),
                                       run->currency)},
            {"idle", dashboard_money(page, (double)run->baseline_minor, run->currency)}));
    web_put_bool(to, "waits", waits && run->status == OPTIMIZE_DONE && planned > 0);
    web_put_text(to, "made",
                 web_format_ago(page->arena, &page->locale, run->created_at,
                                /* in a record of the past plans are asked for later, too */
                                run->created_at > oq_now(s) ? oq_clock_now() : oq_now(s)));
    return NULL;
}

/* --- what a decision needs ----------------------------------------------------------------------*/

typedef enum step_state { STEP_MISSING, STEP_PARTLY, STEP_DONE } step_state;

typedef struct step {
    const char *name, *href;
    step_state state;
} step;

static step_state share_of(int64_t have, int64_t of)
{
    return have <= 0 ? STEP_MISSING : have < of ? STEP_PARTLY : STEP_DONE;
}

/* What came a moment ago is counted with its signals as soon as it is folded into them. */
static step_state signals_state(const dashboard_ready *r, oq_us now)
{
    if (r->heard)
        return share_of(r->with_signals, r->assets);
    return r->heard_at != OQ_TIME_NONE && r->heard_at >= now - OQ_HOUR ? STEP_PARTLY : STEP_MISSING;
}

static void put_step(web_page *page, web_value *list, const step *at, const oq_arg *arg,
                     size_t count)
{
    static const char *const word[] = {"missing", "partly", "done"};
    web_value *to = web_add_object(list);
    oq_arena *arena = page->arena;
    web_put_text(to, "title",
                 oq_text(page->locale.lang, oq_strf(arena, "dashboard.step.%s", at->name)));
    web_put_text(to, "text",
                 oq_text_fill(arena, page->locale.lang,
                              oq_strf(arena, "dashboard.step.%s.%s", at->name, word[at->state]),
                              arg, count));
    web_put_cstr(to, "href", at->href);
    web_put_text(
        to, "link",
        at->state == STEP_DONE
            ? OQ_NONE
            : oq_text(page->locale.lang, oq_strf(arena, "dashboard.step.%s.do", at->name)));
    web_put_bool(to, "is_done", at->state == STEP_DONE);
    web_put_bool(to, "is_partly", at->state == STEP_PARTLY);
    web_put_text(to, "state",
                 oq_text(page->locale.lang, oq_strf(arena, "dashboard.state.%s", word[at->state])));
}

/* The way from an empty tenant to a plan, in its order. */
oq_err *dashboard_put_steps(web_page *page, oq_scope *s, const first *f)
{
    const dashboard_ready *r = &f->ready;
    const step steps[] = {
        {"assets", "/plant/import", share_of(r->assets, 1)},
        {"signals", "/series", signals_state(r, oq_now(s))},
        {"rules", "/alarm-rules", share_of(r->rules, 1)},
        {"modes", "/plant/failure-modes", share_of(r->modes_with_hours, r->modes)},
        {"scores", "/models", share_of(r->chances, r->assets)},
        {"costs", "/plant/cost-models",
         !r->cost_models       ? STEP_MISSING
         : r->cost_models_open ? STEP_PARTLY
                               : STEP_DONE},
        {"crew", "/plant/user-shifts", share_of(r->crew, 1)},
        {"plan", "/optimization", share_of(r->plans, 1)},
    };
    const struct {
        const char *name;
        int64_t n;
    } figure[] = {{"assets", r->assets},
                  {"sites", r->sites},
                  {"with_signals", r->with_signals},
                  {"signals", r->signals},
                  {"heard", r->heard},
                  {"rules", r->rules},
                  {"modes", r->modes},
                  {"with_hours", r->modes_with_hours},
                  {"chances", r->chances},
                  {"models", r->cost_models},
                  {"open", r->cost_models_open},
                  {"crew", r->crew},
                  {"plans", r->plans}};
    oq_arg arg[OQ_COUNT(figure)];
    for (size_t i = 0; i < OQ_COUNT(figure); i++)
        arg[i] = (oq_arg){figure[i].name, web_format_i64(page->arena, &page->locale, figure[i].n)};
    web_value *list = web_put_list(page->view, "steps");
    int64_t done = 0;
    for (size_t i = 0; i < OQ_COUNT(steps); i++) {
        put_step(page, list, &steps[i], arg, OQ_COUNT(arg));
        done += steps[i].state == STEP_DONE;
    }
    web_put_bool(page->view, "has_steps", done < (int64_t)OQ_COUNT(steps));
    web_put_text(page->view, "steps_done",
                 DASHBOARD_SAY(
                     page, "dashboard.steps_done",
                     {"done", web_format_i64(page->arena, &page->locale, done)},
                     {"of", web_format_i64(page->arena, &page->locale, (int64_t)OQ_COUNT(steps))}));
    return NULL;
}
