/* /models/{id}: what a model was trained on, and how well it tells on what came after. */
#include <math.h>

#include "ai/page_inner.h"
#include "web/parts.h"

#include "ai_page.sql.h"

#include "base/banned.h"

enum { MODES_MAX = 12, PLOTS_MAX = 4, FEATURES_MAX = 20, DRIFTS_MAX = 30 };

static void add_fact(const web_page *page, web_value *list, const char *key, oq_str value)
{
    if (!value.len)
        return;
    web_value *fact = web_add_object(list);
    web_put_text(fact, "label", web_say(page, key));
    web_put_text(fact, "value", value);
}

static oq_str day(const web_page *page, oq_us at)
{
    return at == OQ_TIME_NONE ? OQ_NONE : web_format_date(page->arena, &page->locale, at);
}

static oq_str count_text(const web_page *page, double n)
{
    return isnan(n) ? OQ_NONE : web_format_i64(page->arena, &page->locale, (int64_t)n);
}

static oq_str figure(const web_page *page, double x)
{
    return isnan(x) ? OQ_NONE : ai_page_figure(page, x);
}

static void put_facts(const web_page *page, const ai_model *m)
{
    web_value *list = web_put_list(page->view, "facts");
    oq_str data = m->data_from == OQ_TIME_NONE
                      ? OQ_NONE
                      : ai_page_range(page, day(page, m->data_from), day(page, m->data_to));
    add_fact(page, list, "aipage.data", data);
    add_fact(page, list, "aipage.split", day(page, m->split_at));
    add_fact(page, list, "aipage.assets", count_text(page, (double)m->assets));
    add_fact(page, list, "aipage.rows", m->rows ? count_text(page, (double)m->rows) : OQ_NONE);
    add_fact(page, list, "aipage.failures", count_text(page, (double)m->failures));
    if (!isnan(m->horizon_h))
        add_fact(page, list, "aipage.horizon", ai_page_hours(page, m->horizon_h));
    add_fact(page, list, "aipage.made_at", web_format_time(page->arena, &page->locale, m->made_at));
    add_fact(page, list, "aipage.made_by",
             oq_str_eq(m->made_by, OQ_STR("job")) ? web_say(page, "aipage.by_job") : m->made_by);
    add_fact(page, list, "aipage.took",
             web_format_duration(page->arena, &page->locale, m->took_us));
}

/* --- figures by mode -----------------------------------------------------------------------------*/

/* "0.81 (0.74 – 0.88)" of a member and its bounds, a list of two. */
static oq_str with_bounds(const web_page *page, const json_node *of, const char *name,
                          const char *bounds)
{
    double x = json_tree_number(of, name);
    const json_node *low = ai_page_first(json_tree_member(of, bounds));
    if (isnan(x) || !low || low->type != JSON_NODE_NUMBER || !low->next ||
        low->next->type != JSON_NODE_NUMBER)
        return figure(page, x);
    return oq_strf(page->arena, "%.*s (%.*s)", OQ_FMT(ai_page_figure(page, x)),
                   OQ_FMT(ai_page_range(page, ai_page_figure(page, low->number),
                                        ai_page_figure(page, low->next->number))));
}

static void put_cell(web_value *cells, const web_page *page, const char *key, oq_str value)
{
    web_value *cell = web_add_object(cells);
    web_put_text(cell, "label", web_say(page, key));
    web_put_text(cell, "value", value);
}

static void put_failure_cells(const web_page *page, web_value *cells, const json_node *m)
{
    oq_str brier = figure(page, json_tree_number(m, "brier"));
    double base = json_tree_number(m, "brier_base");
    if (brier.len && !isnan(base))
        brier =
            oq_strf(page->arena, "%.*s / %.*s", OQ_FMT(brier), OQ_FMT(ai_page_figure(page, base)));
    put_cell(cells, page, "aipage.failures", count_text(page, json_tree_number(m, "failures")));
    put_cell(cells, page, "aipage.auc", figure(page, json_tree_number(m, "auc")));
    put_cell(cells, page, "aipage.precision",
             with_bounds(page, m, "precision", "precision_bounds"));
    put_cell(cells, page, "aipage.recall", with_bounds(page, m, "recall", "recall_bounds"));
    put_cell(cells, page, "aipage.f1", with_bounds(page, m, "f1", "f1_bounds"));
    put_cell(cells, page, "aipage.brier", brier);
    put_cell(cells, page, "aipage.ece", figure(page, json_tree_number(m, "ece")));
    put_cell(cells, page, "aipage.threshold", figure(page, json_tree_number(m, "threshold")));
}

