/* The life of a session: renewal, silence, end, and that an end is seen at once everywhere. */
#include "identity/jwt.h"
#include "identity/own_access.h"
#include "identity/session_state.h"
#include "identity/switch.h"
#include "integration/identity_people.h"

#include "base/banned.h"

static void still_good(people *p, const char *label, oq_str cookie)
{
    session_check check;
    CHECK_CODE(label, people_ask(p, cookie, &check), NULL);
    CHECK(label, check.who.is_signed_in);
}

static void no_longer(people *p, const char *label, oq_str cookie, const char *code)
{
    session_check check;
    oq_err *err = people_ask(p, cookie, &check);
    CHECK_CODE(label, err, code);
    CHECK(label, err->kind == OQ_UNAUTHENTICATED && !check.who.is_signed_in);
}

/* Asks and takes the renewed cookie, which there must be. */
static oq_str renewed(people *p, const char *label, oq_str cookie)
{
    session_check check;
    CHECK_CODE(label, people_ask(p, cookie, &check), NULL);
    CHECK(label, check.new_cookie.len > 0 && !oq_str_eq(check.new_cookie, cookie));
    return check.new_cookie;
}

/* --- renewal --------------------------------------------------------------------------------------*/

#define RENEW (SESSION_RENEW_S * OQ_SECOND)
#define GRACE (SESSION_GRACE_S * OQ_SECOND)

static void test_a_cookie_is_renewed_while_it_is_used(void **state)
{
    people *p = *state;
    login_result in = people_signed_in(p, ADMIN);
    session_check check;
    CHECK_OK(people_ask(p, in.session.cookie, &check));
    CHECK("not yet", !check.new_cookie.len);
    oq_clock_advance(RENEW);
    oq_str second = renewed(p, "due", in.session.cookie);
    still_good(p, "the new one", second);
    oq_clock_advance(RENEW);
    oq_str third = renewed(p, "and again", second);
    still_good(p, "the newest", third);
    CHECK("one session all along", people_number(p, "SELECT count(*) FROM user_sessions") == 1);
}

/* The answer with the new cookie never arrived: the old one goes on, however long it takes. */
static void test_a_lost_answer(void **state)
{
    people *p = *state;
    login_result in = people_signed_in(p, ADMIN);
    oq_clock_advance(RENEW);
    renewed(p, "lost", in.session.cookie);
    oq_clock_advance(10 * OQ_MINUTE);
    oq_str second = renewed(p, "lost again", in.session.cookie);
    oq_clock_advance(10 * OQ_MINUTE);
    session_check check;
    CHECK_OK(people_ask(p, second, &check));
    CHECK("at last", check.who.is_signed_in);
}

/* A page loads in parallel: some of its requests still carry the cookie before. */
static void test_grace(void **state)
{
    people *p = *state;
    login_result in = people_signed_in(p, ADMIN);
    oq_clock_advance(RENEW);
    oq_str second = renewed(p, "due", in.session.cookie);
    still_good(p, "the new one comes back", second);
    oq_clock_advance(GRACE - OQ_SECOND);
    session_check check;
    CHECK_OK(people_ask(p, in.session.cookie, &check));
    CHECK("without a cookie of its own", !check.new_cookie.len);
    still_good(p, "the new one too", second);
}

static void test_reuse_ends_the_session(void **state)
{
    people *p = *state;
    login_result in = people_signed_in(p, ADMIN);
    oq_clock_advance(RENEW);
    oq_str second = renewed(p, "due", in.session.cookie);
    still_good(p, "the new one comes back", second);
    oq_clock_advance(GRACE);
    no_longer(p, "an old copy", in.session.cookie, "auth.session_reused");
    no_longer(p, "nor the right one", second, "auth.session_ended");
    CHECK("audited", people_audited(p, "auth.session_reused") == 1);
    CHECK("why", people_number(p, "SELECT count(*) FROM user_sessions "
                                  "WHERE revoked_why = 'reused'") == 1);
}

static void test_two_renewals_behind(void **state)
{
    people *p = *state;
    login_result in = people_signed_in(p, ADMIN);
    oq_clock_advance(RENEW);
    oq_str second = renewed(p, "once", in.session.cookie);
    oq_clock_advance(RENEW);
    oq_str third = renewed(p, "twice", second);
    no_longer(p, "an old copy", in.session.cookie, "auth.session_reused");
    no_longer(p, "ended for all", third, "auth.session_ended");
}

/* --- ends by themselves ---------------------------------------------------------------------------*/

