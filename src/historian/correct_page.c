/* /series/{id}/correct: a person mends the record. First what to change and where, with a preview
 * of what will be different; then the reason, and it is done. */
#include "historian/series_page.h"

#include <math.h>

#include "base/facts.h"
#include "historian/correct.h"
#include "web/parts.h"

#include "base/banned.h"

enum { PREVIEW_ROWS = 12, CORRECTIONS_MAX = 50 };

/* Times come from a link (from, to) or from a person's clock (begin, end). */
typedef struct correct_form {
    oq_us from, to;
    oq_str begin, end;
    int kind;
    double value;
    int64_t quality;
    oq_str reason;
} correct_form;

const oq_field correct_form_fields[] = {
    OQ_TIME(correct_form, from),
    OQ_TIME(correct_form, to),
    OQ_TEXT(correct_form, begin, .max = 40),
    OQ_TEXT(correct_form, end, .max = 40),
    OQ_CHOICE(correct_form, kind, correction_kind_choices),
    OQ_F64(correct_form, value),
    OQ_I64(correct_form, quality, .min = 0, .max = UINT32_MAX),
    OQ_TEXT(correct_form, reason, .max = 1000),
    OQ_FIELDS_END,
};

/* What a person would mark samples as. */
static const quality marks[] = {
    QUALITY_BAD,        QUALITY_SENSOR_FAILURE, QUALITY_OUT_OF_SERVICE, QUALITY_UNCERTAIN,
    QUALITY_SUBSTITUTE, QUALITY_LOCAL_OVERRIDE, QUALITY_GOOD,
};

static bool needs_value(int kind)
{
    return kind == CORRECT_SET || kind == CORRECT_ADD || kind == CORRECT_MULTIPLY;
}

static oq_err *local_time(const char *field, oq_str text, oq_str zone, oq_us *ret_at)
{
    if (!text.len)
        return NULL;
    oq_err *err = web_local_parse(text, zone, ret_at);
    return err ? oq_fail_field(field, "format.local_malformed") : NULL;
}

/* Settles the two ways of telling times; both are filled afterwards. */
static oq_err *settle_times(oq_arena *arena, oq_str zone, correct_form *f)
{
    oq_err *err = local_time("begin", f->begin, zone, &f->from);
    if (!err)
        err = local_time("end", f->end, zone, &f->to);
    if (f->from != OQ_TIME_NONE && !f->begin.len)
        f->begin = web_local_text(arena, f->from, zone);
    if (f->to != OQ_TIME_NONE && !f->end.len)
        f->end = web_local_text(arena, f->to, zone);
    return err;
}

/* --- what was corrected ------------------------------------------------------------------------------*/

/* Why it failed, and the way to ask again for what is left of it. */
static void put_failure(const web_page *page, web_value *row, const series *e, const correction *c)
{
    bool has_failed = oq_str_eq(c->status, OQ_STR("failed"));
    oq_arena *arena = page->arena;
    web_put_text(row, "why", OQ_NONE);
    web_put_text(row, "again_href", OQ_NONE);
    if (!has_failed)
        return;
    oq_str key = oq_strf(arena, "error.%.*s", OQ_FMT(c->error_code));
    web_put_text(row, "why", oq_text_fill_json(arena, page->locale.lang, key, c->error_facts));
    oq_us from = c->done_to == OQ_TIME_NONE ? c->time_from : c->done_to;
    if (from >= c->time_to)
        return;
    oq_str value = isnan(c->value)
                       ? OQ_STR("")
                       : oq_strf(arena, "&value=%.*s",
                                 OQ_FMT(oq_percent(arena, oq_strf(arena, "%.17g", c->value), "")));
    oq_str mark = c->quality == OQ_I64_NONE
                      ? OQ_STR("")
                      : oq_strf(arena, "&quality=%lld", (long long)c->quality);
    web_put_text(row, "again_href",
                 oq_strf(arena, "%.*s/correct?from=%.*s&to=%.*s&kind=%s%.*s%.*s",
                         OQ_FMT(signal_path(arena, e)), OQ_FMT(oq_time_text(arena, from)),
                         OQ_FMT(oq_time_text(arena, c->time_to)),
                         oq_choice_text(correction_kind_choices, c->kind), OQ_FMT(value),
                         OQ_FMT(mark)));
}

