/* API tokens: what a machine's token is good for, and when it is good no longer. */
#include "identity/token.h"
#include "integration/identity_people.h"

#include "base/banned.h"

static const char *const two_rights[] = {"asset.read", "audit.read"};

static token_order order_named(people *p, const char *name, int64_t days)
{
    token_order order = {.name = oq_cstr(name), .days = days};
    order.capabilities.at = oq_new_n(p->arena, oq_str, OQ_COUNT(two_rights));
    for (size_t i = 0; i < OQ_COUNT(two_rights); i++)
        order.capabilities.at[order.capabilities.count++] = oq_cstr(two_rights[i]);
    return order;
}

static oq_str make(people *p, person who, const char *name, int64_t days, oq_uuid *ret_id)
{
    oq_scope *s = people_scope(p, who, OQ_WRITE);
    token_order order = order_named(p, name, days);
    api_token *token = NULL;
    oq_str text = OQ_NONE;
    CHECK_OK(token_add(s, &order, &token, &text));
    *ret_id = token->id;
    people_commit(s);
    return text;
}

static oq_err *ask(people *p, oq_str text, http_who *ret_who)
{
    *ret_who = (http_who){0};
    return token_authenticate(p->pool, p->arena, text, OQ_STR("203.0.113.5"),
                              OQ_STR("test-request"), ret_who);
}

static void turned_away(people *p, const char *label, oq_str text, const char *code)
{
    http_who who;
    oq_err *err = ask(p, text, &who);
    CHECK_CODE(label, err, code);
    CHECK(label, err->kind == OQ_UNAUTHENTICATED && !who.is_signed_in && !who.actor.caps);
}

/* --- what it is good for ----------------------------------------------------------------------------*/

static void test_a_token(void **state)
{
    people *p = *state;
    oq_uuid id;
    http_who who;
    oq_str text = make(p, ADMIN, "PI gateway", 90, &id);
    CHECK("shape", oq_str_starts(text, OQ_STR("oiq_")) && text.len == 4 + 86);
    CHECK_OK(ask(p, text, &who));
    CHECK("a machine", who.is_signed_in && !who.by_cookie && who.actor.kind == ACTOR_TOKEN &&
                           who.actor.role == ROLE_NONE && oq_uuid_eq(who.actor.id, id));
    CHECK("in its tenant",
          oq_uuid_eq(who.tenant_id, TENANT_A) && oq_uuid_eq(who.actor.home_tenant, TENANT_A));
    CHECK("what it names and no more",
          who.actor.caps == (oq_cap_bit(CAP_ASSET_READ) | oq_cap_bit(CAP_AUDIT_READ) |
                             oq_cap_bit(CAP_SIGNED_IN)));
    CHECK_STR("name", who.actor.label, "PI gateway");
    CHECK("no duty of people", !who.must_change_password && !who.must_enroll_totp);
    CHECK("the secret is nowhere", people_number(p,
                                                 "SELECT count(*) FROM api_tokens t WHERE "
                                                 "t::text LIKE '%%%.*s%%'",
                                                 16, text.ptr + text.len - 20) == 0);
    CHECK("audited", people_audited(p, "token.created") == 1);
}

static void test_last_use_to_the_minute(void **state)
{
    people *p = *state;
    oq_uuid id;
    http_who who;
    api_token *token;
    oq_str text = make(p, ADMIN, "gateway", 90, &id);
    const struct {
        const char *label;
        oq_us later, seen;
    } row[] = {
        {"first", 0, NOW},
        {"within the minute: not written", 59 * OQ_SECOND, NOW},
        {"after it", 2 * OQ_SECOND, NOW + 61 * OQ_SECOND},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_clock_advance(row[i].later);
        CHECK_CODE(row[i].label, ask(p, text, &who), NULL);
        oq_scope *s = people_scope(p, ADMIN, OQ_READ);
        CHECK_OK(token_get(s, id, &token));
        oq_scope_close(s);
        CHECK(row[i].label, token->last_used_at == row[i].seen);
        CHECK_STR(row[i].label, token->last_used_address, "203.0.113.5");
    }
}

/* --- when it is good no longer ----------------------------------------------------------------------*/

