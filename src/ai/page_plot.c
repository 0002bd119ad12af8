/* Pictures of data, as paths in a picture of fixed size; texts are texts of the page. */
#include <math.h>

#include "ai/page_inner.h"

#include "base/banned.h"

enum { PATH_MAX_BYTES = 16 * 1024, POINTS_MAX = 64 };

typedef struct frame {
    double left, top, width, height; /* of the plot inside the picture */
    double x_max, y_max;             /* values at its far ends; both begin at 0 */
} frame;

static double x_of(const frame *f, double x)
{
    return f->left + f->width * fmin(fmax(x / f->x_max, 0), 1);
}

static double y_of(const frame *f, double y)
{
    return f->top + f->height * (1 - fmin(fmax(y / f->y_max, 0), 1));
}

static oq_str number(oq_arena *arena, double x)
{
    return oq_strf(arena, "%.1f", x);
}

/* Lines across with their texts, {x y label}. */
static void put_grid(const web_page *page, web_value *to, const frame *f, const double *x,
                     const oq_str *x_text, size_t xs, size_t ys)
{
    web_value *rows = web_put_list(to, "rows"), *columns = web_put_list(to, "columns");
    for (size_t i = 0; i <= ys; i++) {
        double share = f->y_max * (double)i / (double)ys;
        web_value *row = web_add_object(rows);
        web_put_text(row, "y", number(page->arena, y_of(f, share)));
        web_put_text(
            row, "label",
            web_format_percent(page->arena, &page->locale, share, f->y_max < 0.05 ? 1 : 0));
    }
    for (size_t i = 0; i < xs; i++) {
        web_value *column = web_add_object(columns);
        web_put_text(column, "x", number(page->arena, x_of(f, x[i])));
        web_put_text(column, "label", x_text[i]);
        web_put_cstr(column, "anchor", i + 1 < xs ? "middle" : "end");
    }
}

/* --- the curve -----------------------------------------------------------------------------------*/

typedef struct curve_point {
    double day, low, mid, high;
} curve_point;

static size_t points_of(const json_node *curve, curve_point *ret_point)
{
    size_t count = 0;
    for (const json_node *p = ai_page_first(curve); p && count < POINTS_MAX; p = p->next) {
        double value[4] = {NAN, NAN, NAN, NAN};
        size_t k = 0;
        for (const json_node *v = ai_page_first(p); v && k < 4; v = v->next, k++)
            value[k] = v->type == JSON_NODE_NUMBER ? v->number : (double)NAN;
        if (!isnan(value[0]) && !isnan(value[2]))
            ret_point[count++] = (curve_point){value[0], value[1], value[2], value[3]};
    }
    return count;
}

/* As far as something is left to be seen. */
static double last_day(const curve_point *p, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (p[i].mid >= 0.9 && p[i].day >= 7)
            return p[i].day;
    return p[count - 1].day;
}

static double top_of(const curve_point *p, size_t count, double until)
{
    static const double nice[] = {0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1};
    double most = 0;
    for (size_t i = 0; i < count && p[i].day <= until; i++)
        most = fmax(most, isnan(p[i].high) ? p[i].mid : fmin(p[i].high, p[i].mid * 3));
    for (size_t i = 0; i < OQ_COUNT(nice); i++)
        if (most <= nice[i])
            return nice[i];
    return 1;
}

static void put_paths(const web_page *page, web_value *to, const frame *f, const curve_point *p,
                      size_t count)
{
    OQ_AUTO(oq_buf) line = oq_buf_make(PATH_MAX_BYTES);
    OQ_AUTO(oq_buf) band = oq_buf_make(PATH_MAX_BYTES);
    bool has_band = true;
    for (size_t i = 0; i < count; i++) {
        oq_buf_f(&line, "%s%.1f %.1f", i ? "L" : "M", x_of(f, p[i].day), y_of(f, p[i].mid));
        oq_buf_f(&band, "%s%.1f %.1f", i ? "L" : "M", x_of(f, p[i].day), y_of(f, p[i].high));
        has_band = has_band && !isnan(p[i].low) && !isnan(p[i].high);
    }
    for (size_t i = count; i-- > 0;)
        oq_buf_f(&band, "L%.1f %.1f", x_of(f, p[i].day), y_of(f, p[i].low));
    oq_buf_f(&band, "Z");
    web_put_text(to, "line", oq_str_copy(page->arena, oq_buf_view(&line)));
    web_put_text(to, "band", has_band ? oq_str_copy(page->arena, oq_buf_view(&band)) : OQ_NONE);
}