static oq_str between(const web_page *page, double x, double low, double high, bool is_hours)
{
    if (isnan(x))
        return OQ_NONE;
    oq_str value = is_hours ? ai_page_hours(page, x) : ai_page_figure(page, x);
    if (isnan(low) || isnan(high))
        return value;
    oq_str range = is_hours
                       ? ai_page_range(page, ai_page_hours(page, low), ai_page_hours(page, high))
                       : ai_page_range(page, ai_page_figure(page, low), ai_page_figure(page, high));
    return oq_strf(page->arena, "%.*s (%.*s)", OQ_FMT(value), OQ_FMT(range));
}

static void put_life_cells(const web_page *page, web_value *cells, const json_node *m)
{
    const json_node *fit = json_tree_member(m, "fit");
    put_cell(cells, page, "aipage.failures", count_text(page, json_tree_number(m, "failures")));
    put_cell(cells, page, "aipage.censored", count_text(page, json_tree_number(m, "censored")));
    put_cell(cells, page, "aipage.beta",
             between(page, json_tree_number(m, "beta"), json_tree_number(m, "beta_low"),
                     json_tree_number(m, "beta_high"), false));
    put_cell(cells, page, "aipage.eta",
             between(page, json_tree_number(m, "eta_h"), json_tree_number(m, "eta_low"),
                     json_tree_number(m, "eta_high"), true));
    put_cell(cells, page, "aipage.mean_life",
             isnan(json_tree_number(m, "mean_h"))
                 ? OQ_NONE
                 : ai_page_hours(page, json_tree_number(m, "mean_h")));
    put_cell(cells, page, "aipage.age_p", figure(page, json_tree_number(m, "age_matters_p")));
    put_cell(cells, page, "aipage.fit_r", figure(page, json_tree_number(fit, "correlation")));
    put_cell(cells, page, "aipage.fit_p", figure(page, json_tree_number(fit, "p")));
}

/* Members of the metrics that are figures of a mode. */
static bool is_mode(const json_node *m)
{
    return m->type == JSON_NODE_OBJECT && !oq_str_eq(m->name, OQ_STR("all")) &&
           !oq_str_eq(m->name, OQ_STR("compared"));
}

static void put_modes(const web_page *page, const ai_model *m, const json_node *metrics,
                      const json_node *bins, const ai_page_names *names)
{
    web_value *rows = web_put_list(page->view, "rows"), *plots = web_put_list(page->view, "plots");
    bool is_life = m->kind == AI_LIFE, is_failure = m->kind == AI_FAILURE;
    for (const json_node *of = is_life || is_failure ? ai_page_first(metrics) : NULL;
         of && web_count(rows) < MODES_MAX; of = of->next) {
        if (!is_mode(of))
            continue;
        web_value *row = web_add_object(rows);
        oq_str name = ai_page_name_of(page, names, of->name);
        web_put_text(row, "name", name);
        web_value *cells = web_put_list(row, "cells");
        if (is_life)
            put_life_cells(page, cells, of);
        else
            put_failure_cells(page, cells, of);
        if (!is_failure || web_count(plots) >= PLOTS_MAX)
            continue;
        web_value *plot = web_object(page->arena);
        web_put_text(plot, "name", name);
        ai_page_put_reliability(page, plot, bins, of->name);
        if (web_is_true(web_get(plot, OQ_STR("has_plot"))))
            web_add(plots, plot);
    }
    web_put_bool(page->view, "has_rows", web_count(rows) > 0);
    web_put_bool(page->view, "has_plots", web_count(plots) > 0);
    /* the heads of the table are the labels of its first row */
    const web_value *first = web_at(rows, 0);
    web_put(page->view, "heads", first ? (web_value *)web_get(first, OQ_STR("cells")) : NULL);
}

