/* quant/cause_rule.h
 *
 * A causal rule as people write it, in JSON:
 *
 *     { "name": {"en": "Bearing wear", "ar": "تآكل المحمل"},
 *       "applies_to_asset_type": ["centrifugal_pump", "motor"],      (none: every class)
 *       "conditions": [
 *         { "id": "vib", "category": "SENSOR", "metric": "vibration_rms",
 *           "change": ["STEP_UP", "DRIFT_UP", "SPIKE"], "beyond_limit": true,
 *           "within_minutes": 180 },
 *         { "id": "temp", "category": "SENSOR", "metric": "bearing_temperature", "change":
 * ["DRIFT_UP"], "after": "vib", "within_minutes": 120, "optional": true, "weight": 0.5 }, {
 * "category": "MAINTENANCE", "summary_contains": "bearing", "within_minutes": 43200, "absent": true
 * }, { "category": "FAILURE", "payload": {"path": "kind", "equals": "pump_trip"} } ], "result": {
 * "root_cause_category": "MECHANICAL", "cause": "bearing_fault", "label": {"en": "Bearing fault",
 * "ar": "عطل في المحمل"}, "confidence": 0.8 }, "actions": [ {"en": "...", "ar": "...", "within_h":
 * 12} ] }
 *
 * All conditions that are neither optional nor absent must hold; within_minutes looks back from the
 * anchor, or from the condition that "after" names. An unknown field, a wrong type, a circle of
 * "after", a window longer than a year: each is an error with its line, column and path. */
#ifndef QUANT_CAUSE_RULE_H
#define QUANT_CAUSE_RULE_H

#include "quant/cause_case.h"

enum { RULE_CONDITIONS_MAX = 20, RULE_BYTES_MAX = 64 * 1024, RULE_WITHIN_MAX_MIN = 527040 };

typedef struct cause_rule cause_rule; /* in an arena */

/* Fails with all errors joined: rule.unknown_field, rule.required, rule.type, rule.not_a_choice,
 * rule.range, rule.circle, rule.reference_unknown, json.malformed, ...; facts: path, line, column,
 * and what was expected. */
OQ_CHECKED oq_err *cause_rule_parse(oq_arena *arena, oq_str json, cause_rule **ret_rule);

oq_str cause_rule_cause(const cause_rule *r); /* "bearing_fault" */
oq_str cause_rule_label(const cause_rule *r, bool in_arabic);
oq_str cause_rule_name(const cause_rule *r, bool in_arabic);
oq_str cause_rule_category(const cause_rule *r); /* "MECHANICAL" ... */
double cause_rule_confidence(const cause_rule *r);
typedef struct rule_action {
    oq_str en, ar;
    double within_h; /* NaN: no term */
} rule_action;
const rule_action *cause_rule_actions(const cause_rule *r, size_t *ret_count);

typedef struct rule_hit {
    bool hits;
    double weight;      /* confidence times the share of optional weight that held: 0..1 */
    const size_t *item; /* items of the case that it rests on, rising */
    size_t items;
    const size_t *missed; /* conditions that did not hold: what would change it */
    size_t misses;
} rule_hit;
/* Also for a rule that does not hit: which conditions it wanted. */
void cause_rule_match(oq_arena *arena, const cause_rule *r, const cause_case *c, rule_hit *ret_hit);
/* A condition in words, for `missed`. */
oq_str cause_rule_condition_text(oq_arena *arena, const cause_rule *r, size_t condition,
                                 bool in_arabic);

#endif
