#include <math.h>

#include "blackbox/collect.h"
#include "blackbox/collect_row.h"
#include "historian/signal.h"
#include "web/format.h"

#include "collect.sql.h"

#include "base/banned.h"

enum { PAGE = 1000, CHANGES_MAX = 1000, WORD_MAX = 40 };
static_assert(SERIES_KEY_MAX + 2 * WORD_MAX < EVENT_SUMMARY_MAX, "a summary holds it");
#define LOOK_BACK                                                                                  \
    (10 * OQ_MINUTE) /* for the moment of a crossing, where the last look is older                 \
                      */

typedef struct collecting {
    oq_scope *s;
    event_order *order;
    size_t count, added;
    /* of a page */
    int32_t *no;
    oq_str *state;
    oq_us *looked_to;
    size_t looks;
} collecting;

static oq_err *flush(collecting *c)
{
    size_t added = 0;
    OQ_TRY(event_add_many(c->s, c->order, c->count, &added));
    c->added += added;
    c->count = 0;
    return NULL;
}

/* --- what a signal is ---------------------------------------------------------------------------*/

static oq_str text_of(oq_arena *arena, double value)
{
    char text[OQ_F64_TEXT_MAX];
    size_t len = oq_f64_format(value, text);
    return oq_str_copy(arena, oq_strn(text, len));
}

/* The side of the limits that a value is on; not given: it says nothing. */
static oq_str side_of(const hist_signal *g, double value, quality q)
{
    if (!quality_is_good(q) || !isfinite(value))
        return OQ_NONE;
    hist_last at = g->last;
    at.value = value;
    at.quality = q;
    signal_state state = signal_state_of(g->e, &g->limits, &at, at.time);
    return signal_is_beyond(state) || state == SIGNAL_NORMAL
               ? oq_cstr(oq_choice_text(signal_state_choices, (int)state))
               : OQ_NONE;
}

static oq_str state_of(oq_arena *arena, const hist_signal *g, double value, quality q)
{
    if (!g->e->is_state)
        return side_of(g, value, q);
    return quality_is_good(q) && isfinite(value) ? text_of(arena, value) : OQ_NONE;
}

/* "off" of {"0": {"en": "off", "ar": ...}}; else the number. */
static oq_str state_word(oq_arena *arena, oq_lang lang, const series *e, oq_str state)
{
    oq_pair *pair, *inner;
    size_t count, inner_count;
    oq_str wanted = lang == OQ_LANG_AR ? OQ_STR("ar") : OQ_STR("en");
    oq_mark errors = oq_err_mark();
    if (!e->state_texts.len || oq_json_pairs(arena, e->state_texts, &pair, &count)) {
        oq_err_rewind(errors);
        return state;
    }
    for (size_t i = 0; i < count; i++) {
        if (!oq_str_eq(pair[i].name, state))
            continue;
        if (oq_json_pairs(arena, pair[i].value, &inner, &inner_count)) {
            oq_err_rewind(errors);
            return pair[i].value;
        }
        for (size_t k = 0; k < inner_count; k++)
            if (oq_str_eq(inner[k].name, wanted) && inner[k].value.len)
                return inner[k].value;
    }
    return state;
}

/* A word that fits a summary; a longer one is shown as its number. */
static oq_str word_of(oq_arena *arena, oq_lang lang, const series *e, oq_str state)
{
    oq_str word = e->is_state ? state_word(arena, lang, e, state)
                              : oq_text(lang, oq_strf(arena, "signal_state.%.*s", OQ_FMT(state)));
    return word.len && word.len <= WORD_MAX ? word : state;
}

static int severity_of(const series *e, oq_str state, oq_str word)
{
    static const char *const bad[] = {"alarm", "fault", "trip", "fail", "error"};
    if (!e->is_state)
        return oq_str_eq(state, OQ_STR("normal")) ? SEVERITY_INFO
               : state.len > 4                    ? SEVERITY_MINOR /* low_low, high_high */
                                                  : SEVERITY_WARNING;
    for (size_t i = 0; i < OQ_COUNT(bad); i++)
        if (oq_str_find(word, oq_cstr(bad[i])) != SIZE_MAX)
            return SEVERITY_WARNING;
    return SEVERITY_INFO;
}

