/* Every code that a plan's pages turn into words has words, in both languages. */
#include "optimize/pages.h"

#include "base/embed.h"
#include "base/test.h"
#include "quant/deferral.h"

#include "base/banned.h"

static int set_up(void **state)
{
    oq_str ar = oq_embedded_find(OQ_STR("lang/ar.json")),
           en = oq_embedded_find(OQ_STR("lang/en.json"));
    return oq_lang_load(ar, en) ? 1 : 0;
}

static void check(const char *prefix, const oq_choice *choices)
{
    for (const oq_choice *c = choices; c->text; c++)
        for (int lang = 0; lang < OQ_LANG_COUNT; lang++) {
            char key[100];
            snprintf(key, sizeof key, "%s.%s", prefix, c->text);
            CHECK(key, oq_text_exists((oq_lang)lang, oq_cstr(key)));
        }
}

static void test_codes_have_words(void **state)
{
    (void)state;
    check("optimization.missing", maintenance_missing_choices);
    check("optimization.limit", maintenance_limit_choices);
    check("optimization.why", maintenance_why_choices);
    check("optimization.driver", deferral_part_choices);
    check("choice.optimize_status", optimize_status_choices);
    check("choice.optimize_action", optimize_action_choices);
    check("choice.optimize_problem", optimize_problem_choices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes_have_words),
    };
    return cmocka_run_group_tests_name("optimize_words", tests, set_up, NULL);
}
