/* What is read, what is refused, and in which unit it comes out. */
#include "quant/expr.h"

#include "base/test.h"

/* Units of the series that the tests speak of. */
static const struct {
    const char *key, *unit;
} plant[] = {
    {"flow", "m3/h"},
    {"p_in", "bar"},
    {"p_out", "bar"},
    {"p_g", "barg"},
    {"T1", "degC"},
    {"T2", "degC"},
    {"TF", "degF"},
    {"TK", "K"},
    {"power", "kW"},
    {"run", "1"},
    {"eff", "%"},
    {"n", "rpm"},
    {"head", "m"},
    {"steam", "t/h"},
    {"fuel", "kg/h"},
    {"it's", "bar"},
    {"P-101.a,b=c.d", "bar"},
    {"x", "1"},
    {"valve", "%"},
};

static oq_err *unit_of(void *self, oq_str key, oq_str *ret_unit)
{
    for (size_t i = 0; i < OQ_COUNT(plant); i++) {
        if (oq_str_eq(key, oq_cstr(plant[i].key))) {
            *ret_unit = oq_cstr(plant[i].unit);
            return NULL;
        }
    }
    return oq_fail(OQ_INVALID, "test.unknown", "key=%.*s", OQ_FMT(key));
}

static oq_arena *arena;

static int set_up(void **state)
{
    arena = oq_arena_open(0);
    return 0;
}

static int tear_down(void **state)
{
    oq_arena_close(arena);
    return 0;
}

