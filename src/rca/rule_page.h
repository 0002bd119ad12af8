/* rca/rule_page.h: what the pages of the rules share. For rule*.c alone. */
#ifndef RCA_RULE_PAGE_H
#define RCA_RULE_PAGE_H

#include "rca/rule_inner.h"
#include "web/page.h"

typedef struct class_name {
    oq_str code, name, name_ar;
} class_name;
typedef struct class_names {
    class_name *at;
    size_t count;
} class_names;
OQ_CHECKED oq_err *rule_class_names(oq_scope *s, class_names *ret_names);
oq_str class_name_in(const class_name *c, bool in_arabic);

/* Members classes (names), all_classes. */
void rule_put_classes(const web_page *page, web_value *to, const cause_rule *rule,
                      const class_names *names);
/* Those, and: name label cause category confidence, conditions {text role}, actions {text within},
 * has_actions. */
void rule_put_words(const web_page *page, web_value *to, const cause_rule *rule,
                    const class_names *names);
/* Members badge, source, trust. */
void rule_put_state(const web_page *page, web_value *to, const rca_rule *rule);
/* Members kpis, since. */
void rule_put_record(const web_page *page, web_value *to, const rca_rule *rule);
/* In the page: trial {kpis has_rows rows {number href title at known_cause cause_name hit_before
 * badge}}. */
void rule_put_trials(const web_page *page, const rule_trials *t);
/* In the page: wrong {count lines {number text is_wrong notes {column path text}}}. */
void rule_put_wrong(const web_page *page, oq_str text, const oq_err *err);
/* Member changes {path from to}, of what rule_difference wrote. */
OQ_CHECKED oq_err *rule_put_changes(const web_page *page, web_value *to, oq_str changes);

extern const oq_field rule_page_query_fields[], rule_show_query_fields[], rule_edit_fields[],
    rule_import_form_fields[];

#endif
