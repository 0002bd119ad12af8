/* Definitions of calculated series: what is refused, and what a change of an input means. */
#include "integration/calc_house.h"

#include "base/banned.h"

static int64_t dirty(house *h, const series *e)
{
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM series_dirty WHERE series_no = %lld",
             (long long)e->no);
    return testdb_number(h->db, sql);
}

static void test_defined(void **state)
{
    house *h = *state;
    calc_house_series(h, "flow", "m3/h", NULL);
    calc_house_series(h, "p_out", "bar", NULL);
    calc_house_series(h, "p_in", "bar", NULL);
    series *e = calc_house_calculated(h, "power", "kW", "'flow' * ('p_out' - 'p_in')");
    assert_int_equal(e->kind, SERIES_CALCULATED);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_inputs"), 3);
    assert_int_equal(dirty(h, e), 1);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_dirty WHERE input_no IS NULL"
                                          " AND time_from = '1950-01-01Z'"),
                     1);
}

static void test_refused(void **state)
{
    house *h = *state;
    calc_house_series(h, "flow", "m3/h", NULL);
    calc_house_series(h, "p", "bar", NULL);
    static const struct {
        const char *label, *unit, *expression, *code, *fact;
    } row[] = {
        {"unknown", "bar", "'p' + 'nowhere'", "calc.input_unknown", "nowhere"},
        {"unlike", "bar", "'p' + 'flow'", "expr.unit_mismatch", "5"},
        {"syntax", "bar", "'p' +", "expr.syntax", "6"},
        {"unit of the result", "bar", "'p' * 'flow'", "unit.not_convertible", NULL},
        {"itself", "bar", "'p' + 'own'", "calc.circle", "own"},
        {"conversion", "%", "'p' / 'p' * 100", "expr.converted_twice", "100"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_err *err = calc_house_refused(h, "own", row[i].unit, row[i].expression);
        CHECK_CODE(row[i].label, err, row[i].code);
        CHECK(row[i].label, err->field && strcmp(err->field, "expression") == 0);
        if (row[i].fact)
            CHECK_STR(row[i].label, err->arg[0].value, row[i].fact);
    }
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_inputs"), 0);
}

static oq_err *update(house *h, const series *e, const series_order *order)
{
    series *after;
    series_order o = *order;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    o.version = e->version;
    oq_err *err = series_update(s, e->id, &o, &after);
    if (err)
        oq_scope_close(s);
    else
        house_commit(s);
    return err;
}

static void test_circle(void **state)
{
    house *h = *state;
    calc_house_series(h, "x", "1", NULL);
    series *a = calc_house_calculated(h, "a", "1", "'x' + 1");
    calc_house_calculated(h, "b", "1", "'a' * 2");
    calc_house_calculated(h, "c", "1", "'x' + 'b'");
    series_order o = calc_house_order(h, "a", "1", "'x' + 'c'", NULL);
    oq_err *err = update(h, a, &o);
    CHECK_CODE("through two", err, "calc.circle");
    CHECK_STR("via", err->arg[0].value, "c");
    o = calc_house_order(h, "a", "1", "'x' * 3", NULL);
    CHECK_OK(update(h, a, &o));
    assert_int_equal(dirty(h, a), 1);
}

static void test_too_deep(void **state)
{
    house *h = *state;
    char key[20], expression[40];
    calc_house_series(h, "s0", "1", NULL);
    for (int i = 1; i <= CALC_DEPTH_MAX; i++) {
        snprintf(key, sizeof key, "s%d", i);
        snprintf(expression, sizeof expression, "'s%d' + 1", i - 1);
        calc_house_calculated(h, key, "1", expression);
    }
    CHECK_CODE("one more", calc_house_refused(h, "top", "1", "'s50' + 1"), "calc.too_deep");
}

/* Whoever reads a series has to fit what it becomes. */
static void test_input_changed(void **state)
{
    house *h = *state;
    series *p = calc_house_series(h, "p", "bar", NULL);
    series *e = calc_house_calculated(h, "twice", "kPa", "'p' * 2");
    testdb_exec(h->db, "TRUNCATE series_dirty");
    series_order o = calc_house_order(h, "p", "m", NULL, NULL);
    oq_err *err = update(h, p, &o);
    CHECK_CODE("another kind of thing", err, "calc.reader_unfit");
    CHECK_STR("who", err->arg[0].value, "twice");
    assert_int_equal(dirty(h, e), 0);
    o = calc_house_order(h, "p", "psi", NULL, NULL);
    CHECK_OK(update(h, p, &o));
    assert_int_equal(dirty(h, e), 1);
    testdb_exec(h->db, "TRUNCATE series_dirty");
    p->version++;
    o = calc_house_order(h, "p", "psi", NULL, ",\"name\":\"Pressure\"");
    CHECK_OK(update(h, p, &o));
    assert_int_equal(dirty(h, e), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_defined, calc_house_reset),
        cmocka_unit_test_setup(test_refused, calc_house_reset),
        cmocka_unit_test_setup(test_circle, calc_house_reset),
        cmocka_unit_test_setup(test_too_deep, calc_house_reset),
        cmocka_unit_test_setup(test_input_changed, calc_house_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
