/* /optimization/runs/{id}: one plan: what it costs against doing nothing, who does what on which
 * day and why, what is left, what the limits cost; and its approval. */
#include <math.h>
#include <stdlib.h>

#include "base/facts.h"
#include "job/job.h"

#include "optimize/json_read.h"
#include "optimize/pages.h"
#include "web/parts.h"

#include "base/banned.h"

enum { DEPTH_MAX = 8, GANTT_ROW = 26, GANTT_TOP = 20, GANTT_CREWS_MAX = 60, GANTT_LANES_MAX = 8, ROWS_SHOWN = 300 };
#define GANTT_LEFT 150.0
#define GANTT_WIDE 1000.0

/* --- costs --------------------------------------------------------------------------------------*/

static void put_costs(const web_page *page, json_reader *r, const json_node *root, oq_str currency)
{
    static const char *const part[] = {"failure", "planned", "labour", "production",
                                       "carbon",  "move",    "total"};
    const json_node *plan = json_tree_member(root, "cost"), *idle = json_tree_member(root, "idle");
    web_value *list = web_put_list(page->view, "costs");
    for (size_t i = 0; plan && idle && i < OQ_COUNT(part); i++) {
        int64_t a = json_read_i64(r, idle, part[i]), b = json_read_i64(r, plan, part[i]);
        if (!a && !b)
            continue;
        web_value *v = web_add_object(list);
        web_put_text(
            v, "label",
            oq_text(page->locale.lang, oq_strf(page->arena, "optimization.cost.%s", part[i])));
        web_put_text(v, "idle", optimize_money(page, a, currency));
        web_put_text(v, "plan", optimize_money(page, b, currency));
        web_put_text(v, "difference", optimize_money(page, b - a, currency));
        web_put_bool(v, "is_total", i + 1 == OQ_COUNT(part));
    }
}

static void put_limits(const web_page *page, json_reader *r, const json_node *root, oq_str currency)
{
    web_value *list = web_put_list(page->view, "limits");
    size_t shown = 0;
    for (const json_node *n = json_read_first(json_read_list(r, root, "limits")); n; n = n->next) {
        int64_t costs = json_read_i64(r, n, "costs_minor");
        if (costs <= 0)
            continue;
        web_value *v = web_add_object(list);
        web_put_text(v, "label",
                     oq_text(page->locale.lang, oq_strf(page->arena, "optimization.limit.%.*s",
                                                        OQ_FMT(json_read_text(r, n, "limit")))));
        web_put_text(v, "costs", optimize_money(page, costs, currency));
        shown++;
    }
    web_put_bool(page->view, "has_limits", shown > 0);
}

static void put_conflicts(const web_page *page, json_reader *r, const json_node *root)
{
    web_value *list = web_put_list(page->view, "conflicts");
    for (const json_node *n = json_read_first(json_read_list(r, root, "conflicts")); n;
         n = n->next) {
        web_value *v = web_add_object(list);
        oq_str text = OQ_STR("");
        for (const json_node *k = json_read_first(json_read_list(r, n, "limits")); k; k = k->next) {
            oq_str one = oq_text(page->locale.lang, oq_strf(page->arena, "optimization.limit.%.*s",
                                                            OQ_FMT(json_read_text(r, k, "limit"))));
            if (oq_str_find(text, one) == SIZE_MAX)
                text = text.len
                           ? oq_strf(page->arena, "%.*s%s%.*s", OQ_FMT(text),
                                     page->locale.lang == OQ_LANG_AR ? "، " : ", ", OQ_FMT(one))
                           : one;
        }
        web_put_text(v, "order", json_read_text(r, n, "order"));
        web_put_text(v, "asset", json_read_text(r, n, "asset"));
        web_put_text(v, "limits", text);
    }
}

/* --- who does what when: an SVG of rows per person, columns per day ---------------------------------*/

/* A person's bars, in lanes: what overlaps lies below each other. */
typedef struct gantt_crew {
    oq_str id, name;
    oq_date until[GANTT_LANES_MAX]; /* day behind the last bar of each lane */
    size_t lanes, top;              /* top: rows above it */
} gantt_crew;

