/* /series/new and /series/{id}/edit: a signal's definition; for calculated ones with a preview of
 * what the expression gives, and where it is wrong. */
#include "historian/series_form.h"
#include "historian/series_page.h"

#include <math.h>

#include "historian/calc.h"
#include "plant/plant.h"
#include "web/parts.h"

#include "base/banned.h"

enum { PREVIEW_POINTS = 240, PREVIEW_ROWS = 6 };

typedef struct new_query {
    oq_uuid asset_id;
} new_query;
const oq_field series_new_fields[] = {OQ_UUID(new_query, asset_id), OQ_FIELDS_END};

/* What a person can mend on the page. */
static bool is_shown(const oq_err *err)
{
    return err->kind == OQ_INVALID || err->kind == OQ_MALFORMED || err->kind == OQ_CONFLICT ||
           err->kind == OQ_LIMIT;
}

/* --- the expression ---------------------------------------------------------------------------*/

/* Errors of the expression belong to its field. */
static oq_err *about_expression(const series_form *form, oq_err *err)
{
    oq_str code = err ? oq_cstr(err->code) : OQ_STR("");
    bool is_its = oq_str_starts(code, OQ_STR("expr.")) || oq_str_starts(code, OQ_STR("calc.")) ||
                  oq_str_eq(code, OQ_STR("unit.not_convertible"));
    if (is_its && !err->field && form->kind == SERIES_CALCULATED)
        err->field = "expression";
    return err;
}

static int64_t position_of(const oq_err *err)
{
    int64_t position;
    for (size_t i = 0; i < err->arg_count; i++)
        if (strcmp(err->arg[i].name, "position") == 0 && oq_parse_i64(err->arg[i].value, &position))
            return position;
    return 0;
}

/* The expression with the place of the error: before, at (one character), after. */
static void put_place(const web_page *page, oq_str text, const oq_err *err)
{
    web_put(page->view, "wrong", NULL);
    int64_t position = err ? position_of(err) : 0;
    if (position < 1 || !text.len)
        return;
    uint32_t letter;
    oq_str rest = text;
    for (int64_t i = 1; i < position && oq_utf8_next(&rest, &letter); i++)
        ;
    oq_str behind = rest;
    oq_utf8_next(&behind, &letter);
    web_value *wrong = web_put_object(page->view, "wrong");
    web_put_text(wrong, "before", oq_str_sub(text, 0, text.len - rest.len));
    web_put_text(wrong, "at", rest.len ? oq_str_sub(rest, 0, rest.len - behind.len) : OQ_STR("␣"));
    web_put_text(wrong, "after", behind);
}

/* --- the preview ------------------------------------------------------------------------------*/

static void put_newest(const web_page *page, web_value *to, const series *e, const samples *s)
{
    web_value *list = web_put_list(to, "rows");
    for (size_t i = s->count; i > 0 && s->count - i < PREVIEW_ROWS; i--) {
        web_value *row = web_add_object(list);
        quality q = samples_quality(s, i - 1);
        web_put_text(row, "time",
                     web_format_time_exact(page->arena, &page->locale, s->time[i - 1]));
        web_put_text(row, "value", signal_value_text(page, e, s->value[i - 1]));
        web_put_text(row, "quality", quality_is_good(q) ? OQ_NONE : signal_quality_text(page, q));
    }
}

/* The last 24 hours of what the expression would give. */
static oq_err *put_preview(const web_page *page, oq_scope *s, const series_form *form)
{
    samples found;
    oq_us to = oq_now(s), from = to - OQ_DAY;
    series e = {.is_state = form->is_state};
    oq_str wanted = form->unit.len ? form->unit : OQ_NONE;
    OQ_TRY(calc_preview(s, form->expression, wanted, from, to, PREVIEW_POINTS, &found, &e.unit));
    web_value *preview = web_put_object(page->view, "preview");
    buckets b;
    OQ_TRY(buckets_even(page->arena, from, to, OQ_DAY / CHART_SPARK_BUCKETS, from, &b));
    aggregator g = aggregator_make(page->arena, b, (aggregate_rule){.is_state = form->is_state});
    aggregator_feed(&g, &found);
    aggregator_end(&g, OQ_TIME_NONE);
    chart_put_spark(page, preview, &e, g.into, b.count);
    put_newest(page, preview, &e, &found);
    web_put_text(preview, "unit", web_format_unit(page->arena, e.unit));
    web_put_bool(preview, "has_rows", found.count > 0);
    return NULL;
}

/* --- the form ---------------------------------------------------------------------------------*/

static void put_kinds(const web_page *page, int selected)
{
    web_value *list = web_put_list(page->view, "kinds");
    for (const oq_choice *c = series_kind_choices; c->text; c++)
        if (c->value != SERIES_SIMULATED || selected == SERIES_SIMULATED)
            web_add_option(list, oq_cstr(c->text),
                           web_choice_label(page->locale.lang, "series_kind", c->text),
                           c->value == selected);
}

