/* Signing in: who may, who may not and is told what, how often one may try, the second factor. */
#include <pthread.h>
#include <sodium.h>

#include "identity/own_access.h"
#include "identity/throttle.h"
#include "identity/totp.h"
#include "integration/identity_codes.h"
#include "integration/identity_people.h"

#include "base/banned.h"

static login_order order_of(const char *email, const char *password)
{
    return (login_order){.email = oq_cstr(email), .password = oq_cstr(password)};
}

static oq_err *try_from(people *p, const login_order *order, const char *address)
{
    login_result result = {0};
    return login_sign_in(p->pool, p->arena, order, oq_cstr(address), OQ_NONE,
                         OQ_STR("test-request"), &result);
}

/* --- who may --------------------------------------------------------------------------------------*/

static void test_the_right_password(void **state)
{
    people *p = *state;
    login_result result;
    login_order order = order_of("Admin@A.example", PASSWORD); /* in any case */
    CHECK_OK(people_sign_in(p, &order, &result));
    CHECK("whose",
          oq_uuid_eq(result.tenant_id, TENANT_A) && oq_uuid_eq(result.user->id, person_id(ADMIN)));
    CHECK("when", result.user->last_login_at == NOW);
    CHECK("a token against forged forms", result.session.csrf_token.len >= 32);
    CHECK("twelve hours", result.session.max_age_s == 12 * 3600);
    session_check check;
    CHECK_OK(people_ask(p, result.session.cookie, &check));
    CHECK("signed in", check.who.is_signed_in && check.who.by_cookie);
    CHECK_STR("name", check.who.full_name, "Sara");
    CHECK_STR("tenant", check.who.tenant_code, "A_DEMO");
    CHECK("rights", check.who.actor.caps == oq_caps_of_role(ROLE_TENANT_ADMIN));
    CHECK("audited", people_audited(p, "auth.signed_in") == 1);
    CHECK("not counted", people_number(p, "SELECT coalesce(sum(failures), 0) "
                                          "FROM login_throttle") == 0);
}

static void test_who_may_not(void **state)
{
    people *p = *state;
    static const struct {
        const char *label, *before, *email, *password, *code;
        int audited;
    } row[] = {
        {"wrong password", NULL, "admin@a.example", "no", "auth.wrong_credentials", 1},
        {"unknown", NULL, "nobody@a.example", PASSWORD, "auth.wrong_credentials", 0},
        {"no password yet", NULL, "invited@a.example", PASSWORD, "auth.wrong_credentials", 1},
        {"no password yet, none given", NULL, "invited@a.example", "", "auth.wrong_credentials", 1},
        {"inactive", "UPDATE users SET is_active = false WHERE email = 'viewer@a.example'",
         "viewer@a.example", PASSWORD, "auth.user_inactive", 1},
        {"inactive, wrong password: not told so", NULL, "viewer@a.example", "no",
         "auth.wrong_credentials", 1},
        {"suspended tenant", "UPDATE tenants SET status = 'suspended' WHERE code = 'B_DEMO'",
         "admin@b.example", PASSWORD, "auth.tenant_suspended", 1},
        {"suspended, wrong password: not told so", NULL, "admin@b.example", "no",
         "auth.wrong_credentials", 1},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        if (row[i].before)
            testdb_exec(p->db, row[i].before);
        int64_t audited = people_audited(p, "auth.refused");
        login_result result;
        login_order order = order_of(row[i].email, row[i].password);
        oq_err *err = people_sign_in(p, &order, &result);
        CHECK_CODE(row[i].label, err, row[i].code);
        CHECK(row[i].label, err->kind == OQ_UNAUTHENTICATED && !result.session.cookie.len);
        CHECK(row[i].label, people_audited(p, "auth.refused") == audited + row[i].audited);
    }
    CHECK("nobody is signed in", people_number(p, "SELECT count(*) FROM user_sessions") == 0);
}