static double limit_of(const hist_signal *g, oq_str from, oq_str to)
{
    oq_str side = oq_str_eq(to, OQ_STR("normal")) ? from : to;
    return oq_str_eq(side, OQ_STR("high_high")) ? g->limits.high_high
           : oq_str_eq(side, OQ_STR("high"))    ? g->limits.high
           : oq_str_eq(side, OQ_STR("low"))     ? g->limits.low
           : oq_str_eq(side, OQ_STR("low_low")) ? g->limits.low_low
                                                : (double)NAN;
}

/* --- telling ------------------------------------------------------------------------------------*/

/* "58.8 m³/h" */
static oq_str quantity(oq_arena *arena, double value, oq_str unit)
{
    return oq_str_trim(oq_strf(arena, "%.4g %.*s", value, OQ_FMT(web_format_unit(arena, unit))));
}

static oq_str summary_of(oq_arena *arena, oq_lang lang, const hist_signal *g, oq_str from,
                         oq_str to, double value)
{
    double limit = limit_of(g, from, to);
    oq_arg arg[] = {{"key", g->e->key},
                    {"from", word_of(arena, lang, g->e, from)},
                    {"to", word_of(arena, lang, g->e, to)},
                    {"value", quantity(arena, value, g->e->unit)},
                    {"limit", isfinite(limit) ? quantity(arena, limit, OQ_STR("1")) : OQ_STR("-")}};
    return oq_text_fill(arena, lang,
                        g->e->is_state ? OQ_STR("events.signal_changed")
                                       : OQ_STR("events.signal_crossed"),
                        arg, OQ_COUNT(arg));
}

static oq_str payload_of(oq_arena *arena, const hist_signal *g, oq_str from, oq_str to,
                         double value, oq_us at)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(8 * 1024);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, text, "kind",
                g->e->is_state ? oq_strf(arena, "%.*s_changed", OQ_FMT(g->e->metric))
                               : oq_strf(arena, "%.*s_%.*s", OQ_FMT(g->e->metric), OQ_FMT(to)));
    oq_json_put(&j, text, "tag", g->e->key);
    oq_json_put(&j, text, "metric", g->e->metric);
    oq_json_put(&j, f64, "value", value);
    oq_json_put(&j, text, "unit", g->e->unit);
    oq_json_put(&j, text, "from", g->e->is_state ? word_of(arena, OQ_LANG_EN, g->e, from) : from);
    oq_json_put(&j, text, "status", g->e->is_state ? word_of(arena, OQ_LANG_EN, g->e, to) : to);
    oq_json_put(&j, f64, "limit", g->e->is_state ? (double)NAN : limit_of(g, from, to));
    oq_json_put(&j, i64, "series_no", g->e->no);
    oq_json_put(&j, time, "raw_time", at);
    oq_json_put(&j, text, "summary_ar", summary_of(arena, OQ_LANG_AR, g, from, to, value));
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&buf));
}

static oq_err *tell(collecting *c, const hist_signal *g, oq_str from, oq_str to, double value,
                    oq_us at)
{
    oq_arena *arena = oq_scope_arena(c->s);
    oq_str is = oq_str_lower(arena, word_of(arena, OQ_LANG_EN, g->e, to));
    if (c->count == EVENTS_ADD_MAX)
        OQ_TRY(flush(c));
    c->order[c->count++] = (event_order){
        .source_system = OQ_STR("OPTRIA_HISTORIAN"),
        .source_type = EVENT_TAG_READING,
        .source_id = oq_strf(arena, "%.*s:%.*s", OQ_FMT(g->e->key), OQ_FMT(to)),
        .event_time = at,
        .severity = severity_of(g->e, to, is),
        .category = CATEGORY_SENSOR,
        .asset_id = g->e->asset_id,
        .summary = summary_of(arena, OQ_LANG_EN, g, from, to, value),
        .payload = payload_of(arena, g, from, to, value, at),
        .kind = OQ_STR("signal"),
    };
    return NULL;
}

/* Goes through what came since, and tells each change; *state is the last one. Of limits only what
 * differs from where it was and ends where it is counts: noise around a limit is the alarms'. */
