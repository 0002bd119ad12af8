/* People, tokens, the profile and what is shown once, as a browser without scripts uses them. */
#include "identity/totp.h"
#include "integration/identity_codes.h"
#include "integration/identity_house.h"

#include "base/banned.h"

/* --- people ---------------------------------------------------------------------------------------*/

static void test_a_person_is_added(void **state)
{
    house *h = *state;
    testclient *c = house_browser(h, "admin%40a.example");
    testreply r =
        testclient_form(c, "/users/new", "full_name=Omar&email=ADMIN%40b.example&role=engineer");
    check_status("taken", r, 409);
    check_shows("said at its field", r, "id=\"form-email-error\"");
    check_shows("the name stays", r, "value=\"Omar\"");
    check_shows("the role too", r, "value=\"engineer\" required checked");
    r = testclient_form(c, "/users/new", "full_name=&email=nonsense&role=king");
    check_status("all wrong", r, 422);
    check_shows("each", r, "id=\"form-full-name-error\"");
    check_shows("each", r, "id=\"form-email-error\"");
    check_shows("each", r, "id=\"form-role-error\"");
    CHECK("nobody came", testdb_number(testapp_db(h->app), "SELECT count(*) FROM users WHERE "
                                                           "full_name = 'Omar'") == 0);

    r = testclient_form(c, "/users/new",
                        "full_name=Omar&email=omar%40a.example&username=&role=engineer");
    check_status("added", r, 200);
    char *link = between(h, r, "<code id=\"reset-link\">", "</code>");
    CHECK("a link", strstr(link, "/reset#") != NULL);
    char *person = between(h, r, "<a class=\"button\" href=\"", "\"");
    CHECK("and nowhere else", !shows(testclient_get(c, person), strchr(link, '#')));

    testclient *omar = testclient_open(h->app);
    char *form = house_text(h, "reset_code=%s&new_password=", strchr(link, '#') + 1);
    r = testclient_form(omar, "/reset", house_text(h, "%sshort", form));
    check_status("too short", r, 422);
    check_shows("the code stays", r, strchr(link, '#') + 1);
    /* Who pastes the whole link means its code. */
    r = testclient_form(omar, "/reset",
                        house_text(h,
                                   "reset_code=http://x/reset%%23%s&new_password="
                                   "three+quiet+valves",
                                   strchr(link, '#') + 1));
    check_leads("chosen", r, "/login");
    r = testclient_form(omar, "/reset", house_text(h, "%sfour+quiet+valves", form));
    check_status("twice", r, 422);
    check_shows("said at its field", r, "id=\"form-reset-code-error\"");
    check_leads(
        "in", testclient_form(omar, "/login", "email=omar%40a.example&password=three+quiet+valves"),
        "/app");

    /* And out again, by the administrator. */
    char *path = house_text(h, "%s/deactivate", person);
    check_status("a button", testclient_send(c, "POST", path, NULL, OQ_NONE, NULL), 303);
    check_leads("turned away", testclient_get(omar, "/app"), "/login?next=/app");
    r = house_page(h, c, person);
    check_shows("shown so", r, "badge-off");
    check_leads("back", testclient_form(c, house_text(h, "%s/activate", person), ""), person);
    testclient_close(omar);
    testclient_close(c);
}

static void test_a_person_is_changed(void **state)
{
    house *h = *state;
    testclient *c = house_browser(h, "admin%40a.example");
    char self[OQ_UUID_TEXT], id[OQ_UUID_TEXT];
    oq_uuid_format(h->admin, self);
    oq_uuid_format(h->viewer, id);
    char *path = house_text(h, "/users/%.36s", id), *own = house_text(h, "/users/%.36s", self);
    testreply r = house_page(h, c, path);
    char *version = between(h, r, "name=\"version\" value=\"", "\"");
    char *form = house_text(h, "full_name=Noura&username=noura&role=engineer&version=%s", version);
    check_leads("saved", testclient_form(c, path, form), path);
    check_shows("a word about it", testclient_get(c, path), "toast-ok");
    r = testclient_form(c, path, form);
    check_status("old", r, 409);
    check_shows("said above the form", r, "notice-bad");
    CHECK("saving again is a decision",
          strcmp(between(h, r, "name=\"version\" value=\"", "\""), version) != 0);
    r = testclient_form(
        c, path, house_text(h, "full_name=&username=kept&role=engineer&version=%s", version));
    check_status("no name", r, 422);
    check_shows("what was typed stays", r, "value=\"kept\"");

    r = testclient_form(c, house_text(h, "%s/deactivate", own), "");
    check_status("oneself", r, 422);
    check_shows("why", r, "notice-bad");
    check_leads("the second factor", testclient_form(c, house_text(h, "%s/reset-totp", path), ""),
                path);
    r = testclient_form(c, house_text(h, "%s/reset-link", path), "");
    check_status("a new link", r, 200);
    check_shows("shown", r, "id=\"reset-link\"");
    testclient *other = house_browser(h, "admin%40b.example");
    check_status("another tenant's", testclient_get(other, path), 404);
    testclient_close(other);
    testclient_close(c);
}

