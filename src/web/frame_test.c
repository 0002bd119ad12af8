#include "base/embed.h"
#include "base/test.h"
#include "web/inner.h"

static oq_arena *arena;

static int open_arena(void **state)
{
    arena = oq_arena_open(0);
    return web_assets_load(arena,
                           OQ_STR("{\"app.css\":\"app.12ab.css\","
                                  "\"plex-latin-400.woff2\":\"plex-latin-400.9f.woff2\"}")) != NULL;
}

static int close_arena(void **state)
{
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}

static int load_languages(void **state)
{
    return oq_lang_load(oq_embedded_find(OQ_STR("lang/ar.json")),
                        oq_embedded_find(OQ_STR("lang/en.json"))) != NULL;
}

static oq_str at(const web_value *value, const char *path)
{
    oq_str rest = oq_cstr(path), part;
    while (oq_str_cut(&rest, '.', &part))
        value = web_get(value, part);
    return web_as_text(value);
}

static web_page page_of(oq_lang lang)
{
    web_page page = {
        .arena = arena,
        .locale = {.lang = lang, .time_zone = OQ_STR("Asia/Riyadh")},
        .view = web_object(arena),
        .template = "users/list",
        .title_key = "nav.users",
        .nav = "users",
    };
    return page;
}

static http_who person(oq_role role)
{
    return (http_who){
        .is_signed_in = true,
        .by_cookie = true,
        .actor = {.kind = ACTOR_USER,
                  .role = role,
                  .caps = oq_caps_of_role(role),
                  .home_tenant = {{1}},
                  .label = OQ_STR("demo@aramco.com")},
        .tenant_id = {{1}},
        .csrf_token = OQ_STR("csrf"),
        .full_name = OQ_STR("Sara Ahmad"),
        .tenant_name = OQ_STR("Aramco <demo>"),
        .tenant_code = OQ_STR("ARAMCO_DEMO"),
    };
}

static web_frame facts(const http_who *who)
{
    return (web_frame){
        .who = who,
        .target = OQ_STR("/users?q=a&lang=ar"),
        .path = OQ_STR("/users"),
        .request_id = OQ_STR("r-1"),
        .theme = OQ_STR("dark"),
        .toast = OQ_STR("ok.nav.users"),
        .now = INT64_C(1798750800) * OQ_SECOND, /* 2026-12-31T21:00:00Z: New Year in Riyadh */
    };
}

static void test_members(void **state)
{
    static const struct {
        const char *path, *text;
    } row[] = {
        {"lang", "en"},
        {"dir", "ltr"},
        {"is_rtl", "false"},
        {"other_lang", "ar"},
        {"other_lang_name", "العربية"},
        {"other_lang_dir", "rtl"},
        {"other_lang_href", "/users?q=a&lang=ar"},
        {"brand", "OPTRIA IQ"},
        {"title", "People"},
        {"page_title", "People · OPTRIA IQ"},
        {"content", "users/list"},
        {"path", "/users"},
        {"assets.app_css", "/static/app.12ab.css"},
        {"assets.plex_latin_400_woff2", "/static/plex-latin-400.9f.woff2"},
        {"theme", "dark"},
        {"is_signed_in", "true"},
        {"is_held", "false"},
        {"csrf_token", "csrf"},
        {"user.name", "Sara Ahmad"},
        {"user.initials", "SA"},
        {"user.email", "demo@aramco.com"},
        {"user.role", "tenant_admin"},
        {"user.role_text", "Tenant administrator"},
        {"tenant.name", "Aramco <demo>"},
        {"tenant.code", "ARAMCO_DEMO"},
        {"tenant.is_foreign", "false"},
        {"can_switch_tenant", "false"},
        {"year", "2027"},
        {"tz", "Asia/Riyadh"},
        {"request_id", "r-1"},
    };
    http_who who = person(ROLE_TENANT_ADMIN);
    web_frame f = facts(&who);
    web_page page = page_of(OQ_LANG_EN);
    CHECK_OK(web_frame_put(&page, &f));
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].path, at(page.view, row[i].path), row[i].text);

    const web_value *toast = web_at(web_get(page.view, OQ_STR("toasts")), 0);
    CHECK_STR("toast", at(toast, "kind"), "ok");
    CHECK_STR("toast", at(toast, "text"), "People");
    const web_value *t = web_get(page.view, OQ_STR("t")), *can = web_get(page.view, OQ_STR("can"));
    CHECK_STR("text", web_as_text(web_look_up(t, OQ_STR("nav.users"))), "People");
    CHECK_STR("no text", web_as_text(web_look_up(t, OQ_STR("no.such"))), "no.such");
    CHECK("may", web_is_true(web_look_up(can, OQ_STR("user.manage"))));
    CHECK("may not", !web_is_true(web_look_up(can, OQ_STR("tenant.manage"))));
    CHECK("no such right", !web_is_true(web_look_up(can, OQ_STR("everything"))));
}

