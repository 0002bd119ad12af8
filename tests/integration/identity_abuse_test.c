/* What somebody would try who is not let in, or no longer: locking others out, guessing from many
 * addresses, telling accounts apart, and outrunning a change of rights. */
#include <pthread.h>
#include <unistd.h>

#include "identity/own_access.h"
#include "identity/reset.h"
#include "identity/throttle.h"
#include "identity/token.h"
#include "identity/totp.h"
#include "integration/identity_codes.h"
#include "integration/identity_people.h"

#include "base/banned.h"

static oq_err *try_from(people *p, const char *email, const char *password, oq_str address)
{
    login_result result = {0};
    login_order order = {.email = oq_cstr(email), .password = oq_cstr(password)};
    return login_sign_in(p->pool, p->arena, &order, address, OQ_NONE, OQ_STR("test-request"),
                         &result);
}

/* --- guessing -----------------------------------------------------------------------------------*/

/* Who is turned away by address no longer moves the pauses of others' accounts. */
static void test_a_paused_address_locks_nobody_out(void **state)
{
    people *p = *state;
    oq_str foe = OQ_STR("198.51.100.66");
    for (int i = 0; i <= THROTTLE_FREE_BY_ADDRESS; i++)
        CHECK_CODE("judged", try_from(p, oq_strf(p->arena, "u%d@x.example", i).ptr, "no", foe),
                   "auth.wrong_credentials");
    for (int i = 0; i < 4 * THROTTLE_FREE_BY_ACCOUNT; i++)
        CHECK_CODE("paused", try_from(p, "viewer@a.example", "no", foe), "auth.too_many_attempts");
    CHECK_CODE("the person", try_from(p, "viewer@a.example", PASSWORD, OQ_STR("203.0.113.9")),
               NULL);
}

/* Nor does guessing at an account keep its owner out where the owner was before. */
static void test_strangers_do_not_lock_the_owner_out(void **state)
{
    people *p = *state;
    login_result first = people_signed_in(p, VIEWER);
    for (int i = 0; i <= THROTTLE_FREE_BY_ACCOUNT; i++)
        CHECK_CODE("judged", try_from(p, "viewer@a.example", "no", OQ_STR("198.51.100.66")),
                   "auth.wrong_credentials");
    CHECK_CODE("elsewhere", try_from(p, "viewer@a.example", PASSWORD, OQ_STR("203.0.113.9")),
               "auth.too_many_attempts");

    login_result again;
    login_order order = {
        .email = OQ_STR("viewer@a.example"), .password = OQ_STR(PASSWORD), .device = first.device};
    CHECK_CODE("where the owner was before", people_sign_in(p, &order, &again), NULL);
    CHECK_CODE("strangers still wait",
               try_from(p, "viewer@a.example", PASSWORD, OQ_STR("203.0.113.9")),
               "auth.too_many_attempts");

    /* The browser has a count of its own, and is good for nobody else. */
    order.password = OQ_STR("no");
    for (int i = 0; i <= THROTTLE_FREE_BY_ACCOUNT; i++)
        CHECK_CODE("judged", people_sign_in(p, &order, &again), "auth.wrong_credentials");
    CHECK_CODE("paused, too", people_sign_in(p, &order, &again), "auth.too_many_attempts");
    for (int i = 0; i <= THROTTLE_FREE_BY_ACCOUNT; i++)
        CHECK_CODE("judged", try_from(p, "second@a.example", "no", OQ_STR("198.51.100.66")),
                   "auth.wrong_credentials");
    order = (login_order){.email = OQ_STR("second@a.example"),
                          .password = OQ_STR(PASSWORD),
                          .device = again.device.len ? again.device : first.device};
    CHECK_CODE("somebody else", people_sign_in(p, &order, &again), "auth.too_many_attempts");
}

/* A network of IPv6 is one customer, who has 2^64 addresses to choose from. */
static void test_a_network_is_one_address(void **state)
{
    people *p = *state;
    for (int i = 0; i <= THROTTLE_FREE_BY_ADDRESS; i++)
        CHECK_CODE("judged",
                   try_from(p, oq_strf(p->arena, "u%d@x.example", i).ptr, "no",
                            oq_strf(p->arena, "2001:db8:7:1:%x::%x", i * 7, i + 1)),
                   "auth.wrong_credentials");
    CHECK_CODE("paused", try_from(p, "viewer@a.example", PASSWORD, OQ_STR("2001:db8:7:1::beef")),
               "auth.too_many_attempts");
    CHECK_CODE("the network beside it",
               try_from(p, "viewer@a.example", PASSWORD, OQ_STR("2001:db8:7:2::beef")), NULL);
}