static gantt_crew *crew_of(gantt_crew *crew, size_t *io_count, const optimize_advice *a)
{
    for (size_t i = 0; i < *io_count; i++)
        if (oq_str_eq(crew[i].id, a->crew))
            return &crew[i];
    if (*io_count == GANTT_CREWS_MAX)
        return NULL;
    crew[*io_count] = (gantt_crew){.id = a->crew, .name = a->crew_name};
    return &crew[(*io_count)++];
}

static int64_t days_of(const optimize_advice *a)
{
    return a->days > 0 ? a->days : 1; /* of plans from before days were stored: not known */
}

/* The first lane that is free on its days; the last one when none is. */
static size_t lane_of(gantt_crew *crew, const optimize_advice *a)
{
    size_t lane = 0;
    while (lane < crew->lanes && crew->until[lane] > a->day)
        lane++;
    lane = lane < GANTT_LANES_MAX ? lane : GANTT_LANES_MAX - 1;
    crew->lanes = lane < crew->lanes ? crew->lanes : lane + 1;
    crew->until[lane] = a->day + (oq_date)days_of(a);
    return lane;
}

static int by_day(const void *x, const void *y)
{
    const optimize_advice *a = *(const optimize_advice *const *)x;
    const optimize_advice *b = *(const optimize_advice *const *)y;
    return a->day != b->day ? (a->day > b->day) - (a->day < b->day)
                            : (a->position > b->position) - (a->position < b->position);
}

typedef struct gantt_bar {
    const optimize_advice *of;
    const gantt_crew *crew;
    size_t lane;
} gantt_bar;

/* The planned rows by day, with their lanes. */
static gantt_bar *bars_of(const web_page *page, const optimize_advices *rows, gantt_crew *crew,
                          size_t *io_crews, size_t *ret_count)
{
    const optimize_advice **by = oq_new_n(page->arena, const optimize_advice *, rows->count);
    gantt_bar *bar = oq_new_n(page->arena, gantt_bar, rows->count);
    size_t planned = 0, count = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (rows->at[i].action == OPTIMIZE_DO)
            by[planned++] = &rows->at[i];
    if (planned)
        qsort(by, planned, sizeof *by, by_day);
    for (size_t i = 0; i < planned; i++) {
        gantt_crew *of = crew_of(crew, io_crews, by[i]);
        if (of)
            bar[count++] = (gantt_bar){by[i], of, lane_of(of, by[i])};
    }
    *ret_count = count;
    return bar;
}

static void put_bar(const web_page *page, const optimize_run *run, const gantt_bar *bar,
                    web_value *v)
{
    const optimize_advice *a = bar->of;
    double wide = (GANTT_WIDE - GANTT_LEFT) / (double)run->horizon_days;
    web_put_text(v, "x",
                 oq_strf(page->arena, "%.1f", GANTT_LEFT + (a->day - run->from_day) * wide + 1));
    web_put_text(v, "y", oq_strf(page->arena, "%zu",
                                 GANTT_TOP + (bar->crew->top + bar->lane) * GANTT_ROW + 4));
    web_put_text(v, "width", oq_strf(page->arena, "%.1f", wide * (double)days_of(a) - 2));
    web_put_text(v, "what",
                 oq_strf(page->arena, "%.*s · %.*s · " WEB_FSI "%.*s" WEB_PDI, OQ_FMT(a->asset_code),
                         OQ_FMT(web_format_day(page->arena, &page->locale, a->day)),
                         OQ_FMT(a->crew_name)));
}