static void test_silence(void **state)
{
    people *p = *state;
    people_exec(p, "INSERT INTO tenant_settings (tenant_id, settings) VALUES "
                   "('0a000000-0000-0000-0000-000000000000', "
                   "'{\"session_idle_minutes\": 30, \"session_hours\": 24}')");
    login_result in = people_signed_in(p, ADMIN);
    oq_str cookie = in.session.cookie;
    for (int i = 0; i < 6; i++) {
        oq_clock_advance(29 * OQ_MINUTE);
        cookie = renewed(p, "used in time", cookie);
    }
    oq_clock_advance(30 * OQ_MINUTE + OQ_SECOND);
    no_longer(p, "silent", cookie, "auth.session_expired");
}

static void test_the_absolute_end(void **state)
{
    people *p = *state;
    login_result in = people_signed_in(p, ADMIN);
    oq_str cookie = in.session.cookie;
    for (int i = 0; i < 11; i++) {
        oq_clock_advance(OQ_HOUR);
        cookie = renewed(p, "each hour", cookie);
    }
    oq_clock_advance(OQ_HOUR - OQ_SECOND);
    cookie = renewed(p, "the last second", cookie);
    oq_clock_advance(OQ_SECOND);
    no_longer(p, "twelve hours", cookie, "auth.session_expired");
}

/* --- ended by somebody ----------------------------------------------------------------------------
 * With the cache on, as while notices are heard. */

static bool heard(void *self)
{
    return true;
}

static void test_the_cache_is_used(void **state)
{
    people *p = *state;
    session_cache_when(heard, NULL);
    login_result in = people_signed_in(p, ADMIN);
    still_good(p, "looked up", in.session.cookie);
    /* Behind everybody's back: what is remembered goes on until the notice, or its time. */
    people_exec(p, "UPDATE user_sessions SET revoked_at = now()");
    still_good(p, "remembered", in.session.cookie);
    session_on_notify(NULL, oq_uuid_text(p->arena, in.session.id));
    no_longer(p, "told by another process", in.session.cookie, "auth.session_ended");
}

static void test_notices_of_person_and_tenant(void **state)
{
    people *p = *state;
    session_cache_when(heard, NULL);
    const struct {
        const char *label;
        oq_uuid id;
    } row[] = {{"the person", person_id(ADMIN)}, {"the tenant", TENANT_A}};
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        login_result in = people_signed_in(p, ADMIN);
        still_good(p, row[i].label, in.session.cookie);
        people_exec(p, "UPDATE user_sessions SET revoked_at = now()");
        session_on_notify(NULL, OQ_STR("nonsense"));
        session_on_notify(NULL, oq_uuid_text(p->arena, person_id(OTHER)));
        still_good(p, "somebody else's notice", in.session.cookie);
        session_on_notify(NULL, oq_uuid_text(p->arena, row[i].id));
        no_longer(p, row[i].label, in.session.cookie, "auth.session_ended");
    }
    login_result in = people_signed_in(p, ADMIN);
    still_good(p, "before the gap", in.session.cookie);
    people_exec(p, "UPDATE user_sessions SET revoked_at = now()");
    session_on_gap(NULL);
    no_longer(p, "after a gap nothing is remembered", in.session.cookie, "auth.session_ended");
}

static void test_deaf_means_no_cache(void **state)
{
    people *p = *state;
    login_result in = people_signed_in(p, ADMIN);
    still_good(p, "looked up", in.session.cookie);
    people_exec(p, "UPDATE user_sessions SET revoked_at = now()");
    no_longer(p, "and looked up again", in.session.cookie, "auth.session_ended");
}

static void test_signed_out(void **state)
{
    people *p = *state;
    session_cache_when(heard, NULL);
    login_result in = people_signed_in(p, ADMIN), other = people_signed_in(p, ADMIN);
    still_good(p, "first", in.session.cookie);
    still_good(p, "second", other.session.cookie);
    oq_scope *s = people_scope(p, ADMIN, OQ_WRITE);
    CHECK_OK(session_end(s, in.session.id, "signed_out"));
    still_good(p, "not before the commit", in.session.cookie);
    people_commit(s);
    no_longer(p, "ended", in.session.cookie, "auth.session_ended");
    still_good(p, "the other goes on", other.session.cookie);
}

