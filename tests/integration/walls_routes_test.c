/* The wall between tenants, from outside: whoever asks for what belongs to somebody else is told
 * that there is no such thing, in the same words as for what never was, and changes nothing. All
 * routes are walked, so that a new one is covered on its first day. */
#include "plant/record.h"
#include "support/walls.h"

#include "base/banned.h"

static const char nowhere[] = "01890000-0000-7000-8000-00000000abcd";

/* --- who asks ---------------------------------------------------------------------------------*/

typedef struct stranger {
    const char *name;
    testclient *client;
    oq_caps caps;
    bool is_of_a; /* a colleague: a stranger to what is somebody's own */
    bool is_owner;
} stranger;

enum { STRANGERS = 4 };

static void meet(walls *w, stranger out[STRANGERS])
{
    oq_str all = walls_all_caps(w->arena);
    oq_caps caps = oq_caps_of_role(ROLE_TENANT_ADMIN);
    out[0] = (stranger){"admin of B", walls_sign_in(w, WALLS_ADMIN_B), caps};
    out[1] = (stranger){"token of B", testclient_open(w->app)};
    testclient_use_bearer(out[1].client, walls_token(w, WALLS_ADMIN_B, "walls", all.ptr));
    out[1].caps = caps & ~oq_cap_bit(CAP_TOKEN_MANAGE);
    out[2] = (stranger){"platform owner at home", walls_sign_in(w, WALLS_OWNER),
                        oq_caps_of_role(ROLE_PLATFORM_OWNER), .is_owner = true};
    out[3] = (stranger){"admin of A", walls_sign_in(w, WALLS_ADMIN_A), caps, .is_of_a = true};
}

static void part(stranger all[STRANGERS])
{
    for (size_t i = 0; i < STRANGERS; i++)
        testclient_close(all[i].client);
}

/* What is one person's own, whoever else is of the same tenant. */
static bool is_personal(oq_str noun)
{
    return oq_str_eq(noun, OQ_STR("sessions")) || oq_str_eq(noun, OQ_STR("notifications")) ||
           oq_str_eq(noun, OQ_STR("once"));
}

static bool is_stranger_to(const stranger *who, const http_route *route, oq_str noun)
{
    if (who->is_of_a)
        return is_personal(noun);
    return !(who->is_owner && route->handle_platform);
}

/* --- asking -----------------------------------------------------------------------------------*/

static testreply ask(walls *w, const stranger *who, const http_route *route, oq_str id)
{
    static int salt;
    return walls_ask(who->client, w->arena, route, walls_path(w->arena, route, id),
                     walls_body(w->arena, route, ++salt));
}

/* The status of what is not there for this person; without the right nobody gets so far. */
static int wanted_status(const stranger *who, const http_route *route)
{
    return route->cap == CAP_SIGNED_IN || oq_caps_have(who->caps, route->cap) ? 404 : 403;
}

static void walk(walls *w, const stranger *who, size_t *asked)
{
    for (size_t i = 0; i < walls_route_count(); i++) {
        const http_route *route = walls_route(i);
        oq_str noun = walls_noun(route);
        if (!oq_str_given(noun) || route->cap == CAP_PUBLIC)
            continue;
        oq_str id = walls_object(w, noun);
        const char *label =
            oq_strf(w->arena, "%s asks %s", who->name, walls_label(w->arena, route)).ptr;
        if (!oq_str_given(id))
            fail_msg("%s: \"%.*s\" has no maker in tests/support/walls.c", label, OQ_FMT(noun));
        if (!is_stranger_to(who, route, noun))
            continue;
        testreply there = ask(w, who, route, id);
        oq_str code = oq_str_copy(w->arena, walls_code(who->client, &there));
        int status = there.status;
        if (status != wanted_status(who, route))
            WALLS_COMPLAIN("%s: %d %.*s", label, status, OQ_FMT(there.body));
        testreply never = ask(w, who, route, oq_cstr(nowhere));
        oq_str other = walls_code(who->client, &never);
        if (never.status != status || !oq_str_eq(code, other))
            WALLS_COMPLAIN("%s: %d %.*s for what is, %d %.*s for what never was", label, status,
                           OQ_FMT(code), never.status, OQ_FMT(other));
        ++*asked;
    }
}

