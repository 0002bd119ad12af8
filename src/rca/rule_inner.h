/* rca/rule_inner.h: what the files of the rules share. For rule*.c alone. */
#ifndef RCA_RULE_INNER_H
#define RCA_RULE_INNER_H

#include "http/request.h"
#include "rca/rule.h"

const char *rule_check_code(oq_str text);
/* The rule's JSON in the manual's order. */
oq_str rule_json(oq_arena *arena, const cause_rule *rule);
oq_str rule_in_order(oq_arena *arena, oq_str body);
/* {"path": {"from": .., "to": ..}} of what differs between two JSON texts. */
oq_str rule_difference(oq_arena *arena, oq_str before, oq_str after);
/* Where an error of cause_rule_parse stands, in the text in which the rule begins at `base`; false:
 * it has no place. */
bool rule_error_place(const oq_err *err, rule_place base, rule_place *ret_place);
/* [{"code","path","line","column","message"}, ...] */
void rule_errors_write(oq_json *j, oq_arena *arena, oq_lang lang, const oq_err *err,
                       rule_place base);
/* With a line each, indented: for people. */
oq_str rule_pretty(oq_arena *arena, oq_str json);

/* --- JSON routes (rule_api.c) -------------------------------------------------------------------*/
http_handler rca_rule_api_list, rca_rule_api_create, rca_rule_api_get, rca_rule_api_change,
    rca_rule_api_remove, rca_rule_api_approve, rca_rule_api_versions, rca_rule_api_check,
    rca_rule_api_dry_run, rca_rule_api_try, rca_rule_api_import, rca_rule_api_export,
    rca_rule_api_presets;
extern const oq_field rule_list_query_fields[], rule_import_query_fields[];

/* --- pages (rule_page.c, rule_edit_page.c) --------------------------------------------------------*/
http_handler rca_rule_page_list, rca_rule_page_show, rca_rule_page_new, rca_rule_page_post_new,
    rca_rule_page_edit, rca_rule_page_post_edit, rca_rule_page_switch, rca_rule_page_approve,
    rca_rule_page_remove, rca_rule_page_presets, rca_rule_page_import, rca_rule_page_post_import;

#endif
