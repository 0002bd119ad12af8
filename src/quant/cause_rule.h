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
 *         { "id": "temp", "category": "SENSOR", "metric": "temperature",
 *           "change": ["DRIFT_UP"], "after": "vib", "within_minutes": 120,
 *           "optional": true, "weight": 0.5 },
 *         { "category": "MAINTENANCE", "summary_contains": "bearing",
 *           "within_minutes": 43200, "absent": true },
 *         { "category": "FAILURE", "payload": {"path": "kind", "equals": "pump_trip"} } ],
 *       "result": { "root_cause_category": "MECHANICAL", "cause": "bearing_fault",
 *                   "label": {"en": "Bearing fault", "ar": "عطل في المحمل"},
 *                   "confidence": 0.8 },
 *       "actions": [ {"en": "...", "ar": "...", "within_h": 12} ] }
 *
 * All conditions that are neither optional nor absent must hold; within_minutes looks back from
 * the anchor, or onwards from the condition that "after" names. An unknown field, a wrong type, a
 * circle of "after", a window longer than a year: each is an error with its line, column and path.
 *
 * A condition asks for one item of the case (an absent one for none), of which all that it names
 * must be true:
 * - category, metric, kind: a text or a list of them, in large or small letters;
 * - change: of a finding, its kinds; also RISE, FALL, STEP, DRIFT, ANY;
 * - beyond_limit: the value, or the finding's extreme, is outside its threshold (or is not);
 * - root_asset: it is of the incident's own asset (or is not);
 * - score_min: of a finding its score, of an event its severity, 1..5;
 * - payload: {"path": "a.b", and one of "equals" "one_of" "contains" "above" "below" "exists"};
 * - summary_contains: a text or a list; one of them stands in the summary;
 * - within_minutes, after: when; without both anywhere in the case;
 * and is itself optional or absent, or both, with a weight (0..1; preset 1).
 *
 * The same in the words of requirement M167 is read as well: a text where {"en","ar"} stands,
 * "payload.path" and its sisters beside the other members ("payload.kind": "pump_trip" is short
 * for path and equals), a result without "cause" (made of the label's letters). */
#ifndef QUANT_CAUSE_RULE_H
#define QUANT_CAUSE_RULE_H

#include "quant/cause_case.h"

enum { RULE_CONDITIONS_MAX = 20, RULE_BYTES_MAX = 64 * 1024, RULE_WITHIN_MAX_MIN = 527040 };

typedef struct cause_rule cause_rule; /* in an arena */

/* Fails with all errors joined, each under its path: rule.unknown_field, rule.required, rule.type
 * (wanted), rule.not_a_choice (choices), rule.range (min, max), rule.text_length (max),
 * rule.too_many (max), rule.circle, rule.reference_unknown (id), rule.id_taken (id),
 * rule.condition_empty, rule.nothing_wanted, rule.payload_test, rule.duplicate (of a member),
 * rule.too_large (max: bytes), json.malformed; all but the last two with the facts path, line and
 * column. */
OQ_CHECKED oq_err *cause_rule_parse(oq_arena *arena, oq_str json, cause_rule **ret_rule);

/* The whole rule again, in the order of the manual, all of it in its long form. */
void cause_rule_write(oq_json *j, const cause_rule *r);

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
/* The classes it is for; none: all. */
const oq_str *cause_rule_classes(const cause_rule *r, size_t *ret_count);
size_t cause_rule_conditions(const cause_rule *r);

typedef struct rule_hit {
    bool applies; /* to the case's class; where not, it does not hit and misses nothing */
    bool hits;
    double weight;      /* confidence times the share of weight that held: 0..1 */
    const size_t *item; /* items of the case that it rests on, rising */
    size_t items;
    const size_t *missed; /* conditions that did not hold: what would change it */
    size_t misses;
} rule_hit;
/* Also for a rule that does not hit: which conditions it wanted. Where a condition has more than
 * RULE_CANDIDATES_MAX items to choose from, those nearest to the anchor are looked at. */
enum { RULE_CANDIDATES_MAX = 500 };
void cause_rule_match(oq_arena *arena, const cause_rule *r, const cause_case *c, rule_hit *ret_hit);

/* A condition in words, for `missed`: without a full stop, to stand in a list. */
oq_str cause_rule_condition_text(oq_arena *arena, const cause_rule *r, size_t condition,
                                 bool in_arabic);
/* "needed", or "optional, weight 0.5". */
oq_str cause_rule_condition_role(oq_arena *arena, const cause_rule *r, size_t condition,
                                 bool in_arabic);

#endif
