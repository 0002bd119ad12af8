#include "identity/user.h"

#include "audit/audit.h"
#include "http/request.h"
#include "identity/session.h"
#include "identity/token.h"
#include "tenant/tenant.h"
#include "user.sql.h"

#include "base/banned.h"

const oq_choice user_role_choices[] = {
    {ROLE_TENANT_ADMIN, "tenant_admin"},
    {ROLE_OPTIMIZATION_ENGINEER, "optimization_engineer"},
    {ROLE_RELIABILITY_ENGINEER, "reliability_engineer"},
    {ROLE_ENGINEER, "engineer"},
    {ROLE_VIEWER, "viewer"},
    {0, NULL},
};

const oq_choice user_lang_choices[] = {{OQ_LANG_AR, "ar"}, {OQ_LANG_EN, "en"}, {0, NULL}};

const oq_field user_fields[] = {
    OQ_UUID(user, id),
    OQ_TEXT(user, email),
    OQ_TEXT(user, username),
    OQ_TEXT(user, full_name),
    OQ_CHOICE(user, role, role_choices),
    OQ_BOOL(user, is_active),
    OQ_BOOL(user, must_change_password),
    OQ_BOOL(user, has_password, .help = "false: the person has not chosen one yet"),
    OQ_BOOL(user, has_totp, .help = "signs in with a second factor"),
    OQ_TEXT(user, lang),
    OQ_TEXT(user, time_zone),
    OQ_BOOL(user, arabic_digits),
    OQ_BOOL(user, hijri),
    OQ_TIME(user, last_login_at),
    OQ_TIME(user, created_at),
    OQ_TIME(user, updated_at),
    OQ_I64(user, version, .help = "send it back with a change; it rises by one"),
    OQ_FIELDS_END,
};

const oq_field user_order_fields[] = {
    OQ_TEXT(user_order, email, .required = true, .max = USER_EMAIL_MAX, .check = oq_check_email,
            .help = "signs in with it; unique in the installation"),
    OQ_TEXT(user_order, username, .max = 60, .help = "a short name, unique in the tenant"),
    OQ_TEXT(user_order, full_name, .required = true, .min = 1, .max = USER_NAME_MAX),
    OQ_CHOICE(user_order, role, role_choices, .required = true),
    OQ_FIELDS_END,
};

const oq_field user_change_fields[] = {
    OQ_TEXT(user_change, username, .max = 60),
    OQ_TEXT(user_change, full_name, .required = true, .min = 1, .max = USER_NAME_MAX),
    OQ_CHOICE(user_change, role, role_choices, .required = true),
    OQ_BOOL(user_change, is_active, .help = "false signs the person out at once"),
    OQ_I64(user_change, version, .required = true, .min = 1, .max = INT64_MAX),
    OQ_FIELDS_END,
};

const oq_field user_profile_fields[] = {
    OQ_TEXT(user_profile, full_name, .required = true, .min = 1, .max = USER_NAME_MAX),
    OQ_TEXT(user_profile, lang, .max = 2, .help = "ar or en; empty: as the browser asks"),
    OQ_TEXT(user_profile, time_zone, .max = 60, .check = oq_check_timezone,
            .help = "empty: the tenant's"),
    OQ_BOOL(user_profile, arabic_digits),
    OQ_BOOL(user_profile, hijri, .help = "show the Umm al-Qura date beside the Gregorian one"),
    OQ_I64(user_profile, version, .required = true, .min = 1, .max = INT64_MAX),
    OQ_FIELDS_END,
};

const oq_choice user_status_choices[] = {
    {USER_ACTIVE, "active"}, {USER_INACTIVE, "inactive"}, {0, NULL}};

const oq_field user_query_fields[] = {
    OQ_TEXT(user_query, q, .max = 100, .help = "part of a name or e-mail"),
    OQ_CHOICE(user_query, role, role_choices),
    OQ_CHOICE(user_query, status, user_status_choices),
    OQ_TEXT(user_query, cursor, .max = 200),
    OQ_I64(user_query, limit, .preset = "50", .min = 1, .max = 200),
    OQ_FIELDS_END,
};

/* --- reading ------------------------------------------------------------------------------------*/