/* The same as figures, at days that people plan by. */
static void put_days(const web_page *page, web_value *to, const curve_point *p, size_t count)
{
    static const int day[] = {1, 7, 30, 90};
    web_value *list = web_put_list(to, "days");
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < OQ_COUNT(day); k++) {
            if (p[i].day != day[k])
                continue;
            web_value *item = web_add_object(list);
            web_put_text(
                item, "label",
                oq_text_count(page->arena, page->locale.lang, OQ_STR("aipage.days"), day[k]));
            web_put_text(item, "value", ai_page_share(page, p[i].mid));
            web_put_text(
                item, "range",
                ai_page_range(page, ai_page_share(page, p[i].low), ai_page_share(page, p[i].high)));
        }
}

void ai_page_put_curve(const web_page *page, web_value *to, const json_node *curve)
{
    curve_point p[POINTS_MAX];
    size_t count = points_of(curve, p), used = 0;
    web_put(to, "curve", NULL);
    if (count < 2)
        return;
    double until = last_day(p, count);
    while (used < count && p[used].day <= until)
        used++;
    frame f = {38, 8, 314, 148, until, top_of(p, count, until)};
    web_value *picture = web_put_object(to, "curve");
    double x[4];
    oq_str text[4];
    for (size_t i = 0; i < 4; i++) {
        x[i] = round(until * (double)(i + 1) / 4);
        text[i] = web_format_i64(page->arena, &page->locale, (int64_t)x[i]);
    }
    put_grid(page, picture, &f, x, text, 4, 5);
    put_paths(page, picture, &f, p, used);
    put_days(page, picture, p, count);
}

/* --- reliability ---------------------------------------------------------------------------------*/

void ai_page_put_reliability(const web_page *page, web_value *to, const json_node *bins,
                             oq_str mode)
{
    frame f = {38, 8, 214, 214, 1, 1};
    web_value *picture = web_put_object(to, "plot"), *points = web_put_list(picture, "bins");
    double most = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (const json_node *b = ai_page_first(bins); b; b = b->next) {
            oq_str of = json_tree_text(b, "mode");
            double told = json_tree_number(b, "told"), seen = json_tree_number(b, "happened");
            double low = json_tree_number(b, "low"), high = json_tree_number(b, "high");
            double rows = json_tree_number(b, "count");
            if ((mode.len && !oq_str_eq(of, mode)) || isnan(told) || isnan(seen) || !(rows > 0))
                continue;
            most = fmax(most, fmax(told, seen));
            if (pass == 0)
                continue;
            web_value *bin = web_add_object(points);
            web_put_text(bin, "x", number(page->arena, x_of(&f, told)));
            web_put_text(bin, "y", number(page->arena, y_of(&f, seen)));
            web_put_text(bin, "top", number(page->arena, y_of(&f, isnan(high) ? seen : high)));
            web_put_text(bin, "foot", number(page->arena, y_of(&f, isnan(low) ? seen : low)));
            web_put_text(bin, "told", ai_page_share(page, told));
            web_put_text(bin, "happened", ai_page_share(page, seen));
            web_put_text(bin, "range",
                         ai_page_range(page, ai_page_share(page, low), ai_page_share(page, high)));
            web_put_text(bin, "rows", web_format_i64(page->arena, &page->locale, (int64_t)rows));
        }
        f.x_max = f.y_max = most > 0.5 ? 1 : most > 0.2 ? 0.5 : most > 0.1 ? 0.2 : 0.1;
    }
    double x[2] = {f.x_max / 2, f.x_max};
    oq_str text[2];
    for (size_t i = 0; i < 2; i++)
        text[i] = web_format_percent(page->arena, &page->locale, x[i], 0);
    put_grid(page, picture, &f, x, text, 2, 5);
    web_put_text(picture, "right", number(page->arena, x_of(&f, f.x_max)));
    web_put_text(picture, "roof", number(page->arena, y_of(&f, f.y_max)));
    web_put_bool(to, "has_plot", web_count(points) > 0);
}

/* --- a value and its band ------------------------------------------------------------------------*/

void ai_page_put_band(const web_page *page, web_value *to, double value, double low, double high,
                      oq_str label)
{
    web_put(to, "band", NULL);
    if (isnan(value) || isnan(low) || isnan(high) || high < low)
        return;
    double least = fmin(low, value), most = fmax(high, value), edge = (most - least) * 0.08;
    double width = most - least + 2 * edge > 0 ? most - least + 2 * edge : 1;
    web_value *band = web_put_object(to, "band");
    double from = 120 * (low - least + edge) / width, until = 120 * (high - least + edge) / width;
    web_put_text(band, "from", number(page->arena, from));
    web_put_text(band, "width", number(page->arena, fmax(until - from, 1)));
    web_put_text(band, "at", number(page->arena, 120 * (value - least + edge) / width));
    web_put_bool(band, "is_outside", value < low || value > high);
    web_put_text(band, "label", label);
}
