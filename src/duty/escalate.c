/* The escalation ladder. A rung is told and written down in one transaction, with a key of its own
 * for each person: a process that dies between leaves neither, and one that begins again tells
 * nobody twice. */
#include "duty/roster.h"

#include "base/facts.h"
#include "base/lang.h"
#include "db/stmt.h"
#include "notify/notify.h"
#include "tenant/settings.h"

#include <math.h>

typedef struct escalation {
    oq_uuid id;
    oq_str entity_type;
    oq_uuid entity_id, site_id, assignee_id;
    oq_str notice; /* JSON of an escalation_notice */
    int64_t level;
    oq_uuid trace_id;
    oq_us created_at;
} escalation;
static const oq_field escalation_fields[] = {
    OQ_UUID(escalation, id),          OQ_TEXT(escalation, entity_type),
    OQ_UUID(escalation, entity_id),   OQ_UUID(escalation, site_id),
    OQ_UUID(escalation, assignee_id), OQ_JSON(escalation, notice),
    OQ_I64(escalation, level),        OQ_UUID(escalation, trace_id),
    OQ_TIME(escalation, created_at),  OQ_FIELDS_END,
};

#include "duty.sql.h"
#include "escalate.sql.h"

#include "base/banned.h"

enum { LEVEL_ASSIGNEE, LEVEL_ON_CALL, LEVEL_ADMIN }; /* past it: the administrators, again */
#define REMIND_MAX (24 * OQ_HOUR)                    /* so long are they reminded */
enum { SLICE = 50, NOTICE_MAX = 32 * 1024 };

/* What is told, as the row keeps it. */
typedef struct escalation_notice {
    oq_str type, facts;
    int topic, urgency;
} escalation_notice;
static const oq_field notice_fields[] = {
    OQ_TEXT(escalation_notice, type),
    OQ_JSON(escalation_notice, facts),
    OQ_CHOICE(escalation_notice, topic, notify_topic_choices),
    OQ_CHOICE(escalation_notice, urgency, notify_urgency_choices),
    OQ_FIELDS_END,
};

/* --- telling ------------------------------------------------------------------------------------*/

/* The notice's own sentence for the first one; for the others the one that says that nobody has
 * answered, where the language files have it. */
static const char *type_at(oq_arena *arena, oq_str type, int level)
{
    oq_str waiting = oq_strf(arena, "%.*s_unanswered", OQ_FMT(type));
    oq_str key = oq_strf(arena, "notify.%.*s.title", OQ_FMT(waiting));
    return oq_str_c(arena,
                    level > LEVEL_ASSIGNEE && oq_text_exists(OQ_LANG_EN, key) ? waiting : type);
}

static int urgency_at(int urgency, int level)
{
    return level >= LEVEL_ADMIN && urgency < URGENCY_HIGH ? URGENCY_HIGH : urgency;
}

static oq_err *order_of(oq_scope *s, const escalation *e, int level, notify_order *ret_order)
{
    oq_arena *arena = oq_scope_arena(s);
    escalation_notice notice = {0};
    OQ_TRY(oq_fields_read_json(arena, notice_fields, e->notice, &notice));
    oq_arg *fact = oq_new_n(arena, oq_arg, OQ_FACTS_MAX + 1);
    size_t count = oq_facts_read(arena, notice.facts, fact);
    if (count < OQ_FACTS_MAX)
        fact[count++] = (oq_arg){
            .name = "waited_min",
            .value = oq_strf(arena, "%lld", (long long)((oq_now(s) - e->created_at) / OQ_MINUTE)),
        };
    *ret_order = (notify_order){
        .type = type_at(arena, notice.type, level),
        .fact = fact,
        .fact_count = count,
        .entity_type = oq_str_c(arena, e->entity_type),
        .entity_id = oq_uuid_text(arena, e->entity_id),
        .topic = notice.topic,
        .urgency = urgency_at(notice.urgency, level),
        .once_key = oq_strf(arena, "escalation:%.*s:%d", OQ_FMT(oq_uuid_text(arena, e->id)), level),
        .trace_id = e->trace_id,
    };
    return NULL;
}

