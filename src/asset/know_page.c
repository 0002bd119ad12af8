/* What is known of an asset, and what happened to it, as its page shows it. */
#include "asset/asset_detail.h"
#include "asset/inner.h"
#include "historian/signal_view.h"
#include "web/parts.h"

#include <math.h>

#include "base/banned.h"

/* --- facts ------------------------------------------------------------------------------------*/

static web_value *add_fact(const web_page *page, web_value *list, const char *label_key,
                           oq_str value, bool is_code)
{
    if (!value.len)
        return NULL;
    web_value *fact = web_add_object(list);
    web_put_text(fact, "label", web_say(page, label_key));
    web_put_text(fact, "value", value);
    web_put_bool(fact, "is_code", is_code);
    return fact;
}

void asset_add_fact(const web_page *page, web_value *list, const char *label_key, oq_str value)
{
    add_fact(page, list, label_key, value, false);
}

void asset_add_code(const web_page *page, web_value *list, const char *label_key, oq_str value)
{
    add_fact(page, list, label_key, value, true);
}

static void put_number(const web_page *page, web_value *to, const char *key, double x)
{
    web_put_text(to, key,
                 isnan(x) ? OQ_NONE
                          : web_format_f64(page->arena, &page->locale, x, signal_decimals(x)));
}

static oq_str hours(const web_page *page, double h)
{
    if (isnan(h))
        return OQ_NONE;
    if (h >= 48 && fmod(h, 24) == 0)
        return oq_text_count(page->arena, page->locale.lang, OQ_STR("signals.days"),
                             (int64_t)(h / 24));
    return web_format_duration(page->arena, &page->locale, (oq_us)(h * 3600e6));
}

/* --- the tree of components -------------------------------------------------------------------*/

static void put_children(const web_page *page, web_value *to, const asset_detail *d, oq_uuid above,
                         int depth)
{
    web_value *list = web_put_list(to, "children");
    for (size_t i = 0; depth < 50 && i < d->components.count; i++) {
        const component *c = &d->components.at[i];
        if (!oq_uuid_eq(c->parent_id, above))
            continue;
        web_value *node = web_add_object(list);
        web_put_text(node, "code", c->code);
        web_put_text(node, "name", asset_name(page->locale.lang, c->name, c->name_ar));
        web_put_text(node, "maker", c->manufacturer);
        web_put_text(node, "model", c->model);
        web_value *values = web_put_list(node, "values");
        for (size_t k = 0; k < d->signals.count; k++)
            if (oq_uuid_eq(d->signals.at[k].e->component_id, c->id))
                signal_put(page, web_add_object(values), &d->signals.at[k]);
        put_children(page, node, d, c->id, depth + 1);
        web_put_bool(node, "has_children", web_count(web_get(node, OQ_STR("children"))) > 0);
    }
}

/* --- how it fails -----------------------------------------------------------------------------*/

static void put_modes(const web_page *page, const asset_detail *d)
{
    oq_lang lang = page->locale.lang;
    web_value *list = web_put_list(page->view, "modes");
    for (size_t i = 0; i < d->modes.count; i++) {
        const failure_mode *m = &d->modes.at[i];
        web_value *row = web_add_object(list);
        const char *category = oq_choice_text(failure_category_choices, m->category);
        web_put_text(row, "name", asset_name(lang, m->name, m->name_ar));
        web_put_text(row, "code", m->code);
        web_put_text(row, "iso", m->iso14224_code);
        web_put_text(row, "mechanism", m->mechanism);
        web_put_text(row, "category", web_choice_label(lang, "failure_category", category));
        web_put_text(row, "effect", asset_name(lang, m->effect, m->effect_ar));
        web_put_text(row, "action", asset_name(lang, m->action, m->action_ar));
        web_put_i64(row, "severity", m->severity);
        web_put_i64(row, "occurrence", m->occurrence);
        web_put_i64(row, "detection", m->detection);
        web_put_text(row, "rpn", web_format_i64(page->arena, &page->locale, m->rpn));
        web_put_text(row, "pf", hours(page, m->pf_interval_h));
        web_put_bool(row, "is_own", !oq_uuid_is_zero(m->asset_id));
    }
    web_put_bool(page->view, "has_modes", d->modes.count > 0);
}

/* --- what the manufacturer says, what is inspected --------------------------------------------*/

static oq_str range_text(const web_page *page, const machine_spec *m)
{
    const web_locale *l = &page->locale;
    oq_str low = web_format_f64(page->arena, l, m->value_min, signal_decimals(m->value_min));
    oq_str high = web_format_f64(page->arena, l, m->value_max, signal_decimals(m->value_max));
    if (isnan(m->value_min) && isnan(m->value_max))
        return OQ_NONE;
    oq_str text = isnan(m->value_min) ? oq_strf(page->arena, "≤ %.*s", OQ_FMT(high))
                  : isnan(m->value_max)
                      ? oq_strf(page->arena, "≥ %.*s", OQ_FMT(low))
                      : oq_strf(page->arena, "%.*s … %.*s", OQ_FMT(low), OQ_FMT(high));
    oq_str unit_text = web_format_unit(page->arena, m->unit);
    return unit_text.len ? oq_strf(page->arena, "%.*s %.*s", OQ_FMT(text), OQ_FMT(unit_text))
                         : text;
}