/* --- tokens ---------------------------------------------------------------------------------------*/

static void test_a_token_is_made(void **state)
{
    house *h = *state;
    testclient *c = house_browser(h, "admin%40a.example");
    testreply r = testclient_get(c, "/tokens/new");
    CHECK("only what one has", shows(r, "value=\"asset.read\"") &&
                                   !shows(r, "value=\"tenant.manage\"") &&
                                   !shows(r, "value=\"signed_in\""));
    r = testclient_form(c, "/tokens/new", "name=gateway&days=0");
    check_status("wrong", r, 422);
    check_shows("each", r, "id=\"form-days-error\"");
    check_shows("each", r, "id=\"form-capabilities-error\"");
    r = testclient_form(c, "/tokens/new",
                        "name=&days=30&capabilities=asset.read&capabilities=audit.read");
    check_status("no name", r, 422);
    check_shows("the choice stays", r, "value=\"asset.read\" checked");
    r = testclient_form(c, "/tokens/new",
                        "name=gateway&days=30&capabilities=asset.read&capabilities=audit.read");
    check_status("made", r, 200);
    char *secret = between(h, r, "<code id=\"token-secret\">", "</code>");
    testclient *machine = testclient_open(h->app);
    testclient_use_bearer(machine, oq_cstr(secret));
    check_status("good", testclient_get(machine, "/api/me"), 200);
    r = testclient_get(c, "/tokens");
    check_shows("listed", r, "gateway");
    CHECK("not its secret", !shows(r, secret));
    char *revoke = between(h, r, "<form method=\"post\" action=\"/tokens/", "\"");
    check_leads("revoked", testclient_form(c, house_text(h, "/tokens/%s", revoke), ""), "/tokens");
    check_status("no longer", testclient_get(machine, "/api/me"), 401);
    check_leads("twice is the same", testclient_form(c, house_text(h, "/tokens/%s", revoke), ""),
                "/tokens");
    testclient_close(machine);
    testclient_close(c);
}

/* --- oneself --------------------------------------------------------------------------------------*/

static void test_the_profile(void **state)
{
    house *h = *state;
    testapp_person(h->app, h->tenant_a, ROLE_ENGINEER, "self@a.example");
    testclient *c = house_browser(h, "self%40a.example");
    testreply r = testclient_get(c, "/profile?lang=ar");
    check_shows("zones to choose from", r, "<option value=\"Asia/Riyadh\">");
    char *version = between(h, r, "name=\"version\" value=\"", "\"");
    r = testclient_form(c, "/profile",
                        house_text(h, "full_name=Self&lang=&time_zone=Mars&version=%s", version));
    check_status("no zone", r, 422);
    check_shows("in Arabic", r, "منطقة زمنية غير معروفة");
    check_shows("what was typed stays", r, "value=\"Mars\"");
    r = testclient_form(c, "/profile",
                        house_text(h,
                                   "full_name=Self&lang=en&time_zone=Asia%%2FDubai&"
                                   "hijri=on&version=%s",
                                   version));
    check_leads("saved", r, "/profile");
    r = testclient_get(c, "/profile");
    check_shows("the choice counts at once", r, "<html lang=\"en\"");
    check_shows("zone", r, "value=\"Asia/Dubai\"");

    r = testclient_form(c, "/profile/password",
                        "current_password=x&new_password=three+quiet+valves");
    check_status("wrong", r, 422);
    CHECK("no password comes back", !shows(r, "three quiet valves"));
    testclient *elsewhere = house_browser(h, "self%40a.example");
    r = testclient_get(c, "/profile/sessions");
    char *end = between(h, r, "action=\"/profile/sessions/0", "\"");
    CHECK("others", shows(r, "end-others"));
    check_leads("ended", testclient_form(c, house_text(h, "/profile/sessions/0%s", end), ""),
                "/profile/sessions");
    check_leads("there", testclient_get(elsewhere, "/app"), "/login?next=/app");
    testclient_close(elsewhere);
    elsewhere = house_browser(h, "self%40a.example");
    check_leads("all", testclient_form(c, "/profile/sessions/end-others", ""), "/profile/sessions");
    check_leads("there", testclient_get(elsewhere, "/app"), "/login?next=/app");
    check_status("here", testclient_get(c, "/app"), 200);
    testclient_close(elsewhere);
    testclient_close(c);
}