static void test_ends(void **state)
{
    people *p = *state;
    oq_uuid id, other;
    http_who who;
    oq_str text = make(p, ADMIN, "short", 1, &id), longer = make(p, ADMIN, "longer", 730, &other);
    oq_clock_advance(OQ_DAY - 1);
    CHECK_OK(ask(p, text, &who));
    oq_clock_advance(1);
    turned_away(p, "expired", text, "auth.token_expired");
    CHECK_OK(ask(p, longer, &who));

    oq_scope *s = people_scope(p, OTHER, OQ_WRITE);
    CHECK_CODE("of another tenant", token_revoke(s, other), "token.not_found");
    oq_scope_close(s);
    s = people_scope(p, ADMIN, OQ_WRITE);
    CHECK_OK(token_revoke(s, other));
    CHECK_CODE("twice", token_revoke(s, other), "token.is_revoked");
    people_commit(s);
    turned_away(p, "revoked", longer, "auth.token_revoked");
    CHECK("audited", people_audited(p, "token.revoked") == 1);
}

static void test_a_suspended_tenant(void **state)
{
    people *p = *state;
    oq_uuid id;
    http_who who;
    oq_str text = make(p, OTHER, "gateway", 90, &id);
    people_exec(p, "UPDATE tenants SET status = 'suspended' WHERE code = 'B_DEMO'");
    turned_away(p, "suspended", text, "auth.tenant_suspended");
    people_exec(p, "UPDATE tenants SET status = 'active' WHERE code = 'B_DEMO'");
    CHECK_OK(ask(p, text, &who));
}

/* --- what is remembered ------------------------------------------------------------------------------*/

static bool heard(void *self)
{
    return true;
}

static void test_notices_end_what_is_remembered(void **state)
{
    people *p = *state;
    oq_uuid id;
    http_who who;
    session_cache_when(heard, NULL);
    oq_str text = make(p, ADMIN, "gateway", 90, &id);
    const struct {
        const char *label;
        oq_uuid id;
    } row[] = {{"the token", id}, {"its maker", person_id(ADMIN)}, {"the tenant", TENANT_A}};
    CHECK_OK(ask(p, text, &who)); /* marks the use */
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        CHECK_OK(ask(p, text, &who));
        /* Behind everybody's back: what is remembered goes on until the notice, or its time. */
        people_exec(p, "UPDATE api_tokens SET revoked_at = now()");
        session_on_notify(NULL, oq_uuid_text(p->arena, person_id(OTHER)));
        CHECK_OK(ask(p, text, &who));
        CHECK_STR(row[i].label, who.actor.label, "gateway");
        CHECK("as it was looked up",
              who.actor.caps == (oq_cap_bit(CAP_ASSET_READ) | oq_cap_bit(CAP_AUDIT_READ) |
                                 oq_cap_bit(CAP_SIGNED_IN)));
        session_on_notify(NULL, oq_uuid_text(p->arena, row[i].id));
        turned_away(p, row[i].label, text, "auth.token_revoked");
        people_exec(p, "UPDATE api_tokens SET revoked_at = NULL");
    }
    CHECK_OK(ask(p, text, &who));
    people_exec(p, "UPDATE api_tokens SET revoked_at = now()");
    session_on_gap(NULL);
    turned_away(p, "after a gap nothing is remembered", text, "auth.token_revoked");
}

static void test_remembered_and_changed_here(void **state)
{
    people *p = *state;
    oq_uuid id, other;
    http_who who;
    user *u;
    session_cache_when(heard, NULL);
    oq_str text = make(p, SECOND, "gateway", 90, &id), short_one = make(p, ADMIN, "s", 1, &other);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(ask(p, text, &who));
        CHECK_OK(ask(p, short_one, &who));
    }
    oq_scope *s = people_scope(p, ADMIN, OQ_WRITE);
    CHECK_OK(user_update(s, person_id(SECOND),
                         &(user_change){.full_name = OQ_STR("Noura"),
                                        .role = ROLE_VIEWER,
                                        .is_active = true,
                                        .version = people_user(p, SECOND)->version},
                         &u));
    people_commit(s);
    CHECK_OK(ask(p, text, &who));
    CHECK("no more than the maker has", !oq_caps_have(who.actor.caps, CAP_AUDIT_READ));
    s = people_scope(p, ADMIN, OQ_WRITE);
    CHECK_OK(token_revoke(s, id));
    CHECK_OK(ask(p, text, &who)); /* not before the commit */
    people_commit(s);
    turned_away(p, "revoked", text, "auth.token_revoked");
    CHECK_OK(ask(p, short_one, &who));
    oq_clock_advance(OQ_DAY);
    turned_away(p, "expired while it is remembered", short_one, "auth.token_expired");
}

