#include "quant/anomaly.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

enum { SIGNALS = 5, PER_DAY = 96, BASE_DAYS = 35, DAYS = 70 };
enum { LOAD, FLOW, POWER, HEAT, VALVE }; /* VALVE never moves */
static const oq_us STEP = OQ_DAY / PER_DAY;
static const oq_us BEGIN = 20000 * OQ_DAY; /* a day in 2024 */

typedef struct plant {
    oq_arena *arena;
    anomaly_signal signal[SIGNALS];
} plant;

static double normal(uint64_t *dice)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += dice_share(dice);
    return sum;
}

static void plant_drop(plant *p)
{
    oq_arena_close(p->arena);
}

/* A load that goes with the day and wanders; flow and power follow it, heat is on its own. */
static plant make_plant(uint64_t dice)
{
    plant p = {.arena = oq_arena_open(1 << 20)};
    for (size_t k = 0; k < SIGNALS; k++) {
        p.signal[k] = (anomaly_signal){
            .samples = samples_make(p.arena, DAYS * PER_DAY, true, false), .has_unit = true};
        p.signal[k].samples.count = DAYS * PER_DAY;
    }
    double wander = 0, heat = 0;
    for (size_t i = 0; i < DAYS * PER_DAY; i++) {
        wander = 0.9 * wander + normal(&dice);
        heat = 0.7 * heat + normal(&dice);
        double load = 100 + 30 * sin((double)i * 2 * M_PI / PER_DAY) + 2 * wander;
        double value[SIGNALS] = {load, 0.5 * load + 0.3 * normal(&dice),
                                 2 * load + 10 + normal(&dice), 60 + heat, 7};
        for (size_t k = 0; k < SIGNALS; k++) {
            p.signal[k].samples.time[i] = BEGIN + (oq_us)i * STEP + OQ_MINUTE;
            p.signal[k].samples.value[i] = value[k];
        }
    }
    return p;
}

static anomaly_model *learn(const plant *p)
{
    anomaly_rule rule = {.budget_per_day = 0.1};
    return anomaly_learn(p->arena, p->signal, SIGNALS, BEGIN, BEGIN + BASE_DAYS * OQ_DAY, &rule);
}

static anomaly_view look(const plant *p, const anomaly_model *m, double from_day, double to_day)
{
    anomaly_view v;
    anomaly_look_rule rule = {BEGIN + (oq_us)(from_day * (double)OQ_DAY),
                              BEGIN + (oq_us)(to_day * (double)OQ_DAY), true};
    CHECK_OK(anomaly_look(p->arena, m, p->signal, SIGNALS, &rule, &v));
    return v;
}

/* Over five weeks in which nothing happens, no more than a few times what the budget allows: one
 * alarm in ten days. */
static void test_budget(void **state)
{
    size_t alarms = 0;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        OQ_AUTO(plant) p = make_plant(seed);
        anomaly_model *m = learn(&p);
        anomaly_about about = anomaly_tell(m);
        assert_int_equal(about.taking_part, SIGNALS - 1);
        assert_int_equal(about.step, STEP);
        anomaly_view v = look(&p, m, BASE_DAYS, DAYS);
        assert_int_equal(v.rows, (DAYS - BASE_DAYS) * PER_DAY);
        size_t last = 0;
        for (size_t i = 0; i < v.rows; i++) {
            assert_true(v.course_score[i] >= 0 && v.course_score[i] <= 1);
            if (v.course_score[i] < 0.5)
                continue;
            alarms += alarms == 0 || i - last > 24;
            last = i;
        }
    }
    assert_true(alarms <= 4 * 3.5 * 3);
}

typedef struct fault {
    const char *label;
    size_t signal;
    double from_day, lasts_days; /* from the end of the base */
    double add, per_day, scatter;
    bool is_silent, is_stuck;
    int kind; /* one of the reasons, of this signal */
} fault;