static void test_another_tenants_ids(void **state)
{
    walls *w = *state;
    stranger all[STRANGERS];
    size_t asked = 0;
    for (const char *const *noun = walls_nouns; *noun; noun++)
        walls_object(w, oq_cstr(*noun));
    meet(w, all);
    oq_str before = walls_rows(w, w->tenant_a, NULL);
    for (size_t i = 0; i < STRANGERS; i++)
        walk(w, &all[i], &asked);
    CHECK("something was asked", asked > 60);
    oq_str after = walls_rows(w, w->tenant_a, NULL);
    if (!oq_str_eq(before, after))
        WALLS_COMPLAIN("rows of A changed:\n%.*s\n%.*s", OQ_FMT(before), OQ_FMT(after));
    part(all);
    WALLS_NO_COMPLAINTS();
}

/* Every maker is of use: a noun that no route has any more goes away with its route. */
static void test_makers_are_used(void **state)
{
    walls *w = *state;
    for (const char *const *noun = walls_nouns; *noun; noun++) {
        bool is_used = false;
        for (size_t i = 0; i < walls_route_count(); i++)
            is_used |= oq_str_eq(walls_noun(walls_route(i)), oq_cstr(*noun));
        CHECK(*noun, is_used && walls_object(w, oq_cstr(*noun)).len);
    }
}

/* The other half of the proof: with the same path and body those may who find what is theirs. */
static void admit(walls *w, testclient *client, bool personal, bool is_owner)
{
    bool ended = false; /* the session is gone, by the first of two routes that end it */
    for (size_t i = 0; i < walls_route_count(); i++) {
        const http_route *route = walls_route(i);
        oq_str noun = walls_noun(route);
        bool is_platform = oq_cap_is_platform(route->cap);
        if (!oq_str_given(noun) || route->cap == CAP_PUBLIC || is_personal(noun) != personal ||
            is_platform != is_owner)
            continue;
        stranger entitled = {.client = client};
        testreply r = ask(w, &entitled, route, walls_object(w, noun));
        bool is_session = oq_str_eq(noun, OQ_STR("sessions"));
        bool is_again = r.status == 409 || (is_session && ended && r.status == 404);
        ended |= is_session;
        bool is_removal = route->method == HTTP_DELETE || strstr(route->path, "/delete") ||
                          strstr(route->path, "/remove");
        if (r.status < 400 && is_removal &&
            (record_kind_find(noun) || oq_str_eq(noun, OQ_STR("work-orders")) ||
             oq_str_eq(noun, OQ_STR("alarm-rules")) || oq_str_eq(noun, OQ_STR("rca-rules")) ||
             oq_str_eq(noun, OQ_STR("webhooks")) || oq_str_eq(noun, OQ_STR("scenarios"))))
            walls_forget(noun);
        if (r.status >= 400 && !is_again)
            WALLS_COMPLAIN("%s: %d %.*s", walls_label(w->arena, route), r.status,
                           OQ_FMT(oq_str_sub(r.body, 0, 300)));
    }
    testclient_close(client);
}

static void test_the_entitled_find_theirs(void **state)
{
    walls *w = *state;
    admit(w, walls_sign_in(w, WALLS_VIEWER_A), true, false);
    admit(w, walls_sign_in(w, WALLS_ADMIN_A), false, false);
    admit(w, walls_sign_in(w, WALLS_OWNER), false, true);
    WALLS_NO_COMPLAINTS();
}

/* --- what is no id ----------------------------------------------------------------------------*/