static void test_deaf_remembers_nothing(void **state)
{
    people *p = *state;
    oq_uuid id;
    http_who who;
    oq_str text = make(p, ADMIN, "gateway", 90, &id);
    CHECK_OK(ask(p, text, &who));
    CHECK_OK(ask(p, text, &who));
    people_exec(p, "UPDATE api_tokens SET revoked_at = now()");
    turned_away(p, "looked up again", text, "auth.token_revoked");
}

/* --- forged -----------------------------------------------------------------------------------------*/

/* The text of a token whose tenant, id and secret are taken from up to three others. */
static oq_str join(people *p, oq_str tenant_of, oq_str id_of, oq_str secret_of)
{
    uint8_t raw[3][64];
    size_t len;
    const oq_str from[] = {tenant_of, id_of, secret_of};
    for (int i = 0; i < 3; i++)
        CHECK("readable",
              oq_base64url_parse(oq_str_sub(from[i], 4, SIZE_MAX), raw[i], 64, &len) && len == 64);
    memcpy(raw[0] + 16, raw[1] + 16, 16);
    memcpy(raw[0] + 32, raw[2] + 32, 32);
    oq_str text = oq_base64url(p->arena, raw[0], 64);
    return oq_strf(p->arena, "oiq_%.*s", OQ_FMT(text));
}

static void test_forged(void **state)
{
    people *p = *state;
    oq_uuid id_a, id_a2, id_b;
    oq_str a = make(p, ADMIN, "gateway", 90, &id_a), a2 = make(p, ADMIN, "script", 90, &id_a2);
    oq_str b = make(p, OTHER, "gateway", 90, &id_b);
    char *altered = oq_str_c(p->arena, a);
    altered[a.len - 10] = altered[a.len - 10] == 'A' ? 'B' : 'A';
    const struct {
        const char *label;
        oq_str text;
    } row[] = {
        {"empty", OQ_STR("")},
        {"prefix alone", OQ_STR("oiq_")},
        {"no prefix", oq_str_sub(a, 4, SIZE_MAX)},
        {"another prefix", oq_strf(p->arena, "pat_%.*s", OQ_FMT(oq_str_sub(a, 4, SIZE_MAX)))},
        {"cut off", oq_str_sub(a, 0, a.len - 1)},
        {"longer", oq_strf(p->arena, "%.*sA", OQ_FMT(a))},
        {"not base64url", OQ_STR("oiq_!!!!")},
        {"altered", oq_cstr(altered)},
        {"all zeroes", oq_strf(p->arena, "oiq_%086d", 0)},
        {"own secret, another tenant's token", join(p, b, b, a)},
        {"own token and secret, another tenant", join(p, b, a, a)},
        {"own tenant and secret, another tenant's id", join(p, a, b, a)},
        {"own tenant, another token's secret", join(p, a, a, a2)},
    };
    http_who who;
    session_cache_when(heard, NULL);
    CHECK_OK(ask(p, a2, &who));
    CHECK_OK(ask(p, b, &who));
    CHECK_OK(ask(p, join(p, a, a, a), &who)); /* the joining itself is right */
    CHECK_OK(ask(p, a, &who));                /* and the good ones are remembered */
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        turned_away(p, row[i].label, row[i].text, "auth.token_invalid");
}

/* --- making -----------------------------------------------------------------------------------------*/

static oq_err *try_make(people *p, oq_scope *s, const char *name, const char *right)
{
    oq_str rights[] = {oq_cstr(right)};
    token_order order = {.name = oq_cstr(name), .capabilities = {rights, 1}, .days = 1};
    api_token *token;
    oq_str text;
    return token_add(s, &order, &token, &text);
}