static void test_own_sessions(void **state)
{
    people *p = *state;
    login_result here = people_signed_in(p, ADMIN), there = people_signed_in(p, ADMIN);
    login_result somebody = people_signed_in(p, SECOND);
    session_list list;
    oq_scope *s = people_scope(p, ADMIN, OQ_WRITE);
    CHECK_OK(session_find(s, person_id(ADMIN), &list));
    CHECK("two", list.count == 2);
    CHECK_STR("device", user_agent_words(p->arena, list.at[0].user_agent), "Firefox, Linux");
    CHECK_CODE("another person's", session_end_own(s, person_id(ADMIN), somebody.session.id),
               "session.not_found");
    CHECK_OK(session_end_own(s, person_id(ADMIN), there.session.id));
    CHECK_CODE("twice", session_end_own(s, person_id(ADMIN), there.session.id),
               "session.not_found");
    people_commit(s);
    no_longer(p, "ended", there.session.cookie, "auth.session_ended");
    still_good(p, "not this one", here.session.cookie);
    still_good(p, "nor somebody else's", somebody.session.cookie);

    login_result again = people_signed_in(p, ADMIN);
    session_row *previous;
    s = people_scope(p, ADMIN, OQ_WRITE);
    CHECK_OK(session_find_previous(s, person_id(ADMIN), here.session.id, &previous));
    CHECK("an ended one counts too", previous && (oq_uuid_eq(previous->id, again.session.id) ||
                                                  oq_uuid_eq(previous->id, there.session.id)));
    CHECK_OK(session_end_others(s, person_id(ADMIN), here.session.id));
    people_commit(s);
    no_longer(p, "all others", again.session.cookie, "auth.session_ended");
    still_good(p, "but this one", here.session.cookie);
    still_good(p, "and nobody else's", somebody.session.cookie);
    CHECK("audited", people_audited(p, "session.ended") == 1 &&
                         people_audited(p, "session.others_ended") == 1);
}

static user *change(people *p, person by, person whom, const user_change *wanted)
{
    user *u = NULL;
    oq_scope *s = people_scope(p, by, OQ_WRITE);
    CHECK_OK(user_update(s, person_id(whom), wanted, &u));
    people_commit(s);
    return u;
}

static void test_what_an_administrator_changes_counts_at_once(void **state)
{
    people *p = *state;
    session_cache_when(heard, NULL);
    login_result in = people_signed_in(p, VIEWER);
    session_check check;
    still_good(p, "viewer", in.session.cookie);
    user *u = change(p, ADMIN, VIEWER,
                     &(user_change){.full_name = OQ_STR("Noura"),
                                    .role = ROLE_ENGINEER,
                                    .is_active = true,
                                    .version = people_user(p, VIEWER)->version});
    CHECK_OK(people_ask(p, in.session.cookie, &check));
    CHECK("another role", check.who.actor.role == ROLE_ENGINEER &&
                              check.who.actor.caps == oq_caps_of_role(ROLE_ENGINEER));
    u = change(p, ADMIN, VIEWER,
               &(user_change){.full_name = OQ_STR("Noura"),
                              .role = ROLE_ENGINEER,
                              .is_active = false,
                              .version = u->version});
    no_longer(p, "deactivated", in.session.cookie, "auth.session_ended");
    change(p, ADMIN, VIEWER,
           &(user_change){.full_name = OQ_STR("Noura"),
                          .role = ROLE_ENGINEER,
                          .is_active = true,
                          .version = u->version});
    no_longer(p, "active again: the old session stays ended", in.session.cookie,
              "auth.session_ended");
}

static void test_a_suspended_tenant(void **state)
{
    people *p = *state;
    login_result in = people_signed_in(p, OTHER), ours = people_signed_in(p, ADMIN);
    people_exec(p, "UPDATE tenants SET status = 'suspended' WHERE code = 'B_DEMO'");
    no_longer(p, "its people", in.session.cookie, "auth.tenant_suspended");
    still_good(p, "others", ours.session.cookie);
    people_exec(p, "UPDATE tenants SET status = 'active' WHERE code = 'B_DEMO'");
    still_good(p, "resumed", in.session.cookie);
}

