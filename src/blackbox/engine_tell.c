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

oq_err *engine_ask_join(engine *en, oq_uuid id)
{
    oq_arena *arena = oq_scope_arena(en->s);
    oq_str key = oq_uuid_text(arena, id);
    return job_add_last(
        en->s, &(job_order){.kind = "work_order.join",
                            .key = key,
                            .is_unique = true,
                            .payload = oq_strf(arena, "{\"incident_id\":\"%.*s\"}", OQ_FMT(key)),
                            .run_at = OQ_TIME_NONE});
}

/* --- people -------------------------------------------------------------------------------------*/

enum { FACTS = 6 };

static oq_str severity_word(int severity)
{
    return oq_cstr(oq_choice_text(incident_severity_choices, severity));
}

static size_t facts_of(oq_arena *arena, int64_t number, const group *g, const group_trigger *t,
                       int severity_before, oq_arg ret_fact[FACTS])
{
    size_t count = 0;
    ret_fact[count++] = (oq_arg){"number", oq_strf(arena, "INC-%lld", (long long)number)};
    ret_fact[count++] = (oq_arg){"severity", severity_word(g->severity)};
    ret_fact[count++] = (oq_arg){"title", t->summary};
    ret_fact[count++] = (oq_arg){"happened_at", oq_time_text(arena, g->at)};
    if (t->summary_ar.len)
        ret_fact[count++] = (oq_arg){"title_ar", t->summary_ar};
    if (severity_before)
        ret_fact[count++] = (oq_arg){"severity_before", severity_word(severity_before)};
    return count;
}

static int urgency_of(const group *g)
{
    return g->severity >= GROUP_SEVERITY_CRITICAL ? URGENCY_URGENT : URGENCY_HIGH;
}

static oq_err *tell_roles(engine *en, const notify_order *order)
{
    static const oq_role told[] = {ROLE_RELIABILITY_ENGINEER, ROLE_TENANT_ADMIN};
    for (size_t i = 0; i < OQ_COUNT(told); i++)
        OQ_TRY(notify_role(en->s, told[i], order));
    return NULL;
}

static bool is_of_old(engine *en, const group *g)
{
    return g->at < oq_now(en->s) - TELL_WITHIN;
}

oq_err *engine_tell_opened(engine *en, oq_uuid id, int64_t number, const group *g,
                           const group_trigger *t, oq_uuid trace_id)
{
    if (g->severity < GROUP_SEVERITY_MAJOR || is_of_old(en, g))
        return NULL;
    oq_arena *arena = oq_scope_arena(en->s);
    oq_str key = oq_uuid_text(arena, id);
    oq_arg fact[FACTS];
    return tell_roles(en, &(notify_order){
                              .type = "incident.opened",
                              .fact = fact,
                              .fact_count = facts_of(arena, number, g, t, 0, fact),
                              .entity_type = "incident",
                              .entity_id = key,
                              .topic = TOPIC_INCIDENT,
                              .urgency = urgency_of(g),
                              .once_key = oq_strf(arena, "incident.opened:%.*s", OQ_FMT(key)),
                              .trace_id = trace_id,
                          });
}

/* The first time that it is so grave; each time that it is open again. */
oq_err *engine_tell_changed(engine *en, const engine_stored *it, const group *g,
                            const group_trigger *t, bool is_reopened, int64_t version)
{
    bool is_graver = g->severity > it->severity;
    if ((!is_reopened && !is_graver) || is_of_old(en, g))
        return NULL;
    oq_arena *arena = oq_scope_arena(en->s);
    oq_str key = oq_uuid_text(arena, it->id);
    const char *type = is_reopened ? "incident.reopened" : "incident.worsened";
    oq_arg fact[FACTS];
    notify_order order = {
        .type = type,
        .fact = fact,
        .fact_count = facts_of(arena, it->number, g, t, it->severity, fact),
        .entity_type = "incident",
        .entity_id = key,
        .topic = TOPIC_INCIDENT,
        .urgency = urgency_of(g),
        .once_key = is_reopened
                        ? oq_strf(arena, "%s:%.*s:%lld", type, OQ_FMT(key), (long long)version)
                        : oq_strf(arena, "%s:%.*s:%d", type, OQ_FMT(key), g->severity),
        .trace_id = it->trace_id,
    };
    if (g->severity >= GROUP_SEVERITY_MAJOR)
        OQ_TRY(tell_roles(en, &order));
    return notify_followers(en->s, &order);
}

/* --- the file -----------------------------------------------------------------------------------*/

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
