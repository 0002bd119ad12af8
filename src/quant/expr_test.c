/* Values: worked examples, quality, gaps, the time behind, and that slices give what the whole
 * gives. */
#include "quant/expr.h"

#include <math.h>

#include "base/test.h"

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

/* A series "KEY:UNIT" is in that unit. */
static oq_err *unit_of(void *self, oq_str key, oq_str *ret_unit)
{
    size_t colon = oq_str_find_char(key, ':');
    *ret_unit = colon == SIZE_MAX ? OQ_STR("1") : oq_str_sub(key, colon + 1, SIZE_MAX);
    return NULL;
}

static expr *read(const char *text, const char *unit_text)
{
    expr *e = NULL;
    CHECK_CODE(text, expr_parse(arena, oq_cstr(text), unit_of, NULL, &e), NULL);
    if (unit_text)
        CHECK_CODE(text, expr_set_unit(e, oq_cstr(unit_text)), NULL);
    return e;
}

/* One sample of each input at the same moment. */
static double value_of(const char *text, const char *unit_text, const double *value)
{
    expr *e = read(text, unit_text);
    expr_input input[EXPR_INPUTS_MAX];
    oq_us time = OQ_HOUR;
    for (size_t k = 0; k < expr_input_count(e); k++) {
        double *own = oq_copy(arena, &value[k], sizeof *own);
        input[k] = (expr_input){{1, &time, own, NULL, NULL}, {0}};
    }
    samples got = expr_evaluate(e, arena, input, 0, 2 * OQ_HOUR);
    CHECK(text, got.count == 1 && got.time[0] == time);
    return got.value[0];
}

/* --- worked examples ---------------------------------------------------------------------------*/

static void test_worked(void **state)
{
    static const struct {
        const char *label, *text, *unit;
        double in[4];
        double wanted;
    } row[] = {
        /* P = Q * dp: 360 m3/h against 10 bar are 0.1 m3/s * 1e6 Pa */
        {"hydraulic power of a pump",
         "'q:m3/h' * ('out:barg' - 'in:barg')",
         "kW",
         {360, 11, 1},
         100},
        {"its efficiency",
         "'q:m3/h' * ('out:barg' - 'in:barg') / 'p:kW'",
         "%",
         {360, 11, 1, 125},
         80},
        /* Q = m * cp * dT: 10 kg/s * 4.18 kJ/(kg K) * 20 K */
        {"duty of a heat exchanger",
         "'m:kg/h' * 4.18 [kJ/(kg*K)] * ('hot:degC' - 'cold:degC')",
         "kW",
         {36000, 80, 60},
         836},
        {"the same in degF",
         "'m:kg/h' * 4.18 [kJ/(kg*K)] * ('hot:degF' - 'cold:degF')",
         "kW",
         {36000, 176, 140},
         836},
        {"head of a pump",
         "('out:bar' - 'in:bar') / (998 [kg/m3] * 9.80665 [m/s2])",
         "m",
         {11, 1},
         102.175973},
        {"specific energy", "'p:kW' / 'q:m3/h'", "kWh/m3", {350, 100}, 3.5},
        {"specific steam", "'steam:t/h' / 'p:MW'", "kg/kWh", {40, 10}, 4},
        {"heat rate", "'fuel:kg/h' * 50 [MJ/kg] / 'p:MW'", "kJ/kWh", {20000, 100}, 10000},
        {"emissions", "'p:MW' * 706.8 [g/kWh]", "t/h", {10}, 7.068},
        {"torque", "'p:kW' / (2 * 3.14159265358979 * 'n:rpm')", "N*m", {100, 1500}, 636.619772},
        {"apparent power", "sqrt('p:kW' ^ 2 + 'q:kvar' ^ 2)", "kVA", {3, 4}, 5},
        {"power factor", "'p:kW' / sqrt('p:kW' ^ 2 + 'q:kvar' ^ 2)", "1", {3, 4}, 0.6},
        {"three-phase power", "sqrt(3) * 'u:kV' * 'i:A' * 0.85", "kW", {11, 100}, 1619.467505},
        {"approach to saturation", "'T:degC' - 100 [degC]", "K", {104.5}, 4.5},
        {"pressure ratio",
         "in('out:barg', [bar]) / in('in:barg', [bar])",
         "1",
         {7.98675, 1},
         4.4703837079},
        {"scale", "'T:degC'", "degF", {100}, 212},
        {"gauge to absolute", "'p:barg'", "kPa", {1}, 201.325},
        {"a step of a scale", "'a:degC' - 'b:degC'", "degC", {30, 20}, 10},
        {"mean of scales", "mean('a:degC', 'b:degF')", "degC", {10, 68}, 15},
        {"nitrogen", "'q:Nm3/h' * 10.5 [kWh/Nm3]", "MW", {1000}, 10.5},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        double got = value_of(row[i].text, row[i].unit, row[i].in);
        if (!(fabs(got - row[i].wanted) <= 1e-6 * fabs(row[i].wanted)))
            fail_msg("%s: wanted %.10g, got %.10g", row[i].label, row[i].wanted, got);
    }
}