static oq_err *put_form(web_page *page, oq_scope *s, const series_form *form, const oq_err *err)
{
    bool is_calculated = form->kind == SERIES_CALCULATED;
    page->status = err ? oq_kind_status(err->kind) : 0;
    web_page_form(page, series_form_fields, form, err);
    put_kinds(page, form->kind);
    put_place(page, form->expression, err);
    web_put_bool(page->view, "is_calculated", is_calculated);
    web_put(page->view, "preview", NULL);
    if (!err && form->preview && is_calculated)
        return put_preview(page, s, form);
    return NULL;
}

/* --- a new one --------------------------------------------------------------------------------*/

static oq_err *show_new(http_req *rq, oq_scope *s, const series_form *form, const oq_err *err)
{
    web_page page = web_page_begin(rq, "series/edit", "signals.new", "series");
    web_page_crumb(&page, web_say(&page, "signals.title"), "/series");
    web_page_crumb(&page, web_say(&page, "signals.new"), NULL);
    web_put_bool(page.view, "is_new", true);
    web_put_cstr(page.view, "action", "/series/new");
    web_put_cstr(page.view, "back_href", "/series");
    OQ_TRY(put_form(&page, s, form, err));
    return web_page_send(&page);
}

oq_err *series_page_new(http_req *rq, oq_scope *s)
{
    new_query query;
    series_form form;
    oq_fields_preset(http_arena(rq), series_form_fields, &form);
    OQ_TRY(http_query(rq, &query));
    if (!oq_uuid_is_zero(query.asset_id)) {
        asset *a;
        OQ_TRY(asset_get(s, query.asset_id, &a));
        form.asset = a->code;
    }
    return show_new(rq, s, &form, NULL);
}

/* After an error of the database the unit of work is over; the page reads in a new one. */
static oq_err *show_new_again(http_req *rq, const series_form *form, oq_err *err)
{
    oq_scope *s;
    if (!is_shown(err))
        return err;
    OQ_TRY(http_scope_again(rq, &s));
    return show_new(rq, s, form, about_expression(form, err));
}

static oq_err *create(oq_scope *s, const series_form *form, series **ret_series)
{
    series_order order;
    OQ_TRY(series_form_order(s, form, &order));
    return series_create(s, &order, ret_series);
}

static oq_err *to_its_page(http_req *rq, const series *e, const char *toast_key)
{
    web_toast(rq, "ok", toast_key);
    http_redirect(rq, signal_path(http_arena(rq), e));
    return NULL;
}

oq_err *series_page_post_new(http_req *rq, oq_scope *s)
{
    series_form form;
    series *made;
    oq_err *err = http_body(rq, &form);
    if (!err && form.preview) {
        err = show_new(rq, s, &form, NULL);
        return err ? show_new_again(rq, &form, err) : NULL;
    }
    if (!err)
        err = create(s, &form, &made);
    return err ? show_new_again(rq, &form, err) : to_its_page(rq, made, "signals.created_toast");
}

/* --- one that is there ------------------------------------------------------------------------*/

/* `typed` NULL: as it is stored. After a stale version the form carries the current one, so that
 * saving again is a decision. */
static oq_err *show_edit(http_req *rq, oq_scope *s, const series_form *typed, const oq_err *err)
{
    oq_uuid id;
    series *e;
    series_form form;
    web_page page;
    hist_signal g;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(series_get(s, id, &e));
    OQ_TRY(series_form_of(s, e, &form));
    if (typed) {
        form = *typed;
        form.kind = e->kind;
        form.version = e->version;
    }
    OQ_TRY(series_page_begin(rq, s, e, "series/edit", "signals.edit", &page, &g));
    oq_str own = signal_path(page.arena, e);
    web_put_bool(page.view, "is_new", false);
    web_put_text(page.view, "action", oq_strf(page.arena, "%.*s/edit", OQ_FMT(own)));
    web_put_text(page.view, "back_href", own);
    OQ_TRY(put_form(&page, s, &form, err));
    return web_page_send(&page);
}

oq_err *series_page_edit(http_req *rq, oq_scope *s)
{
    return show_edit(rq, s, NULL, NULL);
}

static oq_err *show_edit_again(http_req *rq, const series_form *form, oq_err *err)
{
    oq_scope *s;
    if (!is_shown(err))
        return err;
    OQ_TRY(http_scope_again(rq, &s));
    return show_edit(rq, s, form, about_expression(form, err));
}

/* Key, metric and kind are not asked again. */
static oq_err *update(oq_scope *s, oq_uuid id, const series_form *form, series **ret_series)
{
    series *e;
    series_order order;
    series_form whole = *form;
    if (form->version == OQ_I64_NONE)
        return oq_fail_field("version", "field.required");
    OQ_TRY(series_get(s, id, &e));
    whole.kind = e->kind;
    OQ_TRY(series_form_order(s, &whole, &order));
    order.key = OQ_NONE;
    order.metric = OQ_NONE;
    return series_update(s, id, &order, ret_series);
}

oq_err *series_page_post_edit(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    series_form form;
    series *changed;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_body(rq, &form);
    if (!err && form.preview) {
        form.kind = SERIES_CALCULATED;
        err = show_edit(rq, s, &form, NULL);
        return err ? show_edit_again(rq, &form, err) : NULL;
    }
    if (!err)
        err = update(s, id, &form, &changed);
    return err ? show_edit_again(rq, &form, err) : to_its_page(rq, changed, "signals.saved_toast");
}
