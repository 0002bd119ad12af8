#include "historian/chart_view.h"

#include <math.h>

#include "web/link.h"

#include "base/banned.h"

/* --- the window -------------------------------------------------------------------------------*/

const oq_choice chart_ranges[] = {
    {CHART_RANGE_1H, "1h"},   {CHART_RANGE_8H, "8h"},
    {CHART_RANGE_24H, "24h"}, {CHART_RANGE_7D, "7d"},
    {CHART_RANGE_30D, "30d"}, {CHART_RANGE_90D, "90d"},
    {CHART_RANGE_1Y, "1y"},   {0, NULL},
};

oq_us chart_range_length(int range)
{
    static const oq_us length[] = {
        [CHART_RANGE_1H] = OQ_HOUR,      [CHART_RANGE_8H] = 8 * OQ_HOUR,
        [CHART_RANGE_24H] = OQ_DAY,      [CHART_RANGE_7D] = 7 * OQ_DAY,
        [CHART_RANGE_30D] = 30 * OQ_DAY, [CHART_RANGE_90D] = 90 * OQ_DAY,
        [CHART_RANGE_1Y] = 365 * OQ_DAY,
    };
    return range > 0 && range <= CHART_RANGE_1Y ? length[range] : OQ_DAY;
}

oq_err *chart_window_of(oq_us from, oq_us to, int range, oq_us newest, oq_us now,
                        chart_window *ret_window)
{
    oq_us length = chart_range_length(range);
    chart_window w = {.from = from, .to = to};
    if (from == OQ_TIME_NONE && to == OQ_TIME_NONE) {
        w.is_past = !range && newest != OQ_TIME_NONE && newest < now - length;
        w.to = w.is_past ? newest + length / 24 : now;
        w.from = w.to - length;
        w.range = w.is_past ? 0 : range ? range : CHART_RANGE_24H;
    } else if (from == OQ_TIME_NONE) {
        w.from = to - length;
    } else if (to == OQ_TIME_NONE) {
        w.to = from + length;
    }
    OQ_TRY(hist_span_check(&(hist_span){w.from, w.to, OQ_TIME_NONE}));
    *ret_window = w;
    return NULL;
}

oq_us chart_newest(const hist_signals *list)
{
    oq_us newest = OQ_TIME_NONE;
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].last.time > newest)
            newest = list->at[i].last.time;
    return newest;
}

/* --- small lines ------------------------------------------------------------------------------*/

enum { SPARK_WIDTH = 120, SPARK_HEIGHT = 28, SPARK_EDGE = 3 };

/* Least and greatest good value. */
static bool extremes(const aggregate *bucket, size_t count, double *ret_min, double *ret_max)
{
    double min = INFINITY, max = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        min = bucket[i].min < min ? bucket[i].min : min;
        max = bucket[i].max > max ? bucket[i].max : max;
    }
    *ret_min = min;
    *ret_max = max;
    return min <= max;
}

static double height_of(double value, double min, double max)
{
    double share = max > min ? (value - min) / (max - min) : 0.5;
    return SPARK_HEIGHT - SPARK_EDGE - share * (SPARK_HEIGHT - 2 * SPARK_EDGE);
}

/* Each bucket from its least to its greatest value, so that a peak is seen; a bucket without a good
 * sample breaks the line, and is marked at the foot when samples came. */
void chart_put_spark(const web_page *page, web_value *to, const series *e, const aggregate *bucket,
                     size_t count)
{
    double min, max;
    web_put(to, "spark", NULL);
    if (count < 2 || !extremes(bucket, count, &min, &max))
        return;
    OQ_AUTO(oq_buf) line = oq_buf_make(16 * 1024);
    OQ_AUTO(oq_buf) bad = oq_buf_make(16 * 1024);
    double step = (double)SPARK_WIDTH / (double)(count - 1);
    bool is_down = false;
    for (size_t i = 0; i < count; i++) {
        double x = (double)i * step;
        if (!bucket[i].good) {
            is_down = false;
            if (bucket[i].count)
                oq_buf_f(&bad, "M%.1f %dh%.1f", x, SPARK_HEIGHT - 1, step);
            continue;
        }
        double low = height_of(bucket[i].min, min, max), high = height_of(bucket[i].max, min, max);
        oq_buf_f(&line, "%s%.1f %.1f", is_down ? "L" : "M", x, low);
        if (low - high >= 0.1)
            oq_buf_f(&line, "V%.1f", high);
        else if (!is_down)
            oq_buf_f(&line, "h0.1");
        is_down = true;
    }
    oq_arg fact[] = {{.name = "low", .value = signal_value_text(page, e, min)},
                     {.name = "high", .value = signal_value_text(page, e, max)}};
    web_value *spark = web_put_object(to, "spark");
    web_put_text(spark, "line", oq_str_copy(page->arena, oq_buf_view(&line)));
    web_put_text(spark, "bad", oq_str_copy(page->arena, oq_buf_view(&bad)));
    web_put_text(
        spark, "label",
        oq_text_fill(page->arena, page->locale.lang, OQ_STR("chart.spark"), fact, OQ_COUNT(fact)));
}