static void test_arabic_and_a_title_of_its_own(void **state)
{
    http_who who = person(ROLE_PLATFORM_OWNER);
    who.tenant_id = (oq_uuid){{2}};
    web_frame f = facts(&who);
    web_page page = page_of(OQ_LANG_AR);
    page.title = OQ_STR("سارة");
    CHECK_OK(web_frame_put(&page, &f));
    CHECK_STR("dir", at(page.view, "dir"), "rtl");
    CHECK_STR("rtl", at(page.view, "is_rtl"), "true");
    CHECK_STR("title", at(page.view, "page_title"), "سارة · OPTRIA IQ");
    CHECK_STR("other", at(page.view, "other_lang_href"), "/users?q=a&lang=en");
    CHECK_STR("role", at(page.view, "user.role_text"),
              oq_text(OQ_LANG_AR, OQ_STR("role.platform_owner")).ptr);
    CHECK_STR("foreign", at(page.view, "tenant.is_foreign"), "true");
    CHECK_STR("switch", at(page.view, "can_switch_tenant"), "true");
}

static void test_nobody(void **state)
{
    http_who who = {0};
    web_frame f = {.who = &who, .target = OQ_STR("/"), .now = 0};
    web_page page = page_of(OQ_LANG_EN);
    CHECK_OK(web_frame_put(&page, &f));
    CHECK_STR("signed in", at(page.view, "is_signed_in"), "false");
    CHECK_STR("name", at(page.view, "user.name"), "");
    CHECK_STR("role", at(page.view, "user.role_text"), "");
    CHECK_STR("foreign", at(page.view, "tenant.is_foreign"), "false");
    CHECK_STR("theme", at(page.view, "theme"), "auto");
    assert_int_equal(web_count(web_get(page.view, OQ_STR("nav"))), 0);
    assert_int_equal(web_count(web_get(page.view, OQ_STR("toasts"))), 0);
}

/* The sidebar as "label: name name | ..."; the current one in brackets. */
static oq_str nav_text(const web_value *view)
{
    oq_str all = OQ_STR("");
    const web_value *groups = web_get(view, OQ_STR("nav"));
    for (size_t g = 0; g < web_count(groups); g++) {
        const web_value *group = web_at(groups, g), *items = web_get(group, OQ_STR("items"));
        all =
            oq_strf(arena, "%.*s%s%.*s:", OQ_FMT(all), g ? " | " : "", OQ_FMT(at(group, "label")));
        for (size_t i = 0; i < web_count(items); i++) {
            const web_value *item = web_at(items, i);
            bool is_current = web_is_true(web_get(item, OQ_STR("is_current")));
            all = oq_strf(arena, is_current ? "%.*s [%.*s]" : "%.*s %.*s", OQ_FMT(all),
                          OQ_FMT(at(item, "name")));
        }
    }
    return all;
}

static bool no_feature(void *self, const char *feature)
{
    return false;
}

