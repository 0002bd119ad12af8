#include "notify/inner.h"

#include "base/facts.h"

#include "notify.sql.h"

#include "base/banned.h"

const oq_choice notify_topic_choices[] = {
    {TOPIC_SYSTEM, "system"},         {TOPIC_ALARM, "alarm"}, {TOPIC_INCIDENT, "incident"},
    {TOPIC_WORK_ORDER, "work_order"}, {TOPIC_JOB, "job"},     {0, NULL},
};

const oq_choice notify_urgency_choices[] = {
    {URGENCY_LOW, "low"},
    {URGENCY_NORMAL, "normal"},
    {URGENCY_HIGH, "high"},
    {URGENCY_URGENT, "urgent"},
    {0, NULL},
};

const oq_field notify_receiver_fields[] = {
    OQ_UUID(notify_receiver, id),
    OQ_TEXT(notify_receiver, lang),
    OQ_TEXT(notify_receiver, time_zone),
    OQ_BOOL(notify_receiver, in_app),
    OQ_BOOL(notify_receiver, by_mail),
    OQ_CHOICE(notify_receiver, urgency_min, notify_urgency_choices),
    OQ_FIELDS_END};

const oq_field notification_fields[] = {OQ_UUID(notification, id),
                                        OQ_TEXT(notification, type),
                                        OQ_JSON(notification, facts),
                                        OQ_TEXT(notification, title),
                                        OQ_TEXT(notification, body),
                                        OQ_TEXT(notification, entity_type),
                                        OQ_TEXT(notification, entity_id),
                                        OQ_CHOICE(notification, topic, notify_topic_choices),
                                        OQ_CHOICE(notification, urgency, notify_urgency_choices),
                                        OQ_BOOL(notification, is_read),
                                        OQ_TIME(notification, created_at),
                                        OQ_TIME(notification, read_at),
                                        OQ_FIELDS_END};

/* --- telling ----------------------------------------------------------------------------------*/

enum { EVENT_MAX = 512 * 1024 }; /* three titles that hold all facts, escaped */

/* What an open page needs for its toast; in both languages, for a page need not be in the
 * person's own. */
static oq_str event_json(oq_arena *arena, const notification *n, const notify_receiver *to)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(EVENT_MAX);
    web_locale ar = {.lang = OQ_LANG_AR, .time_zone = to->time_zone};
    web_locale en = {.lang = OQ_LANG_EN, .time_zone = to->time_zone};
    notify_view in_ar = notify_render(arena, &ar, n), in_en = notify_render(arena, &en, n);
    oq_lang own = OQ_LANG_AR;
    oq_lang_parse(to->lang, &own);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, uuid, "id", n->id);
    oq_json_put(&j, text, "type", n->type);
    oq_json_put(&j, text, "title", own == OQ_LANG_EN ? in_en.title : in_ar.title);
    oq_json_put(&j, text, "title_ar", in_ar.title);
    oq_json_put(&j, text, "title_en", in_en.title);
    oq_json_put(&j, text, "href", in_en.href);
    oq_json_put(&j, time, "created_at", n->created_at);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&buf));
}

/* Those of a telling: who they are, the id that each one's notification has, and by which ways. */
typedef struct told {
    const notify_receiver *to;
    size_t count;
    oq_uuid *ids; /* of the notifications; zero: not in the app, or told before */
    bool *is_mailed;
    size_t shown, mailed;
} told;

static bool is_among(const sql_notify_add_rows *rows, oq_uuid id)
{
    for (size_t i = 0; i < rows->count; i++)
        if (oq_uuid_eq(rows->at[i].id, id))
            return true;
    return false;
}

/* Decides for each one; who was told of it before gets nothing by any way. */
static oq_err *choose_ways(oq_scope *s, const notify_order *order, int urgency, told *t,
                           bool *ret_in_app)
{
    tenant_settings *settings;
    OQ_TRY(tenant_settings_get(s, &settings));
    for (size_t i = 0; i < t->count; i++) {
        const notify_receiver *to = &t->to[i];
        notify_choice choice = {to->in_app, to->by_mail, to->urgency_min};
        notify_ways ways = notify_ways_of(&choice, settings, urgency);
        ret_in_app[i] = ways.in_app || order->stays_inside;
        t->is_mailed[i] = ways.by_mail && !order->stays_inside && channel_has_mail();
    }
    return NULL;
}

