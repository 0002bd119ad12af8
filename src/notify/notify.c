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

const oq_field notify_receiver_fields[] = {OQ_UUID(notify_receiver, id),
                                           OQ_TEXT(notify_receiver, lang),
                                           OQ_TEXT(notify_receiver, time_zone), OQ_FIELDS_END};

const oq_field notification_fields[] = {OQ_UUID(notification, id),
                                        OQ_TEXT(notification, type),
                                        OQ_JSON(notification, facts),
                                        OQ_TEXT(notification, title),
                                        OQ_TEXT(notification, body),
                                        OQ_TEXT(notification, entity_type),
                                        OQ_TEXT(notification, entity_id),
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

static oq_err *tell(oq_scope *s, const notify_receiver *to, size_t count, const notify_order *order)
{
    if (!count)
        return NULL;
    oq_arena *arena = oq_scope_arena(s);
    oq_us now = oq_now(s);
    notification n = {
        .type = oq_cstr(order->type),
        .facts = oq_facts_json(arena, order->fact, order->fact_count),
        .title = order->title,
        .body = order->body,
        .entity_type = oq_cstr(order->entity_type),
        .entity_id = order->entity_id,
        .created_at = now,
    };
    oq_uuid *ids = oq_new_n(arena, oq_uuid, count), *event_ids = oq_new_n(arena, oq_uuid, count);
    oq_uuid *user_ids = oq_new_n(arena, oq_uuid, count);
    oq_str *data = oq_new_n(arena, oq_str, count);
    for (size_t i = 0; i < count; i++) {
        n.id = ids[i] = oq_uuid_new(now);
        event_ids[i] = oq_uuid_new(now);
        user_ids[i] = to[i].id;
        data[i] = event_json(arena, &n, &to[i]);
    }
    OQ_TRY(sql_notify_add(s,
                          (sql_notify_add_args){
                              .ids = {ids, count},
                              .user_ids = {user_ids, count},
                              .type = n.type,
                              .facts = n.facts,
                              .title = n.title,
                              .body = n.body,
                              .entity_type = n.entity_type,
                              .entity_id = n.entity_id,
                              .now = now,
                          },
                          NULL));
    return live_publish_many(s, event_ids, user_ids, data, count, "notification");
}

oq_err *notify_user(oq_scope *s, const notify_order *order)
{
    sql_notify_receiver_rows rows;
    OQ_TRY(sql_notify_receiver(s, (sql_notify_receiver_args){.id = order->user_id}, &rows));
    return tell(s, rows.at, rows.count, order);
}

oq_err *notify_role(oq_scope *s, oq_role role, const notify_order *order)
{
    sql_notify_receivers_rows rows;
    oq_str name = oq_cstr(oq_choice_text(role_choices, role));
    OQ_TRY(sql_notify_receivers(s, (sql_notify_receivers_args){.role = name}, &rows));
    return tell(s, rows.at, rows.count, order);
}

/* --- reading ----------------------------------------------------------------------------------*/

oq_err *notify_find(oq_scope *s, oq_uuid user_id, bool unread_only, oq_us before_at,
                    oq_uuid before_id, size_t limit, notifications *ret_list)
{
    sql_notify_find_rows rows;
    OQ_TRY(sql_notify_find(s,
                           (sql_notify_find_args){
                               .user_id = user_id,
                               .unread_only = unread_only,
                               .before_at = before_at,
                               .before_id = before_id,
                               .limit = (int64_t)limit,
                           },
                           &rows));
    *ret_list = (notifications){rows.at, rows.count};
    return NULL;
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