static void test_a_weak_hash_is_made_anew(void **state)
{
    people *p = *state;
    char weak[crypto_pwhash_STRBYTES];
    CHECK("hashed", crypto_pwhash_str(weak, PASSWORD, strlen(PASSWORD), crypto_pwhash_OPSLIMIT_MIN,
                                      crypto_pwhash_MEMLIMIT_MIN) == 0);
    people_exec(p, "UPDATE users SET password_hash = '%s' WHERE email = 'viewer@a.example'", weak);
    people_signed_in(p, VIEWER);
    CHECK("another hash",
          people_number(p, "SELECT count(*) FROM users WHERE password_hash = '%s'", weak) == 0);
    people_signed_in(p, VIEWER); /* and it is of the same password */
}

static void test_a_user_agent_of_any_bytes(void **state)
{
    people *p = *state;
    char longest[400];
    memset(longest, 'x', sizeof longest);
    memcpy(longest + 299, "\xd9\x84", 2); /* a letter across the cut */
    static const char broken[] = "Agent \xff\xfe";
    const struct {
        const char *label;
        oq_str agent;
        int64_t kept;
    } row[] = {
        {"none", OQ_NONE, -1},
        {"no text", oq_strn(broken, sizeof broken - 1), -1},
        {"cut before a letter", oq_strn(longest, sizeof longest), 299},
    };
    login_order order = order_of("viewer@a.example", PASSWORD);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        login_result result = {0};
        CHECK_CODE(row[i].label,
                   login_sign_in(p->pool, p->arena, &order, OQ_STR("198.51.100.7"), row[i].agent,
                                 OQ_NONE, &result),
                   NULL);
        oq_str id = oq_uuid_text(p->arena, result.session.id);
        CHECK(row[i].label,
              people_number(p,
                            "SELECT coalesce(length(user_agent), -1) FROM user_sessions "
                            "WHERE id = '%.*s'",
                            OQ_FMT(id)) == row[i].kept);
    }
}

/* --- how often ------------------------------------------------------------------------------------*/

static const char *fact(const oq_err *err, const char *name)
{
    for (size_t i = 0; i < err->arg_count; i++)
        if (strcmp(err->arg[i].name, name) == 0)
            return err->arg[i].value.ptr;
    return "";
}

static void test_pauses_grow_by_account(void **state)
{
    people *p = *state;
    login_order wrong = order_of("admin@a.example", "no"),
                right = order_of("admin@a.example", PASSWORD);
    for (int i = 0; i < THROTTLE_FREE_BY_ACCOUNT; i++)
        CHECK_CODE("free", try_from(p, &wrong, "198.51.100.1"), "auth.wrong_credentials");
    static const int pause_s[] = {2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900};
    for (size_t i = 0; i < OQ_COUNT(pause_s); i++) {
        /* Each from elsewhere: the account is what is counted. */
        oq_str from = oq_strf(p->arena, "198.51.100.%zu", 10 + i);
        /* Inside one window, so that the count goes on. */
        people_exec(p, "UPDATE login_throttle SET window_start = to_timestamp(%lld)",
                    (long long)(oq_clock_now() / OQ_SECOND));
        CHECK_CODE("judged", try_from(p, &wrong, from.ptr), "auth.wrong_credentials");
        people_exec(p, "UPDATE login_throttle SET failures = %d WHERE key LIKE 'a:%%'",
                    THROTTLE_FREE_BY_ACCOUNT + 1 + (int)i);
        oq_err *err = try_from(p, &right, "203.0.113.9");
        CHECK_CODE("even the right password", err, "auth.too_many_attempts");
        CHECK("kind", err->kind == OQ_LIMIT);
        CHECK_STR("how long", oq_cstr(fact(err, "retry_after_s")),
                  oq_strf(p->arena, "%d", pause_s[i] + 1).ptr);
        people_exec(p, "UPDATE login_throttle SET failures = %d WHERE key LIKE 'a:%%'",
                    THROTTLE_FREE_BY_ACCOUNT + 1 + (int)i);
        oq_clock_advance(pause_s[i] * OQ_SECOND);
    }
    CHECK_CODE("after the pause", try_from(p, &right, "203.0.113.9"), NULL);
    CHECK("forgotten", people_number(p, "SELECT count(*) FROM login_throttle "
                                        "WHERE key LIKE 'a:%%'") == 0);
}

