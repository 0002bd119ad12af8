/* What a change of an order leaves: a step of its history, an event in the black box, notices. */
#include "workorder/inner.h"

#include "base/lang.h"
#include "duty/duty.h"
#include "notify/notify.h"

#include "work_order.sql.h"

#include "base/banned.h"

enum { PAYLOAD_MAX = 8 * 1024, FACTS = 4, MORE_MAX = 4 };

static oq_err *name_of(oq_scope *s, oq_uuid user_id, oq_str *ret_name)
{
    sql_work_order_person_rows rows = {0};
    if (!oq_uuid_is_zero(user_id))
        OQ_TRY(sql_work_order_person(s, (sql_work_order_person_args){user_id}, &rows));
    *ret_name = rows.count ? rows.at[0].name : OQ_NONE;
    return NULL;
}

/* Cut between two characters. */
static oq_str cut(oq_str text, size_t max)
{
    if (text.len <= max)
        return text;
    size_t len = max;
    while (len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
        len--;
    return oq_strn(text.ptr, len);
}

/* "WO-1042, in progress: Align the coupling" */
static oq_str summary_of(oq_arena *arena, oq_lang lang, const work_order *o)
{
    oq_str key = oq_strf(arena, "work_order_status.%s",
                         oq_choice_text(work_order_status_choices, o->status));
    oq_str title = oq_lang_pick(lang, o->title, o->title_ar);
    oq_str text = oq_strf(arena, lang == OQ_LANG_AR ? "%.*s، %.*s: %.*s" : "%.*s, %.*s: %.*s",
                          OQ_FMT(o->number), OQ_FMT(oq_text(lang, key)), OQ_FMT(title));
    return cut(text, EVENT_SUMMARY_MAX);
}

static oq_str payload_of(oq_arena *arena, const work_order *o, oq_str assignee)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(PAYLOAD_MAX);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, uuid, "work_order_id", o->id);
    oq_json_put(&j, text, "number", o->number);
    oq_json_put(&j, text, "status", oq_cstr(oq_choice_text(work_order_status_choices, o->status)));
    oq_json_put(&j, text, "priority",
                oq_cstr(oq_choice_text(work_order_priority_choices, o->priority)));
    oq_json_put(&j, text, "kind", oq_cstr(oq_choice_text(work_order_kind_choices, o->kind)));
    oq_json_put(&j, text, "source", o->source);
    oq_json_put(&j, text, "assignee", assignee);
    oq_json_put(&j, uuid, "assignee_id", o->assigned_user_id);
    oq_json_put(&j, uuid, "incident_id", o->incident_id);
    oq_json_put(&j, text, "summary_ar", summary_of(arena, OQ_LANG_AR, o));
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&buf));
}

/* The event's id is the order's number and version: the same change told twice is one event. */
static oq_err *leave_event(oq_scope *s, const work_order *o)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_str assignee;
    size_t added;
    OQ_TRY(name_of(s, o->assigned_user_id, &assignee));
    event_order event = {
        .source_system = OQ_STR("OPTRIA_WORK_ORDER"),
        .source_type = EVENT_WORK_ORDER,
        .source_id =
            oq_strf(arena, "%.*s#%lld", OQ_FMT(oq_uuid_text(arena, o->id)), (long long)o->version),
        .event_time = oq_now(s),
        .severity = SEVERITY_INFO,
        .category = CATEGORY_MAINTENANCE,
        .asset_id = o->asset_id,
        .unit_id = oq_uuid_is_zero(o->asset_id) ? o->unit_id : OQ_UUID_ZERO,
        .site_id = oq_uuid_is_zero(o->asset_id) ? o->site_id : OQ_UUID_ZERO,
        .summary = summary_of(arena, OQ_LANG_EN, o),
        .payload = payload_of(arena, o, assignee),
        .trace_id = o->trace_id,
    };
    return event_add_many(s, &event, 1, &added);
}

