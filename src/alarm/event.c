/* What is said of an alarm to the black box: an event for each step, in words and as members that
 * causal rules read. */
#include "alarm/inner.h"

#include <math.h>

#include "blackbox/event.h"

#include "base/banned.h"

/* Four figures. */
oq_str alert_figure(oq_arena *arena, double x)
{
    if (!isfinite(x))
        return OQ_NONE;
    int places = x == 0.0 ? 0 : 3 - (int)floor(log10(fabs(x)));
    places = places < 0 ? 0 : places > 9 ? 9 : places;
    oq_str text = oq_strf(arena, "%.*f", places, x);
    while (places && text.len && text.ptr[text.len - 1] == '0')
        text.len--;
    if (places && text.len && text.ptr[text.len - 1] == '.')
        text.len--;
    return text;
}

static bool is_raise(const char *what)
{
    return strcmp(what, "raised") == 0 || strcmp(what, "again") == 0;
}

bool alert_is_quiet(const alert *a)
{
    return a->shelved_until != OQ_TIME_NONE || a->suppressed_by.len;
}

/* What is said of an alarm, before its figures: "P-101: Vibration high". */
static oq_str said_of(oq_arena *arena, oq_str title, const alert_news *news, const char *what)
{
    size_t max = EVENT_SUMMARY_MAX - 200;
    if (title.len > max)
        for (title.len = max; title.len && ((unsigned char)title.ptr[title.len] & 0xC0) == 0x80;)
            title.len--;
    const char *of = news && news->asset_code.len ? oq_str_c(arena, news->asset_code) : "";
    return oq_strf(arena, "%s%s%s%s%.*s", of, *of ? ": " : "", is_raise(what) ? "" : what,
                   is_raise(what) ? "" : ": ", OQ_FMT(title));
}

static oq_str summary_of(oq_arena *arena, const alert *a, oq_str title, const alert_news *news,
                         const char *what)
{
    oq_str text = said_of(arena, title, news, what);
    if (is_raise(what) && isfinite(a->value))
        text =
            oq_strf(arena, "%.*s, %.*s %.*s", OQ_FMT(text), OQ_FMT(alert_figure(arena, a->value)),
                    a->unit.len ? (int)a->unit.len : 0, a->unit.len ? a->unit.ptr : "");
    if (is_raise(what) && isfinite(a->value) && isfinite(a->limit_value))
        text = oq_strf(arena, "%.*s (%.*s)", OQ_FMT(oq_str_trim(text)),
                       OQ_FMT(alert_figure(arena, a->limit_value)));
    return oq_str_trim(text);
}

/* The step in Arabic, for the summary. */
static const char *step_ar(const char *what)
{
    static const struct {
        const char *step, *ar;
    } words[] = {
        {"returned", "عاد إلى الطبيعي"}, {"cleared", "انتهى"}, {"acknowledged", "أُقرّ به"},
        {"reset", "أُعيد ضبطه"},          {"shelved", "عُلّق"},   {"unshelved", "رُفع تعليقه"}};
    for (size_t i = 0; i < OQ_COUNT(words); i++)
        if (strcmp(words[i].step, what) == 0)
            return words[i].ar;
    return what;
}

/* A name for causal rules is said while the alarm comes, and is announced: that it went, or that
 * somebody saw it, is no second trip. */
static oq_str event_kind_of(oq_arena *arena, const alert *a, const alert_news *news,
                            const char *what)
{
    if (!is_raise(what) || alert_is_quiet(a))
        return oq_strf(arena, "alarm_%s", is_raise(what) ? "quiet" : what);
    return news && news->event_kind.len ? news->event_kind : a->code;
}

static oq_str payload_of(oq_arena *arena, const alert *a, const alert_news *news, const char *what,
                         oq_str kind)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(64 * 1024);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, text, "kind", kind);
    oq_json_put(&j, text, "step", oq_cstr(what));
    oq_json_put(&j, text, "state", oq_cstr(oq_choice_text(alert_state_choices, a->state)));
    oq_json_put(&j, text, "metric", news ? news->metric : OQ_NONE);
    oq_json_put(&j, f64, "value", a->value);
    oq_json_put(&j, f64, "limit", a->limit_value);
    oq_json_put(&j, text, "unit", a->unit);
    oq_json_put(&j, text, "rule", a->code);
    oq_json_put(&j, text, "priority", oq_cstr(oq_choice_text(alarm_priority_choices, a->priority)));
    oq_json_put(&j, i64, "occurrence", a->occurrences);
    oq_json_put(&j, uuid, "alert_id", a->id);
    oq_json_put(&j, uuid, "trace_id", a->trace_id);
    if (a->title_ar.len)
        oq_json_put(&j, text, "summary_ar",
                    summary_of(arena, a, a->title_ar, news, is_raise(what) ? what : step_ar(what)));
    oq_json_put(&j, bool, "is_announced", !alert_is_quiet(a));
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&out));
}

/* What is quiet on purpose is on record, but stirs nobody. The step and the occurrence are part of
 * its id, so that one that went at the moment when it came is two events. */
event_order alert_event(oq_arena *arena, const alert *a, const alert_news *news, const char *what,
                        oq_us at)
{
    bool is_told = is_raise(what) && !alert_is_quiet(a);
    bool is_failure = news && news->is_failure && is_told;
    oq_str kind = event_kind_of(arena, a, news, what);
    return (event_order){
        .source_system = OQ_STR("OPTRIA_ALERT"),
        .source_type = EVENT_ALERT,
        .source_id = oq_strf(arena, "%.*s:%s:%lld", OQ_FMT(oq_uuid_text(arena, a->id)), what,
                             (long long)a->occurrences),
        .event_time = at,
        .severity = is_told ? a->severity : SEVERITY_INFO,
        .category = is_failure ? CATEGORY_FAILURE : CATEGORY_ALERT,
        .asset_id = a->asset_id,
        .summary = summary_of(arena, a, a->title, news, what),
        .payload = payload_of(arena, a, news, what, kind),
        .trace_id = a->trace_id,
        .kind = kind,
    };
}