static void test_an_unknown_account_is_counted_alike(void **state)
{
    people *p = *state;
    login_order wrong = order_of("nobody@nowhere.example", "no");
    for (int i = 0; i <= THROTTLE_FREE_BY_ACCOUNT; i++)
        CHECK_CODE("judged", try_from(p, &wrong, "198.51.100.1"), "auth.wrong_credentials");
    CHECK_CODE("paused", try_from(p, &wrong, "198.51.100.1"), "auth.too_many_attempts");
}

static void test_an_address_is_counted_over_accounts(void **state)
{
    people *p = *state;
    for (int i = 0; i <= THROTTLE_FREE_BY_ADDRESS; i++) {
        login_order wrong = order_of(oq_strf(p->arena, "u%d@x.example", i).ptr, "no");
        CHECK_CODE("judged", try_from(p, &wrong, "198.51.100.1"), "auth.wrong_credentials");
    }
    login_order right = order_of("admin@a.example", PASSWORD);
    CHECK_CODE("paused", try_from(p, &right, "198.51.100.1"), "auth.too_many_attempts");
    CHECK_CODE("not elsewhere", try_from(p, &right, "198.51.100.2"), NULL);
    oq_clock_advance(10 * OQ_MINUTE);
    CHECK_CODE("later", try_from(p, &right, "198.51.100.1"), NULL);
}

static void test_the_window_ends(void **state)
{
    people *p = *state;
    login_order wrong = order_of("admin@a.example", "no");
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < THROTTLE_FREE_BY_ACCOUNT; i++)
            CHECK_CODE("free", try_from(p, &wrong, "198.51.100.1"), "auth.wrong_credentials");
        oq_clock_advance(THROTTLE_WINDOW + OQ_SECOND);
    }
}

/* What is counted before it is judged cannot be outrun. */
enum { AT_ONCE = 12 };

typedef struct racer {
    people *p;
    pthread_t thread;
    bool judged;
} racer;

static void *race(void *arg)
{
    racer *r = arg;
    login_result result = {0};
    oq_arena *arena = oq_arena_open(0);
    login_order wrong = order_of("admin@a.example", "no");
    oq_err *err =
        login_sign_in(r->p->pool, arena, &wrong, OQ_STR("198.51.100.1"), OQ_NONE, OQ_NONE, &result);
    r->judged = err && oq_err_is(err, "auth.wrong_credentials");
    oq_arena_close(arena);
    oq_err_reset();
    return NULL;
}

static void test_many_at_once(void **state)
{
    people *p = *state;
    racer all[AT_ONCE];
    int judged = 0;
    for (int i = 0; i < AT_ONCE; i++) {
        all[i] = (racer){.p = p};
        pthread_create(&all[i].thread, NULL, race, &all[i]);
    }
    for (int i = 0; i < AT_ONCE; i++) {
        pthread_join(all[i].thread, NULL);
        judged += all[i].judged;
    }
    CHECK("as many as one after the other", judged == THROTTLE_FREE_BY_ACCOUNT + 1);
    CHECK("all are counted", people_number(p, "SELECT failures FROM login_throttle "
                                              "WHERE key LIKE 'a:%%'") == AT_ONCE);
}

/* --- the second factor ------------------------------------------------------------------------------*/

/* Switches the viewer's on; gives the secret. */
static oq_str switch_totp_on(people *p)
{
    totp_offer offer;
    oq_scope *s = people_scope(p, VIEWER, OQ_WRITE);
    CHECK_CODE("not begun", access_totp_pending(s, &offer), "totp.not_begun");
    CHECK_OK(access_totp_begin(s, &offer));
    people_commit(s);
    oq_str raw = code_secret(p->arena, offer.secret_text);
    s = people_scope(p, VIEWER, OQ_WRITE);
    CHECK_CODE("a wrong code", access_totp_confirm(s, OQ_STR("000000")), "totp.wrong");
    CHECK_OK(access_totp_confirm(s, totp_code(p->arena, raw, NOW)));
    people_commit(s);
    CHECK("on", people_user(p, VIEWER)->has_totp);
    return raw;
}