oq_err *series_put_corrections(const web_page *page, oq_scope *s, const series *e)
{
    corrections found;
    OQ_TRY(correction_find(s, e->id, CORRECTIONS_MAX, &found));
    web_value *list = web_put_list(page->view, "corrections");
    for (size_t i = 0; i < found.count; i++) {
        const correction *c = &found.at[i];
        const char *kind = oq_choice_text(correction_kind_choices, c->kind);
        web_value *row = web_add_object(list);
        web_put_text(row, "kind", web_choice_label(page->locale.lang, "correction_kind", kind));
        web_put_text(row, "from", web_format_time_exact(page->arena, &page->locale, c->time_from));
        web_put_text(row, "to", web_format_time_exact(page->arena, &page->locale, c->time_to));
        web_put_text(row, "value",
                     isnan(c->value) ? OQ_NONE : signal_value_text(page, e, c->value));
        web_put_text(row, "reason", c->reason);
        web_put_text(row, "who", c->created_by);
        web_put_text(row, "at", web_format_time(page->arena, &page->locale, c->created_at));
        web_put_text(row, "samples",
                     c->samples == OQ_I64_NONE
                         ? OQ_NONE
                         : web_format_i64(page->arena, &page->locale, c->samples));
        put_failure(page, row, e, c);
        web_put_badge(row,
                      oq_str_eq(c->status, OQ_STR("failed")) ? "bad"
                      : oq_str_eq(c->status, OQ_STR("done")) ? "ok"
                                                             : "info",
                      web_choice_label(page->locale.lang, "correction_status",
                                       oq_str_c(page->arena, c->status)));
    }
    web_put_bool(page->view, "has_corrections", found.count > 0);
    return NULL;
}

/* --- the preview ------------------------------------------------------------------------------*/

/* On the line from the good sample before the span to the one behind it. */
static double on_line(const samples *all, size_t at, size_t first, size_t last)
{
    if (!first || last >= all->count)
        return NAN;
    double share = (double)(all->time[at] - all->time[first - 1]) /
                   (double)(all->time[last] - all->time[first - 1]);
    return all->value[first - 1] + share * (all->value[last] - all->value[first - 1]);
}

static double changed(const correct_form *f, const samples *all, size_t at, size_t first,
                      size_t last)
{
    switch ((correction_kind)f->kind) {
    case CORRECT_SET:
        return f->value;
    case CORRECT_ADD:
        return all->value[at] + f->value;
    case CORRECT_MULTIPLY:
        return all->value[at] * f->value;
    case CORRECT_INTERPOLATE:
        return on_line(all, at, first, last);
    case CORRECT_MARK:
        return all->value[at];
    case CORRECT_DELETE:
        break;
    }
    return NAN;
}

static void put_change(const web_page *page, web_value *row, const series *e, const correct_form *f,
                       const samples *all, size_t i, size_t first, size_t last)
{
    double after = changed(f, all, i, first, last);
    quality before = samples_quality(all, i);
    web_put_text(row, "time", web_format_time_exact(page->arena, &page->locale, all->time[i]));
    web_put_text(row, "before", signal_value_text(page, e, all->value[i]));
    web_put_text(row, "quality",
                 quality_is_good(before) ? OQ_NONE : signal_quality_text(page, before));
    web_put_bool(row, "is_gone", f->kind == CORRECT_DELETE);
    web_put_text(row, "after",
                 f->kind == CORRECT_DELETE ? OQ_NONE : signal_value_text(page, e, after));
    web_put_text(row, "after_quality",
                 f->kind == CORRECT_DELETE ? OQ_NONE
                 : f->kind == CORRECT_MARK ? signal_quality_text(page, (quality)f->quality)
                                           : signal_quality_text(page, QUALITY_SUBSTITUTE));
}

/* How many there are, and the first of them before and after. */
static oq_err *put_preview(const web_page *page, oq_scope *s, const series *e,
                           const correct_form *f)
{
    aggregate *a;
    hist_points points;
    oq_us edge[2] = {f->from, f->to};
    hist_span span = {f->from, f->to, OQ_TIME_NONE};
    OQ_TRY(hist_aggregate(s, e, 1, (buckets){edge, 1}, OQ_TIME_NONE, &a));
    OQ_TRY(hist_read(s, (int32_t)e->no, span, HIST_POINTS_MAX, true, false, &points));
    web_value *preview = web_put_object(page->view, "preview");
    web_put_text(preview, "count", web_format_i64(page->arena, &page->locale, a->count));
    web_put_bool(preview, "has_samples", a->count > 0);
    web_put_text(preview, "mean", signal_value_text(page, e, aggregate_mean(a)));
    web_put_text(preview, "min", signal_value_text(page, e, a->min));
    web_put_text(preview, "max", signal_value_text(page, e, a->max));
    web_value *rows = web_put_list(preview, "rows");
    const samples *all = &points.samples;
    size_t first = points.has_before ? 1 : 0;
    size_t last = all->count - (points.has_after ? 1 : 0);
    for (size_t i = first; i < last && i - first < PREVIEW_ROWS; i++)
        put_change(page, web_add_object(rows), e, f, all, i, first, last);
    size_t shown = last - first < PREVIEW_ROWS ? last - first : PREVIEW_ROWS;
    oq_arg arg[] = {
        {.name = "n", .value = web_format_i64(page->arena, &page->locale, (int64_t)shown)}};
    web_put_text(preview, "more",
                 a->count > (int64_t)shown ? oq_text_fill(page->arena, page->locale.lang,
                                                          OQ_STR("correct.first_of"), arg, 1)
                                           : OQ_NONE);
    return NULL;
}

