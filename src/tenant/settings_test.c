/* The settings' table itself; storing them is in tests/integration/tenant_test.c. */
#include "tenant/settings.h"

#include <math.h>

#include "base/test.h"
#include "tenant/inner.h"

static oq_arena *arena;

static int set_up(void **state)
{
    arena = oq_arena_open(0);
    return web_setup() ? 1 : 0;
}

static int tear_down(void **state)
{
    oq_arena_close(arena);
    return 0;
}

/* What tenant/settings.h promises. */
static void test_presets(void **state)
{
    tenant_settings s;
    CHECK_OK(oq_fields_read_json(arena, tenant_settings_fields, OQ_STR("{}"), &s));
    CHECK("sign-in", !s.require_totp && s.session_idle_minutes == 120 && s.session_hours == 12 &&
                         s.password_min_length == 12);
    CHECK("records", s.audit_days == 1095 && s.job_days == 30 && s.notification_days == 90 &&
                         s.alarm_days == 1095);
    CHECK("signals", s.series_unknown == SERIES_UNKNOWN_CREATE && s.series_max == 100000 &&
                         s.retention_days == 1095);
    CHECK("incidents", s.incident_window_before_minutes == 30 &&
                           s.incident_window_after_minutes == 30 && s.incident_grace_minutes == 60);
    CHECK("work orders", s.wo_initial_status == WO_STATUS_OPEN &&
                             fabs(s.auto_wo_probability - 0.6) < 1e-12 &&
                             !s.notes_visible_to_viewer);
}

/* Nothing falls back to a preset without a word. */
static void test_a_put_is_complete(void **state)
{
    tenant_settings s;
    const oq_err *err =
        oq_fields_read_json(arena, tenant_settings_put_fields, OQ_STR("{\"audit_days\":400}"), &s);
    size_t missing = 0;
    for (; err; err = err->next)
        missing += oq_err_is(err, "field.required");
    assert_int_equal(missing, oq_fields_count(tenant_settings_put_fields) - 1);
}

static void test_bounds(void **state)
{
    static const struct {
        const char *field, *json, *code;
    } row[] = {
        {"audit_days", "364", "field.too_small"},
        {"audit_days", "365", NULL},
        {"audit_days", "3651", "field.too_large"},
        {"session_idle_minutes", "4", "field.too_small"},
        {"password_min_length", "7", "field.too_small"},
        {"auto_wo_probability", "1.01", "field.too_large"},
        {"auto_wo_probability", "-0.01", "field.too_small"},
        {"auto_wo_probability", "0", NULL},
        {"incident_grace_minutes", "0", NULL},
        {"wo_initial_status", "\"closed\"", "field.not_a_choice"},
        {"wo_initial_status", "\"pending_approval\"", NULL},
        {"series_unknown", "\"guess\"", "field.not_a_choice"},
        {"series_max", "0", "field.too_small"},
        {"series_max", "2000001", "field.too_large"},
        {"retention_days", "0", NULL},
        {"retention_days", "-1", "field.too_small"},
        {"require_totp", "\"yes\"", "field.type"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        tenant_settings s;
        oq_str json = oq_strf(arena, "{\"%s\":%s}", row[i].field, row[i].json);
        CHECK_CODE(row[i].field, oq_fields_read_json(arena, tenant_settings_fields, json, &s),
                   row[i].code);
    }
}

/* Each field of the page has its words and its help, in both languages. */
static void test_every_field_is_explained(void **state)
{
    for (const oq_field *f = tenant_settings_put_fields; f->type != OQ_TYPE_END; f++)
        for (int lang = 0; lang < OQ_LANG_COUNT; lang++) {
            if (strcmp(f->name, "version") == 0)
                continue;
            CHECK(f->name, oq_text_exists(lang, oq_strf(arena, "field.%s", f->name)));
            CHECK(f->name, oq_text_exists(lang, oq_strf(arena, "field.%s.help", f->name)));
            for (const oq_choice *c = f->choices; c && c->text; c++)
                CHECK(c->text,
                      oq_text_exists(lang, oq_strf(arena, "choice.%s.%s", f->name, c->text)));
        }
}

static void test_every_choice_has_words(void **state)
{
    for (int lang = 0; lang < OQ_LANG_COUNT; lang++) {
        for (const oq_choice *c = tenant_industry_any; c->text; c++)
            CHECK(c->text, oq_text_exists(lang, oq_strf(arena, "choice.industry.%s", c->text)));
        for (const oq_choice *c = tenant_status_choices; c->text; c++)
            CHECK(c->text, oq_text_exists(lang, oq_strf(arena, "choice.status.%s", c->text)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_a_put_is_complete),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_every_field_is_explained),
        cmocka_unit_test(test_every_choice_has_words),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