static oq_err *tell_changes(collecting *c, const hist_signal *g, oq_us since, oq_str *state)
{
    oq_arena *arena = oq_scope_arena(c->s);
    oq_us from = since;
    if (!g->e->is_state && from < g->last.time - LOOK_BACK)
        from = g->last.time - LOOK_BACK;
    hist_points points;
    OQ_TRY(
        hist_read(c->s, (int32_t)g->e->no,
                  (hist_span){.from = from + 1, .to = g->last.time + 1, .known_at = OQ_TIME_NONE},
                  CHANGES_MAX, false, false, &points));
    const samples *p = &points.samples;
    oq_str goal = state_of(arena, g, g->last.value, g->last.quality), was = *state;
    for (size_t i = 0; i < p->count; i++) {
        oq_str is = state_of(arena, g, p->value[i], samples_quality(p, i));
        if (!is.len || oq_str_eq(is, *state) || (!g->e->is_state && !oq_str_eq(is, goal)))
            continue;
        OQ_TRY(tell(c, g, *state, is, p->value[i], p->time[i]));
        *state = is;
    }
    if (!oq_str_eq(*state, goal) && oq_str_eq(*state, was))
        OQ_TRY(tell(c, g, was, goal, g->last.value, g->last.time));
    *state = goal;
    return NULL;
}

/* --- looking ------------------------------------------------------------------------------------*/

static bool has_limits(const hist_signal *g)
{
    const signal_limits *l = &g->limits;
    return isfinite(l->low_low) || isfinite(l->low) || isfinite(l->high) || isfinite(l->high_high);
}

static const collect_look *find_look(const sql_collect_looks_rows *looks, int64_t no)
{
    for (size_t i = 0; i < looks->count; i++)
        if (looks->at[i].series_no == no)
            return &looks->at[i];
    return NULL;
}

static oq_err *look_at(collecting *c, const hist_signal *g, const collect_look *before)
{
    oq_str state = state_of(oq_scope_arena(c->s), g, g->last.value, g->last.quality);
    if (!state.len || g->last.time == OQ_TIME_NONE || (before && g->last.time <= before->looked_to))
        return NULL;
    bool is_other = !before || !oq_str_eq(before->state, state);
    if (!is_other && !g->e->is_state)
        return NULL;
    if (before) {
        oq_str came_to = before->state;
        OQ_TRY(tell_changes(c, g, before->looked_to, &came_to));
    }
    c->no[c->looks] = (int32_t)g->e->no;
    c->state[c->looks] = state;
    c->looked_to[c->looks++] = g->last.time;
    return NULL;
}

static oq_err *look_at_page(collecting *c, const series_list *list)
{
    oq_arena *arena = oq_scope_arena(c->s);
    hist_signals signals;
    sql_collect_looks_rows looks;
    OQ_TRY(signal_read(c->s, list, &signals));
    c->looks = 0;
    c->no = oq_new_n(arena, int32_t, list->count);
    c->state = oq_new_n(arena, oq_str, list->count);
    c->looked_to = oq_new_n(arena, oq_us, list->count);
    for (size_t i = 0; i < signals.count; i++)
        c->no[i] = (int32_t)signals.at[i].e->no;
    OQ_TRY(
        sql_collect_looks(c->s, (sql_collect_looks_args){.nos = {c->no, signals.count}}, &looks));
    for (size_t i = 0; i < signals.count; i++) {
        const hist_signal *g = &signals.at[i];
        if (g->e->is_active && (g->e->is_state || has_limits(g)))
            OQ_TRY(look_at(c, g, find_look(&looks, g->e->no)));
    }
    OQ_TRY(flush(c));
    if (!c->looks)
        return NULL;
    return sql_collect_put(c->s,
                           (sql_collect_put_args){.nos = {c->no, c->looks},
                                                  .states = {c->state, c->looks},
                                                  .looked_tos = {c->looked_to, c->looks}},
                           NULL);
}

oq_err *collect_signals(oq_scope *s, size_t *ret_added)
{
    oq_arena *arena = oq_scope_arena(s);
    collecting c = {.s = s, .order = oq_new_n(arena, event_order, EVENTS_ADD_MAX)};
    series_filter filter = {0};
    for (bool more = true; more;) {
        series_list list;
        OQ_TRY(series_find(s, &filter, PAGE, &list));
        if (list.count)
            OQ_TRY(look_at_page(&c, &list));
        more = list.count == PAGE;
        filter.after_key = more ? list.at[PAGE - 1].key : OQ_NONE;
    }
    *ret_added = c.added;
    return NULL;
}