static void put_specs(const web_page *page, const asset_detail *d, int kind, const char *key)
{
    web_value *list = web_put_list(page->view, key);
    for (size_t i = 0; i < d->specs.count; i++) {
        const machine_spec *m = &d->specs.at[i];
        if (m->kind != kind)
            continue;
        web_value *row = web_add_object(list);
        web_put_text(row, "title", asset_name(page->locale.lang, m->title, m->title_ar));
        web_put_text(row, "text", asset_name(page->locale.lang, m->text, m->text_ar));
        web_put_text(row, "reference", m->reference);
        web_put_text(row, "range", range_text(page, m));
    }
}

/* --- what is safe, and what it costs ----------------------------------------------------------*/

static void put_thresholds(const web_page *page, const asset_detail *d)
{
    oq_lang lang = page->locale.lang;
    web_value *list = web_put_list(page->view, "thresholds");
    for (size_t i = 0; i < d->thresholds.count; i++) {
        const asset_threshold *t = &d->thresholds.at[i];
        web_value *row = web_add_object(list);
        oq_str name = asset_name(lang, t->metric_name, t->metric_name_ar);
        const char *degree = oq_choice_text(criticality_choices, t->criticality);
        web_put_text(row, "name", name.len ? name : t->metric);
        web_put_text(row, "metric", t->metric);
        web_put_text(row, "unit", web_format_unit(page->arena, t->unit));
        web_put_text(row, "criticality",
                     degree ? web_choice_label(lang, "criticality", degree)
                            : web_say(page, "assets.any_criticality"));
        put_number(page, row, "low_low", t->low_low);
        put_number(page, row, "low", t->low);
        put_number(page, row, "high", t->high);
        put_number(page, row, "high_high", t->high_high);
        web_put_text(row, "cost",
                     t->cost_reference_minor == OQ_I64_NONE
                         ? OQ_NONE
                         : web_format_money(page->arena, &page->locale, t->cost_reference_minor,
                                            t->currency));
        web_put_text(row, "source", t->source);
        web_put_text(row, "approved_by", t->approved_by);
        web_put_text(row, "approved_at",
                     t->approved_at == OQ_TIME_NONE
                         ? OQ_NONE
                         : web_format_date(page->arena, &page->locale, t->approved_at));
        web_put_bool(row, "counts", t->counts);
    }
    web_put_bool(page->view, "has_thresholds", d->thresholds.count > 0);
}

static void add_money(const web_page *page, web_value *list, const char *label_key, int64_t minor,
                      oq_str currency)
{
    if (minor != OQ_I64_NONE)
        asset_add_fact(page, list, label_key,
                       web_format_money(page->arena, &page->locale, minor, currency));
}

static void put_cost(const web_page *page, const asset_detail *d)
{
    const cost_model *c = d->cost;
    web_put(page->view, "cost", NULL);
    if (!c)
        return;
    web_value *cost = web_put_object(page->view, "cost");
    web_put_text(cost, "name", asset_name(page->locale.lang, c->name, c->name_ar));
    web_value *list = web_put_list(cost, "facts");
    add_money(page, list, "assets.cost_failure", c->failure_minor, c->currency);
    add_money(page, list, "assets.cost_maintenance", c->maintenance_minor, c->currency);
    add_money(page, list, "assets.cost_downtime", c->downtime_per_hour_minor, c->currency);
    add_money(page, list, "assets.cost_secondary", c->secondary_minor, c->currency);
    add_money(page, list, "assets.cost_planned_stop", c->planned_stop_per_hour_minor, c->currency);
    if (!isnan(c->failure_delay_h))
        asset_add_fact(page, list, "assets.cost_delay",
                       web_format_quantity(page->arena, &page->locale, c->failure_delay_h, 1,
                                           OQ_STR("h")));
    add_money(page, list, "assets.cost_labour", c->labour_per_hour_minor, c->currency);
    add_money(page, list, "assets.cost_energy", c->energy_per_mwh_minor, c->currency);
    add_money(page, list, "assets.cost_carbon", c->carbon_per_tonne_minor, c->currency);
    asset_add_fact(page, list, "assets.source", c->source);
    web_put_text(cost, "approved_by", d->cost_approved_by);
    web_put_text(cost, "approved_at",
                 c->approved_at == OQ_TIME_NONE
                     ? OQ_NONE
                     : web_format_date(page->arena, &page->locale, c->approved_at));
}