oq_err *work_order_leave_step(oq_scope *s, const work_order *order, oq_str note)
{
    const char *status = oq_choice_text(work_order_status_choices, order->status);
    sql_work_order_step_add_args step = {
        .id = oq_uuid_new(oq_now(s)),
        .work_order_id = order->id,
        .status = oq_cstr(status),
        .note = note.len ? note : OQ_NONE,
        .made_by = oq_scope_actor(s)->label,
        .made_by_id = work_order_person_of(s),
        .now = oq_now(s),
    };
    OQ_TRY(sql_work_order_step_add(s, step, NULL));
    OQ_TRY(leave_event(s, order));
    oq_log_info(order->version == 1 ? "work_order.created" : "work_order.changed",
                OQ_F_UUID("trace", order->trace_id), OQ_F_UUID("tenant", oq_scope_tenant(s)),
                OQ_F_STR("number", order->number), OQ_F_STR("source", order->source),
                OQ_F_CSTR("status", status), OQ_F_UUID("incident", order->incident_id),
                OQ_F_UUID("assignee", order->assigned_user_id));
    return NULL;
}

/* --- notices ------------------------------------------------------------------------------------*/

int work_order_urgency(int priority)
{
    switch (priority) {
    case WORK_CRITICAL:
        return URGENCY_URGENT;
    case WORK_HIGH:
        return URGENCY_HIGH;
    case WORK_LOW:
        return URGENCY_LOW;
    default:
        return URGENCY_NORMAL;
    }
}

/* A reader of Arabic has the Arabic title where there is one: see notify/render.c. */
static size_t facts_of(oq_arena *arena, const work_order *o, oq_arg ret_fact[FACTS])
{
    ret_fact[0] = (oq_arg){.name = "number", .value = o->number};
    ret_fact[1] = (oq_arg){.name = "title", .value = o->title};
    ret_fact[2] = (oq_arg){.name = "title_ar", .value = o->title_ar.len ? o->title_ar : o->title};
    ret_fact[3] = (oq_arg){.name = "due_at", .value = oq_time_text(arena, o->due_at)};
    return o->due_at == OQ_TIME_NONE ? FACTS - 1 : FACTS;
}

oq_err *work_order_tell_more(oq_scope *s, const work_order *order, oq_uuid user_id, oq_role role,
                             const char *type, oq_str once_key, const oq_arg *more, size_t mores)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_arg fact[FACTS + MORE_MAX];
    size_t count = facts_of(arena, order, fact);
    assert(mores <= MORE_MAX);
    for (size_t i = 0; i < mores; i++)
        fact[count++] = more[i];
    notify_order notice = {
        .user_id = user_id,
        .type = type,
        .fact = fact,
        .fact_count = count,
        .entity_type = "work_order",
        .entity_id = oq_uuid_text(arena, order->id),
        .topic = TOPIC_WORK_ORDER,
        .urgency = work_order_urgency(order->priority),
        .once_key = once_key,
        .trace_id = order->trace_id,
    };
    return oq_uuid_is_zero(user_id) ? notify_role(s, role, &notice) : notify_user(s, &notice);
}

oq_err *work_order_tell(oq_scope *s, const work_order *order, oq_uuid user_id, oq_role role,
                        const char *type, oq_str once_key)
{
    return work_order_tell_more(s, order, user_id, role, type, once_key, NULL, 0);
}

static bool escalates(const work_order *o)
{
    return o->priority == WORK_CRITICAL || o->priority == WORK_HIGH;
}

oq_err *work_order_tell_assignee(oq_scope *s, const work_order *order)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_uuid me = work_order_person_of(s);
    bool is_me = !oq_uuid_is_zero(me) && oq_uuid_eq(me, order->assigned_user_id);
    bool was_there = false;
    if (is_me)
        return escalation_acknowledge(s, "work_order", order->id);
    if (escalates(order))
        OQ_TRY(
            escalation_hand_over(s, "work_order", order->id, order->assigned_user_id, &was_there));
    if (was_there)
        return NULL;
    if (escalates(order)) {
        oq_arg fact[FACTS];
        return escalation_begin(s, &(escalation_order){
                                       .entity_type = "work_order",
                                       .entity_id = order->id,
                                       .site_id = order->site_id,
                                       .assignee_id = order->assigned_user_id,
                                       .notice_type = "work_order.assigned",
                                       .fact = fact,
                                       .fact_count = facts_of(arena, order, fact),
                                       .topic = TOPIC_WORK_ORDER,
                                       .urgency = work_order_urgency(order->priority),
                                       .trace_id = order->trace_id,
                                   });
    }
    if (oq_uuid_is_zero(order->assigned_user_id))
        return NULL;
    oq_str once = oq_strf(arena, "work_order.assigned:%.*s:%lld",
                          OQ_FMT(oq_uuid_text(arena, order->id)), (long long)order->version);
    return work_order_tell(s, order, order->assigned_user_id, ROLE_NONE, "work_order.assigned",
                           once);
}