static void test_operations(void **state)
{
    static const struct {
        const char *text;
        double in[3], wanted;
    } row[] = {
        {"'a' + 'b' * 'c'", {1, 2, 3}, 7},
        {"('a' + 'b') * 'c'", {1, 2, 3}, 9},
        {"'a' - 'b' - 'c'", {1, 2, 3}, -4},
        {"'a' / 'b' / 'c'", {12, 2, 3}, 2},
        {"-'a' ^ 2", {3}, -9},
        {"2 ^ 3 ^ 'a'", {2}, 512},
        {"'a' ^ -1", {4}, 0.25},
        {"'a' < 'b'", {1, 2}, 1},
        {"'a' <= 'b'", {2, 2}, 1},
        {"'a' > 'b'", {1, 2}, 0},
        {"'a' >= 'b'", {2, 2}, 1},
        {"'a' = 'b'", {2, 2}, 1},
        {"'a' != 'b'", {2, 2}, 0},
        {"'a' > 1 and 'b' > 1", {2, 0}, 0},
        {"'a' > 1 or 'b' > 1", {2, 0}, 1},
        {"not 'a' > 1", {2}, 0},
        {"not 'a' = 1 and 'b'", {2, 1}, 1},
        {"if('a' > 1, 'b', 'c')", {2, 5, 6}, 5},
        {"if('a' > 1, 'b', 'c')", {0, 5, 6}, 6},
        {"min('a', 'b', 'c')", {3, 1, 2}, 1},
        {"max('a', 'b', 'c')", {3, 1, 2}, 3},
        {"mean('a', 'b', 'c')", {3, 1, 2}, 2},
        {"clamp('a', 0, 10)", {12}, 10},
        {"clamp('a', 0, 10)", {-1}, 0},
        {"clamp('a', 0, 10)", {5}, 5},
        {"abs('a')", {-5}, 5},
        {"sqrt('a')", {9}, 3},
        {"exp(ln('a'))", {7}, 7},
        {"log10('a')", {1000}, 3},
        {"round('a')", {2.5}, 3},
        {"floor('a')", {-2.5}, -3},
        {"ceil('a')", {2.1}, 3},
        {"good('a')", {2}, 1},
        {"('a' > 0) + ('b' > 0) + ('c' > 0)", {1, 0, 1}, 2},
        {"exp('e:%')", {100}, M_E},
        {"'v:%' > 50", {60}, 1},
        {"'v:%' + 5 [1]", {60}, 560},
        {"'p:bar' > 300 [kPa]", {3.5}, 1},
        {"max('p:bar', 400 [kPa])", {3.5}, 4},
        {"'T:degC' > 70 [degF]", {21}, 0},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        double got = value_of(row[i].text, NULL, row[i].in);
        if (!(fabs(got - row[i].wanted) <= 1e-12 * fmax(1, fabs(row[i].wanted))))
            fail_msg("%s: wanted %.10g, got %.10g", row[i].text, row[i].wanted, got);
    }
}

/* --- times, gaps, quality ----------------------------------------------------------------------*/

enum { GOOD = QUALITY_GOOD };
#define S OQ_SECOND

typedef struct given {
    size_t count;
    oq_us time[8];
    double value[8];
    quality quality[8];
    aggregate_rule rule;
} given;

static expr_input input_of(given *g)
{
    for (size_t i = 0; i < g->count; i++)
        g->time[i] = g->time[i] < 1000 ? g->time[i] * S : g->time[i];
    return (expr_input){{g->count, g->time, g->value, g->quality, NULL}, g->rule};
}