void asset_put_knowledge(web_page *page, const asset_detail *d)
{
    put_children(page, page->view, d, OQ_UUID_ZERO, 0);
    web_put_bool(page->view, "has_components", d->components.count > 0);
    put_modes(page, d);
    put_specs(page, d, SPEC_LIMIT, "limits");
    put_specs(page, d, SPEC_BEHAVIOUR, "behaviour");
    put_specs(page, d, SPEC_INSPECTION, "inspections");
    web_put_bool(page->view, "has_specs", d->specs.count > 0);
    web_put_bool(page->view, "has_inspections",
                 web_count(web_get(page->view, OQ_STR("inspections"))) > 0);
    put_thresholds(page, d);
    put_cost(page, d);
}

/* --- what was done, what happened -------------------------------------------------------------*/

static void put_mappings(const web_page *page, const asset_detail *d)
{
    web_value *list = web_put_list(page->view, "mappings");
    for (size_t i = 0; i < d->mappings.count; i++) {
        const asset_mapping *m = &d->mappings.at[i];
        web_value *row = web_add_object(list);
        web_put_text(row, "tag", m->external_tag);
        web_put_text(row, "integration", m->integration);
        web_put_text(row, "metric", m->metric);
        put_number(page, row, "scale", m->scaling_factor);
        put_number(page, row, "offset", m->offset_value);
        web_put_text(row, "unit", web_format_unit(page->arena, m->unit));
        web_put_bool(row, "is_active", m->is_active);
    }
    web_put_bool(page->view, "has_mappings", d->mappings.count > 0);
}

static bool is_over(oq_str status)
{
    return oq_str_eq(status, OQ_STR("done")) || oq_str_eq(status, OQ_STR("closed")) ||
           oq_str_eq(status, OQ_STR("cancelled"));
}

static void put_work(const web_page *page, const asset_detail *d)
{
    oq_lang lang = page->locale.lang;
    web_value *list = web_put_list(page->view, "work");
    for (size_t i = 0; i < d->work.count; i++) {
        const asset_work_order *w = &d->work.at[i];
        web_value *row = web_add_object(list);
        bool is_late =
            !is_over(w->status) && w->due_at != OQ_TIME_NONE && w->due_at < oq_clock_now();
        oq_us at = w->finished_at != OQ_TIME_NONE ? w->finished_at : w->created_at;
        web_put_text(row, "number", w->number);
        web_put_text(
            row, "href",
            oq_strf(page->arena, "/work-orders/%.*s", OQ_FMT(oq_uuid_text(page->arena, w->id))));
        web_put_text(row, "title", w->title);
        web_put_text(row, "kind",
                     web_choice_label(lang, "work_order_kind", oq_str_c(page->arena, w->kind)));
        web_put_badge(
            row, is_over(w->status) ? "ok" : "info",
            web_choice_label(lang, "work_order_status", oq_str_c(page->arena, w->status)));
        web_put_text(row, "assigned_to", w->assigned_to);
        web_put_text(row, "at", web_format_time(page->arena, &page->locale, at));
        web_put_text(row, "due",
                     w->due_at == OQ_TIME_NONE
                         ? OQ_NONE
                         : web_format_time(page->arena, &page->locale, w->due_at));
        web_put_bool(row, "is_late", is_late);
    }
    web_put_text(page->view, "new_order_href",
                 oq_strf(page->arena, "/work-orders/new?asset=%.*s",
                         OQ_FMT(oq_percent(page->arena, d->head.code, ""))));
    web_put_bool(page->view, "has_work", d->work.count > 0);
}

static void put_events(const web_page *page, const asset_detail *d)
{
    oq_lang lang = page->locale.lang;
    web_value *list = web_put_list(page->view, "events");
    for (size_t i = 0; i < d->events.count; i++) {
        const asset_event *e = &d->events.at[i];
        web_value *row = web_add_object(list);
        bool is_bad = oq_str_eq(e->severity, OQ_STR("CRITICAL"));
        bool is_warn = oq_str_eq(e->severity, OQ_STR("MAJOR")) ||
                       oq_str_eq(e->severity, OQ_STR("MINOR")) ||
                       oq_str_eq(e->severity, OQ_STR("WARNING"));
        web_put_text(row, "at", web_format_time_exact(page->arena, &page->locale, e->event_time));
        web_put_text(row, "summary", e->summary);
        web_put_text(row, "source", e->source_system);
        web_put_text(
            row, "category",
            web_choice_label(lang, "event_category", oq_str_c(page->arena, e->event_category)));
        web_put_badge(row,
                      is_bad    ? "bad"
                      : is_warn ? "warn"
                                : "",
                      web_choice_label(lang, "severity", oq_str_c(page->arena, e->severity)));
        web_put_bool(row, "is_bad", is_bad);
        web_put_bool(row, "is_warn", is_warn);
    }
    web_put_bool(page->view, "has_events", d->events.count > 0);
}

void asset_put_story(web_page *page, const asset_detail *d)
{
    put_mappings(page, d);
    put_work(page, d);
    put_events(page, d);
}