static void test_malformed_ids(void **state)
{
    walls *w = *state;
    testclient *admin = walls_sign_in(w, WALLS_ADMIN_A);
    testclient *owner = walls_sign_in(w, WALLS_OWNER);
    static const struct {
        const char *label, *id;
        int status;
    } row[] = {
        {"a word", "x", 404},
        {"a number", "1", 404},
        {"zero", "00000000-0000-0000-0000-000000000000", 404},
        {"one short", "01890000-0000-7000-8000-00000000abc", 404},
        {"one long", "01890000-0000-7000-8000-00000000abcde", 404},
        {"not hexadecimal", "0189000g-0000-7000-8000-00000000abcd", 404},
        {"in braces", "%7B01890000-0000-7000-8000-00000000abcd%7D", 404},
        {"SQL", "1'%20OR%20'1'='1", 404},
        {"a format", "%25s%25n%25d", 404},
        {"Arabic", "%D9%85%D8%B3%D8%AA%D8%AE%D8%AF%D9%85", 404},
        {"up and away", "..", 404},
        {"up and away in code", "%2e%2e", 404},
        {"blank", "%20", 404},
        {"NUL", "%00", 400},
        {"a slash in code", "a%2Fb", 400},
        {"bad code", "%zz", 400},
        {"bad UTF-8", "%C0%AF", 400},
    };
    for (size_t i = 0; i < walls_route_count(); i++) {
        const http_route *route = walls_route(i);
        if (!oq_str_given(walls_noun(route)) || route->cap == CAP_PUBLIC)
            continue;
        testclient *c = oq_cap_is_platform(route->cap) ? owner : admin;
        for (size_t r = 0; r < OQ_COUNT(row); r++) {
            testreply reply =
                walls_ask(c, w->arena, route, walls_path(w->arena, route, oq_cstr(row[r].id)),
                          walls_body(w->arena, route, 0));
            if (reply.status != row[r].status)
                WALLS_COMPLAIN("%s with %s: %d %.*s", walls_label(w->arena, route), row[r].label,
                               reply.status, OQ_FMT(reply.body));
        }
    }
    testclient_close(admin);
    testclient_close(owner);
    WALLS_NO_COMPLAINTS();
}

/* --- what is told without being asked ---------------------------------------------------------*/

/* Lists, pages and files of B hold nothing of A: no id, no name. */
static void test_lists_hold_nothing_of_others(void **state)
{
    walls *w = *state;
    oq_str ids[64];
    size_t count = 0;
    for (const char *const *noun = walls_nouns; *noun; noun++)
        ids[count++] = walls_object(w, oq_cstr(*noun));
    ids[count++] = oq_uuid_text(w->arena, w->admin_a);
    ids[count++] = OQ_STR(WALLS_MARK);
    ids[count++] = OQ_STR("wall-a.example");
    ids[count++] = OQ_STR("WALL_A");
    stranger all[STRANGERS];
    meet(w, all);
    size_t pages = 0;
    for (size_t i = 0; i < walls_route_count(); i++) {
        const http_route *route = walls_route(i);
        if (route->method != HTTP_GET || oq_str_given(walls_noun(route)) ||
            strcmp(route->path, "/api/live") == 0)
            continue;
        for (size_t who = 0; who < 2; who++) {
            testreply r = testclient_get(all[who].client, route->path);
            pages += r.status == 200;
            for (size_t n = 0; n < count; n++)
                if (oq_str_find(r.body, ids[n]) != SIZE_MAX)
                    WALLS_COMPLAIN("%s at %s finds %.*s of A", all[who].name, route->path,
                                   OQ_FMT(ids[n]));
        }
    }
    part(all);
    CHECK("something was seen", pages > 20);
    WALLS_NO_COMPLAINTS();
}

/* An id of A inside a query or a body would be a way around the path: no tenant's route takes one
 * yet. One that does belongs into this test, with A's id where B asks. */
static bool has_id(const oq_field *fields)
{
    for (const oq_field *f = fields; f && f->type != OQ_TYPE_END; f++)
        if (f->type == OQ_TYPE_UUID || f->type == OQ_TYPE_UUIDS ||
            (f->type == OQ_TYPE_OBJECT && has_id(f->fields)))
            return true;
    return false;
}

/* Questions that name an object: B gets nothing of A, whether as an empty list or as "not found".
 */