oq_err *user_get(oq_scope *s, oq_uuid id, user **ret_user)
{
    sql_user_get_rows rows;
    OQ_TRY(sql_user_get(s, (sql_user_get_args){.id = id}, &rows));
    if (rows.count == 0)
        return oq_fail(OQ_NOT_FOUND, "user.not_found");
    *ret_user = &rows.at[0];
    return NULL;
}

oq_err *user_self(oq_scope *s, user **ret_user)
{
    const oq_actor *actor = oq_scope_actor(s);
    if (actor->kind != ACTOR_USER || !oq_uuid_eq(actor->home_tenant, oq_scope_tenant(s)))
        return oq_fail(OQ_FORBIDDEN, "user.not_here");
    return user_get(s, actor->id, ret_user);
}

/* Text to look for as an ILIKE pattern: its own % and _ count as themselves. */
static oq_str like_pattern(oq_arena *arena, oq_str text)
{
    if (text.len == 0)
        return OQ_NONE;
    OQ_AUTO(oq_buf) out = oq_buf_make(1024);
    oq_buf_char(&out, '%');
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("%_\\", text.ptr[i]))
            oq_buf_char(&out, '\\');
        oq_buf_char(&out, text.ptr[i]);
    }
    oq_buf_char(&out, '%');
    return oq_str_copy(arena, oq_buf_view(&out));
}

oq_err *user_find(oq_scope *s, const user_query *query, user_list *ret_list)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_user_find_args args = {
        .q = like_pattern(arena, query->q),
        .role = oq_cstr(query->role ? oq_choice_text(role_choices, query->role) : NULL),
        .limit = query->limit + 1,
    };
    bool is_active = query->status == USER_ACTIVE;
    if (query->status)
        args.is_active = &is_active;
    OQ_TRY(http_cursor_read(query->cursor, &args.before_at, &args.before_id));

    sql_user_find_rows rows;
    OQ_TRY(sql_user_find(s, args, &rows));
    user_list list = {.at = rows.at, .count = rows.count};
    if (list.count > (size_t)query->limit) {
        list.count--;
        const user *last = &list.at[list.count - 1];
        list.next = http_cursor_make(arena, last->created_at, last->id);
    }
    *ret_list = list;
    return NULL;
}

oq_err *user_count(oq_scope *s, user_counts *ret_counts)
{
    sql_user_count_rows rows;
    OQ_TRY(sql_user_count(s, &rows));
    *ret_counts = (user_counts){.active = rows.at[0].active,
                                .inactive = rows.at[0].inactive,
                                .with_totp = rows.at[0].with_totp};
    return NULL;
}

/* --- changing -----------------------------------------------------------------------------------*/

/* A text that was emptied is none: two people without a username do not share one. */
static oq_str or_none(oq_str text)
{
    return text.len ? text : OQ_NONE;
}

static oq_err *check_role_here(oq_scope *s, int role)
{
    bool here = oq_uuid_eq(oq_scope_tenant(s), TENANT_PLATFORM);
    if ((role == ROLE_PLATFORM_OWNER) != here)
        return oq_fail_field("role", "user.role_not_here");
    return NULL;
}

oq_err *user_add(oq_scope *s, const user_order *order, user **ret_user)
{
    OQ_TRY(check_role_here(s, order->role));
    oq_arena *arena = oq_scope_arena(s);
    oq_us now = oq_now(s);
    oq_uuid id = oq_uuid_new(now);
    OQ_TRY(sql_user_add(s,
                        (sql_user_add_args){
                            .id = id,
                            .email = order->email,
                            .username = or_none(order->username),
                            .full_name = order->full_name,
                            .role = oq_cstr(oq_choice_text(role_choices, order->role)),
                            .now = now,
                        },
                        NULL));
    OQ_TRY(sql_login_name_add(
        s,
        (sql_login_name_add_args){.email_folded = oq_str_lower(arena, order->email), .user_id = id},
        NULL));
    OQ_TRY(audit_record(s, &(audit_entry){
                               .action = "user.created",
                               .object_type = "user",
                               .object_id = id,
                               .object_label = order->email,
                               .changes = audit_changes(arena, user_order_fields, NULL, order),
                           }));
    return user_get(s, id, ret_user);
}

