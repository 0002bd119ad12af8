/* Pictures of the optimizer's overview, as SVG of 400 by 220 with ticks of money. */
#include <math.h>

#include "optimize/json_read.h"
#include "optimize/pages.h"
#include "web/parts.h"

#include "base/banned.h"

enum { TICKS = 4, NAMED = 3, SLOT_MAX = 70 };
#define LEFT   46.0
#define RIGHT  376.0
#define TOP    12.0
#define BOTTOM 184.0

/* An axis of money from zero: round steps, and the unit in which they are short. */
typedef struct money_axis {
    double most, step; /* minor units */
    double unit;       /* minor units of one of what the ticks count */
    oq_str label;
} money_axis;

static money_axis axis_of(const web_page *page, double most, oq_str currency)
{
    double minor = pow(10, web_currency_decimals(currency)), major = fmax(most, 1) / minor;
    int64_t times = major >= 2e6 ? 1000000 : major >= 2e3 ? 1000 : 1;
    double least = major / TICKS, power = pow(10, floor(log10(least)));
    double step = (least <= power       ? 1
                   : least <= 2 * power ? 2
                   : least <= 5 * power ? 5
                                        : 10) *
                  power;
    oq_arg arg[] = {{"currency", currency}};
    return (money_axis){
        .most = ceil(major / step) * step * minor,
        .step = step * minor,
        .unit = (double)times * minor,
        .label = oq_text_fill(page->arena, page->locale.lang,
                              oq_strf(page->arena, "optimization.unit_%lld", (long long)times), arg,
                              1),
    };
}

static double x_of(const money_axis *a, double minor)
{
    return LEFT + fmax(0, minor) / a->most * (RIGHT - LEFT);
}

static double y_of(const money_axis *a, double minor)
{
    return BOTTOM - fmax(0, minor) / a->most * (BOTTOM - TOP);
}

static void put_ticks(const web_page *page, web_value *to, const char *name, const money_axis *a,
                      bool is_across)
{
    web_value *list = web_put_list(to, name);
    for (double at = 0; at <= a->most * 1.001; at += a->step) {
        web_value *v = web_add_object(list);
        web_put_text(v, "at",
                     oq_strf(page->arena, "%.1f", is_across ? x_of(a, at) : y_of(a, at)));
        web_put_text(v, "text_at", oq_strf(page->arena, "%.1f", y_of(a, at) + 4));
        web_put_text(v, "label", web_format_f64(page->arena, &page->locale, at / a->unit, 1));
    }
}

/* --- what plans cost ----------------------------------------------------------------------------*/

static void put_bar(const web_page *page, web_value *v, const money_axis *a, const char *side,
                    double x, double minor)
{
    double y = y_of(a, minor);
    web_put_text(v, oq_strf(page->arena, "x_%s", side).ptr, oq_strf(page->arena, "%.1f", x));
    web_put_text(v, oq_strf(page->arena, "y_%s", side).ptr, oq_strf(page->arena, "%.1f", y));
    web_put_text(v, oq_strf(page->arena, "h_%s", side).ptr,
                 oq_strf(page->arena, "%.1f", BOTTOM - y));
}

void optimize_put_cost_chart(const web_page *page, const optimize_run *run, size_t runs)
{
    web_value *to = web_put_object(page->view, "cost_chart");
    web_value *list = web_put_list(to, "bars");
    double most = 1;
    size_t shown = 0, count = 0;
    oq_str currency = OQ_NONE;
    for (size_t i = 0; i < runs; i++) {
        if (run[i].baseline_minor == OQ_I64_NONE)
            continue;
        most = fmax(most, fmax((double)run[i].baseline_minor, (double)run[i].objective_minor));
        currency = run[i].currency;
        count++;
    }
    web_put_bool(page->view, "has_costs", count > 0);
    if (!count)
        return;
    money_axis a = axis_of(page, most, currency);
    double slot = fmin(SLOT_MAX, (RIGHT - LEFT) / (double)count);
    size_t each = (size_t)ceil(46 / slot); /* labels that have room */
    for (size_t i = runs; i-- > 0;) {
        if (run[i].baseline_minor == OQ_I64_NONE)
            continue;
        double x = LEFT + (double)shown * slot + slot * 0.1;
        web_value *v = web_add_object(list);
        put_bar(page, v, &a, "idle", x, (double)run[i].baseline_minor);
        put_bar(page, v, &a, "plan", x + slot * 0.4, (double)run[i].objective_minor);
        web_put_text(v, "wide", oq_strf(page->arena, "%.1f", slot * 0.36));
        web_put_text(v, "number", optimize_number_text(page->arena, run[i].number));
        web_put_bool(v, "has_label", shown++ % each == 0);
        web_put_text(v, "idle", optimize_money(page, run[i].baseline_minor, run[i].currency));
        web_put_text(v, "plan", optimize_money(page, run[i].objective_minor, run[i].currency));
    }
    put_ticks(page, to, "ticks", &a, false);
    web_put_text(to, "unit", a.label);
}