static void test_nav_by_role(void **state)
{
    static const struct {
        oq_role role;
        const char *nav;
    } row[] = {
        {ROLE_PLATFORM_OWNER,
         ": dashboard | Plant: assets series plant | Black Box: alarms work_orders duty | "
         "Decide: optimization models | Platform: tenants leads"
         " | Access: [users] tokens audit | Operation: settings jobs notifications outbox api"},
        {ROLE_TENANT_ADMIN,
         ": dashboard | Plant: assets series plant | Black Box: alarms "
         "work_orders duty | Decide: optimization models | Access: [users] tokens audit"
         " | Operation: settings jobs notifications outbox api"},
        {ROLE_OPTIMIZATION_ENGINEER,
         ": dashboard | Plant: assets series plant | Black Box: alarms work_orders duty | "
         "Decide: optimization models | Operation: settings jobs notifications api"},
        {ROLE_RELIABILITY_ENGINEER,
         ": dashboard | Plant: assets series plant | Black Box: alarms "
         "work_orders duty | Decide: optimization models | Operation: settings notifications api"},
        {ROLE_ENGINEER,
         ": dashboard | Plant: assets series plant | Black Box: alarms work_orders "
         "duty | Decide: optimization models | Operation: settings notifications api"},
        {ROLE_VIEWER, ": dashboard | Plant: assets series plant | Black Box: alarms | Decide: "
                      "models | Operation: "
                      "notifications api"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        http_who who = person(row[i].role);
        web_frame f = facts(&who);
        f.feature_is_on = no_feature; /* the black box is off */
        web_page page = page_of(OQ_LANG_EN);
        CHECK_OK(web_frame_put(&page, &f));
        CHECK_STR(row[i].nav, nav_text(page.view), row[i].nav);
    }
}

static void test_who_is_held_has_no_nav(void **state)
{
    for (int why = 0; why < 2; why++) {
        http_who who = person(ROLE_PLATFORM_OWNER);
        who.must_change_password = why == 0;
        who.must_enroll_totp = why == 1;
        web_frame f = facts(&who);
        web_page page = page_of(OQ_LANG_EN);
        CHECK_OK(web_frame_put(&page, &f));
        CHECK_STR("nav", nav_text(page.view), "");
        CHECK_STR("held", at(page.view, "is_held"), "true");
        CHECK_STR("tenants", at(page.view, "can_switch_tenant"), "false");
    }
}

/* Every entry's sentences exist in both languages, and no capability is undecided. */
static void test_nav_table(void **state)
{
    size_t count = 0;
    for (const web_nav *n = web_navs; n->name; n++, count++) {
        CHECK(n->name, n->cap > CAP_UNDECIDED && n->cap < CAP_COUNT);
        CHECK(n->name, n->path[0] == '/' && n->icon[0]);
        for (int lang = 0; lang < OQ_LANG_COUNT; lang++) {
            CHECK(n->name, oq_text_exists((oq_lang)lang, oq_cstr(n->text_key)));
            CHECK(n->name, !n->group_key || oq_text_exists((oq_lang)lang, oq_cstr(n->group_key)));
        }
    }
    CHECK("entries", count >= 10);
}

static void test_taken_members(void **state)
{
    static const char *const names[] = {"user", "title", "nav", "t", "content", "csrf_token"};
    http_who who = person(ROLE_VIEWER);
    web_frame f = facts(&who);
    for (size_t i = 0; i < OQ_COUNT(names); i++) {
        web_page page = page_of(OQ_LANG_EN);
        web_put_cstr(page.view, names[i], "mine");
        oq_err *err = web_frame_put(&page, &f);
        CHECK_CODE(names[i], err, "web.member_taken");
        CHECK_STR(names[i], err->arg[0].value, names[i]);
    }
}

/* Whatever web_frame_put puts is on the list of names that a page may not take. */
static void test_all_members_are_guarded(void **state)
{
    http_who who = person(ROLE_VIEWER);
    web_frame f = facts(&who);
    web_page page = page_of(OQ_LANG_EN);
    CHECK_OK(web_frame_put(&page, &f));
    for (size_t i = 0; i < web_member_count(page.view); i++) {
        oq_str name;
        web_member_at(page.view, i, &name);
        web_page taken = page_of(OQ_LANG_EN);
        web_put_cstr(taken.view, name.ptr, "mine");
        CHECK_CODE(name.ptr, web_frame_put(&taken, &f), "web.member_taken");
    }
}

static void test_lang_href(void **state)
{
    static const struct {
        const char *target, *wanted;
    } row[] = {
        {"/", "/?lang=en"},
        {"/users", "/users?lang=en"},
        {"/users?", "/users?lang=en"},
        {"/users?lang=ar", "/users?lang=en"},
        {"/users?lang", "/users?lang=en"},
        {"/users?a=1&lang=ar&b=2", "/users?a=1&b=2&lang=en"},
        {"/users?lang=ar&lang=ar&language=x", "/users?language=x&lang=en"},
        {"/a?b=%3Flang%3Dar&&c", "/a?b=%3Flang%3Dar&c&lang=en"},
        {"/a?b=/c?d", "/a?b=/c?d&lang=en"},
        {"//evil.example/", "/?lang=en"},
        {"/\\evil.example/", "/?lang=en"},
        {"http://evil.example/", "/?lang=en"},
        {"javascript:alert(1)", "/?lang=en"},
        {"", "/?lang=en"},
        {"*", "/?lang=en"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].target, web_lang_href(arena, oq_cstr(row[i].target), OQ_LANG_EN),
                  row[i].wanted);
}

static void test_initials(void **state)
{
    static const struct {
        const char *name, *wanted;
    } row[] = {
        {"Sara Ahmad", "SA"},
        {"  Sara   Ali  Ahmad ", "SA"},
        {"Sara", "S"},
        {"sara ahmad", "sa"},
        {"Øyvind Ångström", "ØÅ"},
        {"محمد العتيبي", "م"},
        {"Sara العتيبي", "S"},
        {"Sara (Ops)", "S"},
        {"7 of 9", "79"},
        {"", ""},
        {"  ", ""},
        {"...", ""},
        {"\xff\xfe", ""},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].name, web_initials(arena, oq_cstr(row[i].name)), row[i].wanted);
    CHECK_STR("not given", web_initials(arena, OQ_NONE), "");
}

