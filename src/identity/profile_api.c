/* What concerns oneself, for programs. */
#include "identity/inner.h"
#include "identity/own_access.h"
#include "identity/password.h"
#include "identity/profile.h"

#include "base/banned.h"

/* --- who am I -----------------------------------------------------------------------------------*/

typedef struct me_tenant {
    oq_uuid id;
    oq_str code, name;
} me_tenant;

static const oq_field me_tenant_fields[] = {
    OQ_UUID(me_tenant, id),
    OQ_TEXT(me_tenant, code),
    OQ_TEXT(me_tenant, name),
    OQ_FIELDS_END,
};

typedef struct me {
    int kind;
    user user;
    me_tenant tenant;
    oq_uuid home_tenant_id;
    oq_strs capabilities;
    oq_str csrf_token;
    bool must_change_password, must_enroll_totp;
} me;

const oq_field me_fields[] = {
    OQ_CHOICE(me, kind, actor_kind_choices, .help = "user, or token for a machine"),
    OQ_OBJECT(me, user, user, user_fields, .help = "of a token only its id and name are given"),
    OQ_OBJECT(me, tenant, me_tenant, me_tenant_fields, .help = "where this request works"),
    OQ_UUID(me, home_tenant_id, .help = "differs while a platform owner looks into a tenant"),
    OQ_TEXTS(me, capabilities),
    OQ_TEXT(me, csrf_token, .help = "of a person's session; machines need none"),
    OQ_BOOL(me, must_change_password, .help = "until then everything else is refused"),
    OQ_BOOL(me, must_enroll_totp, .help = "until then everything else is refused"),
    OQ_FIELDS_END,
};

static oq_strs names_of(oq_arena *arena, oq_caps caps)
{
    oq_strs names = {.at = oq_new_n(arena, oq_str, CAP_COUNT)};
    for (const oq_choice *c = cap_choices; c->text; c++)
        if (c->value != CAP_PUBLIC && oq_caps_have(caps, (oq_cap)c->value))
            names.at[names.count++] = oq_cstr(c->text);
    return names;
}

static oq_err *load_self(http_req *rq, oq_scope *s, void *self)
{
    user *u;
    OQ_TRY(user_self(s, &u));
    *(user *)self = *u;
    return NULL;
}

oq_err *profile_api_me(http_req *rq)
{
    const http_who *who = http_who_of(rq);
    me answer = {
        .kind = who->actor.kind,
        .tenant = {who->tenant_id, who->tenant_code, who->tenant_name},
        .home_tenant_id = who->actor.home_tenant,
        .capabilities = names_of(http_arena(rq), who->actor.caps),
        .csrf_token = who->csrf_token,
        .must_change_password = who->must_change_password,
        .must_enroll_totp = who->must_enroll_totp,
    };
    oq_fields_preset(http_arena(rq), user_fields, &answer.user);
    answer.user.id = who->actor.id;
    answer.user.full_name = who->full_name;
    if (who->actor.kind == ACTOR_USER)
        OQ_TRY(identity_at_home(rq, OQ_READ, load_self, &answer.user));
    http_answer_record(rq, 0, &answer);
    return NULL;
}

/* --- reading habits -----------------------------------------------------------------------------*/

/* As user_patch of user_api.c. */
typedef struct profile_patch {
    oq_str full_name, lang, time_zone;
    oq_str arabic_digits, hijri;
    int64_t version;
} profile_patch;

const oq_field profile_patch_fields[] = {
    OQ_TEXT(profile_patch, full_name, .not_blank = true, .max = USER_NAME_MAX),
    OQ_TEXT(profile_patch, lang, .max = 2, .help = "ar or en; empty: as the browser asks"),
    OQ_TEXT(profile_patch, time_zone, .max = 60, .check = oq_check_timezone,
            .help = "empty: the tenant's"),
    OQ_JSON(profile_patch, arabic_digits, .help = "true or false"),
    OQ_JSON(profile_patch, hijri,
            .help = "true or false: the Umm al-Qura date beside the Gregorian one"),
    OQ_I64(profile_patch, version, .required = true, .min = 1, .help = "as it was read"),
    OQ_FIELDS_END,
};

static oq_err *change_profile(http_req *rq, oq_scope *s, void *self)
{
    user *u;
    profile_patch patch;
    OQ_TRY(http_body(rq, &patch));
    OQ_TRY(user_self(s, &u));
    user_profile profile = {
        .full_name = oq_str_given(patch.full_name) ? patch.full_name : u->full_name,
        .lang = oq_str_given(patch.lang) ? patch.lang : u->lang,
        .time_zone = oq_str_given(patch.time_zone) ? patch.time_zone : u->time_zone,
        .arabic_digits = u->arabic_digits,
        .hijri = u->hijri,
        .version = patch.version,
    };
    OQ_TRY(identity_patch_bool("arabic_digits", patch.arabic_digits, &profile.arabic_digits));
    OQ_TRY(identity_patch_bool("hijri", patch.hijri, &profile.hijri));
    OQ_TRY(user_update_profile(s, &profile, &u));
    http_answer_record(rq, 0, u);
    return NULL;
}

