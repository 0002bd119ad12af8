#include <math.h>

#include "base/field_sample.h"
#include "base/test.h"

static oq_arena *arena;

static int open_arena(void **state)
{
    arena = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(arena);
    return 0;
}

static oq_str tell(const oq_err *err)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(100000);
    for (const oq_err *e = err; e; e = e->next) {
        if (out.len)
            oq_buf_lit(&out, "; ");
        oq_buf_f(&out, "%s %s", e->field, e->code);
        for (size_t i = 0; i < e->arg_count; i++)
            oq_buf_f(&out, " %s=%.*s", e->arg[i].name, OQ_FMT(e->arg[i].value));
    }
    return oq_str_copy(arena, oq_buf_view(&out));
}

/* "a=1&b=2" as pairs, nothing decoded. */
static oq_err *read_form(const char *form, sample *ret)
{
    oq_pair pair[40];
    size_t count = 0;
    oq_str part;
    for (oq_str rest = oq_cstr(form); oq_str_cut(&rest, '&', &part); count++) {
        size_t equals = oq_str_find_char(part, '=');
        assert(count < OQ_COUNT(pair) && equals != SIZE_MAX);
        pair[count] =
            (oq_pair){oq_str_sub(part, 0, equals), oq_str_sub(part, equals + 1, SIZE_MAX)};
    }
    return oq_fields_read_pairs(arena, sample_fields, pair, count, ret);
}

static void test_form(void **state)
{
    sample s;
    CHECK_OK(read_form("name= Pump 7 &password= a b &note=a\r\nb&count=٤٢&power_kw=-٣٫٥&share=1e-1"
                       "&is_active=off&is_loud=on&id=0190a1b2-c3d4-7e5f-8a6b-7c8d9e0fa1b2"
                       "&seen_at=٢٠٢٦-٠١-٣١T٠٨:٠٠:٠٠Z&built_on=\u200f٢٠٢٦-٠١-٣١&state=running"
                       "&settings={\"a\": [1]}&tags=a, b,,c&colours=red&colours=&colours=green"
                       "&spec.max=7&spec.is_sealed=yes&spec.poles=&balance=\u2066+7\u2069",
                       &s));
    CHECK_STR("name", s.name, "Pump 7");
    CHECK_STR("password", s.password, " a b ");
    CHECK_STR("note", s.note, "a\nb");
    CHECK("numbers", s.count == 42 && s.power_kw == -3.5 && s.share == 0.1 && s.balance == 7);
    CHECK("version", s.version == 1);
    CHECK("booleans", !s.is_active && s.is_loud);
    CHECK_STR("id", oq_uuid_text(arena, s.id), "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0fa1b2");
    CHECK("time", s.seen_at == INT64_C(1769846400) * OQ_SECOND);
    CHECK("date", s.built_on == oq_days_from_civil(2026, 1, 31));
    CHECK("choice", s.state == SAMPLE_RUNNING && s.mode == SAMPLE_STOPPED);
    CHECK_STR("settings", s.settings, "{\"a\":[1]}");
    CHECK("one text with commas", s.tags.count == 3);
    CHECK_STR("tag", s.tags.at[2], "c");
    CHECK("the name once per item", s.colours.count == 2);
    CHECK_STR("colour", s.colours.at[1], "green");
    CHECK("object", s.spec.max == 7 && s.spec.is_sealed && s.spec.poles == OQ_I64_NONE);
}

static void test_nothing_is_not_given(void **state)
{
    sample s;
    CHECK_OK(read_form("name=x&note=&count= &power_kw=&is_active=&id=&seen_at=&built_on=&state="
                       "&mode=&settings=&tags=&parts=,&spec.max=&spec.maker= ",
                       &s));
    CHECK("text", !oq_str_given(s.note) && !oq_str_given(s.settings));
    CHECK("numbers", s.count == OQ_I64_NONE && isnan(s.power_kw));
    CHECK("preset", s.is_active && s.mode == SAMPLE_STOPPED);
    CHECK("lists", s.tags.count == 0 && s.parts.count == 0);
    CHECK("object", isnan(s.spec.max));
}