/* --- the page ---------------------------------------------------------------------------------*/

static void put_choices(const web_page *page, const correct_form *f)
{
    web_value *kinds = web_put_list(page->view, "kinds");
    for (const oq_choice *c = correction_kind_choices; c->text; c++)
        web_add_option(kinds, oq_cstr(c->text),
                       web_choice_label(page->locale.lang, "correction_kind", c->text),
                       c->value == f->kind);
    web_value *qualities = web_put_list(page->view, "qualities");
    for (size_t i = 0; i < OQ_COUNT(marks); i++)
        web_add_option(qualities, oq_strf(page->arena, "%lld", (long long)marks[i]),
                       signal_quality_text(page, marks[i]), f->quality == (int64_t)marks[i]);
}

static oq_err *check(const correct_form *f)
{
    if (f->from == OQ_TIME_NONE)
        return oq_fail_field("begin", "field.required");
    if (f->to == OQ_TIME_NONE)
        return oq_fail_field("end", "field.required");
    if (needs_value(f->kind) && isnan(f->value))
        return oq_fail_field("value", "field.required");
    if (f->kind == CORRECT_MARK && f->quality == OQ_I64_NONE)
        return oq_fail_field("quality", "field.required");
    return hist_span_check(&(hist_span){f->from, f->to, OQ_TIME_NONE});
}

static oq_err *show(http_req *rq, oq_scope *s, correct_form f, const oq_err *err)
{
    oq_uuid id;
    series *e;
    web_page page;
    hist_signal g;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(series_get(s, id, &e));
    OQ_TRY(series_page_begin(rq, s, e, "series/correct", "correct.title", &page, &g));
    oq_err *times = settle_times(page.arena, page.locale.time_zone, &f);
    if (!err)
        err = times;
    if (!err && f.kind)
        err = check(&f);
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_form(&page, correct_form_fields, &f, err);
    put_choices(&page, &f);
    oq_str own = signal_path(page.arena, e);
    web_put_text(page.view, "action", oq_strf(page.arena, "%.*s/correct", OQ_FMT(own)));
    web_put_text(page.view, "back_href", own);
    web_put_text(page.view, "zone", page.locale.time_zone);
    web_put_bool(page.view, "is_calculated", e->kind == SERIES_CALCULATED);
    web_put(page.view, "preview", NULL);
    bool is_complete = f.kind && f.from != OQ_TIME_NONE && f.to != OQ_TIME_NONE && f.from < f.to;
    if (is_complete && (!err || (err->field && strcmp(err->field, "reason") == 0)))
        OQ_TRY(put_preview(&page, s, e, &f));
    return web_page_send(&page);
}

oq_err *series_page_correct(http_req *rq, oq_scope *s)
{
    correct_form f = {.from = OQ_TIME_NONE, .to = OQ_TIME_NONE};
    oq_err *err = http_query(rq, &f);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_MALFORMED)
        return err;
    return show(rq, s, f, err);
}

static oq_err *correct(http_req *rq, oq_scope *s, correct_form *f)
{
    oq_uuid id;
    correction *made;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(settle_times(http_arena(rq), http_who_of(rq)->time_zone, f));
    OQ_TRY(check(f));
    if (!f->kind)
        return oq_fail_field("kind", "field.required");
    if (!f->reason.len)
        return oq_fail_field("reason", "field.required");
    correction_order order = {.kind = f->kind,
                              .from = f->from,
                              .to = f->to,
                              .value = f->value,
                              .quality = f->quality,
                              .reason = f->reason};
    return correction_add(s, id, &order, &made);
}

oq_err *series_page_post_correct(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    correct_form f = {.from = OQ_TIME_NONE, .to = OQ_TIME_NONE};
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_body(rq, &f);
    if (!err)
        err = correct(rq, s, &f);
    if (!err) {
        web_toast(rq, "ok", "correct.ordered");
        oq_str path = oq_uuid_text(http_arena(rq), id);
        http_redirect(rq, oq_strf(http_arena(rq), "/series/%.*s", OQ_FMT(path)));
        return NULL;
    }
    if (err->kind != OQ_INVALID && err->kind != OQ_MALFORMED && err->kind != OQ_CONFLICT)
        return err;
    OQ_TRY(http_scope_again(rq, &s));
    return show(rq, s, f, err);
}