static samples evaluate(const char *text, given *a, given *b, int from_s, int to_s)
{
    expr *e = read(text, NULL);
    expr_input input[2];
    given *all[] = {a, b};
    for (size_t k = 0; k < expr_input_count(e); k++)
        input[k] = input_of(all[k]);
    return expr_evaluate(e, arena, input, from_s * S, to_s * S);
}

static void check(const char *label, samples got, size_t count, const int *time_s,
                  const double *value, const quality *q)
{
    if (got.count != count)
        fail_msg("%s: wanted %zu samples, got %zu", label, count, got.count);
    for (size_t i = 0; i < count; i++) {
        bool is_same = (isnan(value[i]) && isnan(got.value[i])) ||
                       fabs(value[i] - got.value[i]) <= 1e-12 * fmax(1, fabs(value[i]));
        if (got.time[i] != time_s[i] * S || !is_same || samples_quality(&got, i) != q[i])
            fail_msg("%s, %zu: wanted %d s %g %08x, got %g s %g %08x", label, i, time_s[i],
                     value[i], q[i], (double)got.time[i] / S, got.value[i],
                     samples_quality(&got, i));
    }
}
#define CHECK_SAMPLES(label, got, count, times, values, qualities)                                 \
    check(label, got, count, (const int[])times, (const double[])values, (const quality[])qualities)
#define LIST(...)                                                                                  \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static void test_held_and_interpolated(void **state)
{
    given a = {3, {0, 10, 20}, {0, 10, 20}};
    given b = {2, {5, 15}, {1, 2}, .rule = {.is_state = true}};
    samples got = evaluate("'a' * 100 + 'b'", &a, &b, 0, 100);
    CHECK_SAMPLES("slope and state", got, 5, LIST(0, 5, 10, 15, 20),
                  LIST(NAN, 501, 1001, 1502, 2002), LIST(QUALITY_NO_DATA, GOOD, GOOD, GOOD, GOOD));
    got = evaluate("'a' * 100 + 'b'", &a, &b, 10, 15);
    CHECK_SAMPLES("a part", got, 1, LIST(10), LIST(1001), LIST(GOOD));
    got = evaluate("'a' * 100 + 'b'", &a, &b, 15, 15);
    assert_int_equal(got.count, 0);
}

static void test_gaps(void **state)
{
    given a = {3, {0, 20, 30}, {1, 2, 3}, .rule = {.gap_max = 10 * S}};
    given b = {6, {0, 5, 10, 11, 25, 41}, {0}};
    samples got = evaluate("'a' + 'b'", &a, &b, 0, 100);
    CHECK_SAMPLES("gap", got, 8, LIST(0, 5, 10, 11, 20, 25, 30, 41),
                  LIST(1, 1, 1, NAN, 2, 2.5, 3, NAN),
                  LIST(GOOD, GOOD, GOOD, QUALITY_NO_DATA, GOOD, GOOD, GOOD, QUALITY_NO_DATA));
}

