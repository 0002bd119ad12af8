/* /optimization/runs/{id}: one plan: what it costs against doing nothing, who does what on which
 * day and why, what is left, what the limits cost; and its approval. */
#include <math.h>

#include "base/facts.h"

#include "optimize/json_read.h"
#include "optimize/pages.h"
#include "web/parts.h"

#include "base/banned.h"

enum { DEPTH_MAX = 8, GANTT_ROW = 26, GANTT_TOP = 20, GANTT_CREWS_MAX = 60 };
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

static size_t crew_of(oq_str *crew, size_t *io_count, oq_str name)
{
    for (size_t i = 0; i < *io_count; i++)
        if (oq_str_eq(crew[i], name))
            return i;
    if (*io_count == GANTT_CREWS_MAX)
        return GANTT_CREWS_MAX;
    crew[*io_count] = name;
    return (*io_count)++;
}

static void put_gantt(const web_page *page, const optimize_run *run, const optimize_advices *rows)
{
    oq_str crew[GANTT_CREWS_MAX];
    size_t crews = 0;
    double wide = (GANTT_WIDE - GANTT_LEFT) / (double)run->horizon_days;
    web_value *bars = web_put_list(page->view, "bars");
    for (size_t i = 0; i < rows->count; i++) {
        const optimize_advice *a = &rows->at[i];
        if (a->action != OPTIMIZE_DO)
            continue;
        size_t at = crew_of(crew, &crews, a->crew_name);
        if (at == GANTT_CREWS_MAX)
            continue;
        double days = fmax(1, ceil(a->hours / 8));
        web_value *v = web_add_object(bars);
        web_put_text(
            v, "x", oq_strf(page->arena, "%.1f", GANTT_LEFT + (a->day - run->from_day) * wide + 1));
        web_put_text(v, "y", oq_strf(page->arena, "%zu", GANTT_TOP + at * GANTT_ROW + 4));
        web_put_text(v, "width", oq_strf(page->arena, "%.1f", wide * days - 2));
        web_put_text(v, "what",
                     oq_strf(page->arena, "%.*s · %.*s · %.*s", OQ_FMT(a->asset_code),
                             OQ_FMT(web_format_day(page->arena, &page->locale, a->day)),
                             OQ_FMT(a->crew_name)));
    }
    web_value *names = web_put_list(page->view, "crews");
    for (size_t i = 0; i < crews; i++) {
        web_value *v = web_add_object(names);
        web_put_text(v, "name", crew[i]);
        web_put_text(v, "y", oq_strf(page->arena, "%zu", GANTT_TOP + i * GANTT_ROW + 18));
        web_put_text(v, "line", oq_strf(page->arena, "%zu", GANTT_TOP + (i + 1) * GANTT_ROW));
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
                 oq_strf(page->arena, "%zu", GANTT_TOP + crews * GANTT_ROW + 6));
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
    for (size_t k = 0; k < OQ_COUNT(part); k++) {
        web_value *list = web_put_list(page->view, part[k].list);
        size_t count = 0;
        for (size_t i = 0; i < rows->count; i++)
            if (rows->at[i].action == part[k].action) {
                optimize_put_advice(page, web_add_object(list), &rows->at[i]);
                count++;
            }
        web_put_bool(page->view, part[k].has, count > 0);
    }
}

/* --- the page -----------------------------------------------------------------------------------*/

/* What the plan rests on, and what it could not count. */
static void put_basis(const web_page *page, json_reader *r, const optimize_run *run)
{
    static const char *const note[] = {"assets_unscored", "carbon_unknown", "orders_cut"};
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
    OQ_TRY(put_answer(&page, s, run));
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
