/* The people of a tenant: added, found, changed, never left without an administrator. */
#include <pthread.h>

#include "integration/identity_people.h"

#include "base/banned.h"

/* --- adding -----------------------------------------------------------------------------------------*/

static oq_err *add(people *p, person by, const user_order *order, user **ret_user)
{
    oq_scope *s = people_scope(p, by, OQ_WRITE);
    return people_end(s, user_add(s, order, ret_user));
}

static void test_adding(void **state)
{
    people *p = *state;
    user *u = NULL;
    CHECK_OK(add(p, ADMIN,
                 &(user_order){.email = OQ_STR("New@A.example"),
                               .username = OQ_STR("new"),
                               .full_name = OQ_STR("جديد"),
                               .role = ROLE_ENGINEER},
                 &u));
    CHECK("as asked", u->role == ROLE_ENGINEER && u->is_active && !u->has_password &&
                          !u->has_totp && u->version == 1);
    CHECK_STR("name", u->full_name, "جديد");
    CHECK_STR("as typed", u->email, "New@A.example");
    CHECK("found at sign-in", people_number(p, "SELECT count(*) FROM login_names WHERE "
                                               "email_folded = 'new@a.example'") == 1);
    CHECK("audited", people_audited(p, "user.created") == 1);

    static const struct {
        const char *label;
        person by;
        const char *email, *username;
        oq_role role;
        const char *code, *field;
    } row[] = {
        {"taken here", ADMIN, "second@a.example", "", ROLE_VIEWER, "user.email_taken", "email"},
        {"in another case", ADMIN, "SECOND@a.example", "", ROLE_VIEWER, "user.email_taken",
         "email"},
        {"taken in another tenant", OTHER, "admin@a.example", "", ROLE_VIEWER, "user.email_taken",
         "email"},
        {"by the platform's owner", ADMIN, "owner@optria.example", "", ROLE_VIEWER,
         "user.email_taken", "email"},
        {"username taken", ADMIN, "x@a.example", "new", ROLE_VIEWER, "user.username_taken",
         "username"},
        {"another tenant's username", OTHER, "x@b.example", "new", ROLE_VIEWER, NULL, NULL},
        {"without a username", ADMIN, "y@a.example", "", ROLE_VIEWER, NULL, NULL},
        {"another without", ADMIN, "z@a.example", "", ROLE_VIEWER, NULL, NULL},
        {"a platform role in a tenant", ADMIN, "w@a.example", "", ROLE_PLATFORM_OWNER,
         "user.role_not_here", "role"},
        {"a tenant's role in the platform", OWNER, "w@a.example", "", ROLE_TENANT_ADMIN,
         "user.role_not_here", "role"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        int64_t before = people_number(p, "SELECT count(*) FROM users");
        user_order order = {.email = oq_cstr(row[i].email),
                            .username = oq_cstr(row[i].username),
                            .full_name = OQ_STR("X"),
                            .role = row[i].role};
        oq_err *err = add(p, row[i].by, &order, &u);
        CHECK_CODE(row[i].label, err, row[i].code);
        CHECK(row[i].label, !row[i].field || (err->field && strcmp(err->field, row[i].field) == 0));
        CHECK(row[i].label,
              people_number(p, "SELECT count(*) FROM users") == before + (row[i].code == NULL));
    }
    CHECK("each has a name to sign in with",
          people_number(
              p, "SELECT count(*) FROM users u LEFT JOIN login_names l ON "
                 "(l.tenant_id, l.user_id) = (u.tenant_id, u.id) WHERE l.user_id IS NULL") == 0);
}

/* --- finding ----------------------------------------------------------------------------------------*/

static size_t found(people *p, const user_query *query)
{
    user_list list = {0};
    oq_scope *s = people_scope(p, ADMIN, OQ_READ);
    CHECK_OK(user_find(s, query, &list));
    oq_scope_close(s);
    return list.count;
}

static void test_finding(void **state)
{
    people *p = *state;
    people_exec(p, "UPDATE users SET is_active = false WHERE email = 'viewer@a.example';"
                   "UPDATE users SET full_name = '100%% _\\' WHERE email = 'second@a.example'");
    const struct {
        const char *label, *q;
        int role, status;
        size_t count;
    } row[] = {
        {"all of the tenant", "", 0, 0, 4},
        {"part of a name", "ar", 0, 0, 1},
        {"in any case", "SARA", 0, 0, 1},
        {"part of the address", "@a.ex", 0, 0, 4},
        {"nobody of another tenant", "Lina", 0, 0, 0},
        {"a percent sign is itself", "100%", 0, 0, 1},
        {"an underscore too", "_", 0, 0, 1},
        {"a backslash too", "\\", 0, 0, 1},
        {"by role", "", ROLE_TENANT_ADMIN, 0, 2},
        {"active", "", 0, USER_ACTIVE, 3},
        {"inactive", "", 0, USER_INACTIVE, 1},
        {"both", "", ROLE_VIEWER, USER_ACTIVE, 0},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK(row[i].label, found(p, &(user_query){.q = oq_cstr(row[i].q),
                                                   .role = row[i].role,
                                                   .status = row[i].status,
                                                   .limit = 50}) == row[i].count);
    user_counts counts;
    oq_scope *s = people_scope(p, ADMIN, OQ_READ);
    CHECK_OK(user_count(s, &counts));
    CHECK("counts", counts.active == 3 && counts.inactive == 1 && counts.with_totp == 0);
    user *u;
    CHECK_CODE("the wall", user_get(s, person_id(OTHER), &u), "user.not_found");
    size_t seen = 0;
    user_query page = {.limit = 3};
    user_list list;
    do {
        CHECK_OK(user_find(s, &page, &list));
        seen += list.count;
        page.cursor = list.next;
    } while (list.next.len);
    CHECK("page by page", seen == 4);
    oq_scope_close(s);
}

/* --- changing ---------------------------------------------------------------------------------------*/

static oq_err *change(people *p, person by, person whom, int role, bool is_active, int64_t version)
{
    user *u;
    oq_scope *s = people_scope(p, by, OQ_WRITE);
    user_change wanted = {
        .full_name = OQ_STR("Same"), .role = role, .is_active = is_active, .version = version};
    return people_end(s, user_update(s, person_id(whom), &wanted, &u));
}

static void test_changing(void **state)
{
    people *p = *state;
    static const struct {
        const char *label;
        person by, whom;
        int role;
        bool is_active;
        int64_t version;
        const char *code;
    } row[] = {
        {"another's role", ADMIN, VIEWER, ROLE_ENGINEER, true, 1, NULL},
        {"an old version", ADMIN, VIEWER, ROLE_VIEWER, true, 1, "user.version_stale"},
        {"a later one", ADMIN, VIEWER, ROLE_VIEWER, true, 9, "user.version_stale"},
        {"one's own role", ADMIN, ADMIN, ROLE_VIEWER, true, 1, "user.not_oneself"},
        {"oneself", ADMIN, ADMIN, ROLE_TENANT_ADMIN, false, 1, "user.not_oneself"},
        {"one's own name", ADMIN, ADMIN, ROLE_TENANT_ADMIN, true, 1, NULL},
        {"a platform role", ADMIN, VIEWER, ROLE_PLATFORM_OWNER, true, 2, "user.role_not_here"},
        {"another tenant's person", OTHER, VIEWER, ROLE_VIEWER, true, 2, "user.not_found"},
        {"the other administrator", ADMIN, SECOND, ROLE_TENANT_ADMIN, false, 1, NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_CODE(row[i].label,
                   change(p, row[i].by, row[i].whom, row[i].role, row[i].is_active, row[i].version),
                   row[i].code);
    CHECK("audited", people_audited(p, "user.updated") == 3);
    CHECK("with what changed", people_number(p, "SELECT count(*) FROM audit_logs WHERE changes #>> "
                                                "'{role,to}' = 'engineer'") == 1);
}

static void test_the_last_administrator(void **state)
{
    people *p = *state;
    CHECK_OK(change(p, ADMIN, SECOND, ROLE_VIEWER, true, 1));
    /* By somebody who still may, at that moment: a token, or the platform's owner looking in. */
    CHECK_CODE("her role", change(p, SECOND, ADMIN, ROLE_VIEWER, true, 1), "user.last_admin");
    CHECK_CODE("her account", change(p, SECOND, ADMIN, ROLE_TENANT_ADMIN, false, 1),
               "user.last_admin");
    CHECK("still there",
          people_user(p, ADMIN)->is_active && people_user(p, ADMIN)->role == ROLE_TENANT_ADMIN);
}

typedef struct leaver {
    people *p;
    person by, whom;
    pthread_t thread;
    bool done, is_last;
} leaver;

/* A scope of its own arena; people_scope's belongs to the main thread. */
static void *leave(void *arg)
{
    leaver *l = arg;
    oq_arena *arena = oq_arena_open(0);
    oq_scope *s = NULL;
    user *u;
    oq_err *err = oq_scope_open(&(oq_scope_options){.pool = l->p->pool,
                                                    .tenant_id = TENANT_A,
                                                    .access = OQ_WRITE,
                                                    .actor = {.kind = ACTOR_USER,
                                                              .id = person_id(l->by),
                                                              .home_tenant = TENANT_A,
                                                              .label = OQ_STR("x"),
                                                              .role = ROLE_TENANT_ADMIN},
                                                    .arena = arena},
                                &s);
    if (!err) {
        user_change wanted = {.full_name = OQ_STR("Same"),
                              .role = ROLE_TENANT_ADMIN,
                              .is_active = false,
                              .version = 1};
        err = people_end(s, user_update(s, person_id(l->whom), &wanted, &u));
    }
    l->done = !err;
    l->is_last = err && oq_err_is(err, "user.last_admin");
    oq_arena_close(arena);
    oq_err_reset();
    return NULL;
}

static void test_two_administrators_deactivate_each_other(void **state)
{
    people *p = *state;
    for (int round = 0; round < 5; round++) {
        people_reset(state);
        leaver a = {.p = p, .by = ADMIN, .whom = SECOND}, b = {.p = p, .by = SECOND, .whom = ADMIN};
        pthread_create(&a.thread, NULL, leave, &a);
        pthread_create(&b.thread, NULL, leave, &b);
        pthread_join(a.thread, NULL);
        pthread_join(b.thread, NULL);
        CHECK("one of them", a.done + b.done == 1);
        CHECK("the other is told", a.is_last + b.is_last == 1);
        CHECK("one is left",
              people_number(p, "SELECT count(*) FROM users WHERE is_active AND "
                               "role = 'tenant_admin' AND email LIKE '%%@a.example'") == 1);
    }
}

static void test_the_profile(void **state)
{
    people *p = *state;
    user *u = NULL;
    static const struct {
        const char *label, *lang, *zone, *code;
    } row[] = {
        {"chosen", "en", "Asia/Riyadh", NULL},
        {"emptied", "", "", NULL},
        {"no language of ours", "de", "", "field.not_a_choice"},
    };
    int64_t version = 1;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_scope *s = people_scope(p, VIEWER, OQ_WRITE);
        user_profile profile = {.full_name = OQ_STR("Noura"),
                                .lang = oq_cstr(row[i].lang),
                                .time_zone = oq_cstr(row[i].zone),
                                .hijri = true,
                                .version = version};
        CHECK_CODE(row[i].label, people_end(s, user_update_profile(s, &profile, &u)), row[i].code);
        if (row[i].code)
            continue;
        CHECK_STR(row[i].label, u->lang, row[i].lang[0] ? row[i].lang : NULL);
        CHECK(row[i].label, u->hijri && u->version == ++version && u->role == ROLE_VIEWER);
    }
}

#define EACH(test) cmocka_unit_test_setup(test, people_reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_adding),
        EACH(test_finding),
        EACH(test_changing),
        EACH(test_the_last_administrator),
        EACH(test_two_administrators_deactivate_each_other),
        EACH(test_the_profile),
    };
    return cmocka_run_group_tests(tests, people_open, people_close);
}