static void test_who_makes_which(void **state)
{
    people *p = *state;
    static const struct {
        const char *label;
        person who;
        const char *right, *code;
    } row[] = {
        {"one's own", ADMIN, "user.manage", NULL},
        {"no right", ADMIN, "nonsense", "token.capability_unknown"},
        {"everybody has it", ADMIN, "public", "token.capability_unknown"},
        {"a machine has no session", ADMIN, "signed_in", "token.capability_unknown"},
        {"no tokens by tokens", ADMIN, "token.manage", "token.capability_unknown"},
        {"the platform's", ADMIN, "tenant.manage", "token.capability_not_yours"},
        {"the platform's, by its owner", OWNER, "metrics.read", NULL},
        {"nor does a machine look into tenants", OWNER, "tenant.switch",
         "token.capability_unknown"},
        {"beyond one's role", VIEWER, "user.read", "token.capability_not_yours"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_scope *s = people_scope(p, row[i].who, OQ_WRITE);
        CHECK_CODE(row[i].label, people_end(s, try_make(p, s, row[i].label, row[i].right)),
                   row[i].code);
    }
    CHECK("nothing else", people_number(p, "SELECT count(*) FROM api_tokens") == 2);
}

static void test_names(void **state)
{
    people *p = *state;
    oq_uuid id;
    make(p, ADMIN, "gateway", 90, &id);
    make(p, OTHER, "gateway", 90, &id); /* another tenant's names are its own */
    oq_scope *s = people_scope(p, SECOND, OQ_WRITE);
    oq_err *err = people_end(s, try_make(p, s, "gateway", "asset.read"));
    CHECK_CODE("taken", err, "token.name_taken");
    CHECK("which field", err->kind == OQ_CONFLICT && strcmp(err->field, "name") == 0);
}

/* Looking into a tenant, a platform owner leaves nothing behind. */
static void test_not_while_looking_in(void **state)
{
    people *p = *state;
    oq_scope *s = NULL;
    CHECK_OK(
        oq_scope_open(&(oq_scope_options){.pool = p->pool,
                                          .tenant_id = TENANT_A,
                                          .access = OQ_WRITE,
                                          .actor = {.kind = ACTOR_USER,
                                                    .id = person_id(OWNER),
                                                    .home_tenant = TENANT_P,
                                                    .role = ROLE_PLATFORM_OWNER,
                                                    .caps = oq_caps_of_role(ROLE_PLATFORM_OWNER)},
                                          .arena = p->arena},
                      &s));
    CHECK_CODE("not here", people_end(s, try_make(p, s, "spy", "asset.read")), "user.not_here");
}

static void test_the_list(void **state)
{
    people *p = *state;
    oq_uuid id[5], other;
    make(p, OTHER, "not ours", 90, &other);
    for (int i = 0; i < 5; i++) {
        make(p, ADMIN, oq_strf(p->arena, "token %d", i).ptr, 90, &id[i]);
        oq_clock_advance(i == 2 ? 0 : OQ_SECOND); /* two of one moment */
    }
    oq_scope *s = people_scope(p, ADMIN, OQ_READ);
    size_t seen = 0;
    oq_str cursor = OQ_NONE;
    do {
        token_list list;
        CHECK_OK(token_find(s, cursor, 2, &list));
        for (size_t i = 0; i < list.count; i++, seen++) {
            CHECK("each once, newest first", oq_uuid_eq(list.at[i].id, id[4 - seen]));
            CHECK_STR("by", list.at[i].created_by_name, "Sara");
        }
        cursor = list.next;
    } while (cursor.len);
    CHECK("all", seen == 5);
    token_list list;
    CHECK_CODE("nonsense", token_find(s, OQ_STR("nonsense"), 2, &list), "list.cursor_malformed");
    api_token *token;
    CHECK_CODE("another tenant's", token_get(s, other, &token), "token.not_found");
    oq_scope_close(s);
}

#define EACH(test) cmocka_unit_test_setup(test, people_reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_a_token),
        EACH(test_last_use_to_the_minute),
        EACH(test_ends),
        EACH(test_a_suspended_tenant),
        EACH(test_forged),
        EACH(test_who_makes_which),
        EACH(test_names),
        EACH(test_not_while_looking_in),
        EACH(test_the_list),
        EACH(test_notices_end_what_is_remembered),
        EACH(test_remembered_and_changed_here),
        EACH(test_deaf_remembers_nothing),
    };
    return cmocka_run_group_tests(tests, people_open, people_close);
}
