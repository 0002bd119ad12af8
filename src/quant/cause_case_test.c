#include "quant/cause_case.h"
#include "quant/signal_sample.h"

static const oq_str categories[] = {OQ_STR_INIT("SENSOR"), OQ_STR_INIT("ALERT"),
                                    OQ_STR_INIT("FAILURE"), OQ_STR_INIT("MAINTENANCE")};
static const oq_str words[] = {OQ_STR_INIT("vibration"), OQ_STR_INIT("pressure"),
                               OQ_STR_INIT("pump_trip"), OQ_STR_INIT("حرارة \"المحمل\"")};

static case_item any_item(uint64_t *dice, oq_us at)
{
    case_item item = {.at = at,
                      .category = categories[dice_below(dice, 4)],
                      .kind = words[dice_below(dice, 4)],
                      .score = 1 + (double)dice_below(dice, 5),
                      .value = dice_below(dice, 2) ? NAN : dice_share(dice),
                      .beyond_limit = dice_below(dice, 2),
                      .is_root_asset = dice_below(dice, 2),
                      .summary = words[3],
                      .event_id = oq_uuid_new(OQ_DAY)};
    if (dice_below(dice, 2))
        item.payload = OQ_STR("{\"kind\":\"pump_trip\",\"value\":0.1,\"list\":[1,null]}");
    if (dice_below(dice, 2)) {
        item.category = categories[0];
        item.finding = FINDING_SPIKE + (int)dice_below(dice, 8);
        item.metric = words[dice_below(dice, 2)];
        item.kind = oq_cstr(oq_choice_text(finding_kind_choices, item.finding));
        item.event_id = OQ_UUID_ZERO;
        item.series_no = 1 + (int64_t)dice_below(dice, 9);
    }
    return item;
}

static cause_case any_case(oq_arena *arena, uint64_t *dice)
{
    cause_case c = {.id = oq_uuid_new(OQ_DAY),
                    .asset_class = words[2],
                    .anchor = OQ_DAY,
                    .items = dice_below(dice, 12),
                    .features = dice_below(dice, 4)};
    case_item *item = oq_new_n(arena, case_item, c.items);
    oq_us at = OQ_DAY - OQ_HOUR;
    for (size_t i = 0; i < c.items; i++)
        item[i] = any_item(dice, at += (oq_us)dice_below(dice, 20) * OQ_MINUTE);
    double *value = oq_new_n(arena, double, c.features);
    for (size_t i = 0; i < c.features; i++)
        value[i] = dice_below(dice, 3) ? dice_share(dice) * 100 : (double)NAN;
    c.item = item;
    c.feature = words;
    c.value = value;
    return c;
}

static oq_str to_json(oq_arena *arena, const cause_case *c)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
    oq_json j = oq_json_to(&out);
    cause_case_write(&j, c);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static void test_there_and_back(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    for (uint64_t seed = 0; seed < 200; seed++) {
        uint64_t dice = seed;
        cause_case c = any_case(arena, &dice), back;
        if (seed % 2)
            c.cause = OQ_STR("bearing_fault");
        oq_str json = to_json(arena, &c);
        CHECK_OK(cause_case_read(arena, json, &back));
        assert_int_equal(back.items, c.items);
        assert_int_equal(back.features, c.features);
        CHECK_STR("again", to_json(arena, &back), json.ptr);
    }
    oq_arena_close(arena);
}

static void test_malformed(void **state)
{
    static const struct {
        const char *label, *json, *code;
    } row[] = {
        {"least", "{\"anchor\":\"2026-01-01T00:00:00Z\"}", NULL},
        {"cut off", "{\"anchor\":\"2026-01-01T", "case.malformed"},
        {"no object", "[]", "case.malformed"},
        {"no anchor", "{}", "case.malformed"},
        {"not a time", "{\"anchor\":\"yesterday\"}", "case.malformed"},
        {"not a list", "{\"anchor\":\"2026-01-01T00:00:00Z\",\"items\":7}", "case.malformed"},
        {"not an item", "{\"anchor\":\"2026-01-01T00:00:00Z\",\"items\":[7]}", "case.malformed"},
        {"no category",
         "{\"anchor\":\"2026-01-01T00:00:00Z\",\"items\":[{\"at\":\"2026-01-01T00:00:00Z\"}]}",
         "case.malformed"},
        {"unknown finding",
         "{\"anchor\":\"2026-01-01T00:00:00Z\",\"items\":[{\"at\":\"2026-01-01T00:00:00Z\","
         "\"category\":\"SENSOR\",\"finding\":\"WOBBLE\"}]}",
         "case.malformed"},
        {"not in order",
         "{\"anchor\":\"2026-01-01T00:00:00Z\",\"items\":["
         "{\"at\":\"2026-01-01T00:00:01Z\",\"category\":\"SENSOR\"},"
         "{\"at\":\"2026-01-01T00:00:00Z\",\"category\":\"SENSOR\"}]}",
         "case.malformed"},
        {"a feature that is text",
         "{\"anchor\":\"2026-01-01T00:00:00Z\",\"features\":{\"a\":\"b\"}}", "case.malformed"},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        cause_case c;
        CHECK_CODE(row[i].label, cause_case_read(arena, oq_cstr(row[i].json), &c), row[i].code);
    }
    oq_arena_close(arena);
}

