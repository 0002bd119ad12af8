#include "identity/token.h"

#include "audit/audit.h"
#include "base/secret.h"
#include "identity/session.h"
#include "identity/token_cache.h"
#include "identity/user.h"
#include "tenant/tenant.h"
#include "token.sql.h"

#include "base/banned.h"

const oq_field api_token_fields[] = {
    OQ_UUID(api_token, id),
    OQ_TEXT(api_token, name),
    OQ_TEXT(api_token, hint, .help = "the last four characters, to tell tokens apart"),
    OQ_TEXTS(api_token, capabilities),
    OQ_TIME(api_token, created_at),
    OQ_TIME(api_token, expires_at),
    OQ_TIME(api_token, revoked_at),
    OQ_TIME(api_token, last_used_at, .help = "to the minute"),
    OQ_TEXT(api_token, last_used_address),
    OQ_TEXT(api_token, created_by_name),
    OQ_FIELDS_END,
};

const oq_field token_order_fields[] = {
    OQ_TEXT(token_order, name, .required = true, .min = 1, .max = 80,
            .help = "what the machine is: \"PI gateway, Ras Tanura\""),
    OQ_TEXTS(token_order, capabilities, .required = true, .min = 1, .max = CAP_COUNT,
             .help = "what it may do; no more than the maker may"),
    OQ_I64(token_order, days, .preset = "90", .min = 1, .max = 730, .help = "until it expires"),
    OQ_FIELDS_END,
};

enum { SECRET = 32, RAW = 16 + 16 + SECRET };
static const oq_str prefix = OQ_STR_INIT("oiq_");

/* --- making and ending --------------------------------------------------------------------------*/

bool token_may_hold(oq_cap cap)
{
    return cap != CAP_UNDECIDED && cap != CAP_PUBLIC && cap != CAP_SIGNED_IN &&
           cap != CAP_TENANT_SWITCH && cap != CAP_TOKEN_MANAGE;
}

static oq_err *check_capabilities(oq_scope *s, oq_strs names)
{
    for (size_t i = 0; i < names.count; i++) {
        int cap;
        if (!oq_choice_value(cap_choices, names.at[i], &cap) || !token_may_hold((oq_cap)cap))
            return oq_fail_field("capabilities", "token.capability_unknown", "name=%.*s",
                                 OQ_FMT(names.at[i]));
        if (!oq_caps_have(oq_scope_actor(s)->caps, (oq_cap)cap))
            return oq_fail_field("capabilities", "token.capability_not_yours", "need=%.*s",
                                 OQ_FMT(names.at[i]));
    }
    return NULL;
}

oq_err *token_add(oq_scope *s, const token_order *order, api_token **ret_token, oq_str *ret_text)
{
    user *maker;
    OQ_TRY(user_self(s, &maker));
    OQ_TRY(check_capabilities(s, order->capabilities));
    oq_arena *arena = oq_scope_arena(s);
    oq_us now = oq_now(s);
    oq_uuid id = oq_uuid_new(now), tenant_id = oq_scope_tenant(s);
    uint8_t raw[RAW], hash[OQ_DIGEST];
    memcpy(raw, tenant_id.byte, 16);
    memcpy(raw + 16, id.byte, 16);
    oq_random(raw + 32, SECRET);
    oq_str encoded = oq_base64url(arena, raw, RAW);
    oq_digest(oq_strn((char *)raw, RAW), hash);
    OQ_TRY(sql_token_add(s,
                         (sql_token_add_args){
                             .id = id,
                             .name = order->name,
                             .secret_hash = oq_strn((char *)hash, sizeof hash),
                             .hint = oq_str_sub(encoded, encoded.len - 4, 4),
                             .capabilities = order->capabilities,
                             .created_by = maker->id,
                             .now = now,
                             .expires_at = now + order->days * OQ_DAY,
                         },
                         NULL));
    OQ_TRY(audit_record(s, &(audit_entry){
                               .action = "token.created",
                               .object_type = "token",
                               .object_id = id,
                               .object_label = order->name,
                               .changes = audit_changes(arena, token_order_fields, NULL, order),
                           }));
    *ret_text = oq_strf(arena, "%.*s%.*s", OQ_FMT(prefix), OQ_FMT(encoded));
    return token_get(s, id, ret_token);
}

