/* /series/{id}: a signal's course, figures of the window, definition, storage, corrections. */
#include "historian/series_page.h"

#include <math.h>

#include "historian/calc.h"
#include "tenant/settings.h"
#include "web/link.h"
#include "web/parts.h"

typedef struct series_space {
    int64_t samples, chunks, bytes, samples_since, bytes_since;
    oq_us time_first, time_last, first_since;
} series_space;
static const oq_field series_space_fields[] = {
    OQ_I64(series_space, samples),
    OQ_I64(series_space, chunks),
    OQ_I64(series_space, bytes),
    OQ_TIME(series_space, time_first),
    OQ_TIME(series_space, time_last),
    OQ_I64(series_space, samples_since),
    OQ_I64(series_space, bytes_since),
    OQ_TIME(series_space, first_since),
    OQ_FIELDS_END,
};

typedef struct series_relative {
    oq_uuid id;
    oq_str key, metric, name, name_ar;
} series_relative;
static const oq_field series_relative_fields[] = {
    OQ_UUID(series_relative, id),      OQ_TEXT(series_relative, key),
    OQ_TEXT(series_relative, metric),  OQ_TEXT(series_relative, name),
    OQ_TEXT(series_relative, name_ar), OQ_FIELDS_END,
};

#include "series_page.sql.h"

#include "base/banned.h"

#define GROWTH_SPAN (30 * OQ_DAY)

typedef struct view_query {
    oq_us from, to;
    int range;
} view_query;

const oq_field series_view_fields[] = {
    OQ_TIME(view_query, from),
    OQ_TIME(view_query, to),
    OQ_CHOICE(view_query, range, chart_ranges),
    OQ_FIELDS_END,
};

/* --- what pages about one series share --------------------------------------------------------*/

web_value *series_add_fact(const web_page *page, web_value *list, const char *label_key,
                           oq_str value)
{
    if (!value.len)
        return NULL;
    web_value *fact = web_add_object(list);
    web_put_text(fact, "label", web_say(page, label_key));
    web_put_text(fact, "value", value);
    web_put_bool(fact, "is_code", false);
    web_put_text(fact, "href", OQ_NONE);
    return fact;
}

oq_err *series_page_begin(http_req *rq, oq_scope *s, series *e, const char *template,
                          const char *step_key, web_page *ret_page, hist_signal *ret_signal)
{
    hist_signals one;
    series_list *list = oq_new(oq_scope_arena(s), series_list);
    *list = (series_list){e, 1};
    OQ_TRY(signal_read(s, list, &one));
    web_page page = web_page_begin(rq, template, "signals.title", "series");
    oq_str name = signal_name(page.locale.lang, e);
    page.title = step_key ? web_say(&page, step_key) : name;
    web_page_crumb(&page, web_say(&page, "signals.title"), "/series");
    if (step_key)
        web_page_crumb(&page, name, signal_path(page.arena, e).ptr);
    web_page_crumb(&page, page.title, NULL);
    signal_put(&page, web_put_object(page.view, "signal"), &one.at[0]);
    web_put_text(
        page.view, "asset_href",
        oq_uuid_is_zero(e->asset_id)
            ? OQ_NONE
            : oq_strf(page.arena, "/assets/%.*s", OQ_FMT(oq_uuid_text(page.arena, e->asset_id))));
    *ret_page = page;
    *ret_signal = one.at[0];
    return NULL;
}

/* --- figures of the window --------------------------------------------------------------------*/

typedef struct silence {
    oq_us last, limit, longest, sum;
    int64_t count;
} silence;

static oq_err *find_silence(void *self, const samples *slice)
{
    silence *f = self;
    for (size_t i = 0; i < slice->count; i++) {
        oq_us distance = f->last == OQ_TIME_NONE ? 0 : slice->time[i] - f->last;
        if (distance > f->limit) {
            f->count++;
            f->sum += distance;
            f->longest = distance > f->longest ? distance : f->longest;
        }
        f->last = slice->time[i];
    }
    return NULL;
}

/* A silence is a gap when it is longer than the signal's own rule says, else than five times the
 * usual distance (quant/aggregate.h). A state without a rule has none. */