static void test_likeness_by_hand(void **state)
{
    /* Kinds: A F M against A F T: two of four, weights 1.5 + 2 of 1.5 + 2 + 1 + 1.5; the longest
     * common order A F of three; no shape. */
    case_item one[] = {{.at = 1, .category = OQ_STR("ALERT"), .kind = OQ_STR("a")},
                       {.at = 2, .category = OQ_STR("FAILURE"), .kind = OQ_STR("f")},
                       {.at = 3, .category = OQ_STR("MAINTENANCE"), .kind = OQ_STR("m")}};
    case_item other[] = {{.at = 1, .category = OQ_STR("ALERT"), .kind = OQ_STR("a")},
                         {.at = 2, .category = OQ_STR("ALERT"), .kind = OQ_STR("t")},
                         {.at = 3, .category = OQ_STR("FAILURE"), .kind = OQ_STR("f")}};
    cause_case a = {.anchor = 2, .item = one, .items = 3},
               b = {.anchor = 2, .item = other, .items = 3};
    oq_arena *arena = oq_arena_open(0);
    case_likeness like = cause_similar(arena, &a, &b);
    assert_true(fabs(like.types - 3.5 / 6) < 1e-12);
    assert_true(fabs(like.order - 2. / 3) < 1e-12);
    assert_true(like.shape == 0);
    assert_true(fabs(like.total - (5 * 3.5 / 6 + 2 * 2. / 3) / 7) < 1e-12);

    /* The same metric, one stepped up and one drifted up; features 2 and 3: 1 - 2 * 1 / 5. */
    case_item up = {.at = 1,
                    .category = OQ_STR("SENSOR"),
                    .kind = OQ_STR("STEP_UP"),
                    .metric = OQ_STR("vibration"),
                    .finding = FINDING_STEP_UP,
                    .score = 5};
    case_item drift = up;
    drift.finding = FINDING_DRIFT_UP;
    oq_str feature[] = {OQ_STR("age"), OQ_STR("gone"), OQ_STR("never")};
    double left[] = {2, NAN, NAN}, right[] = {3, 1, NAN};
    a = (cause_case){.item = &up, .items = 1, .feature = feature, .value = left, .features = 3};
    b = (cause_case){.item = &drift, .items = 1, .feature = feature, .value = right, .features = 3};
    like = cause_similar(arena, &a, &b);
    assert_true(fabs(like.shape - (0.7 + 0.6 + 0) / 3) < 1e-12);

    /* A kind that every case has says less than one that two have. */
    case_item x[] = {{.at = 1, .category = OQ_STR("ALERT"), .kind = OQ_STR("common")},
                     {.at = 2, .category = OQ_STR("ALERT"), .kind = OQ_STR("rare")}};
    cause_case all[10];
    for (size_t i = 0; i < 10; i++)
        all[i] = (cause_case){.item = x, .items = i < 2 ? 2 : 1};
    cause_case rare = {.item = x + 1, .items = 1};
    case_rarity *rarity = case_rarity_make(arena, all, 10);
    double shares_common = cause_similar_by(arena, rarity, &all[0], &all[9]).types;
    double shares_rare = cause_similar_by(arena, rarity, &all[0], &rare).types;
    assert_true(fabs(shares_common - 1 / (2 + log(11. / 3))) < 1e-12);
    assert_true(fabs(shares_common + shares_rare - 1) < 1e-12 && shares_rare > 0.6);
    oq_arena_close(arena);
}

static void test_any(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    cause_case c[60];
    uint64_t dice = 1;
    for (size_t i = 0; i < OQ_COUNT(c); i++)
        c[i] = any_case(arena, &dice);
    case_rarity *rarity = case_rarity_make(arena, c, OQ_COUNT(c));
    for (size_t i = 0; i < OQ_COUNT(c); i++)
        for (size_t k = 0; k < OQ_COUNT(c); k++) {
            const case_rarity *r = k % 2 ? rarity : NULL;
            case_likeness one = cause_similar_by(arena, r, &c[i], &c[k]);
            case_likeness other = cause_similar_by(arena, r, &c[k], &c[i]);
            assert_true(is_near(one.total, other.total, 1));
            assert_true(one.total >= 0 && one.total <= 1 + 1e-12);
            if (i == k && c[i].items > 0)
                assert_true(is_near(one.total, 1, 1));
        }
    oq_arena_close(arena);
}

/* Thousands of items: those at the anchor are compared in order, and it ends. */
static void test_many_items(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    enum { MANY = 5000 };
    case_item *item = oq_new_n(arena, case_item, MANY);
    for (size_t i = 0; i < MANY; i++)
        item[i] = (case_item){
            .at = (oq_us)i, .category = categories[1], .kind = oq_strf(arena, "kind %zu", i % 700)};
    cause_case c = {.anchor = MANY - 10, .item = item, .items = MANY};
    assert_true(is_near(cause_similar(arena, &c, &c).total, 1, 1));
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),   cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_likeness_by_hand), cmocka_unit_test(test_any),
        cmocka_unit_test(test_many_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