static void test_a_password_change_ends_the_others(void **state)
{
    people *p = *state;
    login_result here = people_signed_in(p, ADMIN), there = people_signed_in(p, ADMIN);
    static const char wanted[] = "three quiet valves at noon";
    oq_scope *s = people_scope(p, ADMIN, OQ_WRITE);
    CHECK_CODE("wrong", access_change_password(s, OQ_STR("no"), oq_cstr(wanted), here.session.id),
               "password.wrong_current");
    CHECK_CODE("the same",
               access_change_password(s, OQ_STR(PASSWORD), OQ_STR(PASSWORD), here.session.id),
               "password.same");
    CHECK_CODE("too short",
               access_change_password(s, OQ_STR(PASSWORD), OQ_STR("short"), here.session.id),
               "password.too_short");
    CHECK_OK(access_change_password(s, OQ_STR(PASSWORD), oq_cstr(wanted), here.session.id));
    people_commit(s);
    still_good(p, "here", here.session.cookie);
    no_longer(p, "there", there.session.cookie, "auth.session_ended");
    login_result result;
    login_order order = {.email = OQ_STR("admin@a.example"), .password = OQ_STR(PASSWORD)};
    CHECK_CODE("the old one", people_sign_in(p, &order, &result), "auth.wrong_credentials");
    order.password = oq_cstr(wanted);
    CHECK_CODE("the new one", people_sign_in(p, &order, &result), NULL);
}

/* --- forged ---------------------------------------------------------------------------------------*/