static oq_err *show(oq_scope *s, const notify_order *order, notification *n, const bool *in_app,
                    told *t)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_uuid *ids = oq_new_n(arena, oq_uuid, t->count), *users = oq_new_n(arena, oq_uuid, t->count);
    size_t *place = oq_new_n(arena, size_t, t->count), count = 0;
    for (size_t i = 0; i < t->count; i++)
        if (in_app[i]) {
            ids[count] = oq_uuid_new(n->created_at);
            users[count] = t->to[i].id;
            place[count++] = i;
        }
    if (!count)
        return NULL;
    sql_notify_add_rows rows;
    OQ_TRY(
        sql_notify_add(s,
                       (sql_notify_add_args){
                           .ids = {ids, count},
                           .user_ids = {users, count},
                           .type = n->type,
                           .facts = n->facts,
                           .title = n->title,
                           .body = n->body,
                           .entity_type = n->entity_type,
                           .entity_id = n->entity_id,
                           .topic = oq_cstr(oq_choice_text(notify_topic_choices, n->topic)),
                           .urgency = oq_cstr(oq_choice_text(notify_urgency_choices, n->urgency)),
                           .once_key = order->once_key,
                           .trace_id = order->trace_id,
                           .now = n->created_at,
                       },
                       &rows));
    for (size_t i = 0; i < count; i++) {
        if (rows.count == count || is_among(&rows, ids[i]))
            t->ids[place[i]] = ids[i], t->shown++;
        else
            t->is_mailed[place[i]] = false;
    }
    return NULL;
}

/* To the open pages of those who have it in the app. */
static oq_err *push(oq_scope *s, notification *n, const told *t)
{
    oq_arena *arena = oq_scope_arena(s);
    if (!t->shown)
        return NULL;
    oq_uuid *ids = oq_new_n(arena, oq_uuid, t->shown), *users = oq_new_n(arena, oq_uuid, t->shown);
    oq_str *data = oq_new_n(arena, oq_str, t->shown);
    size_t count = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (oq_uuid_is_zero(t->ids[i]))
            continue;
        n->id = t->ids[i];
        ids[count] = oq_uuid_new(n->created_at);
        users[count] = t->to[i].id;
        data[count++] = event_json(arena, n, &t->to[i]);
    }
    return live_publish_many(s, ids, users, data, count, "notification");
}

static oq_err *send_out(oq_scope *s, const notify_order *order, const notification *n, told *t,
                        size_t *ret_webhooks)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_uuid *users = oq_new_n(arena, oq_uuid, t->count + 1);
    oq_uuid *notes = oq_new_n(arena, oq_uuid, t->count + 1);
    for (size_t i = 0; i < t->count; i++)
        if (t->is_mailed[i]) {
            notes[t->mailed] = t->ids[i];
            users[t->mailed++] = t->to[i].id;
        }
    return outbox_add(s,
                      &(outbox_order){
                          .about = n,
                          .once_key = order->once_key,
                          .trace_id = order->trace_id,
                          .user_ids = users,
                          .notification_ids = notes,
                          .count = t->mailed,
                      },
                      ret_webhooks);
}

static oq_err *tell(oq_scope *s, const notify_receiver *to, size_t count, const notify_order *order)
{
    oq_arena *arena = oq_scope_arena(s);
    size_t webhooks = 0;
    notification n = {
        .type = oq_cstr(order->type),
        .facts = oq_facts_json(arena, order->fact, order->fact_count),
        .title = order->title,
        .body = order->body,
        .entity_type = oq_cstr(order->entity_type),
        .entity_id = order->entity_id,
        .topic = order->topic ? order->topic : TOPIC_SYSTEM,
        .urgency = order->urgency ? order->urgency : URGENCY_NORMAL,
        .created_at = oq_now(s),
    };
    told t = {
        .to = to,
        .count = count,
        .ids = oq_new_n(arena, oq_uuid, count + 1),
        .is_mailed = oq_new_n(arena, bool, count + 1),
    };
    if (count) {
        bool *in_app = oq_new_n(arena, bool, count);
        OQ_TRY(choose_ways(s, order, n.urgency, &t, in_app));
        OQ_TRY(show(s, order, &n, in_app, &t));
        OQ_TRY(push(s, &n, &t));
    }
    if (!order->stays_inside)
        OQ_TRY(send_out(s, order, &n, &t, &webhooks));
    oq_log_info("notice.told", OQ_F_UUID("trace", order->trace_id),
                OQ_F_UUID("tenant", oq_scope_tenant(s)), OQ_F_STR("type", n.type),
                OQ_F_INT("people", (int64_t)t.shown), OQ_F_INT("mails", (int64_t)t.mailed),
                OQ_F_INT("webhooks", (int64_t)webhooks));
    return NULL;
}

