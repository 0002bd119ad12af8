/* alarm/rule.h
 *
 * Alarm rules: a condition (quant/alarm.h) on one asset, or on each asset of a class (of one site,
 * of one criticality), and what an operator is to do. They are records as those of the plant are
 * (plant/record.h): lists, changes, audit, import and export come from its engine. */
#ifndef ALARM_RULE_H
#define ALARM_RULE_H

#include "alarm/alarm.h"
#include "plant/record.h"
#include "quant/alarm.h"

typedef struct alarm_rule {
    oq_uuid id;
    oq_str code, name, name_ar;
    oq_uuid class_id, asset_id; /* one of them */
    oq_uuid site_id;            /* of a class: only there; zero: everywhere */
    int criticality;            /* of a class; 0: any */
    oq_str condition;           /* JSON */
    int priority;               /* alarm_priority */
    bool is_failure;            /* what it says is a failure, not a warning */
    oq_str event_kind;
    double on_delay_s, off_delay_s;
    bool is_latched;
    oq_str response, response_ar, consequence, consequence_ar;
    int64_t respond_within_min;
    bool is_enabled;
    int64_t version;
    oq_us created_at, updated_at;
} alarm_rule;
extern const oq_field alarm_rule_fields[], alarm_rule_order_fields[], alarm_rule_patch_fields[];
typedef struct alarm_rules {
    alarm_rule *at;
    size_t count;
} alarm_rules;

extern const record_kind kind_alarm_rule; /* "alarm_rule", "alarm-rules" */

/* Makes rules from the limits that classes have (approved thresholds before those of the metrics):
 * one per class, metric and limit, named "<class>_<metric>_<limit>", and one for each such metric
 * whose quality turns bad, "<class>_<metric>_lost". Limits are taken by name, so a change of a
 * threshold is a change of the rule. What is there already stays as it is. high_high and low_low,
 * and the loss of a signal that has one of them, are high, the others medium priority. */
typedef struct rules_made {
    alarm_rule *at; /* what was made, or (dry run) would be */
    size_t count;
    int64_t kept; /* were there already */
} rules_made;
OQ_CHECKED oq_err *alarm_rules_from_limits(oq_scope *s, bool dry_run, rules_made *ret_made);

#endif
