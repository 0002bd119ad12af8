#include "identity/session.h"

#include "audit/audit.h"
#include "base/secret.h"
#include "identity/cache.h"
#include "identity/jwt.h"
#include "identity/session_state.h"
#include "identity/token_cache.h"
#include "session.sql.h"
#include "tenant/tenant.h"

#include "base/banned.h"

const oq_field session_row_fields[] = {
    OQ_UUID(session_row, id),
    OQ_TIME(session_row, created_at),
    OQ_TIME(session_row, seen_at),
    OQ_TIME(session_row, expires_at),
    OQ_TEXT(session_row, address),
    OQ_TEXT(session_row, user_agent),
    OQ_FIELDS_END,
};

oq_err *session_setup(oq_str key)
{
    session_cache_open();
    token_cache_open();
    return jwt_setup(key);
}

/* --- beginning and ending -----------------------------------------------------------------------*/

enum { USER_AGENT_MAX = 300 };

/* A header holds any bytes; the table holds text, and no more of it than helps to recognise. */
static oq_str user_agent_text(oq_str header)
{
    oq_str text = oq_str_sub(header, 0, USER_AGENT_MAX);
    while (text.len && text.len < header.len && (header.ptr[text.len] & 0xc0) == 0x80)
        text.len--; /* not through the middle of a character */
    return oq_utf8_valid(text) ? text : OQ_NONE;
}

oq_err *session_start(oq_scope *s, const session_start_order *order, session_started *ret_session)
{
    oq_us now = oq_now(s);
    uint8_t random[24];
    oq_random(random, sizeof random);
    session_started made = {
        .id = oq_uuid_new(now),
        .csrf_token = oq_base64url(oq_scope_arena(s), random, sizeof random),
        .max_age_s = order->hours * 3600,
    };
    /* The cookie holds whole seconds, and the row must not end before it. */
    oq_us issued = now / OQ_SECOND * OQ_SECOND;
    oq_us expires = issued + made.max_age_s * OQ_SECOND;
    OQ_TRY(sql_session_add(s,
                           (sql_session_add_args){
                               .id = made.id,
                               .user_id = order->user->id,
                               .acting_tenant_id = oq_scope_tenant(s),
                               .csrf_token = made.csrf_token,
                               .now = now,
                               .expires_at = expires,
                               .address = order->address,
                               .user_agent = user_agent_text(order->user_agent),
                           },
                           NULL));
    OQ_TRY(jwt_make(oq_scope_arena(s),
                    &(jwt_claims){.user_id = order->user->id,
                                  .tenant_id = oq_scope_tenant(s),
                                  .session_id = made.id,
                                  .serial = 1,
                                  .issued_at = issued,
                                  .expires_at = expires},
                    &made.cookie));
    *ret_session = made;
    return NULL;
}

static void forget_after_commit(void *arg)
{
    oq_uuid *id = arg;
    session_forget(*id);
}

oq_err *session_void(oq_scope *s, oq_uuid id)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_scope_after_commit_copy(s, forget_after_commit, &id, sizeof id);
    sql_session_told_rows told;
    return sql_session_told(s, (sql_session_told_args){.payload = oq_uuid_text(arena, id)}, &told);
}

oq_err *session_end(oq_scope *s, oq_uuid id, const char *why)
{
    sql_session_end_rows ended;
    OQ_TRY(sql_session_end(
        s, (sql_session_end_args){.id = id, .why = oq_cstr(why), .now = oq_now(s)}, &ended));
    for (size_t i = 0; i < ended.count; i++)
        OQ_TRY(session_void(s, ended.at[i].user_id)); /* whose event streams end, too */
    return session_void(s, id);
}

oq_err *session_end_own(oq_scope *s, oq_uuid user_id, oq_uuid id)
{
    size_t touched;
    OQ_TRY(sql_session_end_own(
        s, (sql_session_end_own_args){.id = id, .user_id = user_id, .now = oq_now(s)}, &touched));
    if (touched == 0)
        return oq_fail(OQ_NOT_FOUND, "session.not_found");
    OQ_TRY(audit_record(
        s, &(audit_entry){.action = "session.ended", .object_type = "session", .object_id = id}));
    OQ_TRY(session_void(s, user_id));
    return session_void(s, id);
}

oq_err *session_end_others(oq_scope *s, oq_uuid user_id, oq_uuid except_id)
{
    OQ_TRY(session_end_all(s, user_id, except_id, "ended_by_person"));
    return audit_record(s, &(audit_entry){.action = "session.others_ended",
                                          .object_type = "user",
                                          .object_id = user_id,
                                          .object_label = oq_scope_actor(s)->label});
}

oq_err *session_end_all(oq_scope *s, oq_uuid user_id, oq_uuid except_id, const char *why)
{
    OQ_TRY(sql_session_end_all(
        s,
        (sql_session_end_all_args){
            .user_id = user_id, .except_id = except_id, .why = oq_cstr(why), .now = oq_now(s)},
        NULL));
    return session_void(s, user_id);
}

oq_err *session_act_in(oq_scope *s, oq_uuid id, oq_uuid tenant_id)
{
    sql_session_switch_rows switched;
    OQ_TRY(sql_session_switch(s, (sql_session_switch_args){.id = id, .acting_tenant_id = tenant_id},
                              &switched));
    if (switched.count == 0)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.session_ended");
    OQ_TRY(session_void(s, switched.at[0].user_id)); /* whose event streams end, too */
    return session_void(s, id);
}

oq_err *session_find(oq_scope *s, oq_uuid user_id, session_list *ret_list)
{
    sql_session_list_rows rows;
    OQ_TRY(
        sql_session_list(s, (sql_session_list_args){.user_id = user_id, .now = oq_now(s)}, &rows));
    *ret_list = (session_list){rows.at, rows.count};
    return NULL;
}

oq_err *session_find_previous(oq_scope *s, oq_uuid user_id, oq_uuid except_id,
                              session_row **ret_session)
{
    sql_session_previous_rows rows;
    OQ_TRY(sql_session_previous(
        s, (sql_session_previous_args){.user_id = user_id, .except_id = except_id}, &rows));
    *ret_session = rows.count ? &rows.at[0] : NULL;
    return NULL;
}

void session_forget(oq_uuid id)
{
    session_cache_forget(id);
    token_cache_forget(id);
}

void session_on_notify(void *self, oq_str payload)
{
    oq_uuid id;
    if (oq_uuid_parse(payload, &id))
        session_forget(id);
}

void session_on_gap(void *self)
{
    session_cache_forget_all();
    token_cache_forget_all();
}
