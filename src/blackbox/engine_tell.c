/* Who hears of an incident: whoever has to know, and the analysis. */
#include "blackbox/engine.h"
#include "job/last.h"
#include "notify/notify.h"

#include "base/banned.h"

#define TELL_WITHIN OQ_DAY           /* nobody is called because of what an import brought */
#define AGAIN_AFTER (10 * OQ_SECOND) /* changes that come one after the other share an analysis */
enum { JSON_MAX = 32 * 1024 };

oq_err *engine_ask_why(engine *en, oq_uuid id, bool is_new)
{
    oq_arena *arena = oq_scope_arena(en->s);
    oq_str key = oq_uuid_text(arena, id);
    return job_add_last(
        en->s, &(job_order){.kind = "rca.run",
                            .key = key,
                            .is_unique = true,
                            .payload = oq_strf(arena, "{\"incident_id\":\"%.*s\"}", OQ_FMT(key)),
                            .run_at = is_new ? OQ_TIME_NONE : oq_now(en->s) + AGAIN_AFTER,
                            .priority = is_new ? 1 : 0});
}

oq_err *engine_tell_people(engine *en, oq_uuid id, int64_t number, const group *g,
                           const group_trigger *t, oq_uuid trace_id)
{
    static const oq_role told[] = {ROLE_RELIABILITY_ENGINEER, ROLE_TENANT_ADMIN};
    if (g->severity < GROUP_SEVERITY_MAJOR || g->at < oq_now(en->s) - TELL_WITHIN)
        return NULL;
    oq_arena *arena = oq_scope_arena(en->s);
    oq_str key = oq_uuid_text(arena, id);
    oq_arg fact[] = {
        {"number", oq_strf(arena, "INC-%lld", (long long)number)},
        {"severity", oq_cstr(oq_choice_text(incident_severity_choices, g->severity))},
        {"title", t->summary},
        {"happened_at", oq_time_text(arena, g->at)},
    };
    notify_order order = {
        .type = "incident.opened",
        .fact = fact,
        .fact_count = OQ_COUNT(fact),
        .entity_type = "incident",
        .entity_id = key,
        .topic = TOPIC_INCIDENT,
        .urgency = g->severity >= GROUP_SEVERITY_CRITICAL ? URGENCY_URGENT : URGENCY_HIGH,
        .once_key = oq_strf(arena, "incident.opened:%.*s", OQ_FMT(key)),
        .trace_id = trace_id,
    };
    for (size_t i = 0; i < OQ_COUNT(told); i++)
        OQ_TRY(notify_role(en->s, told[i], &order));
    return NULL;
}

oq_str engine_step_facts(oq_arena *arena, int64_t version, const engine_difference *d,
                         const group *g)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(JSON_MAX);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, i64, "version", version);
    oq_json_put(&j, i64, "events_came", (int64_t)d->came);
    oq_json_put(&j, i64, "events_went", (int64_t)d->went);
    oq_json_put(&j, time, "window_from", g->from);
    oq_json_put(&j, time, "window_to", g->to);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&buf));
}
