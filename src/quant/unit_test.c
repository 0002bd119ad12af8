#include "quant/unit.h"

#include <math.h>

#include "base/test.h"

static bool is_near(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(1e-9, fmax(fabs(a), fabs(b)));
}

static void test_conversions(void **state)
{
    static const struct {
        const char *from, *to;
        double value, wanted;
    } row[] = {
        {"bar", "kPa", 1, 100},
        {"psi", "kPa", 1, 6.894757293168361},
        {"mbar", "Pa", 1, 100},
        {"kgf/cm2", "bar", 1, 0.980665},
        {"mmH2O", "Pa", 1, 9.80665},
        {"degC", "degF", 100, 212},
        {"degF", "degC", -40, -40},
        {"degC", "K", 25, 298.15},
        {"°C", "degC", 7, 7},
        {"ºC", "degC", 7, 7},
        {"degF", "degR", 0, 459.67},
        {"barg", "bar", 0, 1.01325},
        {"psig", "barg", 100, 6.894757293168361},
        {"barg", "kPag", 2.5, 250},
        {"mm/s", "in/s", 25.4, 1},
        {"mm/s", "ips", 25.4, 1},
        {"mil", "um", 1, 25.4},
        {"gn", "m/s2", 1, 9.80665},
        {"rpm", "Hz", 3000, 50},
        {"rad/s", "deg/s", 3.14159265358979, 180},
        {"gpm", "m3/h", 1, 0.2271247070},
        {"L/s", "m3/h", 1, 3.6},
        {"bbl/d", "m3/d", 1, 0.158987294928},
        {"MIGD", "m3/d", 1, 4546.09},
        {"MGD", "m3/d", 1, 3785.411784},
        {"kg/s", "t/h", 1, 3.6},
        {"lb/h", "kg/h", 1, 0.45359237},
        {"kWh", "MJ", 1, 3.6},
        {"Gcal", "GJ", 1, 4.1868},
        {"MMBTU", "GJ", 1, 1.05505585262},
        {"TR", "kW", 1, 3.5168528421},
        {"hp", "W", 1, 745.6998715823},
        {"MVAR", "kW", 1, 1000},
        {"kVA", "W", 1, 1000},
        {"kWh/t", "kJ/kg", 1, 3.6},
        {"g/kWh", "kg/GJ", 706.8, 196.333333333333},
        {"kgCO2e/MWh", "g/kWh", 5, 5},
        {"%", "1", 50, 0.5},
        {"ppm", "%", 1e4, 1},
        {"mg/L", "g/m3", 3, 3},
        {"µS/cm", "mS/m", 100, 10},
        {"uS/cm", "µS/cm", 5, 5},
        {"kJ/(kg*degC)", "J/(kg*K)", 4.18, 4180},
        {"W/m2/K", "W/(m2*K)", 3, 3},
        {"m³/h", "m^3/hr", 8, 8},
        {"m·s⁻¹", "m/s", 8, 8},
        {"s-1", "Hz", 8, 8},
        {"10^3 m3/d", "m3/d", 1, 1000},
        {"10² m", "m", 1, 100},
        {"N m", "J", 1, 1},
        {"kNm", "N*m", 1, 1000},
        {"Nm^3/h", "Nm³/h", 1, 1},
        {"Nm3/h", "mol/s", 1, 0.0123930648351},
        {"Sm3", "Nm3", 1, 273.15 / 288.15},
        {"MMSCFD", "Nm3/h", 1, 1116.298},
        {"(m/s)2", "m2/s2", 1, 1},
        {"1000 kg", "t", 1, 1},
        {"-", "1", 1, 1},
        {" bar ", "bar", 1, 1},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        double scale = NAN, offset = NAN;
        CHECK_CODE(row[i].from,
                   unit_conversion(oq_cstr(row[i].from), oq_cstr(row[i].to), &scale, &offset),
                   NULL);
        double got = row[i].value * scale + offset;
        double tolerance = strstr(row[i].from, "SCF") ? 1e-3 * row[i].wanted : 0;
        if (!is_near(got, row[i].wanted) && !(fabs(got - row[i].wanted) <= tolerance) &&
            !(fabs(got - row[i].wanted) < 1e-9 * fmax(1, fabs(row[i].wanted))))
            fail_msg("%s to %s: wanted %.12g, got %.12g", row[i].from, row[i].to, row[i].wanted,
                     got);
    }
}

/* What has the same meaning is carried over bit for bit. */
static void test_nothing_to_do(void **state)
{
    double scale = 0, offset = 1;
    CHECK_OK(unit_conversion(OQ_STR("m³/h"), OQ_STR("m3/hr"), &scale, &offset));
    assert_true(scale == 1 && offset == 0);
    CHECK_OK(unit_conversion(OQ_STR("°C"), OQ_STR("degC"), &scale, &offset));
    assert_true(scale == 1 && offset == 0);
}