static void apply(plant *p, const fault *f)
{
    samples *s = &p->signal[f->signal].samples;
    uint64_t dice = 99;
    size_t from = (size_t)((BASE_DAYS + f->from_day) * PER_DAY);
    size_t end = from + (size_t)(f->lasts_days * PER_DAY);
    for (size_t i = from; i < end && i < s->count; i++) {
        double days = (double)(i - from) / PER_DAY;
        s->value[i] += f->add + f->per_day * days + f->scatter * normal(&dice);
        if (f->is_stuck)
            s->value[i] = s->value[from - 1];
        if (f->is_silent)
            s->quality[i] = QUALITY_NO_COMMUNICATION;
    }
}

static void test_faults(void **state)
{
    static const fault row[] = {
        {"a spike", HEAT, 3, 0.02, .add = 40, .kind = ANOMALY_LEVEL},
        {"a jump that stays", HEAT, 3, 1, .add = 15, .kind = ANOMALY_LEVEL},
        {"a jump, seen as one", HEAT, 3, 0.02, .add = -30, .kind = ANOMALY_JUMP},
        {"a small shift that stays", HEAT, 2, 4, .add = 3.5, .kind = ANOMALY_SHIFT},
        {"a drift", HEAT, 1, 6, .per_day = 2, .kind = ANOMALY_SHIFT},
        {"flow leaks", FLOW, 3, 1, .add = -4, .kind = ANOMALY_RELATION},
        {"power scatters", POWER, 3, 1, .scatter = 8, .kind = ANOMALY_RELATION},
        {"no more samples", POWER, 3, 5, .is_silent = true, .kind = ANOMALY_SILENT},
        {"a frozen instrument", HEAT, 3, 3, .is_stuck = true, .kind = ANOMALY_STUCK},
        {"what never moved has moved", VALVE, 4, 3, .add = 1, .kind = ANOMALY_CHANGED},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        OQ_AUTO(plant) p = make_plant(1);
        anomaly_model *m = learn(&p);
        apply(&p, &row[i]);
        double from = BASE_DAYS + row[i].from_day, to = from + fmin(row[i].lasts_days, 5);
        anomaly_view v = look(&p, m, from, to);
        CHECK(row[i].label, v.is_ready && v.is_flagged && v.score > 0.5);
        bool is_named = false;
        double shares = 0;
        for (size_t k = 0; k < v.reasons; k++) {
            const anomaly_reason *r = &v.reason[k];
            is_named |= r->kind == row[i].kind && r->signal == row[i].signal;
            bool has_band = r->kind == ANOMALY_LEVEL || r->kind == ANOMALY_JUMP;
            CHECK(row[i].label, !has_band || (r->low < r->expected && r->expected < r->high));
            CHECK(row[i].label, !has_band || k > 0 || r->value < r->low || r->value > r->high);
            shares += r->share;
            CHECK(row[i].label, r->since <= v.at);
        }
        CHECK(row[i].label, is_named && v.reason[0].signal == row[i].signal);
        CHECK(row[i].label, fabs(shares - 1) < 1e-9);
        CHECK(row[i].label, v.since >= BEGIN + (oq_us)((from - 1.2) * (double)OQ_DAY));
        CHECK(row[i].label, v.silent == (size_t)row[i].is_silent);
    }
}

/* A silent signal is said, and does not keep a fault of another from being seen. */
static void test_silence_is_no_pause(void **state)
{
    OQ_AUTO(plant) p = make_plant(1);
    anomaly_model *m = learn(&p);
    apply(&p, &(fault){"", POWER, 2, 5, .is_silent = true});
    apply(&p, &(fault){"", HEAT, 5, 0.1, .add = 30});
    anomaly_view v = look(&p, m, BASE_DAYS + 4.9, BASE_DAYS + 5.2);
    bool has_silent = false, has_level = false;
    for (size_t k = 0; k < v.reasons; k++) {
        has_silent |= v.reason[k].kind == ANOMALY_SILENT && v.reason[k].signal == POWER &&
                      v.reason[k].lasted_s > 2.8 * 86400 && isfinite(v.reason[k].usual_s);
        has_level |= v.reason[k].signal == HEAT;
    }
    assert_true(has_silent && has_level && v.is_flagged);
    assert_int_equal(v.silent, 1);
    assert_int_equal(v.good, SIGNALS - 2);
}

