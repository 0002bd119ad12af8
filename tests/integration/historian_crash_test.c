/* Nothing acknowledged is missing and nothing is doubled when the server, the fold and the database
 * are killed in the middle of it. `./run bench crash` does it a hundred times. */
#include "base/test.h"

#include "support/crash.h"

static void test_kills(void **state)
{
    (void)state;
    crash_report report = crash_run(9, 20260101);
    assert_int_equal(report.missing, 0);
    assert_int_equal(report.doubled, 0);
    assert_int_equal(report.stray, 0);
    assert_true(report.batches > 10);
    assert_true(report.folds > 0);
}

int main(int argc, char **argv)
{
    crash_worker(argc, argv);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kills)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