static user_change change_of(const user *u)
{
    return (user_change){.username = u->username,
                         .full_name = u->full_name,
                         .role = u->role,
                         .is_active = u->is_active,
                         .version = u->version};
}

static bool is_admin(int role)
{
    return role == ROLE_TENANT_ADMIN || role == ROLE_PLATFORM_OWNER;
}

/* What one must not do to oneself, and what would leave the tenant without an administrator. */
static oq_err *check_may_lose_rights(oq_scope *s, const user *before, const user_change *change)
{
    if (before->role == change->role && change->is_active >= before->is_active)
        return NULL;
    if (oq_uuid_eq(oq_scope_actor(s)->id, before->id))
        return oq_fail_field(before->role != change->role ? "role" : "is_active",
                             "user.not_oneself");
    bool stays_admin = is_admin(change->role) && change->is_active;
    if (!is_admin(before->role) || !before->is_active || stays_admin)
        return NULL;
    sql_user_other_admin_count_rows rows;
    OQ_TRY(
        sql_user_other_admin_count(s, (sql_user_other_admin_count_args){.id = before->id}, &rows));
    return rows.at[0].others ? NULL : oq_fail(OQ_CONFLICT, "user.last_admin");
}

oq_err *user_update(oq_scope *s, oq_uuid id, const user_change *change, user **ret_user)
{
    OQ_TRY(check_role_here(s, change->role));
    user *before;
    OQ_TRY(user_get(s, id, &before));
    OQ_TRY(check_may_lose_rights(s, before, change));
    size_t touched;
    OQ_TRY(sql_user_update(s,
                           (sql_user_update_args){
                               .id = id,
                               .username = or_none(change->username),
                               .full_name = change->full_name,
                               .role = oq_cstr(oq_choice_text(role_choices, change->role)),
                               .is_active = change->is_active,
                               .version = change->version,
                               .now = oq_now(s),
                           },
                           &touched));
    if (touched == 0)
        return oq_fail(OQ_CONFLICT, "user.version_stale");
    user_change was = change_of(before);
    OQ_TRY(audit_record(
        s, &(audit_entry){
               .action = "user.updated",
               .object_type = "user",
               .object_id = id,
               .object_label = before->email,
               .changes = audit_changes(oq_scope_arena(s), user_change_fields, &was, change),
           }));
    if (before->is_active && !change->is_active)
        OQ_TRY(session_end_all(s, id, OQ_UUID_ZERO, "deactivated"));
    else
        OQ_TRY(session_void(s, id));
    OQ_TRY(token_void_all(s, id));
    return user_get(s, id, ret_user);
}

oq_err *user_update_profile(oq_scope *s, const user_profile *profile, user **ret_user)
{
    user *self;
    OQ_TRY(user_self(s, &self));
    int lang;
    if (profile->lang.len && !oq_choice_value(user_lang_choices, profile->lang, &lang))
        return oq_fail_field("lang", "field.not_a_choice", "choices=%s", "ar, en");
    user_profile was = {self->full_name,     self->lang,  self->time_zone,
                        self->arabic_digits, self->hijri, self->version};
    size_t touched;
    OQ_TRY(sql_user_update_profile(s,
                                   (sql_user_update_profile_args){
                                       .id = self->id,
                                       .full_name = profile->full_name,
                                       .lang = or_none(profile->lang),
                                       .time_zone = or_none(profile->time_zone),
                                       .arabic_digits = profile->arabic_digits,
                                       .hijri = profile->hijri,
                                       .version = profile->version,
                                       .now = oq_now(s),
                                   },
                                   &touched));
    if (touched == 0)
        return oq_fail(OQ_CONFLICT, "user.version_stale");
    OQ_TRY(audit_record(
        s, &(audit_entry){
               .action = "user.profile_updated",
               .object_type = "user",
               .object_id = self->id,
               .object_label = self->email,
               .changes = audit_changes(oq_scope_arena(s), user_profile_fields, &was, profile),
           }));
    OQ_TRY(session_void(s, self->id));
    return user_get(s, self->id, ret_user);
}