oq_err *token_get(oq_scope *s, oq_uuid id, api_token **ret_token)
{
    sql_token_get_rows rows;
    OQ_TRY(sql_token_get(s, (sql_token_get_args){.id = id}, &rows));
    if (rows.count == 0)
        return oq_fail(OQ_NOT_FOUND, "token.not_found");
    *ret_token = &rows.at[0];
    return NULL;
}

oq_err *token_find(oq_scope *s, oq_str cursor, int64_t limit, token_list *ret_list)
{
    sql_token_find_args args = {.limit = limit + 1};
    OQ_TRY(http_cursor_read(cursor, &args.before_at, &args.before_id));
    sql_token_find_rows rows;
    OQ_TRY(sql_token_find(s, args, &rows));
    token_list list = {.at = rows.at, .count = rows.count};
    if (list.count > (size_t)limit) {
        list.count--;
        const api_token *last = &list.at[list.count - 1];
        list.next = http_cursor_make(oq_scope_arena(s), last->created_at, last->id);
    }
    *ret_list = list;
    return NULL;
}

oq_err *token_revoke(oq_scope *s, oq_uuid id)
{
    api_token *token;
    OQ_TRY(token_get(s, id, &token));
    size_t touched;
    OQ_TRY(sql_token_revoke(s, (sql_token_revoke_args){.id = id, .now = oq_now(s)}, &touched));
    if (touched == 0)
        return oq_fail(OQ_CONFLICT, "token.is_revoked");
    OQ_TRY(session_void(s, id)); /* its event streams end */
    return audit_record(s, &(audit_entry){.action = "token.revoked",
                                          .object_type = "token",
                                          .object_id = id,
                                          .object_label = token->name});
}

oq_err *token_void_all(oq_scope *s, oq_uuid user_id)
{
    sql_token_told_of_rows told;
    return sql_token_told_of(s, (sql_token_told_of_args){.user_id = user_id}, &told);
}

/* --- who asks -----------------------------------------------------------------------------------*/

typedef struct token_claim {
    oq_uuid tenant_id, id;
    uint8_t raw[RAW];
} token_claim;

static bool read_claim(oq_str text, token_claim *claim)
{
    size_t len;
    if (!oq_str_starts(text, prefix) ||
        !oq_base64url_parse(oq_str_sub(text, prefix.len, SIZE_MAX), claim->raw, RAW, &len) ||
        len != RAW)
        return false;
    memcpy(claim->tenant_id.byte, claim->raw, 16);
    memcpy(claim->id.byte, claim->raw + 16, 16);
    return !oq_uuid_is_zero(claim->tenant_id);
}

static oq_err *open_scope(db_pool *pool, oq_arena *arena, const token_claim *claim,
                          oq_access access, oq_str request_id, oq_scope **ret_scope)
{
    return oq_scope_open(
        &(oq_scope_options){
            .pool = pool,
            .tenant_id = claim->tenant_id,
            .access = access,
            .actor = {.kind = ACTOR_TOKEN,
                      .id = claim->id,
                      .home_tenant = claim->tenant_id,
                      .label = OQ_STR("token")},
            .request_id = request_id,
            .arena = arena,
        },
        ret_scope);
}

static oq_err *check_row(const uint8_t digest[OQ_DIGEST], const sql_token_load_row *row, oq_us now)
{
    if (!oq_same_secret(row->secret_hash, oq_strn((const char *)digest, OQ_DIGEST)))
        return oq_fail(OQ_UNAUTHENTICATED, "auth.token_invalid");
    if (row->revoked_at != OQ_TIME_NONE)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.token_revoked");
    if (now >= row->expires_at)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.token_expired");
    if (!row->maker_is_active)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.token_maker_inactive");
    int status;
    if (!oq_choice_value(tenant_status_choices, row->tenant_status, &status) ||
        status != TENANT_ACTIVE)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.tenant_suspended");
    return NULL;
}