static void test_theme(void **state)
{
    CHECK("light", strcmp(web_theme(OQ_STR("light")), "light") == 0);
    CHECK("dark", strcmp(web_theme(OQ_STR("dark")), "dark") == 0);
    CHECK("auto", strcmp(web_theme(OQ_STR("auto")), "auto") == 0);
    CHECK("other", strcmp(web_theme(OQ_STR("\" onload=\"x")), "auto") == 0);
    CHECK("none", strcmp(web_theme(OQ_NONE), "auto") == 0);
}

static void test_toasts(void **state)
{
    static const struct {
        const char *cookie;
        bool ok;
        const char *kind, *text;
    } row[] = {
        {"ok.nav.users", true, "ok", "People"},
        {"error.nav.users", true, "error", "People"},
        {"bad.nav.users", false, "", ""},
        {"ok.no.such.key", false, "", ""},
        {"ok.<script>", false, "", ""},
        {"ok.", false, "", ""},
        {"ok", false, "", ""},
        {".nav.users", false, "", ""},
        {"", false, "", ""},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str kind = OQ_STR(""), text = OQ_STR("");
        CHECK(row[i].cookie,
              web_toast_read(oq_cstr(row[i].cookie), OQ_LANG_EN, &kind, &text) == row[i].ok);
        CHECK_STR(row[i].cookie, kind, row[i].kind);
        CHECK_STR(row[i].cookie, text, row[i].text);
    }
    CHECK_STR("written", web_toast_write(arena, "warn", "nav.users"), "warn.nav.users");
    CHECK("no such kind", !oq_str_given(web_toast_write(arena, "loud", "nav.users")));
}

static void test_assets(void **state)
{
    CHECK_STR("there", web_asset_path(OQ_STR("app.css")), "/static/app.12ab.css");
    CHECK_STR("not there", web_asset_path(OQ_STR("app.js")), "");
    CHECK("known", web_asset_is_known(OQ_STR("app.12ab.css")));
    CHECK("plain name", !web_asset_is_known(OQ_STR("app.css")));
    CHECK("manifest", !web_asset_is_known(OQ_STR("manifest.json")));
    static const char *const broken[] = {"[]", "{\"a\":1}x", "{\"a\":\"\"}", "{\"a\":null}",
                                         "{\"a\":{}}"};
    for (size_t i = 0; i < OQ_COUNT(broken); i++) {
        oq_err *err = web_assets_load(arena, oq_cstr(broken[i]));
        CHECK(broken[i], err && (oq_err_is(err, "web.manifest_malformed") ||
                                 oq_err_is(err, "json.malformed")));
    }
    CHECK_STR("kept", web_asset_path(OQ_STR("app.css")), "/static/app.12ab.css");
    CHECK_STR("css", oq_cstr(web_content_type(OQ_STR("a.1.css"))), "text/css; charset=utf-8");
    CHECK_STR("font", oq_cstr(web_content_type(OQ_STR("a.woff2"))), "font/woff2");
    CHECK_STR("other", oq_cstr(web_content_type(OQ_STR("a"))), "application/octet-stream");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        TEST(test_members),
        TEST(test_arabic_and_a_title_of_its_own),
        TEST(test_nobody),
        TEST(test_nav_by_role),
        TEST(test_who_is_held_has_no_nav),
        TEST(test_nav_table),
        TEST(test_taken_members),
        TEST(test_all_members_are_guarded),
        TEST(test_lang_href),
        TEST(test_initials),
        TEST(test_theme),
        TEST(test_toasts),
        TEST(test_assets),
    };
    return cmocka_run_group_tests(tests, load_languages, NULL);
}
