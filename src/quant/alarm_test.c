#include "quant/alarm.h"

#include <math.h>

#include "quant/signal_sample.h"

/* --- conditions --------------------------------------------------------------------------------*/

static void test_parse(void **state)
{
    static const char *row[] = {
        "{\"metric\":\"v\",\"is\":\"above\",\"limit\":7.1,\"deadband\":0.5}",
        "{\"metric\":\"v\",\"is\":\"below\",\"limit\":\"low_low\"}",
        "{\"metric\":\"v\",\"is\":\"away_from\",\"limit\":5,\"by\":2}",
        "{\"metric\":\"v\",\"is\":\"rising\",\"by\":8,\"within_s\":600}",
        "{\"metric\":\"v\",\"is\":\"stale\",\"after_s\":90}",
        ("{\"all\":[{\"metric\":\"a\",\"is\":\"bad\"},{\"any\":[{\"metric\":\"b\",\"is\":\"bad\"},"
         "{\"metric\":\"c\",\"is\":\"falling\",\"by\":1,\"within_s\":0.5e1}]}]}"),
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        alarm_condition *c, *again;
        OQ_AUTO(oq_buf) first = oq_buf_make(1 << 16), second = oq_buf_make(1 << 16);
        CHECK_CODE(row[i], alarm_condition_parse(*state, oq_cstr(row[i]), &c), NULL);
        oq_json j = oq_json_to(&first), k = oq_json_to(&second);
        alarm_condition_write(&j, c);
        CHECK_CODE(row[i], alarm_condition_parse(*state, oq_buf_view(&first), &again), NULL);
        alarm_condition_write(&k, again);
        CHECK(row[i], oq_str_eq(oq_buf_view(&first), oq_buf_view(&second)));
        CHECK(row[i], oq_json_same(oq_buf_view(&first), oq_cstr(row[i])) || i == 5);
    }
}