static void test_quality(void **state)
{
    enum { FAILED = QUALITY_SENSOR_FAILURE, DOUBT = QUALITY_UNITS_EXCEEDED };
    given a = {5, {0, 10, 20, 30, 40}, {1, 2, NAN, 4, 5}, {GOOD, DOUBT, FAILED, GOOD, GOOD}};
    given b = {5, {0, 10, 20, 30, 40}, {1, 1, 1, 1, 0}, {GOOD, GOOD, GOOD, FAILED, GOOD}};
    int at[] = {0, 10, 20, 30, 40};
    check("worst of both", evaluate("'a' + 'b'", &a, &b, 0, 99), 5, at, (double[]){2, 3, NAN, 5, 5},
          (quality[]){GOOD, DOUBT, FAILED, FAILED, GOOD});
    check("no number", evaluate("1 / 'b' + 'a' * 0", &b, &a, 0, 99), 5, at,
          (double[]){1, 1, NAN, 1, NAN}, (quality[]){GOOD, DOUBT, FAILED, FAILED, QUALITY_BAD});
    check("only the branch taken", evaluate("if('b' > 0, 7, 'a')", &b, &a, 0, 99), 5, at,
          (double[]){7, 7, 7, 7, 5}, (quality[]){GOOD, GOOD, GOOD, FAILED, GOOD});
    check("none", evaluate("if('b' > 0, none, 'b')", &b, NULL, 0, 99), 5, at,
          (double[]){NAN, NAN, NAN, NAN, 0},
          (quality[]){QUALITY_NO_DATA, QUALITY_NO_DATA, QUALITY_NO_DATA, FAILED, GOOD});
    check("or", evaluate("'b' or 'a' > 4", &b, &a, 0, 99), 5, at, (double[]){1, 1, 1, 1, 1},
          (quality[]){GOOD, GOOD, GOOD, FAILED, GOOD});
    check("and", evaluate("'a' > 0 and 'b'", &a, &b, 0, 99), 5, at, (double[]){1, 1, NAN, 1, 0},
          (quality[]){GOOD, DOUBT, FAILED, FAILED, GOOD});
    check("good", evaluate("good('a')", &a, NULL, 0, 99), 5, at, (double[]){1, 0, 0, 1, 1},
          (quality[]){GOOD, GOOD, GOOD, GOOD, GOOD});
    check("the better of two", evaluate("if(good('a'), 'a', 'b')", &a, &b, 0, 99), 5, at,
          (double[]){1, 1, 1, 4, 5}, (quality[]){GOOD, GOOD, GOOD, GOOD, GOOD});
    check("min wants all", evaluate("min('a', 'b')", &a, &b, 0, 99), 5, at,
          (double[]){1, 1, NAN, 1, 0}, (quality[]){GOOD, DOUBT, FAILED, FAILED, GOOD});
    check("max wants all", evaluate("max('b', 'a')", &b, &a, 0, 99), 5, at,
          (double[]){1, 2, NAN, 4, 5}, (quality[]){GOOD, DOUBT, FAILED, FAILED, GOOD});
}

/* A line is not drawn to or from a sample that is not good. */
static void test_no_line_to_bad(void **state)
{
    given a = {3, {0, 10, 20}, {0, 10, 20}, {GOOD, QUALITY_UNCERTAIN, GOOD}};
    given b = {2, {5, 15}, {0, 0}, .rule = {.is_state = true}};
    CHECK_SAMPLES("held", evaluate("'a' + 0 * 'b'", &a, &b, 5, 16), 3, LIST(5, 10, 15),
                  LIST(0, 10, 10), LIST(GOOD, QUALITY_UNCERTAIN, QUALITY_UNCERTAIN));
}

/* --- the time behind ---------------------------------------------------------------------------*/

static void test_avg(void **state)
{
    given a = {5, {0, 10, 20, 30, 40}, {0, 10, 10, 30, 0}, {0}, {0}};
    samples got = evaluate("avg('a', 20 s)", &a, NULL, 0, 99);
    CHECK_SAMPLES("slope", got, 5, LIST(0, 10, 20, 30, 40), LIST(NAN, 5, 7.5, 15, 17.5),
                  LIST(QUALITY_NO_DATA, GOOD, GOOD, GOOD, GOOD));
    got = evaluate("avg('a', 15 s)", &a, NULL, 40, 99);
    CHECK_SAMPLES("part of a stretch", got, 1, LIST(40), LIST((5 * 25 + 10 * 15) / 15.),
                  LIST(GOOD));
    a.rule = (aggregate_rule){.is_state = true};
    got = evaluate("avg('a', 15 s)", &a, NULL, 0, 99);
    CHECK_SAMPLES("state", got, 5, LIST(0, 10, 20, 30, 40), LIST(NAN, 0, 100 / 15., 10, 350 / 15.),
                  LIST(QUALITY_NO_DATA, GOOD, GOOD, GOOD, GOOD));
    a.rule = (aggregate_rule){.gap_max = 5 * S};
    got = evaluate("avg('a', 25 s)", &a, NULL, 0, 99);
    CHECK_SAMPLES("gaps", got, 5, LIST(0, 10, 20, 30, 40), LIST(NAN, 0, 5, 10, 20),
                  LIST(QUALITY_NO_DATA, QUALITY_SUB_NORMAL, QUALITY_SUB_NORMAL, QUALITY_SUB_NORMAL,
                       QUALITY_SUB_NORMAL));
}