static oq_err *count_gaps(oq_scope *s, const series *e, const chart_window *w, const aggregate *a,
                          silence *ret)
{
    *ret = (silence){.last = OQ_TIME_NONE};
    if (a->count < 2 || (e->is_state && e->gap_max_us == OQ_I64_NONE))
        return NULL;
    oq_us usual = 5 * ((a->last_at - a->first_at) / (a->count - 1));
    ret->limit = e->gap_max_us != OQ_I64_NONE ? e->gap_max_us
                 : usual > OQ_SECOND          ? usual
                                              : OQ_SECOND;
    return hist_each(s, (int32_t)e->no, (hist_span){w->from, w->to, OQ_TIME_NONE}, find_silence,
                     ret);
}

static void put_gaps(const web_page *page, web_value *list, const silence *found)
{
    web_value *fact = series_add_fact(page, list, "signals.gaps",
                                      web_format_i64(page->arena, &page->locale, found->count));
    if (!found->count)
        return;
    oq_arg arg[] = {
        {.name = "sum", .value = web_format_duration(page->arena, &page->locale, found->sum)},
        {.name = "longest",
         .value = web_format_duration(page->arena, &page->locale, found->longest)}};
    web_put_text(fact, "note",
                 oq_text_fill(page->arena, page->locale.lang, OQ_STR("signals.gaps_note"), arg,
                              OQ_COUNT(arg)));
}

static oq_err *put_figures(const web_page *page, oq_scope *s, const series *e,
                           const chart_window *w)
{
    const web_locale *l = &page->locale;
    aggregate *a;
    silence silent;
    oq_us edge[2] = {w->from, w->to < oq_now(s) ? w->to : oq_now(s)};
    web_value *list = web_put_list(page->view, "figures");
    if (edge[1] <= edge[0])
        return NULL;
    OQ_TRY(hist_aggregate(s, e, 1, (buckets){edge, 1}, OQ_TIME_NONE, &a));
    OQ_TRY(count_gaps(s, e, w, a, &silent));
    series_add_fact(page, list, "signals.samples", web_format_i64(page->arena, l, a->count));
    if (!e->is_state) {
        series_add_fact(page, list, "signals.mean", signal_value_text(page, e, aggregate_mean(a)));
        series_add_fact(page, list, "signals.min", signal_value_text(page, e, a->min));
        series_add_fact(page, list, "signals.max", signal_value_text(page, e, a->max));
        series_add_fact(page, list, "signals.stddev",
                        signal_value_text(page, e, aggregate_stddev(a)));
    }
    series_add_fact(
        page, list, "signals.percent_good",
        web_format_percent(page->arena, l, aggregate_good_share(a, edge[1] - edge[0]), 1));
    put_gaps(page, list, &silent);
    return NULL;
}

/* --- definition -------------------------------------------------------------------------------*/

static oq_str duration_or_none(const web_page *page, int64_t us)
{
    return us == OQ_I64_NONE || us == 0 ? OQ_NONE
                                        : web_format_duration(page->arena, &page->locale, us);
}

static void put_definition(const web_page *page, const series *e)
{
    oq_lang lang = page->locale.lang;
    web_value *list = web_put_list(page->view, "definition");
    web_value *fact = series_add_fact(page, list, "signals.key", e->key);
    web_put_bool(fact, "is_code", true);
    series_add_fact(
        page, list, "signals.kind",
        web_choice_label(lang, "series_kind", oq_choice_text(series_kind_choices, e->kind)));
    series_add_fact(page, list, "signals.unit", e->unit);
    series_add_fact(page, list, "signals.course",
                    web_say(page, e->is_state ? "signals.is_state" : "signals.is_slope"));
    if (!isnan(e->instrument_min) || !isnan(e->instrument_max))
        series_add_fact(page, list, "signals.instrument",
                        oq_strf(page->arena, "%.*s … %.*s",
                                OQ_FMT(signal_value_text(page, e, e->instrument_min)),
                                OQ_FMT(signal_value_text(page, e, e->instrument_max))));
    series_add_fact(page, list, "signals.gap_max", duration_or_none(page, e->gap_max_us));
    series_add_fact(page, list, "signals.source", e->source);
    series_add_fact(page, list, "signals.created",
                    web_format_time(page->arena, &page->locale, e->created_at));
    web_put_text(page->view, "expression", e->expression);
    web_put_bool(page->view, "is_calculated", e->kind == SERIES_CALCULATED);
    web_put_bool(page->view, "is_active", e->is_active);
}