/* A signal that comes three times a day is not silent between, and is when four were left out. */
static void test_slow_signal(void **state)
{
    OQ_AUTO(plant) p = make_plant(1);
    samples *s = &p.signal[HEAT].samples;
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i += PER_DAY / 3, kept++) {
        s->time[kept] = s->time[i];
        s->value[kept] = s->value[i];
    }
    s->count = kept;
    anomaly_model *m = learn(&p);
    assert_true(anomaly_tell(m).reach >= OQ_DAY);
    for (int is_gone = 0; is_gone < 2; is_gone++) {
        size_t all = s->count;
        if (is_gone)
            s->count = 3 * (BASE_DAYS + 2);
        anomaly_view v = look(&p, m, BASE_DAYS + 3.25, BASE_DAYS + 3.3);
        bool has_silent = false;
        for (size_t k = 0; k < v.reasons; k++)
            has_silent |= v.reason[k].kind == ANOMALY_SILENT && v.reason[k].signal == HEAT;
        assert_int_equal(has_silent, is_gone);
        s->count = all;
    }
}

/* What a row is worth depends on the samples before it, not on when somebody looks. */
static void test_looks_agree(void **state)
{
    OQ_AUTO(plant) p = make_plant(2);
    anomaly_model *m = learn(&p);
    anomaly_view all = look(&p, m, BASE_DAYS, BASE_DAYS + 10);
    for (size_t day = 3; day < 9; day += 2) {
        double from = BASE_DAYS + (double)day;
        anomaly_view one = look(&p, m, from, from + 0.25);
        for (size_t i = 0; i < one.rows; i++) {
            size_t at = day * PER_DAY + i;
            assert_int_equal(one.time[i], all.time[at]);
            double a = one.course_chance[i], b = all.course_chance[at];
            assert_true(fabs(log(a / b)) < 0.2);
            for (size_t k = 0; k < SIGNALS; k++)
                assert_float_equal(one.band[k].expected[i], all.band[k].expected[at], 1e-9);
        }
    }
    apply(&p, &(fault){"", HEAT, 3, 1, .add = 15});
    anomaly_view begins = look(&p, m, BASE_DAYS + 3, BASE_DAYS + 3.05);
    anomaly_view goes_on = look(&p, m, BASE_DAYS + 3.05, BASE_DAYS + 3.1);
    assert_true(begins.is_new && begins.is_flagged && !goes_on.is_new && goes_on.is_flagged);
}

/* Inside its band a level alone flags nothing, and values are inside nearly always. */
static void test_band(void **state)
{
    OQ_AUTO(plant) p = make_plant(3);
    anomaly_view v = look(&p, learn(&p), BASE_DAYS, BASE_DAYS + 20);
    for (size_t k = 0; k < VALVE; k++) {
        size_t outside = 0;
        for (size_t i = 0; i < v.rows; i++) {
            const anomaly_band *b = &v.band[k];
            if (!isfinite(b->low[i]))
                continue;
            assert_true(b->low[i] < b->expected[i] && b->expected[i] < b->high[i]);
            outside += b->value[i] < b->low[i] || b->value[i] > b->high[i];
        }
        assert_true(outside < v.rows / 50);
    }
    for (size_t i = 0; i < v.rows; i++)
        assert_float_equal(v.band[VALVE].high[i], 7, 0);
}