static oq_err *mark_used(db_pool *pool, oq_arena *arena, const token_claim *claim, oq_str address,
                         oq_str request_id)
{
    oq_scope *s;
    OQ_TRY(open_scope(pool, arena, claim, OQ_WRITE, request_id, &s));
    oq_err *err = sql_token_used(
        s, (sql_token_used_args){.id = claim->id, .now = oq_now(s), .address = address}, NULL);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

/* No more than the maker has today: whoever made it knows its secret. */
static oq_caps caps_of(oq_strs names, oq_str maker_role)
{
    int role = ROLE_NONE;
    oq_caps caps = 0;
    for (size_t i = 0; i < names.count; i++) {
        int cap;
        if (oq_choice_value(cap_choices, names.at[i], &cap) && token_may_hold((oq_cap)cap))
            caps |= oq_cap_bit((oq_cap)cap);
    }
    return oq_choice_value(role_choices, maker_role, &role) ? caps & oq_caps_of_role((oq_role)role)
                                                            : 0;
}

static oq_err *load_facts(db_pool *pool, oq_arena *arena, const token_claim *claim,
                          const uint8_t digest[OQ_DIGEST], oq_str request_id,
                          token_facts *ret_facts)
{
    oq_scope *s;
    OQ_TRY(open_scope(pool, arena, claim, OQ_READ, request_id, &s));
    sql_token_load_rows rows;
    oq_err *err = sql_token_load(s, (sql_token_load_args){.id = claim->id}, &rows);
    oq_us now = oq_now(s);
    oq_scope_close(s);
    OQ_TRY(err);
    if (rows.count == 0)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.token_invalid");
    const sql_token_load_row *row = &rows.at[0];
    OQ_TRY(check_row(digest, row, now));
    *ret_facts = (token_facts){
        .tenant_id = claim->tenant_id,
        .id = claim->id,
        .maker_id = row->maker_id,
        .caps = caps_of(row->capabilities, row->maker_role) | oq_cap_bit(CAP_SIGNED_IN),
        .expires_at = row->expires_at,
        .last_used_at = row->last_used_at,
        .name = row->name,
        .tenant_code = row->tenant_code,
        .tenant_name = row->tenant_name,
        .time_zone = row->time_zone,
        .currency = row->currency,
        .stands_at = row->stands_at,
    };
    memcpy(ret_facts->digest, digest, OQ_DIGEST);
    return NULL;
}

/* Only what was found good is remembered, so of all that can be wrong the time alone is left. */
static oq_err *find_facts(db_pool *pool, oq_arena *arena, const token_claim *claim, oq_us now,
                          oq_str request_id, token_facts *ret_facts)
{
    uint8_t digest[OQ_DIGEST];
    oq_digest(oq_strn((const char *)claim->raw, RAW), digest);
    if (token_cache_get(arena, claim->id, digest, ret_facts) && now < ret_facts->expires_at)
        return NULL;
    uint64_t ticket = token_cache_ticket();
    OQ_TRY(load_facts(pool, arena, claim, digest, request_id, ret_facts));
    token_cache_put(ticket, ret_facts);
    return NULL;
}

oq_err *token_authenticate(db_pool *pool, oq_arena *arena, oq_str text, oq_str address,
                           oq_str request_id, http_who *ret_who)
{
    token_claim claim;
    if (!read_claim(text, &claim))
        return oq_fail(OQ_UNAUTHENTICATED, "auth.token_invalid");
    token_facts facts;
    oq_us now = oq_clock_now();
    OQ_TRY(find_facts(pool, arena, &claim, now, request_id, &facts));
    if (facts.last_used_at == OQ_TIME_NONE || now - facts.last_used_at > OQ_MINUTE) {
        OQ_TRY(mark_used(pool, arena, &claim, address, request_id));
        token_cache_forget(claim.id);
    }
    *ret_who = (http_who){
        .is_signed_in = true,
        .actor = {.kind = ACTOR_TOKEN,
                  .id = claim.id,
                  .home_tenant = claim.tenant_id,
                  .label = facts.name,
                  .caps = facts.caps,
                  .address = address},
        .tenant_id = claim.tenant_id,
        .full_name = facts.name,
        .tenant_name = facts.tenant_name,
        .tenant_code = facts.tenant_code,
        .time_zone = facts.time_zone,
        .currency = facts.currency,
        .stands_at = facts.stands_at,
    };
    return NULL;
}
