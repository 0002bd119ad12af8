/* The ways in that are handed over: reset links, and what is shown once. */
#include <pthread.h>

#include "identity/once.h"
#include "identity/reset.h"
#include "identity/seed.h"
#include "integration/identity_people.h"

#include "base/banned.h"

/* --- reset links --------------------------------------------------------------------------------------*/

#define WANTED "three quiet valves at noon"

static oq_str make_link(people *p, person by, person whom)
{
    oq_str code = OQ_NONE;
    oq_scope *s = people_scope(p, by, OQ_WRITE);
    CHECK_OK(reset_make(s, person_id(whom), &code));
    people_commit(s);
    return code;
}

static oq_err *use_link(people *p, oq_str code, const char *password)
{
    return reset_use(p->pool, p->arena, code, oq_cstr(password), OQ_STR("203.0.113.5"),
                     OQ_STR("test-request"));
}

static void test_a_reset_link(void **state)
{
    people *p = *state;
    login_result in = people_signed_in(p, VIEWER), result;
    oq_str code = make_link(p, ADMIN, VIEWER);
    session_check check;
    CHECK_OK(people_ask(p, in.session.cookie, &check)); /* nothing ends before it is used */
    CHECK_CODE("too short", use_link(p, code, "short"), "password.too_short");
    CHECK_CODE("with the name", use_link(p, code, "noura noura noura"), "password.like_name");
    CHECK_OK(use_link(p, code, WANTED)); /* still good after a password that was not */
    CHECK_CODE("twice", use_link(p, code, WANTED), "reset.code_invalid");
    CHECK_CODE("sessions end", people_ask(p, in.session.cookie, &check), "auth.session_ended");
    login_order order = {.email = OQ_STR("viewer@a.example"), .password = OQ_STR(PASSWORD)};
    CHECK_CODE("the old one", people_sign_in(p, &order, &result), "auth.wrong_credentials");
    order.password = OQ_STR(WANTED);
    CHECK_OK(people_sign_in(p, &order, &result));
    CHECK("no more duty", !people_user(p, VIEWER)->must_change_password);
    CHECK("audited", people_audited(p, "user.reset_link_made") == 1 &&
                         people_audited(p, "user.password_set") == 1);
}

static void test_an_invited_person_comes_in(void **state)
{
    people *p = *state;
    login_result result;
    CHECK("not yet", !people_user(p, INVITED)->has_password);
    CHECK_OK(use_link(p, make_link(p, ADMIN, INVITED), WANTED));
    login_order order = {.email = OQ_STR("invited@a.example"), .password = OQ_STR(WANTED)};
    CHECK_OK(people_sign_in(p, &order, &result));
}