static void put_gantt(const web_page *page, const optimize_run *run, const optimize_advices *rows)
{
    gantt_crew crew[GANTT_CREWS_MAX];
    size_t crews = 0, count, lanes = 0;
    double wide = (GANTT_WIDE - GANTT_LEFT) / (double)run->horizon_days;
    gantt_bar *bar = bars_of(page, rows, crew, &crews, &count);
    for (size_t i = 0; i < crews; i++) {
        crew[i].top = lanes;
        lanes += crew[i].lanes;
    }
    web_value *bars = web_put_list(page->view, "bars");
    for (size_t i = 0; i < count; i++)
        put_bar(page, run, &bar[i], web_add_object(bars));
    web_value *names = web_put_list(page->view, "crews");
    for (size_t i = 0; i < crews; i++) {
        web_value *v = web_add_object(names);
        web_put_text(v, "name",
                     oq_strf(page->arena, WEB_FSI "%.*s" WEB_PDI, OQ_FMT(crew[i].name)));
        web_put_text(v, "y", oq_strf(page->arena, "%zu", GANTT_TOP + crew[i].top * GANTT_ROW + 18));
        web_put_text(v, "line",
                     oq_strf(page->arena, "%zu",
                             GANTT_TOP + (crew[i].top + crew[i].lanes) * GANTT_ROW));
    }
    web_value *days = web_put_list(page->view, "days");
    int64_t each = run->horizon_days > 21 ? 7 : 1;
    for (int64_t d = 0; d < run->horizon_days; d += each) {
        web_value *v = web_add_object(days);
        char text[OQ_DATE_TEXT];
        oq_date_format(run->from_day + (oq_date)d, text);
        web_put_text(v, "x", oq_strf(page->arena, "%.1f", GANTT_LEFT + (double)d * wide));
        web_put_text(v, "label", oq_str_copy(page->arena, oq_strn(text + 5, 5)));
    }
    web_put_text(page->view, "gantt_high",
                 oq_strf(page->arena, "%zu", GANTT_TOP + lanes * GANTT_ROW + 6));
    web_put_bool(page->view, "has_bars", crews > 0);
}

static void put_rows(const web_page *page, const optimize_advices *rows)
{
    static const struct {
        int action;
        const char *list, *has;
    } part[] = {{OPTIMIZE_DO, "planned", "has_planned"},
                {OPTIMIZE_DEFER, "deferred", "has_deferred"},
                {OPTIMIZE_PROVIDE, "provide", "has_provide"}};
    size_t hidden = 0;
    for (size_t k = 0; k < OQ_COUNT(part); k++) {
        web_value *list = web_put_list(page->view, part[k].list);
        size_t count = 0;
        for (size_t i = 0; i < rows->count; i++)
            if (rows->at[i].action == part[k].action && count++ < ROWS_SHOWN)
                optimize_put_advice(page, web_add_object(list), &rows->at[i]);
        web_put_bool(page->view, part[k].has, count > 0);
        hidden += count > ROWS_SHOWN ? count - ROWS_SHOWN : 0;
    }
    web_put_text(page->view, "more_rows",
                 hidden ? oq_text_count(page->arena, page->locale.lang,
                                        OQ_STR("optimization.more_rows"), (int64_t)hidden)
                        : OQ_NONE);
}

/* --- the page -----------------------------------------------------------------------------------*/

/* What the plan rests on, and what it could not count. */
static void put_basis(const web_page *page, json_reader *r, const optimize_run *run)
{
    static const char *const note[] = {"assets_unscored", "carbon_unknown", "orders_cut",
                                       "orders_begun", "begun_unknown"};
    const json_node *root;
    web_value *list = web_put_list(page->view, "basis");
    oq_mark mark = oq_err_mark();
    if (!run->inputs_summary.len ||
        json_tree_parse(page->arena, run->inputs_summary, DEPTH_MAX, &root)) {
        oq_err_rewind(mark);
        return;
    }
    for (size_t i = 0; i < OQ_COUNT(note); i++) {
        int64_t count = json_read_i64(r, root, note[i]);
        if (count)
            web_put_text(web_add_object(list), "text",
                         oq_text_count(page->arena, page->locale.lang,
                                       oq_strf(page->arena, "optimization.basis.%s", note[i]),
                                       count));
    }
    if (json_read_bool(r, root, "is_of_today"))
        web_put_text(web_add_object(list), "text", web_say(page, "optimization.basis_today"));
    if (json_read_bool(r, root, "is_weighted"))
        web_put_text(web_add_object(list), "text", web_say(page, "optimization.basis_weighted"));
}

static oq_err *put_answer(const web_page *page, oq_scope *s, const optimize_run *run)
{
    json_reader r = {.arena = page->arena};
    const json_node *root;
    optimize_advices rows;
    OQ_TRY(optimize_advices_of(s, run->id, &rows));
    put_rows(page, &rows);
    put_gantt(page, run, &rows);
    if (!run->result.len)
        return NULL;
    OQ_TRY(json_tree_parse(page->arena, run->result, DEPTH_MAX, &root));
    put_costs(page, &r, root, run->currency);
    put_basis(page, &r, run);
    put_limits(page, &r, root, run->currency);
    put_conflicts(page, &r, root);
    web_put_bool(page->view, "is_proven",
                 oq_str_eq(json_read_text(&r, root, "status"), OQ_STR("optimal")));
    return NULL;
}

