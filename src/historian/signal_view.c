#include "historian/signal_view.h"

#include <math.h>

#include "web/parts.h"

#include "base/banned.h"

oq_str signal_name(oq_lang lang, const series *e)
{
    oq_str first = lang == OQ_LANG_AR ? e->name_ar : e->name;
    oq_str second = lang == OQ_LANG_AR ? e->name : e->name_ar;
    return first.len ? first : second.len ? second : e->metric.len ? e->metric : e->key;
}

oq_str signal_path(oq_arena *arena, const series *e)
{
    return oq_strf(arena, "/series/%.*s", OQ_FMT(oq_uuid_text(arena, e->id)));
}

/* --- values -----------------------------------------------------------------------------------*/

int signal_decimals(double value)
{
    if (!isfinite(value) || value == 0)
        return 2;
    int decimals = 4 - (int)floor(log10(fabs(value)));
    return decimals < 0 ? 0 : decimals > 6 ? 6 : decimals;
}

/* {"2": {"en": "running", "ar": "يعمل"}}; not given: no text for this value. */
static oq_str state_text(const web_page *page, const series *e, double value)
{
    web_value *texts;
    char key[OQ_F64_TEXT_MAX];
    if (!e->state_texts.len || !isfinite(value))
        return OQ_NONE;
    oq_err *err = web_from_json(page->arena, e->state_texts, &texts);
    if (err)
        return OQ_NONE;
    oq_str number = oq_strn(key, oq_f64_format(value, key));
    if (oq_str_ends(number, OQ_STR(".0")))
        number.len -= 2;
    const web_value *text = web_get(texts, number);
    oq_str own = web_as_text(web_get(text, oq_lang_code(page->locale.lang)));
    return own.len ? own : web_as_text(web_get(text, OQ_STR("en")));
}

oq_str signal_value_text(const web_page *page, const series *e, double value)
{
    oq_str text = e->is_state ? state_text(page, e, value) : OQ_NONE;
    if (text.len)
        return text;
    return web_format_quantity(page->arena, &page->locale, value, signal_decimals(value),
                               web_format_unit(page->arena, e->unit));
}

/* --- quality ----------------------------------------------------------------------------------*/

static const struct {
    quality code;
    const char *key;
} reason[] = {
    {QUALITY_LOCAL_OVERRIDE, "quality.local_override"},
    {QUALITY_LAST_USABLE_NO_COMM, "quality.no_communication"},
    {QUALITY_LAST_USABLE, "quality.last_usable"},
    {QUALITY_SUBSTITUTE, "quality.substitute"},
    {QUALITY_SENSOR_NOT_ACCURATE, "quality.sensor_not_accurate"},
    {QUALITY_UNITS_EXCEEDED, "quality.units_exceeded"},
    {QUALITY_SUB_NORMAL, "quality.sub_normal"},
    {QUALITY_NO_COMMUNICATION, "quality.no_communication"},
    {QUALITY_SENSOR_FAILURE, "quality.sensor_failure"},
    {QUALITY_OUT_OF_SERVICE, "quality.out_of_service"},
    {QUALITY_NO_DATA, "quality.no_data"},
};

oq_str signal_quality_text(const web_page *page, quality q)
{
    oq_str kind = web_say(page, quality_is_good(q)  ? "chart.good"
                                : quality_is_bad(q) ? "chart.bad"
                                                    : "chart.uncertain");
    for (size_t i = 0; i < OQ_COUNT(reason); i++)
        if (reason[i].code == (q & UINT32_C(0xFFFF0000)))
            return oq_strf(page->arena, "%.*s (%.*s)", OQ_FMT(kind),
                           OQ_FMT(web_say(page, reason[i].key)));
    return kind;
}

/* --- limits -----------------------------------------------------------------------------------*/

