/* What a newest value means. */
#include "base/test.h"

#include <math.h>

#include "historian/signal.h"

#include "base/banned.h"

static const oq_us NOW = INT64_C(1800000000000000);
static const signal_limits SOME = {1, 2, 8, 9};

static hist_last sample(double value, quality q, oq_us age)
{
    return (hist_last){.time = NOW - age, .value = value, .quality = q, .known = NOW - age};
}

static void test_states(void **state)
{
    static const oq_us MINUTE = OQ_MINUTE;
    const struct {
        const char *label;
        hist_last last;
        int64_t gap_max_us;
        bool is_state;
        signal_state wanted;
    } row[] = {
        {"nothing yet", {.time = OQ_TIME_NONE}, OQ_I64_NONE, false, SIGNAL_EMPTY},
        {"in the middle", sample(5, 0, MINUTE), OQ_I64_NONE, false, SIGNAL_NORMAL},
        {"on a limit is within", sample(8, 0, MINUTE), OQ_I64_NONE, false, SIGNAL_NORMAL},
        {"high", sample(8.1, 0, MINUTE), OQ_I64_NONE, false, SIGNAL_HIGH},
        {"very high", sample(9.1, 0, MINUTE), OQ_I64_NONE, false, SIGNAL_HIGH_HIGH},
        {"low", sample(1.5, 0, MINUTE), OQ_I64_NONE, false, SIGNAL_LOW},
        {"very low", sample(0, 0, MINUTE), OQ_I64_NONE, false, SIGNAL_LOW_LOW},
        {"uncertain says nothing of limits", sample(99, QUALITY_UNCERTAIN, MINUTE), OQ_I64_NONE,
         false, SIGNAL_UNCERTAIN},
        {"bad", sample(5, QUALITY_BAD, MINUTE), OQ_I64_NONE, false, SIGNAL_BAD},
        {"no value", sample(NAN, 0, MINUTE), OQ_I64_NONE, false, SIGNAL_BAD},
        {"old without a rule", sample(5, 0, 16 * MINUTE), OQ_I64_NONE, false, SIGNAL_STALE},
        {"old by its rule", sample(5, 0, 2 * MINUTE), MINUTE, false, SIGNAL_STALE},
        {"slow by its rule", sample(5, 0, 60 * MINUTE), 90 * MINUTE, false, SIGNAL_NORMAL},
        {"a state holds", sample(5, 0, 600 * MINUTE), OQ_I64_NONE, true, SIGNAL_NORMAL},
        {"a state with a rule", sample(5, 0, 600 * MINUTE), MINUTE, true, SIGNAL_STALE},
        {"a state has no limits", sample(99, 0, MINUTE), OQ_I64_NONE, true, SIGNAL_NORMAL},
        {"bad before old", sample(5, QUALITY_BAD, 600 * MINUTE), MINUTE, false, SIGNAL_BAD},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        series e = {.gap_max_us = row[i].gap_max_us, .is_state = row[i].is_state};
        CHECK(row[i].label, signal_state_of(&e, &SOME, &row[i].last, NOW) == row[i].wanted);
    }
}

static void test_no_limit_is_never_crossed(void **state)
{
    series e = {.gap_max_us = OQ_I64_NONE};
    const double value[] = {-INFINITY, -1e300, 0, 1e300};
    for (size_t i = 1; i < OQ_COUNT(value); i++) {
        hist_last last = sample(value[i], 0, OQ_SECOND);
        CHECK("normal", signal_state_of(&e, &SIGNAL_NO_LIMITS, &last, NOW) == SIGNAL_NORMAL);
    }
}

static void test_each_state_has_a_text_and_is_told_apart(void **state)
{
    for (int i = SIGNAL_EMPTY; i <= SIGNAL_HIGH_HIGH; i++) {
        CHECK("text", oq_choice_text(signal_state_choices, i) != NULL);
        CHECK("beyond or doubtful or normal", signal_is_beyond((signal_state)i) +
                                                      signal_is_doubtful((signal_state)i) +
                                                      (i == SIGNAL_NORMAL) ==
                                                  1);
        CHECK("grey means normal",
              (strcmp(signal_state_kind((signal_state)i), "") == 0) == (i == SIGNAL_NORMAL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_no_limit_is_never_crossed),
        cmocka_unit_test(test_each_state_has_a_text_and_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