static oq_err *tell_on_call(oq_scope *s, const escalation *e, notify_order *order, size_t *ret_told)
{
    oq_uuids users;
    OQ_TRY(duty_on_call(s, e->site_id, oq_now(s), &users));
    for (size_t i = 0; i < users.count; i++) {
        if (oq_uuid_eq(users.at[i], e->assignee_id))
            continue; /* was told first */
        order->user_id = users.at[i];
        OQ_TRY(notify_user(s, order));
        ++*ret_told;
    }
    return NULL;
}

/* *ret_told: how many, of the administrators at least one. */
static oq_err *tell(oq_scope *s, const escalation *e, int level, size_t *ret_told)
{
    notify_order order;
    OQ_TRY(order_of(s, e, level, &order));
    *ret_told = 0;
    if (level == LEVEL_ON_CALL) {
        OQ_TRY(tell_on_call(s, e, &order, ret_told));
    } else if (level >= LEVEL_ADMIN) {
        OQ_TRY(notify_role(s, ROLE_TENANT_ADMIN, &order));
        *ret_told = 1;
    } else {
        order.user_id = e->assignee_id;
        OQ_TRY(notify_user(s, &order));
        *ret_told = 1;
    }
    oq_log_info("escalation.told", OQ_F_UUID("trace", e->trace_id),
                OQ_F_UUID("tenant", oq_scope_tenant(s)), OQ_F_STR("entity", e->entity_type),
                OQ_F_UUID("id", e->entity_id), OQ_F_INT("level", level),
                OQ_F_INT("people", (int64_t)*ret_told));
    return NULL;
}

/* --- the ladder ---------------------------------------------------------------------------------*/

static oq_str notice_json(oq_arena *arena, const escalation_order *order)
{
    escalation_notice notice = {
        .type = oq_cstr(order->notice_type),
        .facts = oq_facts_json(arena, order->fact, order->fact_count),
        .topic = order->topic ? order->topic : TOPIC_SYSTEM,
        .urgency = order->urgency ? order->urgency : URGENCY_NORMAL,
    };
    OQ_AUTO(oq_buf) buf = oq_buf_make(NOTICE_MAX);
    oq_json j = oq_json_to(&buf);
    oq_fields_write_json(&j, notice_fields, &notice);
    return oq_str_copy(arena, oq_buf_view(&buf));
}

/* When the next rung's turn is: at once when there is nobody on the first one. */
static oq_err *first_turn(oq_scope *s, oq_uuid assignee_id, bool *ret_is_there, oq_us *ret_next_at)
{
    tenant_settings *settings;
    sql_duty_is_active_rows rows;
    OQ_TRY(tenant_settings_get(s, &settings));
    OQ_TRY(sql_duty_is_active(s, (sql_duty_is_active_args){assignee_id}, &rows));
    *ret_is_there = rows.count > 0;
    *ret_next_at = oq_now(s) + (rows.count ? settings->escalation_minutes * OQ_MINUTE : 0);
    return NULL;
}

oq_err *escalation_begin(oq_scope *s, const escalation_order *order)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_us now = oq_now(s), next_at;
    bool is_there;
    OQ_TRY(first_turn(s, order->assignee_id, &is_there, &next_at));
    escalation e = {
        .id = oq_uuid_new(now),
        .entity_type = oq_cstr(order->entity_type),
        .entity_id = order->entity_id,
        .site_id = order->site_id,
        .assignee_id = order->assignee_id,
        .notice = notice_json(arena, order),
        .trace_id = oq_uuid_is_zero(order->trace_id) ? oq_uuid_new(now) : order->trace_id,
        .created_at = now,
    };
    sql_escalation_add_rows rows;
    OQ_TRY(sql_escalation_add(s,
                              (sql_escalation_add_args){
                                  .id = e.id,
                                  .entity_type = e.entity_type,
                                  .entity_id = e.entity_id,
                                  .site_id = e.site_id,
                                  .assignee_id = e.assignee_id,
                                  .notice = e.notice,
                                  .next_at = next_at,
                                  .trace_id = e.trace_id,
                                  .now = now,
                              },
                              &rows));
    size_t told;
    return rows.count && is_there ? tell(s, &e, LEVEL_ASSIGNEE, &told) : NULL;
}

