/* Any text as a rule: it is refused with a code, or it can be written, and what is written is the
 * same rule; matching it against a case ends with a weight within its confidence. */
#include <math.h>

#include "quant/cause_rule.h"

#include "base/banned.h"

static oq_str to_json(oq_arena *arena, const cause_rule *r)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 22);
    oq_json j = oq_json_to(&out);
    cause_rule_write(&j, r);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static const case_item items[] = {
    {.at = 0,
     .category = OQ_STR_INIT("MAINTENANCE"),
     .kind = OQ_STR_INIT("bearing"),
     .score = 1,
     .summary = OQ_STR_INIT("bearing replaced")},
    {.at = OQ_HOUR,
     .category = OQ_STR_INIT("SENSOR"),
     .kind = OQ_STR_INIT("STEP_UP"),
     .metric = OQ_STR_INIT("vibration_rms"),
     .finding = FINDING_STEP_UP,
     .score = 9,
     .beyond_limit = true,
     .is_root_asset = true},
    {.at = 2 * OQ_HOUR,
     .category = OQ_STR_INIT("FAILURE"),
     .kind = OQ_STR_INIT("pump_trip"),
     .score = 5,
     .payload = OQ_STR_INIT("{\"kind\":\"pump_trip\",\"list\":[1,\"a\",null]}")},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_err_reset();
    oq_arena *arena = oq_arena_open(0);
    cause_rule *r, *again;
    if (!cause_rule_parse(arena, oq_strn((const char *)data, size), &r)) {
        oq_str written = to_json(arena, r);
        /* The long form of a short text may pass the limit. */
        if (written.len <= RULE_BYTES_MAX) {
            if (cause_rule_parse(arena, written, &again) ||
                !oq_str_eq(to_json(arena, again), written))
                abort();
        }
        size_t classes;
        const oq_str *class_code = cause_rule_classes(r, &classes);
        cause_case c = {.asset_class = classes ? class_code[0] : OQ_STR("pump"),
                        .anchor = 2 * OQ_HOUR,
                        .item = items,
                        .items = OQ_COUNT(items)};
        rule_hit hit;
        cause_rule_match(arena, r, &c, &hit);
        if (!hit.applies || !(hit.weight >= 0 && hit.weight <= cause_rule_confidence(r)))
            abort();
        for (size_t i = 0; i < cause_rule_conditions(r); i++)
            if (!cause_rule_condition_text(arena, r, i, i % 2).len)
                abort();
    }
    oq_arena_close(arena);
    return 0;
}
