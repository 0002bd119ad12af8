/* Who is told what of alarms: open pages, and people by the priority of what came. */
#include "alarm/inner.h"

#include <math.h>

#include "blackbox/event.h"
#include "notify/notify.h"

#include "base/banned.h"

/* In one unit of work: then pages load anew, and the rest is one sentence. People are told so many
 * of each priority, so that none hides a graver one. */
enum { PAGES_TOLD_MAX = 50, PEOPLE_TOLD_MAX = 20 };

const int alert_severity_of[] = {
    [ALARM_CRITICAL] = SEVERITY_CRITICAL,
    [ALARM_HIGH] = SEVERITY_MAJOR,
    [ALARM_MEDIUM] = SEVERITY_MINOR,
    [ALARM_LOW] = SEVERITY_WARNING,
};

static const struct {
    int urgency;
    oq_role told[3];
} of_priority[] = {
    [ALARM_CRITICAL] = {URGENCY_URGENT,
                        {ROLE_TENANT_ADMIN, ROLE_RELIABILITY_ENGINEER, ROLE_ENGINEER}},
    [ALARM_HIGH] = {URGENCY_HIGH, {ROLE_RELIABILITY_ENGINEER, ROLE_ENGINEER}},
    [ALARM_MEDIUM] = {URGENCY_NORMAL, {ROLE_ENGINEER}},
    [ALARM_LOW] = {URGENCY_LOW, {ROLE_NONE}},
};

/* --- pages -------------------------------------------------------------------------------------*/

oq_err *alert_tell_pages(alert_writing *w, const alert *a)
{
    if (++w->live_told > PAGES_TOLD_MAX)
        return w->live_told == PAGES_TOLD_MAX + 1
                   ? live_publish(w->s, OQ_UUID_ZERO, "alarm", OQ_STR("{\"many\":true}"))
                   : NULL;
    OQ_AUTO(oq_buf) out = oq_buf_make(16 * 1024);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, uuid, "id", a->id);
    oq_json_put(&j, uuid, "asset_id", a->asset_id);
    oq_json_put(&j, text, "state", oq_cstr(oq_choice_text(alert_state_choices, a->state)));
    oq_json_put(&j, text, "priority", oq_cstr(oq_choice_text(alarm_priority_choices, a->priority)));
    oq_json_put(&j, bool, "is_quiet", alert_is_quiet(a));
    oq_json_object_end(&j);
    return live_publish(w->s, OQ_UUID_ZERO, "alarm", oq_buf_view(&out));
}

/* --- people ------------------------------------------------------------------------------------*/

static oq_err *tell_roles(alert_writing *w, int priority, notify_order *order)
{
    order->topic = TOPIC_ALARM;
    order->urgency = of_priority[priority].urgency;
    for (size_t i = 0; i < OQ_COUNT(of_priority[priority].told); i++)
        if (of_priority[priority].told[i] != ROLE_NONE)
            OQ_TRY(notify_role(w->s, of_priority[priority].told[i], order));
    return NULL;
}

oq_err *alert_announce(alert_writing *w, const alert *a, const alert_news *news, oq_str more)
{
    oq_arena *arena = oq_scope_arena(w->s);
    oq_str id = oq_uuid_text(arena, a->id);
    if (of_priority[a->priority].told[0] == ROLE_NONE)
        return NULL;
    if (w->told[a->priority] == PEOPLE_TOLD_MAX) {
        bool is_first = w->untold++ == 0;
        if (is_first || a->priority < w->untold_priority)
            w->untold_priority = a->priority;
        return NULL;
    }
    w->told[a->priority]++;
    const oq_arg fact[] = {
        {"asset", news->asset_code.len ? news->asset_code : OQ_STR("-")},
        {"title", a->title},
        {"title_ar", a->title_ar.len ? a->title_ar : a->title},
        {"priority", oq_cstr(oq_choice_text(alarm_priority_choices, a->priority))},
        {"value", alert_figure(arena, a->value)},
        {"unit", a->unit},
        {"raised_at", oq_time_text(arena, a->last_at)},
    };
    notify_order order = {
        .type = isfinite(a->value) ? "alarm.raised" : "alarm.raised_bare",
        .fact = fact,
        .fact_count = OQ_COUNT(fact),
        .entity_type = "alert",
        .entity_id = id,
        .once_key = oq_strf(arena, "alert:%.*s:%lld%.*s", OQ_FMT(id), (long long)a->occurrences,
                            OQ_FMT(more)),
        .trace_id = a->trace_id,
    };
    return tell_roles(w, a->priority, &order);
}

oq_err *alert_announce_rest(alert_writing *w)
{
    oq_arena *arena = oq_scope_arena(w->s);
    if (!w->untold)
        return NULL;
    const oq_arg fact[] = {{"count", oq_strf(arena, "%zu", w->untold)}};
    notify_order order = {
        .type = "alarm.more",
        .fact = fact,
        .fact_count = OQ_COUNT(fact),
        .entity_type = "alarms",
        .entity_id = oq_strf(arena, "%lld", (long long)oq_now(w->s)),
        .once_key = oq_strf(arena, "alarms:%lld:%zu", (long long)oq_now(w->s), w->untold),
    };
    w->untold = 0;
    return tell_roles(w, w->untold_priority, &order);
}

oq_err *alert_tell_flood(alert_writing *w, oq_uuid site_id)
{
    oq_arena *arena = oq_scope_arena(w->s);
    oq_str where = oq_uuid_text(arena, site_id);
    for (size_t i = 0; i < w->sites; i++)
        if (oq_uuid_eq(w->site[i].id, site_id)) {
            if (w->site[i].is_told)
                return NULL;
            w->site[i].is_told = true;
        }
    notify_order order = {
        .type = "alarm.flood",
        .entity_type = "alarms",
        .entity_id = where,
        .once_key = oq_strf(arena, "flood:%.*s:%lld", OQ_FMT(where),
                            (long long)(oq_now(w->s) / (10 * OQ_MINUTE))),
    };
    return tell_roles(w, ALARM_HIGH, &order);
}