static void test_energy(void **state)
{
    given power = {3, {0, 1800 * 1000000LL, 3600 * 1000000LL}, {100, 200, 100}};
    expr *e = read("avg('p:kW', 1 h) * 1 [h]", "kWh");
    expr_input input = input_of(&power);
    samples got = expr_evaluate(e, arena, &input, 3600 * S, 3601 * S);
    assert_int_equal(got.count, 1);
    assert_true(fabs(got.value[0] - 150) < 1e-9);
}

static void test_delta_rate_prev(void **state)
{
    enum { DOUBT = QUALITY_UNCERTAIN };
    given a = {4, {0, 10, 20, 40}, {0, 10, 15, 15}, {GOOD, GOOD, DOUBT, GOOD}};
    CHECK_SAMPLES("delta", evaluate("delta('a', 15 s)", &a, NULL, 0, 99), 4, LIST(0, 10, 20, 40),
                  LIST(NAN, NAN, 10, 0), LIST(QUALITY_NO_DATA, QUALITY_NO_DATA, DOUBT, DOUBT));
    CHECK_SAMPLES("rate", evaluate("rate('a', 10 s)", &a, NULL, 0, 99), 4, LIST(0, 10, 20, 40),
                  LIST(NAN, 1, .5, 0), LIST(QUALITY_NO_DATA, GOOD, DOUBT, DOUBT));
    CHECK_SAMPLES("prev", evaluate("prev('a') + 0", &a, NULL, 0, 99), 4, LIST(0, 10, 20, 40),
                  LIST(NAN, 0, 10, 15), LIST(QUALITY_NO_DATA, GOOD, GOOD, DOUBT));
    a.rule.gap_max = 12 * S;
    CHECK_SAMPLES("delta over a gap", evaluate("delta('a', 7 s)", &a, NULL, 30, 99), 1, LIST(40),
                  LIST(NAN), LIST(QUALITY_NO_DATA));
}

/* --- slices ------------------------------------------------------------------------------------*/

static uint64_t seed = 1;

static uint64_t next_random(uint64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (seed >> 11) % below;
}

enum { SERIES = 3, SAMPLES_MAX = 300 };

static expr_input random_input(void)
{
    samples s = samples_make(arena, SAMPLES_MAX, true, false);
    oq_us time = -(oq_us)next_random(200) * S; /* times of both signs */
    size_t wanted = next_random(SAMPLES_MAX);
    oq_us longest = next_random(2) ? 3 * S : 40 * S;
    for (size_t i = 0; i < wanted; i++) {
        time += 1 + (oq_us)next_random((uint64_t)longest) / (next_random(2) ? 1 : S) *
                        (next_random(2) ? 1 : 1000);
        s.time[i] = time;
        s.value[i] = (double)next_random(1000) / 7;
        s.quality[i] = next_random(12) ? GOOD : QUALITY_UNCERTAIN;
        if (!next_random(15)) {
            s.value[i] = NAN;
            s.quality[i] = QUALITY_SENSOR_FAILURE;
        }
        s.count++;
    }
    return (expr_input){s, {next_random(3) == 0, next_random(2) ? 0 : 20 * S}};
}

/* Only what expr_evaluate asks for: from (from - reach) on with the one before, to the one after.
 */
static expr_input least(const expr *e, const expr_input *all, oq_us from, oq_us to)
{
    size_t first = samples_find(&all->samples, from - expr_reach(e));
    size_t end = samples_find(&all->samples, to);
    first -= first > 0;
    end += end < all->samples.count;
    return (expr_input){samples_part(&all->samples, first, end - first), all->rule};
}