static oq_str topic_of(const notify_order *order)
{
    return oq_cstr(
        oq_choice_text(notify_topic_choices, order->topic ? order->topic : TOPIC_SYSTEM));
}

oq_err *notify_user(oq_scope *s, const notify_order *order)
{
    sql_notify_receiver_rows rows;
    sql_notify_receiver_args args = {.id = order->user_id, .topic = topic_of(order)};
    OQ_TRY(sql_notify_receiver(s, args, &rows));
    return rows.count ? tell(s, rows.at, rows.count, order) : NULL;
}

oq_err *notify_role(oq_scope *s, oq_role role, const notify_order *order)
{
    sql_notify_receivers_rows rows;
    oq_str name = oq_cstr(oq_choice_text(role_choices, role));
    sql_notify_receivers_args args = {.role = name, .topic = topic_of(order)};
    OQ_TRY(sql_notify_receivers(s, args, &rows));
    return tell(s, rows.at, rows.count, order);
}

oq_err *notify_followers(oq_scope *s, const notify_order *order)
{
    sql_notify_followers_rows rows;
    sql_notify_followers_args args = {.entity_type = oq_cstr(order->entity_type),
                                      .entity_id = order->entity_id,
                                      .topic = topic_of(order)};
    OQ_TRY(sql_notify_followers(s, args, &rows));
    return rows.count ? tell(s, rows.at, rows.count, order) : NULL;
}

/* --- reading ----------------------------------------------------------------------------------*/

oq_err *notify_find_by(oq_scope *s, oq_uuid user_id, const notify_filter *filter, oq_us before_at,
                       oq_uuid before_id, size_t limit, notifications *ret_list)
{
    sql_notify_find_rows rows;
    oq_str urgencies[URGENCY_URGENT];
    size_t count = 0;
    for (const oq_choice *c = notify_urgency_choices; c->text; c++)
        if (c->value >= filter->urgency_min)
            urgencies[count++] = oq_cstr(c->text);
    OQ_TRY(
        sql_notify_find(s,
                        (sql_notify_find_args){
                            .user_id = user_id,
                            .unread_only = filter->unread_only,
                            .topic = oq_cstr(oq_choice_text(notify_topic_choices, filter->topic)),
                            .urgencies = {urgencies, count},
                            .before_at = before_at,
                            .before_id = before_id,
                            .limit = (int64_t)limit,
                        },
                        &rows));
    *ret_list = (notifications){rows.at, rows.count};
    return NULL;
}

oq_err *notify_find(oq_scope *s, oq_uuid user_id, bool unread_only, oq_us before_at,
                    oq_uuid before_id, size_t limit, notifications *ret_list)
{
    notify_filter filter = {.unread_only = unread_only};
    return notify_find_by(s, user_id, &filter, before_at, before_id, limit, ret_list);
}

oq_err *notify_count_unread(oq_scope *s, oq_uuid user_id, int64_t *ret_unread)
{
    sql_notify_count_unread_rows rows;
    OQ_TRY(sql_notify_count_unread(s, (sql_notify_count_unread_args){.user_id = user_id}, &rows));
    *ret_unread = rows.at[0].unread;
    return NULL;
}

oq_err *notify_read(oq_scope *s, oq_uuid user_id, oq_uuid id, notification **ret_notification)
{
    sql_notify_read_rows rows;
    sql_notify_read_args args = {.id = id, .user_id = user_id, .now = oq_now(s)};
    OQ_TRY(sql_notify_read(s, args, &rows));
    if (!rows.count)
        return oq_fail(OQ_NOT_FOUND, "notification.not_found");
    *ret_notification = rows.at;
    return NULL;
}

oq_err *notify_read_all(oq_scope *s, oq_uuid user_id, int64_t *ret_count)
{
    size_t count;
    sql_notify_read_all_args args = {.user_id = user_id, .now = oq_now(s)};
    OQ_TRY(sql_notify_read_all(s, args, &count));
    *ret_count = (int64_t)count;
    return NULL;
}