static void test_lacks(void **state)
{
    OQ_AUTO(plant) p = make_plant(1);
    anomaly_signal signal[7] = {p.signal[HEAT],     p.signal[HEAT], p.signal[VALVE], p.signal[HEAT],
                                {.has_unit = true}, p.signal[HEAT], p.signal[HEAT]};
    signal[0].has_unit = false;
    signal[1].samples = samples_part(&signal[1].samples, 0, 2);
    signal[3].samples = samples_copy(p.arena, &signal[3].samples);
    for (size_t i = 50; i < signal[3].samples.count; i++)
        signal[3].samples.quality[i] = QUALITY_SENSOR_FAILURE;
    signal[5].samples = samples_copy(p.arena, &signal[5].samples); /* climbs all the time */
    for (size_t i = 0; i < signal[5].samples.count; i++)
        signal[5].samples.value[i] += 0.1 * (double)i;
    for (size_t k = 0; k < 6; k++)
        if (k > 0 && signal[k].samples.count > BASE_DAYS * PER_DAY)
            signal[k].samples = samples_part(&signal[k].samples, 0, BASE_DAYS * PER_DAY);
    signal[0].samples = samples_part(&signal[0].samples, 0, BASE_DAYS * PER_DAY);
    anomaly_model *m =
        anomaly_learn(p.arena, signal, 7, BEGIN, BEGIN + BASE_DAYS * OQ_DAY, &(anomaly_rule){0});
    anomaly_about about = anomaly_tell(m);
    static const anomaly_need wanted[] = {
        {ANOMALY_NO_UNIT, 0, 0, 0},      {ANOMALY_FEW_SAMPLES, 1, 2, 100},
        {ANOMALY_CONSTANT, 2, 3360, 0},  {ANOMALY_BAD_QUALITY, 3, 50, 100},
        {ANOMALY_NO_SAMPLES, 4, 0, 100}, {ANOMALY_SLOW, 5, NAN, 100},
        {ANOMALY_FUTURE, 6, 3360, 0},
    };
    for (size_t i = 0; i < OQ_COUNT(wanted); i++) {
        bool is_there = false;
        for (size_t k = 0; k < about.needs; k++)
            is_there |= about.need[k].lack == wanted[i].lack &&
                        about.need[k].signal == wanted[i].signal &&
                        (isnan(wanted[i].got) || about.need[k].got == wanted[i].got) &&
                        about.need[k].wanted == wanted[i].wanted;
        CHECK(oq_choice_text(anomaly_lack_choices, wanted[i].lack), is_there);
    }
    assert_int_equal(about.needs, OQ_COUNT(wanted));
    assert_int_equal(about.taking_part, 3);
    assert_true(about.is_usable);
    m = anomaly_learn(p.arena, signal + 4, 1, BEGIN, BEGIN + OQ_DAY, &(anomaly_rule){0});
    assert_false(anomaly_tell(m).is_usable);
    anomaly_view v;
    anomaly_look_rule rule = {BEGIN, BEGIN + OQ_DAY, true};
    CHECK_OK(anomaly_look(p.arena, m, signal + 4, 1, &rule, &v));
    assert_true(!v.is_ready && isnan(v.score) && !v.is_flagged);
    CHECK_CODE("another list", anomaly_look(p.arena, m, signal, 7, &rule, &v),
               "anomaly.signals_other");
    oq_err_reset();
}

static void test_bytes(void **state)
{
    OQ_AUTO(plant) p = make_plant(1);
    anomaly_model *m = learn(&p), *same;
    oq_str bytes = anomaly_encode(p.arena, m);
    assert_true(bytes.len < 20000);
    CHECK_OK(anomaly_decode(p.arena, bytes, &same));
    oq_str again = anomaly_encode(p.arena, same);
    assert_int_equal(again.len, bytes.len);
    assert_memory_equal(again.ptr, bytes.ptr, bytes.len);
    anomaly_view a = look(&p, m, BASE_DAYS, BASE_DAYS + 3);
    anomaly_view b = look(&p, same, BASE_DAYS, BASE_DAYS + 3);
    for (size_t i = 0; i < a.rows; i++)
        assert_float_equal(a.course_score[i], b.course_score[i], 1e-3);
    assert_int_equal(anomaly_tell(same).needs, anomaly_tell(m).needs);
    for (size_t cut = 0; cut < bytes.len; cut += 13) {
        CHECK_CODE("cut", anomaly_decode(p.arena, oq_strn(bytes.ptr, cut), &same),
                   "anomaly.model_broken");
        oq_err_reset();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_silence_is_no_pause),
        cmocka_unit_test(test_slow_signal),
        cmocka_unit_test(test_looks_agree),
        cmocka_unit_test(test_band),
        cmocka_unit_test(test_lacks),
        cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
