/* What it costs, what to do, and what is being done. */
#include <math.h>

#include "incident/views.h"

#include "base/banned.h"

static const web_value *of(const web_value *object, const char *key)
{
    return web_get(object, oq_cstr(key));
}

/* --- ranges -------------------------------------------------------------------------------------*/

static oq_str from_to(const web_page *page, oq_str low, oq_str high)
{
    if (oq_str_eq(low, high))
        return low;
    oq_arg fact[] = {{.name = "low", .value = low}, {.name = "high", .value = high}};
    return oq_text_fill(page->arena, page->locale.lang, OQ_STR("incident.from_to"), fact,
                        OQ_COUNT(fact));
}

oq_str view_range(const web_page *page, const web_value *range, int decimals, oq_str unit)
{
    double low = dossier_number(of(range, "low")), mid = dossier_number(of(range, "mid")),
           high = dossier_number(of(range, "high"));
    if (!web_is_object(range))
        low = mid = high = dossier_number(range);
    if (isnan(mid))
        return OQ_NONE;
    oq_arena *a = page->arena;
    const web_locale *l = &page->locale;
    return from_to(page, web_format_quantity(a, l, isnan(low) ? mid : low, decimals, unit),
                   web_format_quantity(a, l, isnan(high) ? mid : high, decimals, unit));
}

static int64_t minor_of(const web_value *value)
{
    int64_t minor;
    return oq_parse_i64(web_as_text(value), &minor) ? minor : OQ_I64_NONE;
}

oq_str view_money_range(const web_page *page, const web_value *range, oq_str currency)
{
    int64_t low = minor_of(of(range, "low")), mid = minor_of(of(range, "mid")),
            high = minor_of(of(range, "high"));
    if (!web_is_object(range))
        low = mid = high = minor_of(range);
    if (mid == OQ_I64_NONE)
        return OQ_NONE;
    oq_arena *a = page->arena;
    const web_locale *l = &page->locale;
    return from_to(page, web_format_money(a, l, low == OQ_I64_NONE ? mid : low, currency),
                   web_format_money(a, l, high == OQ_I64_NONE ? mid : high, currency));
}

/* --- impact -------------------------------------------------------------------------------------*/

static void put_parts(const web_page *page, web_value *to, const web_value *parts, oq_str currency)
{
    web_value *list = web_put_list(to, "parts");
    for (size_t i = 0; i < web_count(parts); i++) {
        const web_value *part = web_at(parts, i);
        int64_t minor = minor_of(of(part, "amount_minor"));
        if (minor == OQ_I64_NONE)
            continue;
        web_value *row = web_add_object(list);
        web_put_text(row, "label", dossier_said(page->locale.lang, part));
        web_put_text(row, "amount", web_format_money(page->arena, &page->locale, minor, currency));
    }
}