/* How far the job is that makes it. */
static oq_err *put_progress(const web_page *page, oq_scope *s, const optimize_run *run)
{
    job *j;
    web_put(page->view, "progress", NULL);
    if (oq_uuid_is_zero(run->job_id) ||
        (run->status != OPTIMIZE_QUEUED && run->status != OPTIMIZE_RUNNING))
        return NULL;
    oq_mark mark = oq_err_mark();
    if (job_get(s, run->job_id, &j)) { /* old jobs are removed */
        oq_err_rewind(mark);
        return NULL;
    }
    web_value *to = web_put_object(page->view, "progress");
    web_put_text(to, "label", web_say(page, "optimization.waiting"));
    if (j->progress >= 0)
        web_put_text(to, "percent", oq_strf(page->arena, "%d", (int)(j->progress * 100)));
    return NULL;
}

/* What can no longer be approved says so instead of asking. */
static oq_err *put_approval(const web_page *page, oq_scope *s, const optimize_run *run)
{
    bool may, is_open = run->approved_at == OQ_TIME_NONE &&
                        (run->status == OPTIMIZE_DONE || run->status == OPTIMIZE_INFEASIBLE);
    OQ_TRY(optimize_may_approve(s, run, &may));
    web_put_bool(page->view, "may_approve", may);
    web_put_bool(page->view, "is_late", is_open && !may);
    return NULL;
}

static void put_error(const web_page *page, const optimize_run *run)
{
    json_reader r = {.arena = page->arena};
    const json_node *root;
    web_put_text(page->view, "error", OQ_NONE);
    if (!run->error.len)
        return;
    oq_mark mark = oq_err_mark();
    if (json_tree_parse(page->arena, run->error, DEPTH_MAX, &root)) {
        oq_err_rewind(mark);
        return;
    }
    oq_str key = oq_strf(page->arena, "error.%.*s", OQ_FMT(json_read_text(&r, root, "code")));
    const json_node *facts = json_tree_member(root, "facts");
    web_put_text(
        page->view, "error",
        oq_text_fill_json(page->arena, page->locale.lang, key, facts ? facts->text : OQ_STR("{}")));
}

oq_err *optimize_page_run(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    optimize_run *run;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(optimize_run_get(s, id, &run));
    web_page page = web_page_begin(rq, "optimization/run", "optimization.title", "optimization");
    page.title = optimize_number_text(page.arena, run->number);
    web_page_crumb(&page, web_say(&page, "optimization.title"), "/optimization");
    web_page_crumb(&page, page.title, NULL);
    optimize_put_run(&page, web_put_object(page.view, "run"), run);
    put_error(&page, run);
    OQ_TRY(put_progress(&page, s, run));
    OQ_TRY(put_answer(&page, s, run));
    OQ_TRY(put_approval(&page, s, run));
    return web_page_send(&page);
}

/* --- deeds --------------------------------------------------------------------------------------*/

static oq_err *back(http_req *rq, oq_uuid id)
{
    http_redirect(rq, oq_strf(http_arena(rq), "/optimization/runs/%.*s",
                              OQ_FMT(oq_uuid_text(http_arena(rq), id))));
    return NULL;
}

typedef struct note_form {
    oq_str note;
} note_form;
const oq_field optimize_note_form_fields[] = {
    OQ_TEXT(note_form, note, .max = 2000),
    OQ_FIELDS_END,
};

oq_err *optimize_page_approve(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    note_form form;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &form));
    OQ_TRY(optimize_approve(s, id, form.note));
    web_toast(rq, "ok", "optimization.approved");
    return back(rq, id);
}

oq_err *optimize_page_cancel(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(optimize_cancel(s, id));
    web_toast(rq, "ok", "optimization.stopped");
    return back(rq, id);
}

oq_err *optimize_page_reject(http_req *rq, oq_scope *s)
{
    oq_uuid id, run_id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(optimize_reject(s, id, &run_id));
    web_toast(rq, "ok", "optimization.rejected");
    return back(rq, run_id);
}