oq_err *profile_api_change(http_req *rq)
{
    return identity_at_home(rq, OQ_WRITE, change_profile, NULL);
}

/* --- password and second factor -----------------------------------------------------------------*/

const oq_field profile_password_fields[] = {
    OQ_SECRET(password_change, current_password, .required = true, .max = PASSWORD_BYTES_MAX),
    OQ_SECRET(password_change, new_password, .required = true, .max = PASSWORD_BYTES_MAX),
    OQ_FIELDS_END,
};

const oq_field totp_code_fields[] = {
    OQ_TEXT(totp_code_body, totp, .required = true, .max = 20, .help = "six digits"),
    OQ_FIELDS_END,
};

const oq_field totp_password_fields[] = {
    OQ_SECRET(totp_password_body, password, .required = true, .max = PASSWORD_BYTES_MAX),
    OQ_FIELDS_END,
};

const oq_field totp_offer_fields[] = {
    OQ_TEXT(totp_offer, secret_text, .help = "to type into an authenticator app"),
    OQ_TEXT(totp_offer, uri, .help = "the same as otpauth://, for a QR code"),
    OQ_FIELDS_END,
};

oq_err *profile_change_password(http_req *rq, oq_scope *s, void *self)
{
    const password_change *change = self;
    return access_change_password(s, change->current_password, change->new_password,
                                  http_who_of(rq)->session_id);
}

oq_err *profile_api_password(http_req *rq)
{
    password_change change;
    OQ_TRY(http_body(rq, &change));
    OQ_TRY(identity_with_password(rq, profile_change_password, &change));
    http_answer_empty(rq, 0);
    return NULL;
}

oq_err *profile_totp_begin(http_req *rq, oq_scope *s, void *self)
{
    return access_totp_begin(s, self);
}

oq_err *profile_totp_confirm(http_req *rq, oq_scope *s, void *self)
{
    return access_totp_confirm(s, ((const totp_code_body *)self)->totp);
}

oq_err *profile_totp_disable(http_req *rq, oq_scope *s, void *self)
{
    return access_totp_disable(s, ((const totp_password_body *)self)->password);
}

oq_err *profile_api_totp_begin(http_req *rq)
{
    totp_offer offer;
    OQ_TRY(identity_at_home(rq, OQ_WRITE, profile_totp_begin, &offer));
    http_answer_record(rq, 0, &offer);
    return NULL;
}

oq_err *profile_api_totp_confirm(http_req *rq)
{
    totp_code_body body;
    OQ_TRY(http_body(rq, &body));
    OQ_TRY(identity_at_home(rq, OQ_WRITE, profile_totp_confirm, &body));
    http_answer_empty(rq, 0);
    return NULL;
}

oq_err *profile_api_totp_disable(http_req *rq)
{
    totp_password_body body;
    OQ_TRY(http_body(rq, &body));
    OQ_TRY(identity_with_password(rq, profile_totp_disable, &body));
    http_answer_empty(rq, 0);
    return NULL;
}

/* --- sessions -----------------------------------------------------------------------------------*/

typedef struct own_session {
    oq_uuid id;
    oq_us created_at, seen_at, expires_at;
    oq_str address, user_agent;
    bool is_current;
} own_session;

const oq_field own_session_fields[] = {
    OQ_UUID(own_session, id),
    OQ_TIME(own_session, created_at),
    OQ_TIME(own_session, seen_at, .help = "to the minute"),
    OQ_TIME(own_session, expires_at),
    OQ_TEXT(own_session, address),
    OQ_TEXT(own_session, user_agent),
    OQ_BOOL(own_session, is_current, .help = "the one of this request"),
    OQ_FIELDS_END,
};

static oq_err *list_sessions(http_req *rq, oq_scope *s, void *self)
{
    session_list list;
    oq_uuid current = http_who_of(rq)->session_id;
    OQ_TRY(session_find(s, oq_scope_actor(s)->id, &list));
    own_session *own = oq_new_n(http_arena(rq), own_session, list.count);
    for (size_t i = 0; i < list.count; i++) {
        const session_row *row = &list.at[i];
        own[i] = (own_session){row->id,
                               row->created_at,
                               row->seen_at,
                               row->expires_at,
                               row->address,
                               row->user_agent,
                               oq_uuid_eq(row->id, current)};
    }
    http_answer_list(rq, own, sizeof *own, list.count, OQ_NONE);
    return NULL;
}

oq_err *profile_api_sessions(http_req *rq)
{
    return identity_at_home(rq, OQ_READ, list_sessions, NULL);
}

oq_err *profile_end_session(http_req *rq, oq_scope *s, void *self)
{
    const http_who *who = http_who_of(rq);
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(session_end_own(s, who->actor.id, id));
    if (oq_uuid_eq(id, who->session_id))
        http_set_cookie(rq, SESSION_COOKIE, OQ_STR(""), 0, false);
    return NULL;
}

oq_err *profile_api_end_session(http_req *rq)
{
    OQ_TRY(identity_at_home(rq, OQ_WRITE, profile_end_session, NULL));
    http_answer_empty(rq, 0);
    return NULL;
}