void view_put_impact(const web_page *page, web_value *to, const dossier *d)
{
    bool is_summary = d->view.extent == INCIDENT_SUMMARY;
    const web_value *all =
        is_summary ? dossier_json(page->arena, d->it->impact_estimate) : dossier_part(d, "impact");
    const web_value *money = dossier_part(d, "financial");
    const web_value *carbon = is_summary ? dossier_json(page->arena, d->it->carbon_impact_estimate)
                                         : dossier_part(d, "carbon");
    const web_value *downtime = of(money, "downtime_h"), *cost = of(money, "cost_minor");
    oq_str currency = web_as_text(of(money ? money : all, "currency"));
    web_value *it = web_put_object(to, "impact");
    web_put_text(it, "downtime",
                 view_range(page, downtime ? downtime : of(all, "downtime_h"), 1, OQ_STR("h")));
    web_put_text(it, "cost", view_money_range(page, cost ? cost : of(all, "cost_minor"), currency));
    const web_value *lost = of(all, "lost_production");
    double lost_value = dossier_number(of(lost, "value"));
    web_put_text(
        it, "lost",
        isnan(lost_value)
            ? OQ_NONE
            : web_format_quantity(page->arena, &page->locale, lost_value, 1,
                                  web_format_unit(page->arena, web_as_text(of(lost, "unit")))));
    web_put_text(it, "carbon", view_range(page, of(carbon, "kg"), 0, OQ_STR("kg CO₂e")));
    double energy = dossier_number(of(carbon, "energy_kwh"));
    web_put_text(it, "energy",
                 isnan(energy)
                     ? OQ_NONE
                     : web_format_quantity(page->arena, &page->locale, energy, 0, OQ_STR("kWh")));
    put_parts(page, it, of(money, "parts"), currency);
    view_put_texts(page, it, "cost_sources", of(money, "sources"));
    view_put_texts(page, it, "cost_missing", of(money, "missing"));
    view_put_texts(page, it, "carbon_sources", of(carbon, "sources"));
    view_put_texts(page, it, "carbon_missing", of(carbon, "missing"));
    web_put_bool(it, "has_cost_missing", web_count(of(money, "missing")) > 0);
    web_put_bool(it, "has_carbon_missing", web_count(of(carbon, "missing")) > 0);
    web_put_bool(it, "has_cost_sources", web_count(of(money, "sources")) > 0);
    web_put_bool(it, "has_carbon_sources", web_count(of(carbon, "sources")) > 0);
    web_put_bool(to, "has_impact", all || money || carbon);
}

/* --- what to do ---------------------------------------------------------------------------------*/

void view_put_actions(const web_page *page, web_value *to, const dossier *d)
{
    const web_value *actions = dossier_part(d, "actions");
    web_value *list = web_put_list(to, "recommended");
    for (size_t i = 0; i < web_count(actions); i++) {
        const web_value *action = web_at(actions, i);
        oq_str text = dossier_said(page->locale.lang, action);
        double within = dossier_number(of(action, "within_h"));
        if (!text.len)
            continue;
        web_value *row = web_add_object(list);
        web_put_text(row, "text", text);
        web_put_text(row, "within",
                     isnan(within) || within <= 0
                         ? OQ_NONE
                         : web_format_duration(page->arena, &page->locale,
                                               (oq_us)(within * (double)OQ_HOUR)));
    }
    web_put_bool(to, "has_recommended", web_count(list) > 0);
}

static const char *order_kind(int status)
{
    switch (status) {
    case WORK_PENDING_APPROVAL:
        return "warn";
    case WORK_IN_PROGRESS:
        return "info";
    case WORK_DONE:
        return "ok";
    case WORK_CLOSED:
    case WORK_CANCELLED:
        return "off";
    default:
        return "";
    }
}

void view_put_orders(const web_page *page, web_value *to, const dossier *d)
{
    oq_lang lang = page->locale.lang;
    web_value *list = web_put_list(to, "orders");
    for (size_t i = 0; i < d->orders.count; i++) {
        const work_order_row *order = &d->orders.at[i];
        web_value *row = web_add_object(list);
        web_put_text(row, "number", order->number);
        web_put_text(row, "href",
                     oq_strf(page->arena, "/work-orders/%.*s",
                             OQ_FMT(oq_uuid_text(page->arena, order->id))));
        web_put_text(row, "title", dossier_either(lang, order->title, order->title_ar));
        dossier_put_state(
            row, "status", order_kind(order->status),
            web_choice_label(lang, "work_order_status",
                             oq_choice_text(work_order_status_choices, order->status)));
        web_put_text(
            row, "priority",
            web_choice_label(lang, "work_order_priority",
                             oq_choice_text(work_order_priority_choices, order->priority)));
        web_put_text(row, "assigned", order->assigned_name);
        web_put_text(row, "due",
                     order->due_at == OQ_TIME_NONE
                         ? OQ_NONE
                         : web_format_time(page->arena, &page->locale, order->due_at));
        web_put_bool(row, "is_auto", oq_str_eq(order->source, OQ_STR("BLACKBOX_AUTO")));
    }
    web_put_bool(to, "has_orders", d->orders.count > 0);
}