oq_str signal_limits_text(const web_page *page, const hist_signal *g)
{
    const struct {
        const char *name;
        double value;
    } limit[] = {{"LL", g->limits.low_low},
                 {"L", g->limits.low},
                 {"H", g->limits.high},
                 {"HH", g->limits.high_high}};
    oq_str text = OQ_STR("");
    for (size_t i = 0; i < OQ_COUNT(limit); i++) {
        if (!isfinite(limit[i].value))
            continue;
        oq_str number = web_format_f64(page->arena, &page->locale, limit[i].value,
                                       signal_decimals(limit[i].value));
        text = oq_strf(page->arena, "%.*s%s%s %.*s", OQ_FMT(text), text.len ? " · " : "",
                       limit[i].name, OQ_FMT(number));
    }
    oq_str unit = web_format_unit(page->arena, g->e->unit);
    return text.len && unit.len ? oq_strf(page->arena, "%.*s %.*s", OQ_FMT(text), OQ_FMT(unit))
                                : text;
}

/* --- a signal ---------------------------------------------------------------------------------*/

static void put_newest(const web_page *page, web_value *to, const hist_signal *g)
{
    const hist_last *last = &g->last;
    bool is_there = last->time != OQ_TIME_NONE;
    bool is_good = !is_there || quality_is_good(last->quality);
    web_put_text(to, "value",
                 is_there ? signal_value_text(page, g->e, last->value) : OQ_STR(WEB_NOTHING));
    web_put_text(to, "quality", is_good ? OQ_NONE : signal_quality_text(page, last->quality));
    web_put_cstr(to, "quality_kind",
                 is_good                         ? "ok"
                 : quality_is_bad(last->quality) ? "bad"
                                                 : "warn");
    web_put_text(to, "seen_ago",
                 is_there ? web_format_ago(page->arena, &page->locale, last->time,
                                            web_page_now(page))
                          : OQ_NONE);
    web_put_text(to, "seen_at",
                 is_there ? web_format_time_exact(page->arena, &page->locale, last->time)
                          : OQ_NONE);
}

void signal_put(const web_page *page, web_value *to, const hist_signal *g)
{
    const series *e = g->e;
    const char *state = oq_choice_text(signal_state_choices, g->state);
    oq_str state_words = web_choice_label(page->locale.lang, "signal_state", state);
    web_put_text(to, "id", oq_uuid_text(page->arena, e->id));
    web_put_text(to, "href", signal_path(page->arena, e));
    web_put_text(to, "name", signal_name(page->locale.lang, e));
    web_put_text(to, "key", e->key);
    web_put_text(to, "metric", e->metric);
    web_put_text(to, "asset_code", g->asset_code);
    web_put_text(to, "unit", web_format_unit(page->arena, e->unit));
    web_put_bool(to, "is_state", e->is_state);
    web_put_bool(to, "is_normal", g->state == SIGNAL_NORMAL);
    web_put_text(to, "state_text", state_words);
    web_put_badge(to, signal_state_kind((signal_state)g->state), state_words);
    web_put_text(to, "limits", signal_limits_text(page, g));
    put_newest(page, to, g);
}

/* --- for scripts ------------------------------------------------------------------------------*/

static void write_limits(oq_json *j, const signal_limits *l)
{
    oq_json_key(j, OQ_STR("limits"));
    oq_json_object(j);
    oq_json_put(j, f64, "low_low", l->low_low);
    oq_json_put(j, f64, "low", l->low);
    oq_json_put(j, f64, "high", l->high);
    oq_json_put(j, f64, "high_high", l->high_high);
    oq_json_object_end(j);
}

void signal_write_config(oq_json *j, const web_page *page, const hist_signal *g)
{
    const series *e = g->e;
    oq_json_object(j);
    oq_json_put(j, uuid, "id", e->id);
    oq_json_put(j, text, "name", signal_name(page->locale.lang, e));
    oq_json_put(j, text, "unit", e->unit);
    oq_json_put(j, text, "unit_text", web_format_unit(page->arena, e->unit));
    oq_json_put(j, bool, "is_state", e->is_state);
    oq_json_key(j, OQ_STR("states"));
    oq_json_raw(j, e->state_texts.len ? e->state_texts : OQ_NONE);
    oq_json_put(j, f64, "gap_max_ms",
                e->gap_max_us == OQ_I64_NONE ? NAN : (double)e->gap_max_us / 1000);
    write_limits(j, &g->limits);
    oq_json_object_end(j);
}

oq_str signal_live_config(const web_page *page, const hist_signal *g)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(256 * 1024);
    oq_json j = oq_json_to(&out);
    signal_write_config(&j, page, g);
    return oq_str_copy(page->arena, oq_buf_view(&out));
}