/* The clock of the one who asks must not tell who has an account: as many transactions that wait
 * for the disk. Each one that writes where sign-in writes leaves its number behind. */
static void watch_writes(people *p)
{
    testdb_exec(p->db,
                "CREATE TABLE writes_seen (number xid8);"
                "CREATE FUNCTION see_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
                " SET search_path = public AS $$BEGIN"
                "    INSERT INTO writes_seen VALUES (pg_current_xact_id()); RETURN NULL;"
                " END$$;"
                "CREATE TRIGGER see AFTER INSERT OR UPDATE ON login_throttle"
                " FOR EACH STATEMENT EXECUTE FUNCTION see_write();"
                "CREATE TRIGGER see AFTER INSERT ON audit_logs"
                " FOR EACH STATEMENT EXECUTE FUNCTION see_write()");
}

static int64_t writes_of(people *p, const char *email)
{
    testdb_exec(p->db, "DELETE FROM login_throttle; DELETE FROM writes_seen");
    CHECK_CODE(email, try_from(p, email, "no", OQ_STR("198.51.100.1")), "auth.wrong_credentials");
    return people_number(p, "SELECT count(DISTINCT number::text) FROM writes_seen");
}

static void test_unknown_names_cost_as_much(void **state)
{
    people *p = *state;
    watch_writes(p);
    int64_t known = writes_of(p, "viewer@a.example");
    CHECK("counted, and audited", known >= 2);
    CHECK("unknown", writes_of(p, "nobody@a.example") == known);
    CHECK("without a password yet", writes_of(p, "invited@a.example") == known);
    CHECK("in nobody's audit", people_audited(p, "auth.refused") == 2);
}

/* --- outrunning a change ------------------------------------------------------------------------*/

typedef struct runner {
    people *p;
    pthread_t thread;
    oq_err *err;
    char code[64];
} runner;

static void *sign_in_slowly(void *arg)
{
    runner *r = arg;
    oq_arena *arena = oq_arena_open(0);
    login_result result = {0};
    login_order order = {.email = OQ_STR("viewer@a.example"), .password = OQ_STR(PASSWORD)};
    oq_err *err =
        login_sign_in(r->p->pool, arena, &order, OQ_STR("198.51.100.1"), OQ_NONE, OQ_NONE, &result);
    snprintf(r->code, sizeof r->code, "%s", err ? err->code : "");
    oq_arena_close(arena);
    oq_err_reset();
    return NULL;
}

/* Runs `change` in a unit of work that ends while a sign-in with the old password waits for it. */
static void race_sign_in(people *p, const char *label, oq_err *(*change)(oq_scope *s))
{
    runner r = {.p = p};
    oq_scope *s = people_scope(p, ADMIN, OQ_WRITE);
    CHECK_CODE(label, change(s), NULL);
    pthread_create(&r.thread, NULL, sign_in_slowly, &r);
    for (int i = 0; i < 2000; i++) { /* until it has judged the password and waits for the row */
        if (people_number(p, "SELECT count(*) FROM pg_locks l JOIN pg_database d ON "
                             "d.oid = l.database OR l.database IS NULL OR l.database = 0 WHERE "
                             "NOT granted AND d.datname = current_database()"))
            break;
        usleep(10000);
    }
    people_commit(s);
    pthread_join(r.thread, NULL);
    CHECK_STR(label, oq_cstr(r.code), "auth.wrong_credentials");
    CHECK(label,
          people_number(p, "SELECT count(*) FROM user_sessions WHERE revoked_at IS NULL") == 0);
}

static oq_err *set_password(oq_scope *s)
{
    oq_uuid id = person_id(VIEWER);
    OQ_TRY(access_set_password(s, id, "password", OQ_STR("another pump-house 8"), false));
    return session_end_all(s, id, OQ_UUID_ZERO, "password_changed");
}

static oq_err *deactivate(oq_scope *s)
{
    user *u;
    OQ_TRY(user_get(s, person_id(VIEWER), &u));
    user_change change = {
        .full_name = u->full_name, .role = u->role, .is_active = false, .version = u->version};
    return user_update(s, u->id, &change, &u);
}

static void test_a_sign_in_does_not_outrun_a_new_password(void **state)
{
    race_sign_in(*state, "password", set_password);
}

static void test_a_sign_in_does_not_outrun_deactivation(void **state)
{
    race_sign_in(*state, "deactivated", deactivate);
}