static void test_parse_mistakes(void **state)
{
    static const struct {
        const char *json, *code, *field, *line;
    } row[] = {
        {"[]", "alarm_condition.type", "condition", "1"},
        {"{\"metric\":\"v\",\n\"is\":\"over\",\"limit\":1}", "alarm_condition.not_a_choice",
         "condition.is", "2"},
        {"{\"metric\":\"v\",\"is\":\"above\"}", "alarm_condition.required", "condition", "1"},
        {"{\"metric\":\"v\",\"is\":\"above\",\n \"limit\":\"7.1\"}", "alarm_condition.not_a_choice",
         "condition.limit", "2"},
        {"{\"is\":\"bad\"}", "alarm_condition.required", "condition", "1"},
        {"{\"metric\":null,\"is\":\"bad\"}", "alarm_condition.required", "condition", "1"},
        {"{\"metric\":\"\",\"is\":\"bad\"}", "alarm_condition.metric_length", "condition.metric",
         "1"},
        {"{\"metric\":\"v\",\"is\":\"bad\",\"limit\":1}", "alarm_condition.field_unused",
         "condition.limit", "1"},
        {"{\"metric\":\"v\",\"is\":\"bad\",\"lmit\":1}", "alarm_condition.field_unknown",
         "condition.lmit", "1"},
        {"{\"metric\":\"v\",\"is\":\"rising\",\"by\":1,\"within_s\":1e9}", "alarm_condition.range",
         "condition.within_s", "1"},
        {"{\"metric\":\"v\",\"is\":\"rising\",\"by\":0,\"within_s\":10}",
         "alarm_condition.too_small", "condition.by", "1"},
        {"{\"metric\":\"v\",\"is\":\"above\",\"limit\":1,\"deadband\":-1}",
         "alarm_condition.too_small", "condition.deadband", "1"},
        {"{\"all\":[]}", "alarm_condition.group_empty", "condition.all", "1"},
        {"{\"all\":[{\"metric\":\"v\",\"is\":\"bad\"}],\"any\":[]}",
         "alarm_condition.field_unknown", "condition.any", "1"},
        {"{\"any\":[{\"metric\":\"v\",\"is\":\"bad\"},\n{\"all\":7}]}", "alarm_condition.type",
         "condition.any[1].all", "2"},
        {"{\"all\":", "json.malformed", NULL, "1"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        alarm_condition *c;
        oq_err *err = alarm_condition_parse(*state, oq_cstr(row[i].json), &c);
        CHECK_CODE(row[i].json, err, row[i].code);
        if (row[i].field)
            CHECK_STR(row[i].json, oq_cstr(err->field), row[i].field);
        CHECK_STR(row[i].json, err->arg[row[i].field ? 1 : 0].value, row[i].line);
    }
    alarm_condition *c;
    oq_err *two =
        alarm_condition_parse(*state, OQ_STR("{\"metric\":1,\"is\":\"above\",\"limit\":true}"), &c);
    CHECK("all mistakes at once", two && two->next && !two->next->next);
}

static void test_parse_limits(void **state)
{
    alarm_condition *c;
    OQ_AUTO(oq_buf) many = oq_buf_make(1 << 16), deep = oq_buf_make(1 << 16);
    oq_buf_str(&many, OQ_STR("{\"any\":["));
    for (int i = 0; i <= ALARM_LEAVES_MAX; i++)
        oq_buf_f(&many, "%s{\"metric\":\"m\",\"is\":\"bad\"}", i ? "," : "");
    oq_buf_str(&many, OQ_STR("]}"));
    CHECK_CODE("many", alarm_condition_parse(*state, oq_buf_view(&many), &c),
               "alarm_condition.too_many");
    for (int i = 0; i <= ALARM_DEPTH_MAX; i++)
        oq_buf_str(&deep, OQ_STR("{\"all\":["));
    oq_buf_str(&deep, OQ_STR("{\"metric\":\"m\",\"is\":\"bad\"}"));
    for (int i = 0; i <= ALARM_DEPTH_MAX; i++)
        oq_buf_str(&deep, OQ_STR("]}"));
    CHECK_CODE("deep", alarm_condition_parse(*state, oq_buf_view(&deep), &c),
               "alarm_condition.too_deep");
}

/* --- the machine -------------------------------------------------------------------------------*/

/* A signal in words: each character a second; a digit is its value, b a bad sample of value 9, '.'
 * none. */
static samples from_text(oq_arena *arena, const char *text)
{
    samples s = samples_make(arena, strlen(text), true, false);
    for (size_t i = 0; text[i]; i++) {
        if (text[i] == '.')
            continue;
        s.time[s.count] = (oq_us)i * OQ_SECOND;
        s.value[s.count] = text[i] == 'b' ? 9 : text[i] - '0';
        s.quality[s.count++] = text[i] == 'b' ? QUALITY_BAD : QUALITY_GOOD;
    }
    return s;
}

static void put_changes(oq_buf *out, const alarm_outcome *o)
{
    for (size_t i = 0; i < o->taken_backs; i++)
        oq_buf_f(out, "-%s%lld ", o->taken_back[i].kind == ALARM_RAISED ? "R" : "r",
                 (long long)(o->taken_back[i].at / OQ_SECOND));
    for (size_t i = 0; i < o->changes; i++)
        oq_buf_f(out, "%s%lld/%lld ", o->change[i].kind == ALARM_RAISED ? "R" : "r",
                 (long long)(o->change[i].at / OQ_SECOND),
                 (long long)(o->change[i].since / OQ_SECOND));
}

#define LEAF(rest) "{\"metric\":\"a\",\"is\":" rest "}"

static void test_machine(void **state)
{
    static const struct {
        const char *label, *condition, *a, *b;
        int on_s, off_s, now_s;
        const char *wanted; /* R: raised at/since, r: returned */
    } row[] = {
        {"over and back", LEAF("\"above\",\"limit\":5"), "4565", NULL, 0, 0, 9, "R2/2 r3/3 "},
        {"on the limit is within", LEAF("\"above\",\"limit\":5"), "55", NULL, 0, 0, 9, ""},
        {"below", LEAF("\"below\",\"limit\":5"), "545", NULL, 0, 0, 9, "R1/1 r2/2 "},
        {"deadband", LEAF("\"above\",\"limit\":5,\"deadband\":2"), "6454643", NULL, 0, 0, 9,
         "R0/0 r6/6 "},
        {"on delay, with samples", LEAF("\"above\",\"limit\":5"), "66656666666", NULL, 4, 0, 9,
         "R8/4 "},
        {"on delay, by time alone", LEAF("\"above\",\"limit\":5"), "6", NULL, 60, 0, 62, "R60/0 "},
        {"not before it was settled", LEAF("\"above\",\"limit\":5"), "6", NULL, 60, 0, 61, ""},
        {"off delay, by time alone", LEAF("\"above\",\"limit\":5"), "64", NULL, 0, 30, 33,
         "R0/0 r31/1 "},
        {"gone for less than the off delay", LEAF("\"above\",\"limit\":5"), "64446", NULL, 0, 30,
         99, "R0/0 "},
        {"bad samples hold it", LEAF("\"above\",\"limit\":5"), "6bbb", NULL, 0, 0, 99, "R0/0 "},
        {"bad samples do not raise it", LEAF("\"above\",\"limit\":5"), "4bbb", NULL, 0, 0, 99, ""},
        {"silence holds it", LEAF("\"above\",\"limit\":5"), "6", NULL, 0, 0, 86400, "R0/0 "},
        {"bad", LEAF("\"bad\""), "4b4", NULL, 0, 0, 9, "R1/1 r2/2 "},
        {"stale", LEAF("\"stale\",\"after_s\":5"), "4....4......", NULL, 0, 0, 13, "R10/10 "},
        {"stale, and it comes back", LEAF("\"stale\",\"after_s\":5"), "4......b", NULL, 0, 0, 9,
         "R5/5 r7/7 "},
        {"away from", LEAF("\"away_from\",\"limit\":5,\"by\":2,\"deadband\":1"), "378763", NULL, 0,
         0, 9, "R2/2 r4/4 "},
        {"rising", LEAF("\"rising\",\"by\":3,\"within_s\":3"), "123457777", NULL, 0, 0, 9,
         "R3/3 r7/7 "},
        {"slow rise", LEAF("\"rising\",\"by\":4,\"within_s\":3"), "123456789", NULL, 0, 0, 9, ""},
        {"falling", LEAF("\"falling\",\"by\":3,\"within_s\":60"), "963", NULL, 0, 0, 9, "R1/1 "},
        {"all",
         "{\"all\":[" LEAF("\"above\",\"limit\":5") ",{\"metric\":\"b\",\"is\":\"below\","
                                                    "\"limit\":3}]}",
         "666444", "443322", 0, 0, 9, ""},
        {"all, at last",
         "{\"all\":[" LEAF("\"above\",\"limit\":5") ",{\"metric\":\"b\",\"is\":"
                                                    "\"below\",\"limit\":3}]}",
         "666466", "443222", 0, 0, 9, "R4/4 "},
        {"any",
         "{\"any\":[" LEAF("\"above\",\"limit\":5") ",{\"metric\":\"b\",\"is\":\"below\","
                                                    "\"limit\":3}]}",
         "464444", "444224", 0, 0, 9, "R1/1 r2/2 R3/3 r5/5 "},
        {"without a signal it is not true",
         "{\"any\":[" LEAF("\"above\",\"limit\":5") ",{\"metric\":\"b\",\"is\":\"bad\"}]}", "44",
         NULL, 0, 0, 9, ""},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        alarm_condition *c;
        CHECK_CODE(row[i].label, alarm_condition_parse(*state, oq_cstr(row[i].condition), &c),
                   NULL);
        samples a = from_text(*state, row[i].a), b = from_text(*state, row[i].b ? row[i].b : "");
        alarm_signal signal[ALARM_LEAVES_MAX];
        for (int k = 0; k < c->leaves; k++) {
            bool is_a = oq_str_eq(c->leaf[k].metric, OQ_STR("a"));
            signal[k] = (alarm_signal){is_a ? &a : row[i].b ? &b : NULL, c->leaf[k].limit};
        }
        alarm_machine m;
        alarm_outcome o;
        OQ_AUTO(oq_buf) got = oq_buf_make(4096);
        alarm_machine_start(&m, c, -1, false, -1);
        alarm_look(c, (alarm_delays){row[i].on_s * OQ_SECOND, row[i].off_s * OQ_SECOND}, signal, 0,
                   row[i].now_s * OQ_SECOND, &m, &o);
        put_changes(&got, &o);
        CHECK_STR(row[i].label, oq_buf_view(&got), row[i].wanted);
    }
}

static alarm_condition *parse(oq_arena *arena, const char *json)
{
    alarm_condition *c;
    CHECK_OK(alarm_condition_parse(arena, oq_cstr(json), &c));
    return c;
}

static void test_due(void **state)
{
    alarm_condition *c = parse(*state, LEAF("\"above\",\"limit\":5"));
    samples a = from_text(*state, "6");
    alarm_signal signal = {&a, 5};
    alarm_machine m;
    alarm_outcome o;
    alarm_machine_start(&m, c, -1, false, -1);
    alarm_look(c, (alarm_delays){60 * OQ_SECOND, 0}, &signal, 0, OQ_SECOND, &m, &o);
    CHECK("due", o.changes == 0 && o.due_at == 60 * OQ_SECOND + ALARM_SETTLE);
    alarm_look(c, (alarm_delays){60 * OQ_SECOND, 0}, &signal, INT64_MAX, o.due_at, &m, &o);
    CHECK("raised by time alone", o.changes == 1 && o.due_at == OQ_TIME_NONE);
}

static void test_late_sample_takes_back(void **state)
{
    alarm_condition *c = parse(*state, LEAF("\"above\",\"limit\":5"));
    samples first = from_text(*state, "6.66666"), all = from_text(*state, "6466666");
    alarm_signal signal = {&first, 5};
    alarm_machine m;
    alarm_outcome o;
    OQ_AUTO(oq_buf) got = oq_buf_make(4096);
    alarm_delays delays = {4 * OQ_SECOND, 0};
    alarm_machine_start(&m, c, -1, false, -1);
    alarm_look(c, delays, &signal, 0, 6 * OQ_SECOND, &m, &o);
    put_changes(&got, &o);
    CHECK_STR("before", oq_buf_view(&got), "R4/0 ");
    signal.samples = &all;
    alarm_look(c, delays, &signal, OQ_SECOND, 6 * OQ_SECOND, &m, &o);
    oq_buf_clear(&got);
    put_changes(&got, &o);
    CHECK_STR("after", oq_buf_view(&got), "-R4 R6/2 ");
}

/* Any samples in any order of arrival, looked at one by one with time going on, with the machine
 * written and read in between, or all at once: the same changes. */
static void test_live_is_replay(void **state)
{
    static const char *condition[] = {
        LEAF("\"above\",\"limit\":0.6,\"deadband\":0.1"),
        LEAF("\"stale\",\"after_s\":4"),
        LEAF("\"rising\",\"by\":0.5,\"within_s\":5"),
        "{\"all\":[" LEAF("\"above\",\"limit\":0.4") ",{\"any\":[{\"metric\":\"b\",\"is\":"
                                                     "\"below\",\"limit\":0.5},{\"metric\":\"b\","
                                                     "\"is\":\"bad\"}]}]}",
    };
    enum { ROUNDS = 400, COUNT = 60, SIGNALS = 2 };
    uint64_t dice = 7;
    for (int round = 0; round < ROUNDS; round++) {
        oq_arena *arena = oq_arena_open(1 << 18);
        alarm_condition *c = parse(arena, condition[round % OQ_COUNT(condition)]);
        alarm_delays delays = {(oq_us)dice_below(&dice, 4) * OQ_SECOND,
                               (oq_us)dice_below(&dice, 4) * OQ_SECOND};
        struct {
            oq_us time, comes;
            int signal;
            double value;
            quality quality;
        } one[COUNT];
        for (size_t i = 0; i < COUNT; i++) {
            one[i].time = (oq_us)(1 + i) * OQ_SECOND + (oq_us)dice_below(&dice, 900000);
            one[i].comes = one[i].time + (oq_us)dice_below(&dice, 30 * OQ_SECOND);
            one[i].signal = (int)dice_below(&dice, SIGNALS);
            one[i].value = dice_share(&dice);
            one[i].quality = dice_below(&dice, 8) ? QUALITY_GOOD : QUALITY_BAD;
        }
        alarm_machine live, replay;
        alarm_change told[COUNT * 4];
        size_t tolds = 0;
        samples had[SIGNALS];
        alarm_signal signal[ALARM_LEAVES_MAX];
        for (int k = 0; k < SIGNALS; k++)
            had[k] = samples_make(arena, COUNT, true, false);
        for (int k = 0; k < c->leaves; k++)
            signal[k] =
                (alarm_signal){&had[oq_str_eq(c->leaf[k].metric, OQ_STR("b"))], c->leaf[k].limit};
        alarm_machine_start(&live, c, 0, false, 0);
        oq_us end = 0;
        for (oq_us now = 0; now < 100 * OQ_SECOND; now += OQ_SECOND / 2) {
            oq_us fresh = INT64_MAX;
            for (size_t i = 0; i < COUNT; i++) {
                if (one[i].comes > now || one[i].comes <= now - OQ_SECOND / 2)
                    continue;
                samples *s = &had[one[i].signal];
                s->time[s->count] = one[i].time;
                s->value[s->count] = one[i].value;
                s->quality[s->count++] = one[i].quality;
                samples_sort(s, arena);
                fresh = one[i].time < fresh ? one[i].time : fresh;
            }
            if (dice_below(&dice, 10) == 0) {
                OQ_AUTO(oq_buf) stored = oq_buf_make(1 << 16);
                oq_json j = oq_json_to(&stored);
                alarm_machine_write(&j, c, &live);
                CHECK_OK(alarm_machine_read(arena, oq_buf_view(&stored), c, &live));
            }
            alarm_outcome o;
            alarm_look(c, delays, signal, fresh, now, &live, &o);
            CHECK("too late", o.too_late == 0);
            tolds -= o.taken_backs;
            for (size_t i = 0; i < o.changes; i++)
                told[tolds++] = o.change[i];
            end = now;
        }
        alarm_outcome once;
        alarm_machine_start(&replay, c, 0, false, 0);
        alarm_look(c, delays, signal, 0, end, &replay, &once);
        size_t skipped = tolds > once.changes ? tolds - once.changes : 0;
        CHECK("as many",
              tolds - skipped == once.changes && (skipped == 0 || once.changes >= ALARM_TOLD_MAX));
        for (size_t i = 0; i < once.changes; i++)
            CHECK("the same", told[skipped + i].at == once.change[i].at &&
                                  told[skipped + i].kind == once.change[i].kind &&
                                  told[skipped + i].since == once.change[i].since);
        oq_arena_close(arena);
    }
    (void)state;
}

static void test_later_than_the_bound(void **state)
{
    alarm_condition *c = parse(*state, LEAF("\"above\",\"limit\":5"));
    samples first = samples_make(*state, 2, false, false),
            all = samples_make(*state, 2, false, false);
    alarm_signal signal = {&first, 5};
    alarm_machine m;
    alarm_outcome o;
    first.time[first.count++] = 1000 * OQ_SECOND;
    all.time[0] = OQ_SECOND;
    all.value[0] = 9;
    all.time[1] = 1000 * OQ_SECOND;
    all.count = 2;
    alarm_machine_start(&m, c, 0, false, 0);
    alarm_look(c, (alarm_delays){0}, &signal, 1000 * OQ_SECOND, 1000 * OQ_SECOND, &m, &o);
    signal.samples = &all;
    alarm_look(c, (alarm_delays){0}, &signal, OQ_SECOND, 1001 * OQ_SECOND, &m, &o);
    CHECK("left out, and counted", o.changes == 0 && o.too_late == 1);
}

/* --- what people see ---------------------------------------------------------------------------*/

static void test_standing(void **state)
{
    (void)state;
    static const struct {
        int from;
        alarm_deed deed;
        bool is_latched;
        int to;
        bool is_again, is_refused;
    } row[] = {
        {STANDING_NORMAL, DEED_RAISE, false, STANDING_UNACKNOWLEDGED, false, false},
        {STANDING_UNACKNOWLEDGED, DEED_RAISE, false, STANDING_UNACKNOWLEDGED, true, false},
        {STANDING_ACKNOWLEDGED, DEED_RAISE, false, STANDING_UNACKNOWLEDGED, true, false},
        {STANDING_RETURNED, DEED_RAISE, false, STANDING_UNACKNOWLEDGED, true, false},
        {STANDING_LATCHED, DEED_RAISE, true, STANDING_UNACKNOWLEDGED, true, false},
        {STANDING_UNACKNOWLEDGED, DEED_RETURN, false, STANDING_RETURNED, false, false},
        {STANDING_ACKNOWLEDGED, DEED_RETURN, false, STANDING_NORMAL, false, false},
        {STANDING_UNACKNOWLEDGED, DEED_RETURN, true, STANDING_LATCHED, false, false},
        {STANDING_ACKNOWLEDGED, DEED_RETURN, true, STANDING_LATCHED, false, false},
        {STANDING_UNACKNOWLEDGED, DEED_ACKNOWLEDGE, false, STANDING_ACKNOWLEDGED, false, false},
        {STANDING_RETURNED, DEED_ACKNOWLEDGE, false, STANDING_NORMAL, false, false},
        {STANDING_LATCHED, DEED_ACKNOWLEDGE, true, STANDING_LATCHED, false, false},
        {STANDING_NORMAL, DEED_ACKNOWLEDGE, false, STANDING_NORMAL, false, true},
        {STANDING_LATCHED, DEED_RESET, true, STANDING_NORMAL, false, false},
        {STANDING_UNACKNOWLEDGED, DEED_RESET, true, STANDING_UNACKNOWLEDGED, false, true},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        char label[16];
        alarm_step s = alarm_step_from(row[i].from, row[i].deed, row[i].is_latched);
        snprintf(label, sizeof label, "row %zu", i);
        CHECK(label, s.standing == row[i].to && s.is_again == row[i].is_again &&
                         s.is_refused == row[i].is_refused);
    }
}

static void test_proposal(void **state)
{
    enum { N = 600 };
    samples s = samples_make(*state, N, false, false);
    alarm_leaf leaf = {.is = ALARM_ABOVE};
    uint64_t dice = 3;
    for (int i = 0; i < N; i++) {
        s.time[i] = i * OQ_SECOND;
        s.value[i] = 5 + (dice_share(&dice) - 0.5) * sqrt(12) * 0.1; /* deviation 0.1 */
    }
    s.count = N;
    alarm_proposal p = alarm_propose(&leaf, 5, &s);
    CHECK("deadband covers the noise", p.deadband > 0.25 && p.deadband < 0.36);
    CHECK("delay", p.on_delay_s >= 1 && p.on_delay_s < 10);
    p = alarm_propose(&leaf, 8, &s);
    CHECK("nothing to propose", isnan(p.deadband));
}

static int open_arena(void **state)
{
    *state = oq_arena_open(1 << 16);
    return 0;
}
static int close_arena(void **state)
{
    oq_arena_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_mistakes),
        cmocka_unit_test(test_parse_limits),
        cmocka_unit_test(test_machine),
        cmocka_unit_test(test_due),
        cmocka_unit_test(test_late_sample_takes_back),
        cmocka_unit_test(test_live_is_replay),
        cmocka_unit_test(test_later_than_the_bound),
        cmocka_unit_test(test_standing),
        cmocka_unit_test(test_proposal),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