static void test_links_that_are_no_good(void **state)
{
    people *p = *state;
    oq_str first = make_link(p, ADMIN, VIEWER), second = make_link(p, ADMIN, VIEWER);
    CHECK_CODE("replaced", use_link(p, first, WANTED), "reset.code_invalid");
    char *altered = oq_str_c(p->arena, second);
    altered[60] = altered[60] == 'A' ? 'B' : 'A';
    const struct {
        const char *label;
        oq_str code;
    } row[] = {
        {"none", OQ_STR("")},
        {"nonsense", OQ_STR("nonsense")},
        {"altered", oq_cstr(altered)},
        {"cut off", oq_str_sub(second, 0, second.len - 1)},
        {"all zeroes", oq_strf(p->arena, "%075d", 0)},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_CODE(row[i].label, use_link(p, row[i].code, WANTED), "reset.code_invalid");
    oq_clock_advance(RESET_LIFE - 1);
    CHECK_CODE("just in time", use_link(p, second, "short"), "password.too_short");
    oq_clock_advance(1);
    CHECK_CODE("a day later", use_link(p, second, WANTED), "reset.code_invalid");

    oq_scope *s = people_scope(p, OTHER, OQ_WRITE);
    oq_str code;
    CHECK_CODE("for another tenant's person", reset_make(s, person_id(VIEWER), &code),
               "user.not_found");
    oq_scope_close(s);
    CHECK("the secret is nowhere",
          people_number(p,
                        "SELECT count(*) FROM password_resets WHERE encode(secret_hash, "
                        "'base64') LIKE '%%%.*s%%'",
                        12, second.ptr + 50) == 0);
}

/* --- what is shown once -------------------------------------------------------------------------------*/

static oq_uuid put_once(people *p, person owner, const char *text)
{
    oq_uuid id = OQ_UUID_ZERO;
    oq_scope *s = people_scope(p, owner, OQ_WRITE);
    CHECK_OK(once_put(s, "first_admin", person_id(owner), oq_cstr(text), &id));
    people_commit(s);
    return id;
}

static oq_err *open_once(people *p, person who, oq_uuid id, oq_str *ret_text)
{
    oq_str purpose;
    oq_scope *s = people_scope(p, who, OQ_WRITE);
    return people_end(s, once_open(s, id, &purpose, ret_text));
}

static void test_shown_once(void **state)
{
    people *p = *state;
    oq_str text = OQ_NONE, purpose;
    oq_uuid id = put_once(p, OWNER, "the first password");
    CHECK("sealed",
          people_number(p, "SELECT count(*) FROM one_time_secrets WHERE "
                           "position('first password' in encode(sealed, 'escape')) > 0") == 0);
    oq_scope *s = people_scope(p, OWNER, OQ_READ);
    CHECK_OK(once_peek(s, id, &purpose));
    CHECK_OK(once_peek(s, id, &purpose)); /* looking whether takes nothing away */
    oq_scope_close(s);
    CHECK_STR("what for", purpose, "first_admin");

    oq_clock_advance(OQ_MINUTE);
    CHECK_OK(open_once(p, OWNER, id, &text));
    CHECK_STR("this once", text, "the first password");
    oq_err *err = open_once(p, OWNER, id, &text);
    CHECK_CODE("twice", err, "once.opened");
    CHECK_STR("when", err->arg[0].value, oq_time_text(p->arena, NOW + OQ_MINUTE).ptr);
    CHECK("gone", people_number(p, "SELECT count(*) FROM one_time_secrets "
                                   "WHERE sealed IS NOT NULL") == 0);
    CHECK("audited", people_audited(p, "once.opened") == 1);
}

static void test_shown_to_its_owner_in_time(void **state)
{
    people *p = *state;
    oq_str text = OQ_NONE;
    oq_uuid id = put_once(p, ADMIN, "mine");
    CHECK_CODE("a colleague", open_once(p, SECOND, id, &text), "once.not_found");
    CHECK_CODE("another tenant", open_once(p, OTHER, id, &text), "once.not_found");
    CHECK_CODE("never was", open_once(p, ADMIN, person_id(ADMIN), &text), "once.not_found");
    oq_scope *s = people_scope(p, ADMIN, OQ_WRITE);
    oq_str purpose;
    CHECK_OK(once_open(s, id, &purpose, &text));
    oq_scope_close(s); /* rolled back: it could not be shown */
    oq_clock_advance(ONCE_LIFE);
    CHECK_CODE("too late", open_once(p, ADMIN, id, &text), "once.expired");
    CHECK("nothing was shown but what was rolled back", people_audited(p, "once.opened") == 0);
}

typedef struct opener {
    people *p;
    oq_uuid id;
    pthread_t thread;
    bool got, was_opened;
} opener;

static void *open_at_once(void *arg)
{
    opener *o = arg;
    oq_arena *arena = oq_arena_open(0);
    oq_scope *s = NULL;
    oq_str purpose, text = OQ_NONE;
    oq_err *err = oq_scope_open(&(oq_scope_options){.pool = o->p->pool,
                                                    .tenant_id = TENANT_P,
                                                    .access = OQ_WRITE,
                                                    .actor = {.kind = ACTOR_USER,
                                                              .id = person_id(OWNER),
                                                              .home_tenant = TENANT_P,
                                                              .label = OQ_STR("owner")},
                                                    .arena = arena},
                                &s);
    if (!err)
        err = people_end(s, once_open(s, o->id, &purpose, &text));
    o->got = !err && oq_str_eq(text, OQ_STR("the first password"));
    o->was_opened = err && oq_err_is(err, "once.opened");
    oq_arena_close(arena);
    oq_err_reset();
    return NULL;
}

static void test_two_openers_at_once(void **state)
{
    people *p = *state;
    for (int round = 0; round < 10; round++) {
        oq_uuid id = put_once(p, OWNER, "the first password");
        opener all[4];
        int got = 0, told = 0;
        for (size_t i = 0; i < OQ_COUNT(all); i++) {
            all[i] = (opener){.p = p, .id = id};
            pthread_create(&all[i].thread, NULL, open_at_once, &all[i]);
        }
        for (size_t i = 0; i < OQ_COUNT(all); i++) {
            pthread_join(all[i].thread, NULL);
            got += all[i].got;
            told += all[i].was_opened;
        }
        CHECK("one sees it", got == 1);
        CHECK("the others are told", told == OQ_COUNT(all) - 1);
    }
}

/* --- a tenant's first administrator ---------------------------------------------------------------------*/

static void test_the_first_administrator(void **state)
{
    people *p = *state;
    db_platform *plat = NULL;
    oq_uuid user_id, secret_id;
    CHECK_OK(db_platform_open(&(db_platform_options){.pool = p->pool,
                                                     .access = OQ_WRITE,
                                                     .actor = {.kind = ACTOR_USER,
                                                               .id = person_id(OWNER),
                                                               .home_tenant = TENANT_P,
                                                               .label = OQ_STR("owner"),
                                                               .role = ROLE_PLATFORM_OWNER},
                                                     .arena = p->arena},
                              &plat));
    CHECK_CODE("taken",
               identity_seed_admin(plat, TENANT_B, OQ_STR("admin@a.example"), OQ_STR("X"), &user_id,
                                   &secret_id),
               "user.email_taken");
    CHECK_OK(identity_seed_admin(plat, TENANT_B, OQ_STR("first@b.example"), OQ_STR("First"),
                                 &user_id, &secret_id));
    CHECK_OK(db_platform_commit(plat));
    db_platform_close(plat);

    oq_str text = OQ_NONE;
    CHECK_OK(open_once(p, OWNER, secret_id, &text));
    CHECK("the address", oq_str_find(text, OQ_STR("\"email\":\"first@b.example\"")) != SIZE_MAX);
    size_t at = oq_str_find(text, OQ_STR("\"password\":\"")) + 12;
    login_result result;
    session_check check;
    login_order order = {.email = OQ_STR("first@b.example"), .password = oq_str_sub(text, at, 23)};
    CHECK_OK(people_sign_in(p, &order, &result));
    CHECK_OK(people_ask(p, result.session.cookie, &check));
    CHECK("a password of one's own first",
          check.who.must_change_password && check.who.actor.role == ROLE_TENANT_ADMIN);
}

#define EACH(test) cmocka_unit_test_setup(test, people_reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_a_reset_link),
        EACH(test_an_invited_person_comes_in),
        EACH(test_links_that_are_no_good),
        EACH(test_shown_once),
        EACH(test_shown_to_its_owner_in_time),
        EACH(test_two_openers_at_once),
        EACH(test_the_first_administrator),
    };
    return cmocka_run_group_tests(tests, people_open, people_close);
}