/* --- risk against cost --------------------------------------------------------------------------*/

static oq_str told(const web_page *page, json_reader *r, const json_node *n, oq_str currency)
{
    oq_arg arg[] = {
        {"asset", json_read_text(r, n, "code")},
        {"avoided",
         optimize_money(page, llround(json_read_f64(r, n, "avoided_minor")), currency)},
        {"work", optimize_money(page, llround(json_read_f64(r, n, "work_minor")), currency)},
    };
    return oq_text_fill(page->arena, page->locale.lang, OQ_STR("optimization.trade_point"), arg,
                        OQ_COUNT(arg));
}

/* How many avoid more. */
static size_t place_of(json_reader *r, const json_node *list, double avoided)
{
    size_t more = 0;
    for (const json_node *n = json_read_first(list); n; n = n->next)
        more += json_read_f64(r, n, "avoided_minor") > avoided;
    return more;
}

/* Whether a name would lie on another one. */
static bool is_taken(const double *named, size_t names, const money_axis *across,
                     const money_axis *up, double x, double y)
{
    for (size_t i = 0; i < names; i++)
        if (fabs(x_of(across, x) - x_of(across, named[2 * i])) < 50 &&
            fabs(y_of(up, y) - y_of(up, named[2 * i + 1])) < 12)
            return true;
    return false;
}

void optimize_put_trade_chart(const web_page *page, const json_node *assets_list, oq_str currency)
{
    json_reader r = {.arena = page->arena};
    web_value *to = web_put_object(page->view, "trade");
    web_value *list = web_put_list(to, "points");
    double most_x = 1, most_y = 1, named[2 * NAMED];
    size_t shown = 0, names = 0;
    for (const json_node *n = json_read_first(assets_list); n; n = n->next) {
        most_x = fmax(most_x, json_read_f64(&r, n, "work_minor"));
        most_y = fmax(most_y, json_read_f64(&r, n, "avoided_minor"));
    }
    money_axis across = axis_of(page, most_x, currency), up = axis_of(page, most_y, currency);
    for (const json_node *n = json_read_first(assets_list); n; n = n->next) {
        double x = json_read_f64(&r, n, "work_minor"), y = json_read_f64(&r, n, "avoided_minor");
        if (isnan(x) || isnan(y))
            continue;
        web_value *v = web_add_object(list);
        bool is_right = x_of(&across, x) > RIGHT - 60;
        web_put_text(v, "x", oq_strf(page->arena, "%.1f", x_of(&across, x)));
        web_put_text(v, "y", oq_strf(page->arena, "%.1f", y_of(&up, y)));
        web_put_text(v, "code", json_read_text(&r, n, "code"));
        web_put_text(v, "what", told(page, &r, n, currency));
        web_put_bool(v, "is_worth", y > x);
        bool is_named = names < NAMED && place_of(&r, assets_list, y) < NAMED &&
                        !is_taken(named, names, &across, &up, x, y);
        if (is_named) {
            named[2 * names] = x;
            named[2 * names++ + 1] = y;
        }
        web_put_bool(v, "is_named", is_named);
        web_put_text(v, "text_x",
                     oq_strf(page->arena, "%.1f", x_of(&across, x) + (is_right ? -8 : 8)));
        web_put_text(v, "text_y", oq_strf(page->arena, "%.1f", y_of(&up, y) + 4));
        web_put_bool(v, "is_right", is_right);
        shown++;
    }
    put_ticks(page, to, "x_ticks", &across, true);
    put_ticks(page, to, "y_ticks", &up, false);
    web_put_text(to, "x_unit", across.label);
    web_put_text(to, "y_unit", up.label);
    web_put_bool(page->view, "has_trade", shown > 0);
}