static void put_relatives(const web_page *page, const char *key, const series_relative *one,
                          size_t count)
{
    web_value *list = web_put_list(page->view, key);
    for (size_t i = 0; i < count; i++) {
        series e = {.id = one[i].id,
                    .key = one[i].key,
                    .metric = one[i].metric,
                    .name = one[i].name,
                    .name_ar = one[i].name_ar};
        web_value *row = web_add_object(list);
        web_put_text(row, "href", signal_path(page->arena, &e));
        web_put_text(row, "name", signal_name(page->locale.lang, &e));
        web_put_text(row, "key", e.key);
    }
}

static oq_err *put_family(const web_page *page, oq_scope *s, const series *e)
{
    sql_series_inputs_rows inputs;
    sql_series_readers_rows readers;
    OQ_TRY(sql_series_inputs(s, (sql_series_inputs_args){.no = e->no}, &inputs));
    OQ_TRY(sql_series_readers(s, (sql_series_readers_args){.no = e->no}, &readers));
    put_relatives(page, "inputs", inputs.at, inputs.count);
    put_relatives(page, "readers", readers.at, readers.count);
    web_put_bool(page->view, "has_inputs", inputs.count > 0);
    web_put_bool(page->view, "has_readers", readers.count > 0);
    return NULL;
}

/* Of a calculated series: a warning while it fails, and how far it is computed. */
static oq_err *put_calculation(const web_page *page, oq_scope *s, const series *e)
{
    calc_state state;
    const web_locale *l = &page->locale;
    OQ_TRY(calc_state_get(s, e, &state));
    bool is_failing = state.status == CALC_FAILING;
    web_value *list = web_put_list(page->view, "calculation");
    web_put_bool(page->view, "is_failing", is_failing);
    web_put_text(page->view, "calculation_error",
                 l->lang == OQ_LANG_AR ? state.error_ar : state.error_en);
    if (state.status == CALC_NONE)
        return NULL;
    series_add_fact(page, list, "signals.calculation",
                    web_choice_label(l->lang, "calc_status",
                                     oq_choice_text(calc_status_choices, state.status)));
    if (is_failing)
        series_add_fact(page, list, "signals.failing_since",
                        web_format_time(page->arena, l, state.failing_since));
    if (state.computed_until != OQ_TIME_NONE)
        series_add_fact(page, list, "signals.computed_until",
                        web_format_time_exact(page->arena, l, state.computed_until));
    return NULL;
}

/* --- how it is kept ---------------------------------------------------------------------------*/

/* The size when the first sample falls out of the retention, as it grows now. */
static oq_str forecast(const web_page *page, const series_space *space, int64_t days, oq_us now)
{
    if (!days || space->first_since == OQ_TIME_NONE || now - space->first_since < OQ_HOUR)
        return OQ_NONE;
    double per_us = (double)space->bytes_since / (double)(now - space->first_since);
    double bytes = per_us * (double)(days * OQ_DAY);
    oq_arg arg[] = {
        {.name = "bytes", .value = web_format_bytes(page->arena, &page->locale, (int64_t)bytes)},
        {.name = "days", .value = web_format_i64(page->arena, &page->locale, days)}};
    return oq_text_fill(page->arena, page->locale.lang, OQ_STR("signals.forecast_text"), arg,
                        OQ_COUNT(arg));
}

static void put_rule(const web_page *page, web_value *list, const series *e)
{
    archive_rule rule = series_archive_rule(e);
    if (archive_rule_keeps_all(&rule)) {
        series_add_fact(page, list, "signals.archive", web_say(page, "signals.archive_all"));
        return;
    }
    if (!isnan(rule.exception_deviation))
        series_add_fact(page, list, "signals.exception",
                        signal_value_text(page, e, rule.exception_deviation));
    if (!isnan(rule.compression_deviation))
        series_add_fact(page, list, "signals.compression",
                        signal_value_text(page, e, rule.compression_deviation));
    series_add_fact(page, list, "signals.compression_max",
                    duration_or_none(page, e->compression_max_us));
    series_add_fact(page, list, "signals.error_max",
                    signal_value_text(page, e, archive_error_max(&rule)));
}