static void test_unlike(void **state)
{
    static const struct {
        const char *from, *to;
    } row[] = {
        {"bar", "m3/h"}, {"degC", "bar"},   {"Nm3/h", "m3/h"}, {"rad/s", "Hz"}, {"kg", "N"},
        {"pH", "1"},     {"NTU", "mg/L"},   {"pcs", "1"},      {"dB", "1"},     {"g", "m/s2"},
        {"kW", "kWh"},   {"mS/cm", "mg/L"}, {"rpm", "rad/s"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        double scale, offset;
        CHECK_CODE(row[i].from,
                   unit_conversion(oq_cstr(row[i].from), oq_cstr(row[i].to), &scale, &offset),
                   "unit.not_convertible");
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *code, *symbol;
    } row[] = {
        {"", "unit.unknown", ""},
        {"furlong", "unit.unknown", "furlong"},
        {"kg/furlong", "unit.unknown", "furlong"},
        {"ton", "unit.unknown", "ton"},
        {"C", "unit.unknown", "C"},
        {"F", "unit.unknown", "F"},
        {"mt", "unit.unknown", "mt"},
        {"kmin", "unit.unknown", "kmin"},
        {"m12", "unit.unknown", "m1"},
        {"m0", "unit.unknown", "m0"},
        {"m^", "unit.unknown", "m"},
        {"kg/", "unit.unknown", "kg/"},
        {"/s", "unit.unknown", "/s"},
        {"(m", "unit.unknown", "(m"},
        {"m)", "unit.unknown", ")"},
        {"m//s", "unit.unknown", "/s"},
        {"m--1", "unit.unknown", "m"},
        {"0 m", "unit.unknown", "0"},
        {"((((((m))))))", "unit.unknown", "((m))))))"},
        {"W/m2*K", "unit.ambiguous", NULL},
        {"W/m2 K", "unit.ambiguous", NULL},
        {"m9*m9*m9", "unit.unknown", NULL},
        {"\xff", "unit.unknown", NULL},
        {"mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm", "unit.too_long", NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        unit u = {.factor = 42};
        oq_err *err = unit_parse(oq_cstr(row[i].text), &u);
        CHECK_CODE(row[i].text, err, row[i].code);
        CHECK(row[i].text, u.factor == 42);
        if (row[i].symbol)
            CHECK_STR(row[i].text, err->arg[1].value, row[i].symbol);
    }
}

static void test_same(void **state)
{
    static const struct {
        const char *a, *b;
        bool are_same;
    } row[] = {
        {"kW", "kVA", true},   {"m3/h", "m³/h", true}, {"bar", "barg", false},
        {"degC", "K", false},  {"L", "dm3", true},     {"psi", "psia", true},
        {"kWh", "kW*h", true}, {"kWh", "MJ", false},   {"g/kWh", "kg/MWh", true},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        unit a, b;
        CHECK_OK(unit_parse(oq_cstr(row[i].a), &a));
        CHECK_OK(unit_parse(oq_cstr(row[i].b), &b));
        CHECK(row[i].a, unit_same(&a, &b) == row[i].are_same);
    }
}

static void test_texts(void **state)
{
    static const struct {
        const char *left, *right, *text;
    } row[] = {
        {"bar", "m3/h", ""},
        {"kW", "h", "kWh"},
        {"kg/s", "kJ/kg", "kW"},
        {"m3", "1/h", "m3/h"},
        {"V", "A", "W"},
        {"degC", "1", "K"},
        {"barg", "1", "bar"},
        {"%", "1", "%"},
        {"N", "m", "J"},
        {"kg", "m2", "kg*m2"},
        {"A", "1/(s2*m)", "A/(m*s2)"},
        {"Pa", "m3/s", "W"},
        {"1", "1", "1"},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        unit a, b, c;
        CHECK_OK(unit_parse(oq_cstr(row[i].left), &a));
        CHECK_OK(unit_parse(oq_cstr(row[i].right), &b));
        CHECK(row[i].left, unit_multiply(&a, &b, &c));
        CHECK_STR(row[i].left, unit_text(arena, &c), row[i].text);
    }
    oq_arena_close(arena);
}

/* Every symbol is read as itself, has a factor, and is there once. */
static void test_table(void **state)
{
    for (size_t i = 0; i < unit_symbol_count; i++) {
        const unit_symbol *symbol = &unit_symbols[i];
        unit u;
        CHECK_OK(unit_parse(oq_cstr(symbol->text), &u));
        CHECK(symbol->text, u.factor == symbol->factor && u.offset == symbol->offset);
        CHECK(symbol->text, u.factor > 0);
        for (size_t k = 0; k < i; k++)
            CHECK(symbol->text, strcmp(symbol->text, unit_symbols[k].text) != 0);
        if (symbol->takes_prefix) {
            char text[32];
            snprintf(text, sizeof text, "k%s", symbol->text);
            CHECK_OK(unit_parse(oq_cstr(text), &u));
            CHECK(text, is_near(u.factor, 1000 * symbol->factor) || unit_symbols[i].offset);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conversions), cmocka_unit_test(test_nothing_to_do),
        cmocka_unit_test(test_unlike),      cmocka_unit_test(test_refused),
        cmocka_unit_test(test_same),        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
