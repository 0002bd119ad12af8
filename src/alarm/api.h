/* alarm/api.h: handlers that stand in routes.c. */
#ifndef ALARM_API_H
#define ALARM_API_H

#include "alarm/list.h"

extern const oq_field alarm_list_query_fields[], alarm_note_fields[], alarm_many_fields[],
    alarm_many_answer_fields[], alarm_shelve_fields[], alarm_figures_query_fields[],
    silence_order_fields[], silence_query_fields[], alarm_rule_query_fields[],
    alarm_rule_import_fields[], alarm_rule_export_fields[], alarm_rule_limits_fields[];

http_handler alarm_api_list, alarm_api_get, alarm_api_acknowledge, alarm_api_acknowledge_many,
    alarm_api_reset, alarm_api_shelve, alarm_api_unshelve, alarm_api_kpis, alarm_api_export,
    alarm_api_counts;
http_handler silence_api_list, silence_api_add, silence_api_end;
http_handler alarm_rule_api_list, alarm_rule_api_add, alarm_rule_api_get, alarm_rule_api_change,
    alarm_rule_api_remove, alarm_rule_api_import, alarm_rule_api_export, alarm_rule_api_limits,
    alarm_rule_api_preview;

/* What a person asks to be quiet. Fails: alarm_silence.span (fact: days), alarm_silence.everything
 * (a window names a rule, an asset or a site). */
typedef struct silence_order {
    int kind;
    oq_uuid rule_id, asset_id, site_id;
    oq_us from_time, to_time;
    oq_str reason;
} silence_order;
OQ_CHECKED oq_err *alarm_silence_add(oq_scope *s, const silence_order *order,
                                     silence **ret_silence);
OQ_CHECKED oq_err *alarm_silence_end(oq_scope *s, oq_uuid id, silence **ret_silence);
OQ_CHECKED oq_err *alarm_silence_find(oq_scope *s, bool active, oq_us before_at, oq_uuid before_id,
                                      size_t limit, silences *ret_list);

#endif