/* A tenant that requires the second factor: nothing else is to be had until it is set up; then the
 * sign-in has two steps. */
static void test_a_required_second_factor(void **state)
{
    house *h = *state;
    oq_uuid tenant = testapp_tenant(h->app, "TENANT_T");
    testapp_person(h->app, tenant, ROLE_TENANT_ADMIN, "admin@t.example");
    char id[OQ_UUID_TEXT];
    oq_uuid_format(tenant, id);
    testdb_exec(testapp_db(h->app),
                house_text(h,
                           "INSERT INTO tenant_settings (tenant_id, settings) VALUES ('%.36s', "
                           "'{\"require_totp\": true}') ON CONFLICT (tenant_id) DO UPDATE SET "
                           "settings = excluded.settings",
                           id));
    testclient *c = house_browser(h, "admin%40t.example");
    check_leads("first of all", testclient_get(c, "/app"), "/profile/totp");
    check_leads("whatever is asked", testclient_get(c, "/users"), "/profile/totp");
    check_status("the API says so", testclient_get(c, "/api/users"), 403);
    check_leads("begun", testclient_form(c, "/profile/totp/begin", ""), "/profile/totp");
    testreply r = testclient_get(c, "/profile/totp?lang=en");
    check_shows("a picture", r, "<svg class=\"qr\" viewBox=\"0 0 ");
    oq_str secret =
        code_secret(h->arena, oq_cstr(between(h, r, "<code id=\"totp-secret\">", "</code>")));
    r = testclient_form(c, "/profile/totp/confirm", "totp=000000");
    check_status("wrong", r, 422);
    check_shows("said at its field", r, "id=\"form-totp-error\"");
    oq_us now = oq_clock_now();
    char *code = house_text(h, "%.6s", totp_code(h->arena, secret, now).ptr);
    char *next = house_text(h, "%.6s", totp_code(h->arena, secret, now + 30 * OQ_SECOND).ptr);
    check_leads("on", testclient_form(c, "/profile/totp/confirm", house_text(h, "totp=%s", code)),
                "/app");
    check_status("and on to work", testclient_get(c, "/users"), 200);
    r = testclient_get(c, "/profile/totp");
    CHECK("cannot be switched off", !shows(r, "/profile/totp/disable"));
    r = testclient_form(c, "/profile/totp/disable", "password=" GOOD_PASSWORD);
    check_status("nor by force", r, 409);

    testclient *fresh = testclient_open(h->app);
    r = testclient_form(fresh, "/login?lang=en",
                        "email=admin%40t.example&password=" GOOD_PASSWORD "&next=%2Fusers");
    check_status("the second step", r, 200);
    check_shows("asks for the code", r, "name=\"totp\"");
    CHECK("the password is not carried along", !shows(r, "pump-house"));
    char *pending = between(h, r, "name=\"pending\" value=\"", "\"");
    r = testclient_form(fresh, "/login", house_text(h, "pending=%s&totp=&next=%%2Fusers", pending));
    check_status("no code", r, 422);
    r = testclient_form(fresh, "/login",
                        house_text(h, "pending=%s&totp=%s&next=%%2Fusers", pending, code));
    check_status("used before", r, 401);
    check_shows("said at its field", r, "id=\"form-totp-error\"");
    check_shows("still the second step", r, pending);
    r = testclient_form(fresh, "/login",
                        house_text(h, "pending=%s&totp=%s&next=%%2Fusers", pending, next));
    check_leads("in, and where one wanted to go", r, "/users");
    testclient_forget(fresh);
    r = testclient_form(fresh, "/login", "pending=nonsense&totp=123456");
    check_status("from the beginning", r, 401);
    check_shows("the first step", r, "name=\"password\"");
    testclient_close(fresh);
    testclient_close(c);
}