/* Switches the viewer's second factor on; gives the secret. */
static oq_str switch_totp_on(people *p)
{
    totp_offer offer;
    oq_scope *s = people_scope(p, VIEWER, OQ_WRITE);
    CHECK_OK(access_totp_begin(s, &offer));
    oq_str secret = code_secret(p->arena, offer.secret_text);
    CHECK_OK(access_totp_confirm(s, totp_code(p->arena, secret, NOW)));
    people_commit(s);
    return secret;
}

static void test_the_first_step_ends_with_the_password(void **state)
{
    people *p = *state;
    oq_str secret = switch_totp_on(p);
    oq_clock_advance(OQ_MINUTE);
    login_result first, second;
    login_order order = {.email = OQ_STR("viewer@a.example"), .password = OQ_STR(PASSWORD)};
    CHECK_CODE("the first step", people_sign_in(p, &order, &first), "auth.totp_required");
    oq_scope *s = people_scope(p, ADMIN, OQ_WRITE);
    CHECK_OK(set_password(s));
    people_commit(s);
    login_order step = {.pending = first.pending,
                        .totp = totp_code(p->arena, secret, oq_clock_now())};
    CHECK_CODE("of another password", people_sign_in(p, &step, &second), "auth.step_expired");
}

static void test_a_password_ends_links(void **state)
{
    people *p = *state;
    oq_str code;
    oq_scope *s = people_scope(p, ADMIN, OQ_WRITE);
    CHECK_OK(reset_make(s, person_id(VIEWER), &code));
    people_commit(s);
    s = people_scope(p, VIEWER, OQ_WRITE);
    CHECK_OK(
        access_change_password(s, OQ_STR(PASSWORD), OQ_STR("another pump-house 8"), OQ_UUID_ZERO));
    people_commit(s);
    CHECK_CODE("the link",
               reset_use(p->pool, p->arena, code, OQ_STR("a third pump-house 9"),
                         OQ_STR("198.51.100.1"), OQ_NONE),
               "reset.code_invalid");
}

/* --- machines of who has left -------------------------------------------------------------------*/

static oq_str make_token(people *p, person who)
{
    oq_str rights[] = {OQ_STR("user.manage"), OQ_STR("asset.read")}, text;
    token_order order = {.name = OQ_STR("gateway"), .capabilities = {rights, 2}, .days = 9};
    api_token *token;
    oq_scope *s = people_scope(p, who, OQ_WRITE);
    CHECK_OK(token_add(s, &order, &token, &text));
    people_commit(s);
    return text;
}

static void change_maker(people *p, oq_role role, bool is_active)
{
    user *u = people_user(p, SECOND);
    user_change change = {.full_name = u->full_name,
                          .role = (int)role,
                          .is_active = is_active,
                          .version = u->version};
    oq_scope *s = people_scope(p, ADMIN, OQ_WRITE);
    CHECK_OK(user_update(s, u->id, &change, &u));
    people_commit(s);
}

static void test_a_token_has_no_more_than_its_maker_has(void **state)
{
    people *p = *state;
    oq_str token = make_token(p, SECOND);
    const struct {
        const char *label;
        oq_role role;
        bool is_active;
        const char *code;
        bool manages, reads;
    } row[] = {
        {"administrator", ROLE_TENANT_ADMIN, true, NULL, true, true},
        {"demoted", ROLE_VIEWER, true, NULL, false, true},
        {"again administrator", ROLE_TENANT_ADMIN, true, NULL, true, true},
        {"gone", ROLE_TENANT_ADMIN, false, "auth.token_maker_inactive", false, false},
        {"back", ROLE_TENANT_ADMIN, true, NULL, true, true},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        http_who who = {0};
        change_maker(p, row[i].role, row[i].is_active);
        CHECK_CODE(
            row[i].label,
            token_authenticate(p->pool, p->arena, token, OQ_STR("203.0.113.5"), OQ_NONE, &who),
            row[i].code);
        CHECK(row[i].label, oq_caps_have(who.actor.caps, CAP_USER_MANAGE) == row[i].manages);
        CHECK(row[i].label, oq_caps_have(who.actor.caps, CAP_ASSET_READ) == row[i].reads);
    }
}

#define EACH(test) cmocka_unit_test_setup(test, people_reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_a_paused_address_locks_nobody_out),
        EACH(test_strangers_do_not_lock_the_owner_out),
        EACH(test_a_network_is_one_address),
        EACH(test_unknown_names_cost_as_much),
        EACH(test_a_sign_in_does_not_outrun_a_new_password),
        EACH(test_a_sign_in_does_not_outrun_deactivation),
        EACH(test_the_first_step_ends_with_the_password),
        EACH(test_a_password_ends_links),
        EACH(test_a_token_has_no_more_than_its_maker_has),
    };
    return cmocka_run_group_tests(tests, people_open, people_close);
}