oq_err *chart_put_sparks(const web_page *page, oq_scope *s, const hist_signals *list,
                         const chart_window *window, web_value *const *each)
{
    if (!list->count)
        return NULL;
    oq_us width = (window->to - window->from) / CHART_SPARK_BUCKETS;
    buckets b;
    aggregate **found = oq_new_n(page->arena, aggregate *, list->count);
    OQ_TRY(buckets_even(page->arena, window->from, window->to, width < 1 ? 1 : width, window->from,
                        &b));
    series *one = oq_new_n(page->arena, series, list->count);
    for (size_t i = 0; i < list->count; i++)
        one[i] = *list->at[i].e;
    OQ_TRY(hist_aggregate(s, one, list->count, b, OQ_TIME_NONE, found));
    for (size_t i = 0; i < list->count; i++)
        chart_put_spark(page, each[i], &one[i], found[i], b.count);
    return NULL;
}

/* --- the chart --------------------------------------------------------------------------------*/

oq_str chart_locale_config(const web_page *page)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(4096);
    oq_json j = oq_json_to(&out);
    const web_locale *l = &page->locale;
    bool has_arabic_digits = l->arabic_digits && l->lang == OQ_LANG_AR;
    oq_json_object(&j);
    oq_json_put(&j, text, "lang", oq_lang_code(l->lang));
    oq_json_put(&j, text, "digits", has_arabic_digits ? OQ_STR("arab") : OQ_STR("latn"));
    oq_json_put(&j, text, "zone", l->time_zone.len ? l->time_zone : OQ_STR("UTC"));
    oq_json_put(&j, bool, "hijri", l->hijri);
    if (web_page_now(page) < oq_clock_now() - OQ_MINUTE) /* a record of the past stands still */
        oq_json_put(&j, i64, "stands_at", web_page_now(page) / 1000);
    oq_json_object_end(&j);
    return oq_str_copy(page->arena, oq_buf_view(&out));
}

static oq_str config_of(const web_page *page, const chart_plan *plan, size_t count)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(256 * 1024);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_key(&j, OQ_STR("view"));
    oq_json_raw(&j, chart_locale_config(page));
    oq_json_put(&j, i64, "from", plan->window.from / 1000);
    oq_json_put(&j, i64, "to", plan->window.to / 1000);
    oq_json_put(&j, bool, "range",
                plan->window.range != 0 && web_page_now(page) >= oq_clock_now() - OQ_MINUTE);
    oq_json_key(&j, OQ_STR("series"));
    oq_json_array(&j);
    for (size_t i = 0; i < count; i++)
        signal_write_config(&j, page, &plan->signals->at[i]);
    oq_json_array_end(&j);
    oq_json_object_end(&j);
    return oq_str_copy(page->arena, oq_buf_view(&out));
}

static oq_str with_query(oq_arena *arena, oq_str href, oq_str more)
{
    return oq_strf(arena, "%.*s%c%.*s", OQ_FMT(href),
                   oq_str_find_char(href, '?') == SIZE_MAX ? '?' : '&', OQ_FMT(more));
}

static void put_ranges(const web_page *page, web_value *to, const chart_plan *plan)
{
    web_value *list = web_put_list(to, "ranges");
    for (const oq_choice *c = chart_ranges; c->text; c++) {
        web_value *range = web_add_object(list);
        oq_str more = oq_strf(page->arena, "range=%s", c->text);
        web_put_text(range, "href", with_query(page->arena, plan->href, more));
        web_put_text(range, "label", web_choice_label(page->locale.lang, "chart_range", c->text));
        web_put_bool(range, "is_current", plan->window.range == c->value);
    }
}

oq_err *chart_put(const web_page *page, oq_scope *s, web_value *to, const chart_plan *plan)
{
    hist_signals drawn = *plan->signals;
    if (drawn.count > CHART_SERIES_MAX)
        drawn.count = CHART_SERIES_MAX;
    web_put_cstr(to, "id", plan->id);
    web_put_text(to, "label", plan->label);
    web_put_text(to, "config", config_of(page, plan, drawn.count));
    web_put_text(to, "from", oq_time_text(page->arena, plan->window.from));
    web_put_text(to, "to", oq_time_text(page->arena, plan->window.to));
    web_put_text(to, "zone", page->locale.time_zone);
    web_put_text(to, "compare_href", plan->compare_href);
    put_ranges(page, to, plan);
    web_value *rows = web_put_list(to, "series");
    web_value *row[CHART_SERIES_MAX];
    for (size_t i = 0; i < drawn.count; i++) {
        row[i] = web_add_object(rows);
        signal_put(page, row[i], &drawn.at[i]);
        web_put_i64(row[i], "at", (int64_t)i);
        web_put_i64(row[i], "number", (int64_t)i + 1);
        web_put(row[i], "spark", NULL);
    }
    return chart_put_sparks(page, s, &drawn, &plan->window, row);
}