/* --- what it looks at ----------------------------------------------------------------------------*/

static void put_features(const web_page *page, const json_node *features)
{
    web_value *list = web_put_list(page->view, "features");
    double most = 0;
    for (const json_node *f = ai_page_first(features); f; f = f->next)
        most = fmax(most, json_tree_number(f, "importance"));
    for (const json_node *f = ai_page_first(features); f && web_count(list) < FEATURES_MAX;
         f = f->next) {
        double share = json_tree_number(f, "importance");
        web_value *item = web_add_object(list);
        web_put_text(item, "name", json_tree_text(f, "feature"));
        web_put_text(item, "share", isnan(share) ? OQ_NONE : ai_page_share(page, share));
        web_put_text(item, "bar",
                     oq_strf(page->arena, "%.0f", most > 0 && share > 0 ? 100 * share / most : 0));
    }
    web_put_bool(page->view, "has_features", web_count(list) > 0);
}

static void put_drifts(const web_page *page, const ai_model *m, const json_node *drift)
{
    web_value *list = web_put_list(page->view, "drifts");
    const json_node *signals = drift ? json_tree_member(drift, "signals") : NULL;
    for (const json_node *d = ai_page_first(signals); d && web_count(list) < DRIFTS_MAX;
         d = d->next) {
        web_value *row = web_add_object(list);
        oq_str state = json_tree_text(d, "state");
        bool is_shifted = oq_str_eq(state, OQ_STR("SHIFTED"));
        bool is_moved = oq_str_eq(state, OQ_STR("MOVED"));
        web_put_text(row, "metric", json_tree_text(d, "metric"));
        web_put_badge(
            row,
            is_shifted ? "bad"
            : is_moved ? "warn"
                       : "off",
            web_choice_label(page->locale.lang, "drift_state", oq_str_c(page->arena, state)));
        web_put_text(row, "psi", figure(page, json_tree_number(d, "psi")));
        web_put_text(row, "ks", figure(page, json_tree_number(d, "ks")));
        web_put_text(row, "then", figure(page, json_tree_number(d, "median_then")));
        web_put_text(row, "now", figure(page, json_tree_number(d, "median_now")));
        web_put_text(row, "missing",
                     isnan(json_tree_number(d, "missing_now"))
                         ? OQ_NONE
                         : ai_page_share(page, json_tree_number(d, "missing_now")));
    }
    web_put_bool(page->view, "has_drifts", web_count(list) > 0);
    web_put_text(page->view, "drift_at",
                 m->drift_at == OQ_TIME_NONE
                     ? OQ_NONE
                     : web_format_time(page->arena, &page->locale, m->drift_at));
}

/* --- the others ----------------------------------------------------------------------------------*/

static oq_err *put_history(web_page *page, oq_scope *s, oq_uuid id)
{
    sql_ai_page_history_rows rows;
    OQ_TRY(sql_ai_page_history(s, (sql_ai_page_history_args){id}, &rows));
    web_value *list = web_put_list(page->view, "history");
    for (size_t i = 0; i < rows.count; i++) {
        const ai_model *m = &rows.at[i];
        web_value *row = web_add_object(list);
        bool is_ready = m->state == AI_MODEL_READY;
        web_put_text(row, "number", web_format_i64(page->arena, &page->locale, m->number));
        web_put_text(
            row, "href",
            oq_strf(page->arena, "/models/%.*s", OQ_FMT(oq_uuid_text(page->arena, m->id))));
        web_put_bool(row, "is_this", oq_uuid_eq(m->id, id));
        web_put_bool(row, "is_current", m->is_current);
        web_put_badge(row,
                      is_ready                      ? "ok"
                      : m->state == AI_MODEL_FAILED ? "bad"
                                                    : "off",
                      web_choice_label(page->locale.lang, "ai_model_state",
                                       oq_choice_text(ai_model_state_choices, m->state)));
        web_put_text(row, "made_at", web_format_time(page->arena, &page->locale, m->made_at));
        web_put_text(row, "failures", count_text(page, (double)m->failures));
        web_put_text(row, "split", day(page, m->split_at));
    }
    return NULL;
}