static oq_err *put_storage(const web_page *page, oq_scope *s, const series *e)
{
    const web_locale *l = &page->locale;
    sql_series_space_rows rows;
    tenant_settings *settings;
    oq_us now = oq_now(s);
    OQ_TRY(sql_series_space(s, (sql_series_space_args){.no = e->no, .since = now - GROWTH_SPAN},
                            &rows));
    OQ_TRY(tenant_settings_get(s, &settings));
    const series_space *space = &rows.at[0];
    int64_t days = e->retention_days == OQ_I64_NONE ? settings->retention_days : e->retention_days;
    web_value *list = web_put_list(page->view, "storage");
    put_rule(page, list, e);
    series_add_fact(page, list, "signals.retention",
                    days ? oq_text_count(page->arena, l->lang, OQ_STR("signals.days"), days)
                         : web_say(page, "signals.retention_ever"));
    series_add_fact(page, list, "signals.stored", web_format_i64(page->arena, l, space->samples));
    series_add_fact(page, list, "signals.space", web_format_bytes(page->arena, l, space->bytes));
    if (space->samples)
        series_add_fact(page, list, "signals.per_sample",
                        web_format_quantity(page->arena, l,
                                            (double)space->bytes / (double)space->samples, 2,
                                            OQ_STR("B")));
    series_add_fact(page, list, "signals.forecast", forecast(page, space, days, now));
    if (space->time_first != OQ_TIME_NONE)
        series_add_fact(page, list, "signals.oldest",
                        web_format_time(page->arena, l, space->time_first));
    return NULL;
}

/* --- the page ---------------------------------------------------------------------------------*/

static oq_err *put_chart(web_page *page, oq_scope *s, const hist_signal *g, const chart_window *w)
{
    hist_signals one = {(hist_signal *)g, 1};
    oq_str own = signal_path(page->arena, g->e);
    chart_plan plan = {
        .id = "chart",
        .label = signal_name(page->locale.lang, g->e),
        .href = own,
        .compare_href = oq_strf(page->arena, "/series/compare?ids=%.*s",
                                OQ_FMT(oq_uuid_text(page->arena, g->e->id))),
        .window = *w,
        .signals = &one,
    };
    web_put_text(page->view, "correct_href", oq_strf(page->arena, "%.*s/correct", OQ_FMT(own)));
    web_put_text(page->view, "edit_href", oq_strf(page->arena, "%.*s/edit", OQ_FMT(own)));
    return chart_put(page, s, web_put_object(page->view, "chart"), &plan);
}

oq_err *series_page_one(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    series *e;
    web_page page;
    hist_signal g;
    chart_window window;
    view_query query = {.from = OQ_TIME_NONE, .to = OQ_TIME_NONE};
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_query(rq, &query);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_MALFORMED)
        return err;
    if (err)
        oq_fields_preset(http_arena(rq), series_view_fields, &query);
    OQ_TRY(series_get(s, id, &e));
    OQ_TRY(series_page_begin(rq, s, e, "series/one", NULL, &page, &g));
    oq_us now = oq_now(s);
    oq_err *bad = chart_window_of(query.from, query.to, query.range, g.last.time, now, &window);
    if (bad)
        OQ_TRY(chart_window_of(OQ_TIME_NONE, OQ_TIME_NONE, 0, g.last.time, now, &window));
    err = err ? err : bad;
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_form(&page, series_view_fields, &query, err);
    web_put_bool(page.view, "is_past", window.is_past);
    OQ_TRY(put_chart(&page, s, &g, &window));
    OQ_TRY(put_figures(&page, s, e, &window));
    put_definition(&page, e);
    OQ_TRY(put_family(&page, s, e));
    OQ_TRY(put_calculation(&page, s, e));
    OQ_TRY(put_storage(&page, s, e));
    OQ_TRY(series_put_corrections(&page, s, e));
    return web_page_send(&page);
}