static void test_units(void **state)
{
    static const struct {
        const char *text, *unit;
    } row[] = {
        {"'flow' * ('p_out' - 'p_in')", ""},
        {"'p_out' - 'p_in'", "bar"},
        {"'T1'", "degC"},
        {"'T1' - 'T2'", "K"},
        {"'T1' - 'TF'", "K"},
        {"'T1' - 'TK'", "degC"}, /* a step down; in K the difference of both */
        {"'T1' + 5", "degC"},
        {"5 + 'T1'", "degC"},
        {"'T1' + ('T1' - 'T2')", "degC"},
        {"'T1' + 5 [K]", "degC"},
        {"mean('T1', 'T2')", "degC"},
        {"max('T1', 'TF', 20)", "degC"},
        {"in('T1', [K])", "K"},
        {"in('T1', [K]) * 2", "K"},
        {"in('TF', [degC])", "degC"},
        {"'T1' > 50", "1"},
        {"'T1' > 300 [K]", "1"},
        {"'valve' > 50", "1"},
        {"'power' * 2 [h]", "kWh"},
        {"'power' / 'steam'", "kWh/t"},
        {"'power' / 'n'", ""},
        {"'head' ^ 2", "m2"},
        {"'head' ^ -1", "1/m"},
        {"('head' ^ 2) ^ 0.5", "m"},
        {"sqrt('head' * 'head')", "m"},
        {"'eff' * 'power' / 'power'", "%"},
        {"1 [1] - 'eff'", "1"},
        {"'eff' - 5 [%]", "%"},
        {"exp(-'x')", "1"},
        {"'x' ^ 'x'", "1"},
        {"2 ^ 'x'", "1"},
        {"avg('power', 1 h) * 1 [h]", "kWh"},
        {"rate('p_in', 1 h)", "bar/s"},
        {"delta('T1', 10 min)", "K"},
        {"prev('T1')", "degC"},
        {"round('p_in')", "bar"},
        {"if('run', 'power', none)", "kW"},
        {"if('run', none, 'power')", "kW"},
        {"if('run', 'power', 0)", "kW"},
        {"clamp('valve', 0, 100)", "%"},
        {"good('T1')", "1"},
        {"'run' and not 'run' or 'p_in' < 3", "1"},
        {"('p_in' > 1) + ('p_out' > 1)", "1"},
        {"abs('p_in' - 'p_out')", "bar"},
        {"-'p_in'", "bar"},
        {"'it''s'", "bar"},
        {"'P-101.a,b=c.d'", "bar"},
        {"'p_in'×2÷4−1", "bar"},
        {"MIN('p_in', 'p_out')", "bar"},
        {"min('p_in'، 'p_out')", "bar"},
        {"'p_in' ≥ 2 AND 'p_out' <> 3", "1"},
        {"4.18 [kJ/(kg*K)] * 'fuel' * ('T1' - 'T2')", ""},
        {"'x' * 2e-3", "1"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        expr *e = NULL;
        CHECK_CODE(row[i].text, expr_parse(arena, oq_cstr(row[i].text), unit_of, NULL, &e), NULL);
        CHECK_STR(row[i].text, expr_unit(e), row[i].unit);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *code, *position;
    } row[] = {
        {"", "expr.syntax", "1"},
        {"   ", "expr.syntax", "4"},
        {"5", "expr.no_input", NULL},
        {"none", "expr.no_input", NULL},
        {"'nowhere' + 1", "test.unknown", NULL},
        {"'p_in", "expr.syntax", "1"},
        {"'p_in' 'p_out'", "expr.syntax", "8"},
        {"'p_in' +", "expr.syntax", "9"},
        {"'p_in' * )", "expr.syntax", "10"},
        {"('p_in'", "expr.syntax", "8"},
        {"'p_in' # 3", "expr.syntax", "8"},
        {"'p_in' + 5 [bar", "expr.syntax", "12"},
        {"'p_in' + 1.2.3", "expr.syntax", "10"},
        {"'p_in' [bar]", "expr.syntax", "8"},
        {"1 < 'p_in' < 3", "expr.syntax", "12"},
        {"'p_in' + 5 [furlong]", "unit.unknown", NULL},
        {"'p_in' + 'flow'", "expr.unit_mismatch", "8"},
        {"'T1' + 'flow'", "expr.unit_mismatch", "6"},
        {"'p_in' > 'flow'", "expr.unit_mismatch", "8"},
        {"if('run', 'p_in', 'flow')", "expr.unit_mismatch", "1"},
        {"min('p_in', 'flow')", "expr.unit_mismatch", "1"},
        {"ضغط + 'p_in'", "expr.syntax", "1"},
        {"'p_in' + 'p_in' * ('p_in' + 3 [m])", "expr.unit_mismatch", "27"},
        {"'T1' + 'T2'", "expr.scale_point", "6"},
        {"'T1' * 2", "expr.scale_point", "6"},
        {"2 / 'T1'", "expr.scale_point", "3"},
        {"'p_g' * 'flow'", "expr.scale_point", "7"},
        {"-'T1'", "expr.scale_point", "1"},
        {"abs('T1')", "expr.scale_point", "1"},
        {"5 - 'T1'", "expr.scale_point", "3"},
        {"'T1' ^ 2", "expr.scale_point", "6"},
        {"sqrt('T1')", "expr.scale_point", "1"},
        {"'T1' > ('T1' - 'T2')", "expr.scale_point", "6"},
        {"in('T1' - 'T2', [degC])", "expr.scale_point", "1"},
        {"in('T1', [bar])", "expr.unit_mismatch", "1"},
        {"1 - 'eff'", "expr.percent_unclear", "3"},
        {"'eff' + 0.5", "expr.percent_unclear", "7"},
        {"'power' and 'run'", "expr.unit_unfit", "9"},
        {"not 'power'", "expr.unit_unfit", "1"},
        {"if('power', 1, 2)", "expr.unit_unfit", "1"},
        {"exp('power')", "expr.unit_unfit", "1"},
        {"'power' ^ 'x'", "expr.unit_unfit", "9"},
        {"'power' ^ 0.5", "expr.unit_unfit", "9"},
        {"2 ^ 'power'", "expr.unit_unfit", "3"},
        {"sin('x')", "expr.function_unknown", "1"},
        {"P101 + 1", "expr.function_unknown", "1"},
        {"min('x')", "expr.argument_count", "1"},
        {"abs('x', 2)", "expr.argument_count", "1"},
        {"if('x', 1)", "expr.argument_count", "1"},
        {"avg('x')", "expr.syntax", "8"},
        {"avg('x', 10)", "expr.syntax", "12"},
        {"avg('x', 10 weeks)", "expr.syntax", "13"},
        {"avg('x', 0 s)", "expr.window_invalid", "10"},
        {"avg('x', 8 d)", "expr.window_invalid", "10"},
        {"avg(delta('x', 1 h), 1 h)", "expr.nested", "5"},
        {"prev(prev('x'))", "expr.nested", "6"},
        {"in('x', 1)", "expr.syntax", "9"},
        {"prev('x', 1)", "expr.syntax", "9"},
        {"\xff", "expr.syntax", "1"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        expr *e = NULL;
        oq_err *err = expr_parse(arena, oq_cstr(row[i].text), unit_of, NULL, &e);
        CHECK_CODE(row[i].text, err, row[i].code);
        CHECK(row[i].text, !e);
        if (row[i].position) {
            CHECK(row[i].text, strcmp(err->arg[0].name, "position") == 0);
            CHECK_STR(row[i].text, err->arg[0].value, row[i].position);
        }
    }
}

/* Both sides of a mismatch are named. */
static void test_mismatch_names(void **state)
{
    expr *e;
    oq_err *err = expr_parse(arena, OQ_STR("'T1' + 'flow' * 'p_in'"), unit_of, NULL, &e);
    CHECK_CODE("mismatch", err, "expr.unit_mismatch");
    CHECK_STR("left", err->arg[1].value, "degC");
    CHECK_STR("right", err->arg[2].value, "27.7778 W");
}

static void test_set_unit(void **state)
{
    static const struct {
        const char *text, *unit, *code;
    } row[] = {
        {"'flow' * ('p_out' - 'p_in')", "kW", NULL},
        {"'flow' * ('p_out' - 'p_in') * 0.8", "kW", NULL},
        {"'flow' * ('p_out' - 'p_in')", "bar", "unit.not_convertible"},
        {"'flow' * ('p_out' - 'p_in')", "furlong", "unit.unknown"},
        {"'T1' - 'T2'", "degC", NULL}, /* a difference, said in degC */
        {"'TK'", "degC", NULL},        /* measured from nothing */
        {"'TK' * 2", "degC", "unit.not_convertible"},
        {"'TK' * 2", "K", NULL},
        {"'T1'", "K", NULL},
        {"'p_in'", "barg", NULL},
        {"'p_out' - 'p_in'", "barg", NULL},
        {"'p_in' * 0.98", "barg", "unit.not_convertible"},
        {"if('run', 1, 0)", "kW", NULL}, /* bare numbers take any */
        {"'p_in' > 3", "1", NULL},
        {"'p_in' > 3", "bar", "unit.not_convertible"},
        /* conversion constants, as one writes them elsewhere */
        {"'flow' * ('p_out' - 'p_in') / 36", "kW", "expr.converted_twice"},
        {"'power' / ('flow' * ('p_out' - 'p_in')) * 100", "%", NULL},
        {"'p_out' / 'p_in' * 100", "%", "expr.converted_twice"},
        {"100 * ('p_out' / 'p_in')", "%", "expr.converted_twice"},
        {"if('run', 100 * 'p_out' / 'p_in', none)", "%", "expr.converted_twice"},
        {"'p_in' * 1000 / 10", "kPa", "expr.converted_twice"},
        {"rate('p_in', 1 h) * 3600", "bar/h", "expr.converted_twice"},
        {"rate('p_in', 1 h)", "bar/h", NULL},
        {"'eff' * 100", "%", NULL}, /* nothing to convert: a hundred times as much */
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        expr *e = NULL;
        CHECK_CODE(row[i].text, expr_parse(arena, oq_cstr(row[i].text), unit_of, NULL, &e), NULL);
        CHECK_CODE(row[i].text, expr_set_unit(e, oq_cstr(row[i].unit)), row[i].code);
    }
}

static oq_str repeated(const char *part, size_t count, const char *last)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(100000);
    for (size_t i = 0; i < count; i++)
        oq_buf_str(&out, oq_cstr(part));
    oq_buf_str(&out, oq_cstr(last));
    return oq_str_copy(arena, oq_buf_view(&out));
}

static void test_limits(void **state)
{
    expr *e;
    CHECK_OK(expr_parse(arena, repeated("1+", 240, "'x'"), unit_of, NULL, &e));
    CHECK_CODE("parts", expr_parse(arena, repeated("1+", 260, "'x'"), unit_of, NULL, &e),
               "expr.too_large");
    CHECK_CODE("signs", expr_parse(arena, repeated("-", 60, "'x'"), unit_of, NULL, &e),
               "expr.too_deep");
    CHECK_CODE("not", expr_parse(arena, repeated("not ", 60, "'x'"), unit_of, NULL, &e),
               "expr.too_deep");
    CHECK_CODE("brackets", expr_parse(arena, repeated("(", 60, "'x'"), unit_of, NULL, &e),
               "expr.too_deep");
    CHECK_CODE("powers", expr_parse(arena, repeated("2^", 60, "'x'"), unit_of, NULL, &e),
               "expr.too_deep");
    CHECK_CODE("long", expr_parse(arena, repeated(" ", 2000, "'x'"), unit_of, NULL, &e),
               "expr.too_long");
}

static oq_err *any_unit(void *self, oq_str key, oq_str *ret_unit)
{
    *ret_unit = OQ_STR("1");
    return NULL;
}

static void test_inputs(void **state)
{
    expr *e;
    CHECK_OK(expr_parse(arena, OQ_STR("'b' + 'a' * 'b' + avg('c', 2 h) - delta('a', 90 min)"),
                        any_unit, NULL, &e));
    assert_int_equal(expr_input_count(e), 3);
    CHECK_STR("first", expr_input_key(e, 0), "b");
    CHECK_STR("second", expr_input_key(e, 1), "a");
    CHECK_STR("third", expr_input_key(e, 2), "c");
    assert_true(expr_reach(e) == 2 * OQ_HOUR);
    OQ_AUTO(oq_buf) many = oq_buf_make(1000);
    for (int i = 0; i < EXPR_INPUTS_MAX + 1; i++)
        oq_buf_f(&many, "%s'%d'", i ? "+" : "", i);
    CHECK_CODE("many", expr_parse(arena, oq_buf_view(&many), any_unit, NULL, &e),
               "expr.too_many_inputs");
}

static void test_is_state(void **state)
{
    static const struct {
        const char *text;
        bool a_is_state, is_state;
    } row[] = {
        {"'a' + 'b'", true, false},     {"'a'", true, true},        {"'a'", false, false},
        {"'a' > 3", false, true},       {"not 'a'", false, true},   {"'a' * 2", true, true},
        {"avg('a', 1 h)", true, false}, {"good('b')", false, true},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        expr *e;
        CHECK_OK(expr_parse(arena, oq_cstr(row[i].text), any_unit, NULL, &e));
        CHECK(row[i].text, expr_is_state(e, (bool[]){row[i].a_is_state, false}) == row[i].is_state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units),          cmocka_unit_test(test_refused),
        cmocka_unit_test(test_mismatch_names), cmocka_unit_test(test_set_unit),
        cmocka_unit_test(test_limits),         cmocka_unit_test(test_inputs),
        cmocka_unit_test(test_is_state),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