static oq_err *put_owner(web_page *page, oq_scope *s, const ai_model *m, oq_str *ret_title)
{
    sql_ai_page_owner_rows rows;
    OQ_TRY(sql_ai_page_owner(s, (sql_ai_page_owner_args){m->class_id, m->asset_id}, &rows));
    oq_str name = rows.count ? ai_page_either(page, rows.at[0].name, rows.at[0].name_ar) : OQ_NONE;
    oq_arg fact[] = {
        {.name = "kind",
         .value = web_choice_label(page->locale.lang, "ai_kind",
                                   oq_choice_text(ai_kind_choices, m->kind))},
        {.name = "number", .value = web_format_i64(page->arena, &page->locale, m->number)}};
    *ret_title =
        oq_text_fill(page->arena, page->locale.lang, OQ_STR("aipage.model_number"), fact, 2);
    web_put_text(page->view, "owner", name.len || !rows.count ? name : rows.at[0].code);
    web_put_text(
        page->view, "owner_href",
        oq_uuid_is_zero(m->asset_id)
            ? OQ_NONE
            : oq_strf(page->arena, "/assets/%.*s", OQ_FMT(oq_uuid_text(page->arena, m->asset_id))));
    web_put_text(page->view, "class_id",
                 oq_uuid_is_zero(m->class_id) ? OQ_NONE : oq_uuid_text(page->arena, m->class_id));
    return NULL;
}

static oq_err *put_model(web_page *page, oq_scope *s, const ai_model *m)
{
    const json_node *metrics, *bins, *features, *missing, *drift;
    ai_page_names names;
    OQ_TRY(ai_page_json(page->arena, m->metrics, &metrics));
    OQ_TRY(ai_page_json(page->arena, m->reliability, &bins));
    OQ_TRY(ai_page_json(page->arena, m->features, &features));
    OQ_TRY(ai_page_json(page->arena, m->missing, &missing));
    OQ_TRY(ai_page_json(page->arena, m->drift, &drift));
    OQ_TRY(ai_page_names_of(s, m->asset_id, m->class_id, &names));
    put_facts(page, m);
    put_modes(page, m, metrics, bins, &names);
    put_features(page, features);
    put_drifts(page, m, drift);
    web_value *list = web_put_list(page->view, "missing");
    ai_page_put_missing(page, list, missing, &names);
    web_put_bool(page->view, "has_missing", web_count(list) > 0);
    bool is_ready = m->state == AI_MODEL_READY;
    web_put_badge(page->view,
                  is_ready                      ? "ok"
                  : m->state == AI_MODEL_FAILED ? "bad"
                                                : "off",
                  web_choice_label(page->locale.lang, "ai_model_state",
                                   oq_choice_text(ai_model_state_choices, m->state)));
    web_put_text(page->view, "id", oq_uuid_text(page->arena, m->id));
    web_put_bool(page->view, "is_current", m->is_current);
    web_put_bool(page->view, "can_be_used", is_ready && !m->is_current);
    web_put_bool(page->view, "is_life", m->kind == AI_LIFE);
    return put_history(page, s, m->id);
}

oq_err *ai_page_model(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    sql_ai_page_model_rows rows;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(sql_ai_page_model(s, (sql_ai_page_model_args){id}, &rows));
    if (!rows.count)
        return oq_fail(OQ_NOT_FOUND, "ai.model_not_found");
    web_page page = web_page_begin(rq, "ai/model", "aipage.models", "models");
    OQ_TRY(put_owner(&page, s, &rows.at[0], &page.title));
    web_page_crumb(&page, web_say(&page, "aipage.models"), "/models");
    web_page_crumb(&page, page.title, NULL);
    OQ_TRY(put_model(&page, s, &rows.at[0]));
    return web_page_send(&page);
}