static const struct {
    const char *path, *query, *noun;
} asks_with_id[] = {
    {"/api/series", "asset_id", "series"},
    {"/api/outbox", "webhook_id", "webhooks"},
    {"/api/series/last", "ids", "series"},
    {"/api/series/at", "ids", "series"},
    {"/api/series/aggregate", "ids", "series"},
    {"/api/series/export.csv", "ids", "series"},
    {"/series/compare", "ids", "series"},
    {"/assets", "site_id", "sites"},
    {"/api/series/live", "ids", "series"},
    {"/series/new", "asset_id", "assets"},
    {"/api/blackbox/incidents", "asset_id", "assets"},
    {"/api/events", "asset_id", "assets"},
    {"/events", "asset_id", "assets"},
    {"/api/events/log", "asset_id", "assets"}, /* as a body: event_api_test */
    {"/api/blackbox/incidents/kpis", "asset_id", "assets"},
    {"/api/work-orders", "asset_id", "assets"},
    {"/blackbox", "asset_id", "assets"},
    {"/work-orders", "asset_id", "assets"},
    {"/work-orders.csv", "asset_id", "assets"},
    {"/work-orders/board", "site_id", "sites"},
    {"/work-orders/new", "asset", "assets"}, /* posts a person: the list has none of A's */
    {"/duty", "site_id", "sites"},
    {"/api/alarms", "asset_id", "assets"},
    {"/api/alarms", "rule_id", "alarm-rules"},
    {"/api/alarms/kpis", "site_id", "sites"},
    {"/api/alarms/export", "asset_id", "assets"},
    {"/api/alarm-rules", "class_id", "asset-classes"},
    {"/alarms", "asset_id", "assets"},
    {"/alarms", "site_id", "sites"},
    {"/api/optimization/maintenance-priority", "site_id", "sites"},
    {"/api/optimization/deferral-cost", "asset_id", "assets"},
    {"/api/optimization/compare", "a", "runs"},
    {"/optimization/compare", "a", "runs"},
    {"/api/optimization/runs", "scenario_id", "scenarios"},
    {"/api/ai/assets", "site_id", "sites"},
    {"/api/ai/assets", "class_id", "asset-classes"},
    {"/api/ai/models", "class_id", "asset-classes"},
    {"/api/ai/models", "asset_id", "assets"},
};

/* Records of the plant refer to one another in many ways: all of their routes are asked. */
static const struct {
    const char *member, *noun;
} plant_ids[] = {
    {"site_id", "sites"},          {"unit_id", "units"},
    {"class_id", "asset-classes"}, {"asset_id", "assets"},
    {"user_id", "users"},          {"shift_id", "shifts"},
    {"skill_id", "skills"},        {"integration_id", "integrations"},
};

/* The kind of "/api/sites" and of "/plant/sites". */
static const record_kind *kind_of(const http_route *route)
{
    oq_str rest = oq_str_sub(oq_cstr(route->path), 1, SIZE_MAX), area;
    oq_str_cut(&rest, '/', &area);
    bool is_plant = oq_str_eq(area, OQ_STR("api")) || oq_str_eq(area, OQ_STR("plant"));
    const record_kind *kind = is_plant ? record_kind_find(rest) : NULL;
    return kind && kind->get ? kind : NULL;
}

static const char *noun_of(const char *member)
{
    for (size_t i = 0; i < OQ_COUNT(plant_ids); i++)
        if (strcmp(plant_ids[i].member, member) == 0)
            return plant_ids[i].noun;
    fail_msg("%s: say here what it is an id of", member);
    return NULL;
}

/* A list by what belongs to A is empty; a record that points there is refused. */
static void ask_plant(walls *w, testclient *b, const http_route *route)
{
    if (route->method == HTTP_POST) {
        oq_str json = walls_plant_json(w, oq_cstr(kind_of(route)->path), WALLS_MARK);
        testreply r = testclient_json(b, "POST", route->path, json.ptr);
        if (r.status != 422 || oq_str_find(r.body, OQ_STR("plant.reference_unknown")) == SIZE_MAX)
            WALLS_COMPLAIN("POST %s: %d %.*s", route->path, r.status, OQ_FMT(r.body));
    }
    for (const oq_field *f = route->query; f && f->type != OQ_TYPE_END; f++) {
        if (f->type != OQ_TYPE_UUID)
            continue;
        oq_str id = walls_object(w, oq_cstr(noun_of(f->name)));
        oq_str path = oq_strf(w->arena, "%s?%s=%.*s", route->path, f->name, OQ_FMT(id));
        testreply r = testclient_get(b, path.ptr);
        bool is_empty = route->is_page ? oq_str_find(r.body, OQ_STR(WALLS_MARK)) == SIZE_MAX
                                       : oq_str_find(r.body, OQ_STR("\"items\":[]")) != SIZE_MAX;
        if (r.status != 200 || !is_empty)
            WALLS_COMPLAIN("%.*s: %d %.*s", OQ_FMT(path), r.status, OQ_FMT(r.body));
    }
}