oq_err *escalation_hand_over(oq_scope *s, const char *entity_type, oq_uuid entity_id,
                             oq_uuid assignee_id, bool *ret_was_there)
{
    oq_us next_at;
    bool is_there;
    size_t told;
    OQ_TRY(first_turn(s, assignee_id, &is_there, &next_at));
    sql_escalation_hand_over_rows rows;
    OQ_TRY(sql_escalation_hand_over(s,
                                    (sql_escalation_hand_over_args){
                                        .id = oq_uuid_new(oq_now(s)),
                                        .entity_type = oq_cstr(entity_type),
                                        .entity_id = entity_id,
                                        .assignee_id = assignee_id,
                                        .next_at = next_at,
                                    },
                                    &rows));
    *ret_was_there = rows.count > 0;
    return rows.count && is_there ? tell(s, &rows.at[0], LEVEL_ASSIGNEE, &told) : NULL;
}

oq_err *escalation_acknowledge(oq_scope *s, const char *entity_type, oq_uuid entity_id)
{
    const oq_actor *actor = oq_scope_actor(s);
    bool is_own = actor->kind == ACTOR_USER && oq_uuid_eq(actor->home_tenant, oq_scope_tenant(s));
    sql_escalation_acknowledge_rows rows;
    OQ_TRY(sql_escalation_acknowledge(s,
                                      (sql_escalation_acknowledge_args){
                                          .entity_type = oq_cstr(entity_type),
                                          .entity_id = entity_id,
                                          .by_id = is_own ? actor->id : OQ_UUID_ZERO,
                                          .now = oq_now(s),
                                      },
                                      &rows));
    if (rows.count)
        oq_log_info("escalation.acknowledged", OQ_F_UUID("trace", rows.at[0].trace_id),
                    OQ_F_UUID("tenant", oq_scope_tenant(s)), OQ_F_CSTR("entity", entity_type),
                    OQ_F_UUID("id", entity_id));
    return NULL;
}

/* --- the job ------------------------------------------------------------------------------------*/

/* The next turn. Behind the last rung there is nobody else, so that those on it are told again. */
static oq_us turn_after(oq_us now, int level, oq_us wait)
{
    bool is_over = level >= LEVEL_ADMIN && (level - LEVEL_ADMIN + 1) * wait > REMIND_MAX;
    return is_over ? OQ_TIME_NONE : now + wait;
}

/* The next rung on which somebody stands, or the last one again. */
static oq_err *climb(oq_scope *s, const escalation *e, int64_t minutes)
{
    int level = (int)e->level;
    size_t told = 0;
    while (!told)
        OQ_TRY(tell(s, e, ++level, &told));
    return sql_escalation_step(
        s,
        (sql_escalation_step_args){.id = e->id,
                                   .level = level,
                                   .next_at = turn_after(oq_now(s), level, minutes * OQ_MINUTE)},
        NULL);
}

oq_err *escalation_run(oq_scope *s, size_t *ret_count)
{
    tenant_settings *settings;
    sql_escalation_due_rows due;
    OQ_TRY(tenant_settings_get(s, &settings));
    OQ_TRY(sql_escalation_due(s, (sql_escalation_due_args){oq_now(s), SLICE}, &due));
    for (size_t i = 0; i < due.count; i++)
        OQ_TRY(climb(s, &due.at[i], settings->escalation_minutes));
    *ret_count = due.count;
    return NULL;
}

static oq_err *run_escalate(job_run *run)
{
    for (size_t count = SLICE; count == SLICE;) {
        oq_scope *s;
        OQ_TRY(job_checkpoint(run, NAN, OQ_NONE));
        OQ_TRY(job_scope(run, OQ_WRITE, &s));
        oq_err *err = escalation_run(s, &count);
        if (!err)
            err = oq_scope_commit(s);
        oq_scope_close(s);
        OQ_TRY(err);
    }
    return NULL;
}

const job_kind duty_job_kinds[] = {
    /* Twice is harmless: what was told has a later turn, and each person's notice its key. */
    {.name = "duty.escalate",
     .run = run_escalate,
     .lane = JOB_PER_TENANT,
     .every_s = 15,
     .is_routine = true,
     .limit_s = 120},
    {0},
};