static void test_two_steps(void **state)
{
    people *p = *state;
    oq_str secret = switch_totp_on(p);
    login_result first, second;
    login_order order = order_of("viewer@a.example", PASSWORD);
    oq_clock_advance(OQ_MINUTE);
    CHECK_CODE("the first step", people_sign_in(p, &order, &first), "auth.totp_required");
    CHECK("carries on", first.pending.len > 0 && !first.session.cookie.len);
    CHECK("tells nothing", oq_str_find(first.pending, OQ_STR("viewer")) == SIZE_MAX);

    login_order step = {.pending = first.pending, .totp = OQ_STR("123456")};
    CHECK_CODE("a wrong code", people_sign_in(p, &step, &second), "auth.totp_wrong");
    step.totp = totp_code(p->arena, secret, NOW);
    CHECK_CODE("an old code, used before", people_sign_in(p, &step, &second), "auth.totp_wrong");
    step.totp = totp_code(p->arena, secret, oq_clock_now());
    CHECK_OK(people_sign_in(p, &step, &second));
    CHECK("signed in", second.session.cookie.len > 0);
    CHECK_CODE("the same code again", people_sign_in(p, &step, &second), "auth.totp_wrong");
    CHECK("audited", people_audited(p, "auth.refused") == 3);
}

static void test_one_step(void **state)
{
    people *p = *state;
    oq_str secret = switch_totp_on(p);
    oq_clock_advance(OQ_MINUTE);
    login_result result;
    login_order order = order_of("viewer@a.example", PASSWORD);
    order.totp = totp_code(p->arena, secret, oq_clock_now());
    CHECK_OK(people_sign_in(p, &order, &result));
    CHECK_CODE("replayed", people_sign_in(p, &order, &result), "auth.totp_wrong");
    order.totp = totp_code(p->arena, secret, oq_clock_now() + 30 * OQ_SECOND);
    CHECK_CODE("a phone that is fast", people_sign_in(p, &order, &result), NULL);
    order.totp = totp_code(p->arena, secret, oq_clock_now());
    CHECK_CODE("earlier than the last", people_sign_in(p, &order, &result), "auth.totp_wrong");
}

static void test_the_first_step_gets_old(void **state)
{
    people *p = *state;
    oq_str secret = switch_totp_on(p);
    login_result first, second;
    login_order order = order_of("viewer@a.example", PASSWORD);
    CHECK_CODE("the first step", people_sign_in(p, &order, &first), "auth.totp_required");
    login_order step = {.pending = first.pending};

    char *forged = oq_str_c(p->arena, first.pending);
    forged[20] = forged[20] == 'A' ? 'B' : 'A';
    step.pending = oq_cstr(forged);
    step.totp = totp_code(p->arena, secret, oq_clock_now() + OQ_MINUTE);
    CHECK_CODE("forged", people_sign_in(p, &step, &second), "auth.step_expired");
    step.pending = OQ_STR("nonsense");
    CHECK_CODE("nonsense", people_sign_in(p, &step, &second), "auth.step_expired");

    oq_clock_advance(5 * OQ_MINUTE + OQ_SECOND);
    step.pending = first.pending;
    step.totp = totp_code(p->arena, secret, oq_clock_now());
    CHECK_CODE("too old", people_sign_in(p, &step, &second), "auth.step_expired");
}