static void test_an_item_may_hold_a_comma_when_items_come_alone(void **state)
{
    sample s;
    CHECK_OK(read_form("name=x&tags=a,b&tags=c", &s));
    CHECK("two", s.tags.count == 2);
    CHECK_STR("whole", s.tags.at[0], "a,b");
}

static void test_object_as_one_text(void **state)
{
    sample s;
    CHECK_OK(read_form("name=x&spec={\"max\":2.5,\"maker\":\"m\"}", &s));
    CHECK("max", s.spec.max == 2.5);
    CHECK_STR("maker", s.spec.maker, "m");
}

static void test_checkbox_behind_its_hidden_field(void **state)
{
    sample s;
    CHECK_OK(read_form("name=x&is_active=0&is_loud=0&is_loud=on", &s));
    CHECK("unticked and ticked", !s.is_active && s.is_loud);
}

static void test_errors(void **state)
{
    static const struct {
        const char *form, *errors;
    } row[] = {
        {"", "name field.required"},
        {"name= ", "name field.required"},
        {"name=x&name=y", "name field.duplicate"},
        {"name=x&count=1,5", "count field.type wanted=integer"},
        {"name=x&count=5x", "count field.type wanted=integer"},
        {"name=x&count=-", "count field.type wanted=integer"},
        {"name=x&count=0", "count field.too_small min=1"},
        {"name=x&count=99999999999999999999", "count field.too_large max=100"},
        {"name=x&count=-99999999999999999999", "count field.too_small min=1"},
        {"name=x&power_kw=1,5", "power_kw field.type wanted=number"},
        {"name=x&power_kw=٣٬٥", "power_kw field.type wanted=number"},
        {"name=x&power_kw=nan", "power_kw field.type wanted=number"},
        {"name=x&power_kw=0x10", "power_kw field.type wanted=number"},
        {"name=x&share=2", "share field.too_large max=1"},
        {"name=x&is_loud=maybe", "is_loud field.type wanted=boolean"},
        {"name=x&id=7", "id field.type wanted=uuid"},
        {"name=x&seen_at=2026-01-31T08:00", "seen_at field.type wanted=time"},
        {"name=x&built_on=31.01.2026", "built_on field.type wanted=date"},
        {"name=x&built_on=\xff", "built_on field.type wanted=date"},
        {"name=x&state=red", "state field.not_a_choice choices=running, stopped"},
        {"name=x&settings={", "settings field.type wanted=json"},
        {"name=x&spec=1", "spec field.type wanted=object"},
        {"name=x&spec={\"max\":0}", "spec.max field.too_small min=0.5"},
        {"name=x&spec={\"max\":1}&spec.max=1", "spec field.duplicate"},
        {"name=x&spec.poles=2", "spec.max field.required"},
        {"name=x&spec.max=1&spec.mad=1", "spec.mad field.unknown name=spec.mad"},
        {"name=x&spec.=1", "spec.max field.required; spec. field.unknown name=spec."},
        {"name=x&name.y=1", "name.y field.unknown name=name.y"},
        {"name=x&=1", " field.unknown name="},
        {"name=x&raw=1", "raw field.unknown name=raw"},
        {"name=x&tags=a,b,c,d", "tags field.too_many max=3"},
        {"name=x&tags=a&tags=b&tags=c&tags=d", "tags field.too_many max=3"},
        {"name=x&colours=red,blue,pink", "colours[1] field.not_a_choice choices=red, green; "
                                         "colours[2] field.not_a_choice choices=red, green"},
        {"name=x&parts=0190a1b2-c3d4-7e5f-8a6b-7c8d9e0fa1b2,7", "parts[1] field.type wanted=uuid"},
        {"name=a\x1b[31mb", "name field.bad_text"},
        {"name=\xc3", "name field.bad_text"},
        {"name=x&password=123", "password field.too_short min=4"},
        {"name=x&mail=@", "mail field.email_malformed"},
        {"zzz=1&count=x&name=", "name field.required; count field.type wanted=integer; "
                                "zzz field.unknown name=zzz"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        sample s;
        CHECK_STR(row[i].form, tell(read_form(row[i].form, &s)), row[i].errors);
        oq_err_reset();
    }
}

static void test_one_field(void **state)
{
    sample s = {0};
    const oq_field *count = oq_field_find(sample_fields, OQ_STR("count"));
    CHECK_OK(oq_field_set_text(arena, count, OQ_STR(" ٧ "), &s));
    CHECK("set", s.count == 7);
    CHECK_OK(oq_field_set_text(arena, count, OQ_STR(""), &s));
    CHECK("not given", s.count == OQ_I64_NONE);
    CHECK_CODE("wrong", oq_field_set_text(arena, count, OQ_STR("x"), &s), "field.type");
    const oq_field *mode = oq_field_find(sample_fields, OQ_STR("mode"));
    CHECK_OK(oq_field_set_text(arena, mode, OQ_STR(""), &s));
    CHECK("preset", s.mode == SAMPLE_STOPPED);
    CHECK_CODE("required",
               oq_field_set_text(arena, oq_field_find(sample_fields, OQ_STR("name")), OQ_NONE, &s),
               "field.required");
}

/* --- the environment ---------------------------------------------------------------------------*/

struct settings {
    oq_str url, key;
    int64_t port;
    bool is_demo;
    oq_str not_from_there;
};
static const oq_field settings_fields[] = {
    OQ_TEXT(struct settings, url, .required = true, .env = "T_URL", .help = "postgresql://..."),
    OQ_SECRET(struct settings, key, .env = "T_KEY", .required = true, .min = 8),
    OQ_I64(struct settings, port, .env = "T_PORT", .preset = "8080", .min = 1, .max = 65535),
    OQ_BOOL(struct settings, is_demo, .env = "T_DEMO"),
    OQ_TEXT(struct settings, not_from_there, .preset = "x"),
    OQ_FIELDS_END,
};

static const char *const *environment; /* name, value, ..., NULL */
static const char *source(const char *name)
{
    for (const char *const *at = environment; *at; at += 2)
        if (strcmp(*at, name) == 0)
            return at[1];
    return NULL;
}

static void test_environment(void **state)
{
    static const struct {
        const char *name_value[9], *errors;
        int64_t port;
    } row[] = {
        {{"T_URL", "db", "T_KEY", "12345678", NULL}, "", 8080},
        {{"T_URL", "db", "T_KEY", "12345678", "T_PORT", " 80 ", "T_DEMO", "1", NULL}, "", 80},
        {{"T_URL", "db", "T_KEY", "12345678", "T_PORT", "", NULL}, "", 8080},
        {{"T_URL", "", "T_KEY", "1234567", "T_PORT", "70000", "T_DEMO", "maybe", NULL},
         "T_URL setting.required name=T_URL help=postgresql://...; T_KEY field.too_short min=8; "
         "T_PORT field.too_large max=65535; T_DEMO field.type wanted=boolean",
         8080},
        {{NULL},
         "T_URL setting.required name=T_URL help=postgresql://...; "
         "T_KEY setting.required name=T_KEY help=",
         8080},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        struct settings s;
        environment = row[i].name_value;
        oq_err *err = oq_fields_read_env(arena, settings_fields, source, &s);
        CHECK_STR("environment", tell(err), row[i].errors);
        CHECK("port", s.port == row[i].port);
        CHECK_STR("no variable", s.not_from_there, "x");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_nothing_is_not_given),
        cmocka_unit_test(test_an_item_may_hold_a_comma_when_items_come_alone),
        cmocka_unit_test(test_object_as_one_text),
        cmocka_unit_test(test_checkbox_behind_its_hidden_field),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_one_field),
        cmocka_unit_test(test_environment),
    };
    return cmocka_run_group_tests_name("field_text", tests, open_arena, close_arena);
}