/* Bodies with ids that have tests of their own: test_walls of alarm_api and of ai_api, optimize's
 * test_over_http. */
static const char *const asked_elsewhere[] = {
    "/api/alarms/acknowledge", "/api/alarm-silences",     "/api/alarm-rules/preview",
    "/alarms/acknowledge",     "/alarm-silences/new",     "/api/optimization/scenarios",
    "/optimization/plan",      "/optimization/scenarios", "/api/ai/models/fit"};

static bool is_listed(const char *path)
{
    for (size_t i = 0; i < OQ_COUNT(asked_elsewhere); i++)
        if (strcmp(asked_elsewhere[i], path) == 0)
            return true;
    for (size_t i = 0; i < OQ_COUNT(asks_with_id); i++)
        if (strcmp(asks_with_id[i].path, path) == 0)
            return true;
    return false;
}

static void test_ids_elsewhere(void **state)
{
    walls *w = *state;
    for (size_t i = 0; i < walls_route_count(); i++) {
        const http_route *route = walls_route(i);
        if (!oq_cap_is_platform(route->cap) && (has_id(route->query) || has_id(route->body)) &&
            !is_listed(route->path) && oq_str_empty(walls_noun(route)) && !kind_of(route))
            fail_msg("%s takes an id in its query or body: ask with one of another tenant here",
                     walls_label(w->arena, route));
    }
    testclient *b = walls_sign_in(w, WALLS_ADMIN_B);
    for (size_t i = 0; i < walls_route_count(); i++)
        if (kind_of(walls_route(i)) &&
            (has_id(walls_route(i)->query) || has_id(walls_route(i)->body)))
            ask_plant(w, b, walls_route(i));
    for (size_t i = 0; i < OQ_COUNT(asks_with_id); i++) {
        oq_str id = walls_object(w, oq_cstr(asks_with_id[i].noun));
        oq_str path = oq_strf(w->arena, "%s?%s=%.*s", asks_with_id[i].path, asks_with_id[i].query,
                              OQ_FMT(id));
        testreply r = testclient_get(b, path.ptr);
        bool is_page =
            oq_str_starts(r.type, OQ_STR("text/html")) || oq_str_starts(r.type, OQ_STR("text/csv"));
        bool is_empty = r.status == 200 && oq_str_find(r.body, OQ_STR("\"items\":[]")) != SIZE_MAX;
        if (strstr(asks_with_id[i].path, "incidents/kpis"))
            is_empty = r.status == 200 && oq_str_starts(r.body, OQ_STR("{\"incidents\":0,"));
        if (strstr(asks_with_id[i].path, "alarms/kpis"))
            is_empty = oq_str_find(r.body, OQ_STR("\"raised\":0,")) != SIZE_MAX;
        if (strstr(asks_with_id[i].path, "maintenance-priority"))
            is_empty = oq_str_starts(r.body, OQ_STR("{\"run\":null,"));
        if (oq_str_starts(r.type, OQ_STR("text/csv")))
            is_empty = oq_str_find(r.body, OQ_STR(WALLS_MARK)) == SIZE_MAX;
        if (is_page) /* of a list: without a word of A */
            is_empty = r.status == 200 && oq_str_find(r.body, OQ_STR(WALLS_MARK)) == SIZE_MAX;
        bool is_refused = r.status == 404 || r.status == 405; /* 405: told in a body */
        if (!is_refused && !is_empty)
            WALLS_COMPLAIN("%.*s: %d %.*s", OQ_FMT(path), r.status, OQ_FMT(r.body));
    }
    testclient_close(b);
    WALLS_NO_COMPLAINTS();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_another_tenants_ids),
        cmocka_unit_test(test_makers_are_used),
        cmocka_unit_test(test_malformed_ids),
        cmocka_unit_test(test_lists_hold_nothing_of_others),
        cmocka_unit_test(test_ids_elsewhere),
        cmocka_unit_test(test_the_entitled_find_theirs),
    };
    return cmocka_run_group_tests(tests, walls_open, walls_close);
}