/* Guesses at the code count, though the password is right each time. */
static void test_guesses_at_the_code_are_counted(void **state)
{
    people *p = *state;
    switch_totp_on(p);
    oq_clock_advance(OQ_MINUTE);
    int judged = 0;
    for (int i = 0; i < 20; i++) {
        login_result first, second;
        login_order order = order_of("viewer@a.example", PASSWORD);
        oq_err *err = people_sign_in(p, &order, &first);
        if (oq_err_is(err, "auth.too_many_attempts"))
            break;
        CHECK_CODE("the first step", err, "auth.totp_required");
        login_order step = {.pending = first.pending, .totp = OQ_STR("000000")};
        judged += oq_err_is(people_sign_in(p, &step, &second), "auth.totp_wrong");
    }
    CHECK("few guesses", judged > 0 && judged <= THROTTLE_FREE_BY_ACCOUNT + 1);
}

static void test_switching_it_off(void **state)
{
    people *p = *state;
    switch_totp_on(p);
    oq_scope *s = people_scope(p, VIEWER, OQ_WRITE);
    CHECK_CODE("wrong password", access_totp_disable(s, OQ_STR("no")), "password.wrong_current");
    CHECK_CODE("on already", access_totp_begin(s, &(totp_offer){0}), "totp.is_on");
    oq_scope_close(s);

    people_exec(p, "INSERT INTO tenant_settings (tenant_id, settings) VALUES "
                   "('0a000000-0000-0000-0000-000000000000', '{\"require_totp\": true}')");
    s = people_scope(p, VIEWER, OQ_WRITE);
    CHECK_CODE("required", access_totp_disable(s, OQ_STR(PASSWORD)), "totp.is_required");
    oq_scope_close(s);

    s = people_scope(p, VIEWER, OQ_WRITE);
    CHECK_CODE("no administrator", access_totp_reset(s, person_id(VIEWER)), "access.forbidden");
    oq_scope_close(s);
    s = people_scope(p, OTHER, OQ_WRITE);
    CHECK_CODE("of another tenant", access_totp_reset(s, person_id(VIEWER)), "user.not_found");
    oq_scope_close(s);
    s = people_scope(p, ADMIN, OQ_WRITE);
    CHECK_OK(access_totp_reset(s, person_id(VIEWER)));
    people_commit(s);
    CHECK("off", !people_user(p, VIEWER)->has_totp);
    CHECK("no secret is left", people_number(p, "SELECT count(*) FROM users "
                                                "WHERE totp_secret IS NOT NULL") == 0);
    session_check check;
    login_result result = people_signed_in(p, VIEWER);
    CHECK_OK(people_ask(p, result.session.cookie, &check));
    CHECK("to be set up first", check.who.must_enroll_totp);
}

/* A sealed secret that was copied to somebody else opens nothing there. */
static void test_a_secret_stays_with_its_person(void **state)
{
    people *p = *state;
    oq_str secret = switch_totp_on(p);
    people_exec(p, "UPDATE users SET totp_enabled_at = now(), totp_secret = "
                   "(SELECT totp_secret FROM users WHERE email = 'viewer@a.example') "
                   "WHERE email = 'admin@a.example'");
    login_result result;
    login_order order = order_of("admin@a.example", PASSWORD);
    order.totp = totp_code(p->arena, secret, oq_clock_now());
    CHECK_CODE("not opened", people_sign_in(p, &order, &result), "secret.not_openable");
}

#define EACH(test) cmocka_unit_test_setup(test, people_reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_the_right_password),
        EACH(test_who_may_not),
        EACH(test_a_weak_hash_is_made_anew),
        EACH(test_a_user_agent_of_any_bytes),
        EACH(test_pauses_grow_by_account),
        EACH(test_an_unknown_account_is_counted_alike),
        EACH(test_an_address_is_counted_over_accounts),
        EACH(test_the_window_ends),
        EACH(test_many_at_once),
        EACH(test_two_steps),
        EACH(test_one_step),
        EACH(test_the_first_step_gets_old),
        EACH(test_guesses_at_the_code_are_counted),
        EACH(test_switching_it_off),
        EACH(test_a_secret_stays_with_its_person),
    };
    return cmocka_run_group_tests(tests, people_open, people_close);
}
