/* What waiting costs, on the pages of assets and orders: a curve with its band, the day from which
 * waiting costs more, what drives it; or what is missing. */
#include <math.h>

#include "optimize/json_read.h"
#include "optimize/pages.h"

#include "base/banned.h"

enum { DEPTH_MAX = 8, DAYS = 30 };

static double figure(json_reader *r, const json_node *n, const char *name)
{
    double x = json_read_f64(r, n, name);
    return isnan(x) ? 0 : x;
}

/* An SVG of 600 by 160: the axis of zero lies where the lowest cost does not reach below. */
static void put_curve(const web_page *page, json_reader *r, const json_node *days, web_value *to)
{
    double least = 0, most = 1;
    for (const json_node *n = json_read_first(days); n; n = n->next) {
        least = fmin(least, fmin(figure(r, n, "low_minor"), figure(r, n, "mid_minor")));
        most = fmax(most, fmax(figure(r, n, "high_minor"), figure(r, n, "mid_minor")));
    }
    OQ_AUTO(oq_buf) line = oq_buf_make(16 * 1024);
    OQ_AUTO(oq_buf) band = oq_buf_make(32 * 1024);
    OQ_AUTO(oq_buf) under = oq_buf_make(16 * 1024);
    double wide = 600.0 / DAYS, high = 150.0 / (most - least);
    bool has_band = true;
    for (const json_node *n = json_read_first(days); n; n = n->next) {
        double x = json_read_f64(r, n, "day") * wide;
        has_band = has_band && !isnan(json_read_f64(r, n, "low_minor"));
        oq_buf_f(&line, "%.1f,%.1f ", x, 155 - (figure(r, n, "mid_minor") - least) * high);
        oq_buf_f(&band, "%.1f,%.1f ", x, 155 - (figure(r, n, "high_minor") - least) * high);
    }
    /* back along the lower edge */
    for (int64_t d = DAYS; d >= 0; d--)
        for (const json_node *n = json_read_first(days); n; n = n->next)
            if (json_read_i64(r, n, "day") == d)
                oq_buf_f(&under, "%.1f,%.1f ", (double)d * wide,
                         155 - (figure(r, n, "low_minor") - least) * high);
    oq_buf_str(&band, oq_buf_view(&under));
    web_put_text(to, "line", oq_str_copy(page->arena, oq_buf_view(&line)));
    web_put_text(to, "band", has_band ? oq_str_copy(page->arena, oq_buf_view(&band)) : OQ_NONE);
    web_put_text(to, "zero", oq_strf(page->arena, "%.1f", 155 + least * high));
}

static void put_missing(const web_page *page, json_reader *r, const json_node *root, web_value *to)
{
    web_value *list = web_put_list(to, "missing");
    for (const json_node *n = json_read_first(json_read_list(r, root, "missing")); n; n = n->next)
        web_put_text(web_add_object(list), "text",
                     oq_text(page->locale.lang,
                             oq_strf(page->arena, "optimization.missing.%.*s", OQ_FMT(n->text))));
}

static oq_str days_text(const web_page *page, const json_node *root, const char *name)
{
    const json_node *n = json_tree_member(root, name);
    return n && n->type == JSON_NODE_NUMBER
               ? oq_text_count(page->arena, page->locale.lang, OQ_STR("optimization.days"),
                               (int64_t)n->number)
               : OQ_NONE;
}

static void put_known(const web_page *page, json_reader *r, const json_node *root, web_value *to)
{
    oq_str currency = json_read_text(r, root, "currency"),
           driver = json_read_text(r, root, "driver");
    const json_node *days = json_read_list(r, root, "days");
    put_curve(page, r, days, to);
    const json_node *last = json_read_first(days);
    for (const json_node *n = last; n; n = n->next)
        last = n;
    web_put_text(to, "cost_30",
                 last ? optimize_money(page, llround(figure(r, last, "mid_minor")), currency)
                      : OQ_NONE);
    web_put_text(to, "per_day",
                 optimize_money(page, json_read_i64(r, root, "cost_per_day_minor"), currency));
    web_put_text(to, "cheapest", days_text(page, root, "cheapest_day"));
    web_put_text(to, "break_even", days_text(page, root, "break_even_day"));
    web_put_text(to, "driver",
                 driver.len
                     ? oq_text(page->locale.lang,
                               oq_strf(page->arena, "optimization.driver.%.*s", OQ_FMT(driver)))
                     : OQ_NONE);
}

oq_err *optimize_put_deferral(const web_page *page, oq_scope *s, web_value *to, oq_uuid asset_id,
                              oq_uuid order_id)
{
    json_reader r = {.arena = page->arena};
    const json_node *root;
    oq_str json;
    web_value *d = web_put_object(to, "deferral");
    bool may = oq_caps_have(oq_scope_actor(s)->caps, CAP_OPTIMIZATION_READ);
    web_put_bool(to, "has_deferral", may);
    if (!may)
        return NULL;
    OQ_TRY(optimize_deferral(s, asset_id, order_id, DAYS, &json));
    OQ_TRY(json_tree_parse(page->arena, json, DEPTH_MAX, &root));
    bool is_known = json_read_bool(&r, root, "is_known");
    web_put_bool(d, "is_known", is_known);
    put_missing(page, &r, root, d);
    if (is_known)
        put_known(page, &r, root, d);
    return NULL;
}

/* --- on the page of a work order, which stands on a lower floor -----------------------------------*/

static oq_err *fill(const web_page *page, oq_scope *s, oq_uuid order_id)
{
    oq_mark mark = oq_err_mark();
    oq_err *err = optimize_put_deferral(page, s, page->view, OQ_UUID_ZERO, order_id);
    if (err && err->kind != OQ_CONFLICT && err->kind != OQ_NOT_FOUND)
        return err;
    if (err) { /* an order of no asset: there is nothing to tell */
        oq_err_rewind(mark);
        web_put_bool(page->view, "has_deferral", false);
    }
    return NULL;
}

oq_err *optimize_frame_fill(void *self, web_page *page)
{
    oq_uuid id;
    oq_scope *s;
    const http_who *who = http_who_of(page->rq);
    if (strcmp(page->template, "work/one") != 0)
        return NULL;
    oq_str path = http_path(page->rq);
    if (path.len < 36 || !oq_uuid_parse(oq_str_sub(path, path.len - 36, 36), &id))
        return NULL;
    OQ_TRY(oq_scope_open(&(oq_scope_options){.pool = self,
                                             .tenant_id = who->tenant_id,
                                             .access = OQ_READ,
                                             .actor = who->actor,
                                             .request_id = http_request_id(page->rq),
                                             .arena = page->arena},
                         &s));
    oq_err *err = fill(page, s, id);
    oq_scope_close(s);
    return err;
}
