#include "base/test.h"
#include "main/settings.h"

/* The environment of a test: pairs of name and value. */
static const char *const *fake;

static const char *fake_environment(const char *variable)
{
    for (const char *const *p = fake; p && *p; p += 2)
        if (strcmp(p[0], variable) == 0)
            return p[1];
    return NULL;
}

static void test_defaults(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    fake = NULL;
    settings s;
    CHECK_OK(settings_load(arena, fake_environment, &s));
    CHECK_STR("home", s.home, ".optria");
    CHECK_STR("bind", s.http_bind, "127.0.0.1");
    assert_int_equal(s.http_port, 8080);
    assert_true(s.blackbox_enabled && s.digital_twin_enabled && !s.demo_mode);
    assert_int_equal(s.demo_days, 90);
    assert_int_equal(s.log_level, OQ_LOG_INFO);
    assert_null(s.db_url.ptr);
    oq_arena_close(arena);
}

static void test_every_setting_is_described(void **state)
{
    for (const oq_field *f = setting_fields; f->type != OQ_TYPE_END; f++) {
        CHECK(f->name, f->env && f->help && f->help[0]);
        CHECK(f->name, !f->required);
        for (const oq_field *other = setting_fields; other != f; other++)
            CHECK(f->env, strcmp(f->env, other->env) != 0);
    }
}

static void test_refuse(void **state)
{
    static const struct {
        const char *variable, *value, *code;
    } row[] = {
        {"OPTRIA_HTTP_PORT", "http", "field.type"},
        {"OPTRIA_HTTP_PORT", "65536", "field.too_large"},
        {"OPTRIA_HTTP_PORT", "-1", "field.too_small"},
        {"OPTRIA_DEMO_MODE", "maybe", "field.type"},
        {"OPTRIA_LOG_LEVEL", "loud", "field.not_a_choice"},
        {"JWT_SECRET_KEY", "short", "field.too_short"},
        {"OPTRIA_MASTER_KEY", "short", "field.too_short"},
        {"OPTRIA_HTTP_PORT", "", NULL},
        {"BLACKBOX_ENABLED", "off", NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_arena *arena = oq_arena_open(0);
        fake = (const char *const[]){row[i].variable, row[i].value, NULL};
        settings s;
        oq_err *err = settings_load(arena, fake_environment, &s);
        CHECK_CODE(row[i].variable, err, row[i].code);
        if (err)
            CHECK_STR("names the variable", oq_cstr(err->field), row[i].variable);
        oq_arena_close(arena);
    }
}

static void test_require(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    fake = (const char *const[]){"OPTRIA_DB_URL", "postgresql:///x", NULL};
    settings s;
    CHECK_OK(settings_load(arena, fake_environment, &s));
    CHECK_OK(settings_require(&s, "OPTRIA_DB_URL"));
    oq_err *err = settings_require(&s, "JWT_SECRET_KEY");
    CHECK_CODE("missing", err, "config.missing");
    CHECK_STR("variable", err->arg[0].value, "JWT_SECRET_KEY");
    assert_true(oq_str_find(err->arg[1].value, OQ_STR("openssl rand -hex 32")) != SIZE_MAX);
    oq_arena_close(arena);
}

static void test_unknown_variables(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    char *const none[] = {"PATH=/bin", "OPTRIA_HTTP_PORT=1", "OPTRIA_TEST_URL=x", NULL};
    assert_int_equal(settings_warn_unknown(arena, none), 0);
    char *const some[] = {"OPTRIA_HTTP_PROT=1", "OPTRIA_=", "OPTRIA_X", "PATH=/bin", NULL};
    assert_int_equal(settings_warn_unknown(arena, some), 3);
    oq_arena_close(arena);
}

static void test_mask(void **state)
{
    static const struct {
        const char *url, *shown;
    } row[] = {
        {"postgresql://localhost/x", "postgresql://localhost/x"},
        {"postgresql://u@h:5432/x", "postgresql://u@h:5432/x"},
        {"postgresql://u:pw@h:5432/x", "postgresql://u:********@h:5432/x"},
        {"postgresql://u:p@w@h/x", "postgresql://u:********@h/x"},
        {"postgresql://u:p:w@h/x?port=1", "postgresql://u:********@h/x?port=1"},
        {"postgresql://:pw@h", "postgresql://:********@h"},
        {"postgresql:///x?host=/run/a&user=b", "postgresql:///x?host=/run/a&user=b"},
        {"postgresql:///x?user=b&password=pw&port=1",
         "postgresql:///x?user=b&password=********&port=1"},
        {"postgresql:///x?passwort=pw", "postgresql:///x?passwort=********"},
        {"host=h pasword=pw", "host=h pasword=********"},
        {"postgresql:///x?sslpassword=pw", "postgresql:///x?sslpassword=********"},
        {"postgresql:///x?pass%77ord=pw", "postgresql:///x?pass%77ord=********"},
        {"https://me:pw@pi.example/piwebapi", "https://me:********@pi.example/piwebapi"},
        {"host=h dbname=x", "host=h dbname=x"},
        {"host=h password=pw dbname=x", "host=h password=******** dbname=x"},
        {"password = pw  host=h", "password=******** host=h"},
        {"password='p w' host=h", "password=******** host=h"},
        {"password='p\\'w ' host=h", "password=******** host=h"},
        {"password=p\\ w host=h", "password=******** host=h"},
        {"password=a://b host=h", "password=******** host=h"},
        {"password=", "password=********"},
        {"password='open", "password=********"},
        {"secret", "********"},
        {"host=h secret", "********"},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].url, settings_mask_url(arena, oq_cstr(row[i].url)), row[i].shown);
    oq_arena_close(arena);
}

static void test_shown(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    fake = (const char *const[]){"JWT_SECRET_KEY", "0123456789abcdef0123456789abcdef",
                                 "OPTRIA_DB_URL", "postgresql://u:pw@h/x", NULL};
    settings s;
    CHECK_OK(settings_load(arena, fake_environment, &s));
    static const struct {
        const char *name, *shown;
    } row[] = {
        {"jwt_secret_key", "********"}, {"master_key", ""},
        {"http_port", "8080"},          {"db_url", "postgresql://u:********@h/x"},
        {"db_owner_url", ""},           {"blackbox_enabled", "true"},
        {"log_format", "keys"},         {"home", ".optria"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        const oq_field *f = oq_field_find(setting_fields, oq_cstr(row[i].name));
        CHECK_STR(row[i].name, settings_shown(arena, f, &s), row[i].shown);
    }
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_every_setting_is_described),
        cmocka_unit_test(test_refuse),
        cmocka_unit_test(test_require),
        cmocka_unit_test(test_unknown_variables),
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