/* --- what is shown once ---------------------------------------------------------------------------*/

static void test_the_first_administrator(void **state)
{
    house *h = *state;
    testclient *owner = house_browser(h, "owner%40optria.example");
    testreply r = testclient_form(owner, "/tenants/new?lang=en",
                                  "code=TENANT_N&name=New&industry=power&time_zone=Asia%2FRiyadh&"
                                  "currency=SAR&admin_email=first%40n.example&admin_name=First");
    check_status("made", r, 303);
    r = testclient_get(owner, house_text(h, "%.*s", OQ_FMT(r.location)));
    char *once = house_text(h, "/once/%s", between(h, r, "href=\"/once/", "\""));
    r = testclient_get(owner, once);
    check_status("asks first", r, 200);
    CHECK("shows nothing yet", !shows(r, "first@n.example"));
    check_status("looking is harmless", testclient_get(owner, once), 200);
    testclient *other = house_browser(h, "admin%40a.example");
    check_status("nobody else's", testclient_get(other, once), 404);
    check_status("nor by force", testclient_form(other, once, ""), 404);

    r = testclient_form(owner, once, "");
    check_status("shown", r, 200);
    char *email = between(h, r, "<code id=\"once-email\">", "</code>");
    char *password = between(h, r, "<code id=\"once-password\">", "</code>");
    CHECK("whose", strcmp(email, "first@n.example") == 0 && strlen(password) == 23);
    r = testclient_form(owner, once, "");
    check_status("twice", r, 409);
    check_shows("said", r, "opened already");
    check_shows("when", r, "Opened:");
    CHECK("not shown", !shows(r, password));
    check_status("nor asked", testclient_get(owner, once), 409);

    testclient *first = testclient_open(h->app);
    check_leads("in",
                testclient_form(first, "/login",
                                house_text(h, "email=first%%40n.example&password=%s", password)),
                "/app");
    check_leads("a password of one's own", testclient_get(first, "/app"), "/profile/password");
    house_page(h, first, "/profile/password");
    check_leads("chosen",
                testclient_form(first, "/profile/password",
                                house_text(h,
                                           "current_password=%s&new_password=three+quiet+"
                                           "valves",
                                           password)),
                "/app");
    check_status("and on to work", testclient_get(first, "/users"), 200);
    testclient_close(first);
    testclient_close(other);
    testclient_close(owner);
}

/* --- looking into a tenant ------------------------------------------------------------------------*/

static void test_looking_into_a_tenant(void **state)
{
    house *h = *state;
    testclient *c = house_browser(h, "owner%40optria.example");
    char id[OQ_UUID_TEXT];
    oq_uuid_format(h->tenant_a, id);
    char *path = house_text(h, "/tenants/%.36s/enter", id);
    testreply r = testclient_form(c, path, "reason=x");
    check_status("no good reason", r, 422);
    check_shows("what was typed stays", r, "name=\"reason\" type=\"text\" value=\"x\"");
    check_leads("in", testclient_form(c, path, "reason=support+4711"), "/app");
    r = testclient_get(c, "/app?lang=en");
    check_shows("shown on every page", r, "action=\"/tenants/leave\"");
    check_shows("where", r, "TENANT_A");
    r = testclient_get(c, "/tokens");
    CHECK("leaves no tokens behind", !shows(r, "href=\"/tokens/new\""));
    check_status("nor by address", testclient_get(c, "/tokens/new"), 403);
    r = testclient_get(c, "/profile");
    check_shows("one's own profile stays one's own", r, "owner@optria.example");
    check_leads("out", testclient_form(c, "/tenants/leave", ""),
                house_text(h, "/tenants/%.36s", id));
    r = testclient_get(c, "/app");
    CHECK("home", !shows(r, "action=\"/tenants/leave\""));
    testclient_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_person_is_added),
        cmocka_unit_test(test_a_person_is_changed),
        cmocka_unit_test(test_a_token_is_made),
        cmocka_unit_test(test_the_profile),
        cmocka_unit_test(test_a_required_second_factor),
        cmocka_unit_test(test_the_first_administrator),
        cmocka_unit_test(test_looking_into_a_tenant),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