static void random_expression(oq_buf *out, int depth, bool may_look_behind)
{
    static const char *const pair[] = {"+", "-", "*", "/", "<", "and", "or", "="};
    static const char *const of_two[] = {"min", "max", "mean"};
    static const char *const of_one[] = {"abs", "sqrt", "good", "round", "not ", "-"};
    static const char *const behind[] = {"avg", "delta"};
    uint64_t kind = depth > 4 ? 0 : next_random(7);
    switch (kind) {
    case 1:
    case 2:
        oq_buf_lit(out, "(");
        random_expression(out, depth + 1, may_look_behind);
        oq_buf_f(out, " %s ", pair[next_random(OQ_COUNT(pair))]);
        random_expression(out, depth + 1, may_look_behind);
        oq_buf_lit(out, ")");
        return;
    case 3:
        oq_buf_f(out, "%s(", of_two[next_random(OQ_COUNT(of_two))]);
        random_expression(out, depth + 1, may_look_behind);
        oq_buf_lit(out, ", ");
        random_expression(out, depth + 1, may_look_behind);
        oq_buf_lit(out, ")");
        return;
    case 4:
        oq_buf_f(out, "(%s(", of_one[next_random(OQ_COUNT(of_one))]);
        random_expression(out, depth + 1, may_look_behind);
        oq_buf_lit(out, "))");
        return;
    case 5:
    case 6:
        if (may_look_behind) {
            bool is_prev = next_random(3) == 0;
            oq_buf_f(out, "%s(", is_prev ? "prev" : behind[next_random(OQ_COUNT(behind))]);
            random_expression(out, depth + 1, false);
            if (!is_prev)
                oq_buf_f(out, ", %u s", (unsigned)(1 + next_random(90)));
            oq_buf_lit(out, ")");
            return;
        }
        __attribute__((fallthrough));
    default:
        oq_buf_f(out, "'%u'", (unsigned)next_random(SERIES));
        return;
    }
}

static bool same_bits(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static void compare(oq_str text, const samples *whole, size_t at, const samples *part)
{
    for (size_t i = 0; i < part->count; i++, at++) {
        if (at >= whole->count || part->time[i] != whole->time[at] ||
            !same_bits(part->value[i], whole->value[at]) ||
            samples_quality(part, i) != samples_quality(whole, at))
            fail_msg("%.*s: at %lld: %.17g %08x in a slice, %.17g %08x in the whole", OQ_FMT(text),
                     (long long)part->time[i], part->value[i], samples_quality(part, i),
                     at < whole->count ? whole->value[at] : -1,
                     at < whole->count ? samples_quality(whole, at) : 0);
    }
}

static void try_slices(oq_str text)
{
    expr *e = NULL;
    expr_input all[SERIES], some[SERIES], input[SERIES];
    CHECK_OK(expr_parse(arena, text, unit_of, NULL, &e));
    for (int k = 0; k < SERIES; k++)
        all[k] = random_input();
    for (size_t k = 0; k < expr_input_count(e); k++)
        input[k] = all[expr_input_key(e, k).ptr[0] - '0'];
    oq_us from = -300 * S, to = 5000 * S;
    samples whole = expr_evaluate(e, arena, input, from, to);
    size_t at = 0;
    while (from < to) {
        oq_us end = from + 1 + (oq_us)next_random((uint64_t)(next_random(2) ? 10 : 900) * S);
        end = end < to ? end : to;
        for (size_t k = 0; k < expr_input_count(e); k++)
            some[k] = least(e, &input[k], from, end);
        samples part = expr_evaluate(e, arena, some, from, end);
        compare(text, &whole, at, &part);
        at += part.count;
        from = end;
    }
    CHECK(text.ptr, at == whole.count);
}

/* Live = replay: what is computed a piece at a time, from no more than it asks for, is bit for bit
 * what is computed at once. */
static void test_slices(void **state)
{
    static const char *const fixed[] = {"avg('0', 60 s)", "avg('0' * '1', 30 s) + delta('2', 7 s)",
                                        "prev('0' + '1' + '2')", "'0' + '1' * '2'",
                                        "rate('0', 10 s) + avg('1', 90 s) * 0 [1/s]"};
    for (int round = 0; round < 700; round++) {
        oq_mark mark = oq_arena_mark(arena);
        OQ_AUTO(oq_buf) text = oq_buf_make(EXPR_TEXT_MAX);
        if (round < 200)
            oq_buf_str(&text, oq_cstr(fixed[(size_t)round % OQ_COUNT(fixed)]));
        else
            random_expression(&text, 0, true);
        if (oq_str_find_char(oq_buf_view(&text), '\'') != SIZE_MAX && text.len < 1500)
            try_slices(oq_str_copy(arena, oq_buf_view(&text)));
        oq_arena_rewind(arena, mark);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worked),
        cmocka_unit_test(test_operations),
        cmocka_unit_test(test_held_and_interpolated),
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_quality),
        cmocka_unit_test(test_no_line_to_bad),
        cmocka_unit_test(test_avg),
        cmocka_unit_test(test_energy),
        cmocka_unit_test(test_delta_rate_prev),
        cmocka_unit_test(test_slices),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