static void test_forged_cookies(void **state)
{
    people *p = *state;
    login_result in = people_signed_in(p, ADMIN);
    jwt_claims mine, made;
    oq_str text;
    CHECK_OK(jwt_read(p->arena, in.session.cookie, &mine));

    /* Signed by us, so that only the row can tell: what would a leak of the key give away? */
    made = mine;
    made.tenant_id = TENANT_B;
    CHECK_OK(jwt_make(p->arena, &made, &text));
    no_longer(p, "in another tenant", text, "auth.session_ended");
    made = mine;
    made.user_id = person_id(SECOND);
    CHECK_OK(jwt_make(p->arena, &made, &text));
    no_longer(p, "as somebody else", text, "auth.session_invalid");
    made = mine;
    made.session_id = person_id(SECOND);
    CHECK_OK(jwt_make(p->arena, &made, &text));
    no_longer(p, "no such session", text, "auth.session_ended");
    made = mine;
    made.serial = 7;
    CHECK_OK(jwt_make(p->arena, &made, &text));
    no_longer(p, "a serial that was never given", text, "auth.session_invalid");
    made = mine;
    made.expires_at += OQ_DAY;
    CHECK_OK(jwt_make(p->arena, &made, &text));
    oq_clock_advance(13 * OQ_HOUR);
    no_longer(p, "a longer life", text, "auth.session_expired");
    oq_clock_set(NOW);

    CHECK_OK(jwt_setup(OQ_STR("another key for tests, of another server")));
    no_longer(p, "another server's key", in.session.cookie, "auth.session_invalid");
    CHECK_OK(jwt_setup(OQ_STR("a key for tests, and for nothing else at all")));
    static const char *const nonsense[] = {"", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."};
    for (size_t i = 0; i < OQ_COUNT(nonsense); i++)
        no_longer(p, nonsense[i], oq_cstr(nonsense[i]), "auth.session_invalid");
    char *altered = oq_str_c(p->arena, in.session.cookie);
    altered[in.session.cookie.len - 5] ^= 1;
    no_longer(p, "altered", oq_cstr(altered), "auth.session_invalid");
    still_good(p, "after all of this", in.session.cookie);
}

/* --- looking into a tenant --------------------------------------------------------------------------*/

static db_platform *platform(people *p)
{
    db_platform *plat = NULL;
    CHECK_OK(db_platform_open(
        &(db_platform_options){.pool = p->pool,
                               .access = OQ_WRITE,
                               .actor = {.kind = ACTOR_USER,
                                         .id = person_id(OWNER),
                                         .home_tenant = TENANT_P,
                                         .label = OQ_STR("owner@optria.example"),
                                         .role = ROLE_PLATFORM_OWNER,
                                         .caps = oq_caps_of_role(ROLE_PLATFORM_OWNER)},
                               .arena = p->arena},
        &plat));
    return plat;
}

static void test_looking_into_a_tenant(void **state)
{
    people *p = *state;
    session_cache_when(heard, NULL);
    login_result in = people_signed_in(p, OWNER);
    session_check check;
    CHECK_OK(people_ask(p, in.session.cookie, &check));
    CHECK("at home", oq_uuid_eq(check.who.tenant_id, TENANT_P));

    db_platform *plat = platform(p);
    CHECK_CODE("nowhere",
               switch_enter(plat, in.session.id, TENANT_P, person_id(ADMIN), OQ_STR("support")),
               "tenant.not_found");
    CHECK_OK(switch_enter(plat, in.session.id, TENANT_P, TENANT_A, OQ_STR("support ticket 4711")));
    CHECK_OK(db_platform_commit(plat));
    db_platform_close(plat);
    CHECK_OK(people_ask(p, in.session.cookie, &check));
    CHECK("inside", oq_uuid_eq(check.who.tenant_id, TENANT_A) &&
                        oq_uuid_eq(check.who.actor.home_tenant, TENANT_P));
    CHECK_STR("its name", check.who.tenant_name, "Tenant A");
    static const char both[] = "SELECT count(DISTINCT tenant_id) FROM audit_logs WHERE action = "
                               "'%s' AND object_label = 'A_DEMO' AND actor_label = "
                               "'owner@optria.example'";
    CHECK("in both audits", people_number(p, both, "tenant.entered") == 2);
    CHECK("with the reason",
          people_number(p, "SELECT count(*) FROM audit_logs WHERE "
                           "changes #>> '{reason,to}' = 'support ticket 4711'") == 2);

    plat = platform(p);
    CHECK_OK(switch_leave(plat, in.session.id, TENANT_A));
    CHECK_OK(db_platform_commit(plat));
    db_platform_close(plat);
    CHECK_OK(people_ask(p, in.session.cookie, &check));
    CHECK("home again", oq_uuid_eq(check.who.tenant_id, TENANT_P));
    CHECK("in both audits", people_number(p, both, "tenant.left") == 2);
    plat = platform(p);
    CHECK_OK(switch_leave(plat, in.session.id, TENANT_P));
    db_platform_close(plat);
}

/* From one tenant into another: both audits of the first say that it was left. */
static void test_from_tenant_to_tenant(void **state)
{
    people *p = *state;
    login_result in = people_signed_in(p, OWNER);
    db_platform *plat = platform(p);
    CHECK_OK(switch_enter(plat, in.session.id, TENANT_P, TENANT_A, OQ_STR("support ticket 1")));
    CHECK_OK(switch_enter(plat, in.session.id, TENANT_A, TENANT_B, OQ_STR("support ticket 2")));
    CHECK_OK(db_platform_commit(plat));
    db_platform_close(plat);
    static const char in_both[] = "SELECT count(DISTINCT tenant_id) FROM audit_logs WHERE action = "
                                  "'tenant.%s' AND object_label = '%s'";
    CHECK("entered", people_number(p, in_both, "entered", "A_DEMO") == 2);
    CHECK("left", people_number(p, in_both, "left", "A_DEMO") == 2);
    CHECK("entered the other", people_number(p, in_both, "entered", "B_DEMO") == 2);
    CHECK("and is there", people_number(p, in_both, "left", "B_DEMO") == 0);
}

static void test_a_suspended_tenant_is_not_entered(void **state)
{
    people *p = *state;
    login_result in = people_signed_in(p, OWNER);
    people_exec(p, "UPDATE tenants SET status = 'suspended' WHERE code = 'B_DEMO'");
    db_platform *plat = platform(p);
    CHECK_CODE("suspended",
               switch_enter(plat, in.session.id, TENANT_P, TENANT_B, OQ_STR("support")),
               "switch.is_suspended");
    db_platform_close(plat);
    /* And only one's own session moves. */
    login_result other = people_signed_in(p, ADMIN);
    plat = platform(p);
    CHECK_CODE("somebody else's",
               switch_enter(plat, other.session.id, TENANT_P, TENANT_A, OQ_STR("support")),
               "auth.session_ended");
    db_platform_close(plat);
}

#define EACH(test) cmocka_unit_test_setup(test, people_reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_a_cookie_is_renewed_while_it_is_used),
        EACH(test_a_lost_answer),
        EACH(test_grace),
        EACH(test_reuse_ends_the_session),
        EACH(test_two_renewals_behind),
        EACH(test_silence),
        EACH(test_the_absolute_end),
        EACH(test_the_cache_is_used),
        EACH(test_notices_of_person_and_tenant),
        EACH(test_deaf_means_no_cache),
        EACH(test_signed_out),
        EACH(test_own_sessions),
        EACH(test_what_an_administrator_changes_counts_at_once),
        EACH(test_a_suspended_tenant),
        EACH(test_a_password_change_ends_the_others),
        EACH(test_forged_cookies),
        EACH(test_looking_into_a_tenant),
        EACH(test_from_tenant_to_tenant),
        EACH(test_a_suspended_tenant_is_not_entered),
    };
    return cmocka_run_group_tests(tests, people_open, people_close);
}
