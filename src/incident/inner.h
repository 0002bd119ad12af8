/* incident/inner.h: what the parts of this folder share. */
#ifndef INCIDENT_INNER_H
#define INCIDENT_INNER_H

#include "blackbox/incident_list.h"
#include "http/request.h"
#include "web/page.h"

/* --- words --------------------------------------------------------------------------------------*/

/* In the language, else in the other one. */
oq_str dossier_either(oq_lang lang, oq_str text, oq_str text_ar);
/* The same of a sentence that may begin with a code: an Arabic one stays right-to-left. */
oq_str dossier_sentence(const web_page *page, oq_str text, oq_str text_ar);
/* What is stored as JSON, as a tree; NULL when it is not there or cannot be read. */
const web_value *dossier_json(oq_arena *arena, oq_str json);
/* A text of {"en","ar"}, or a text as it is. */
oq_str dossier_said(oq_lang lang, const web_value *texts);
/* NaN when it is no number. */
double dossier_number(const web_value *value);
oq_str dossier_name(oq_arena *arena, int64_t number); /* "INC-17" */
oq_str dossier_path(oq_arena *arena, oq_uuid id);     /* "/blackbox/incidents/<id>" */
/* "bearing_fault" as "bearing fault": the name of a cause that nobody has named. */
oq_str dossier_code_words(oq_arena *arena, oq_str code);

/* Who did it: a job is the program. */
oq_str dossier_who(const web_page *page, oq_str made_by);
/* A state {kind text}, for partials/badge. */
void dossier_put_state(web_value *to, const char *key, const char *kind, oq_str text);
/* Objects severity, status {kind text}, member type (a text). Colour is for what goes on. */
void dossier_put_badges(const web_page *page, web_value *to, int severity, int status, int type);
/* Member duration, and is_going while nobody knows the end. */
void dossier_put_duration(const web_page *page, web_value *to, oq_us start, oq_us end, int status,
                          oq_us now);
/* An item {label value href is_code} of a list of facts; nothing without a value. */
void dossier_add_fact(const web_page *page, web_value *list, const char *label_key, oq_str value,
                      oq_str href);

/* --- pages and answers --------------------------------------------------------------------------*/

extern const oq_field dossier_list_query_fields[];
oq_err *dossier_page_list(http_req *rq, oq_scope *s);

/* What the forms of an incident's page send; each route reads its own part of it. */
typedef struct dossier_form {
    int status;
    oq_str note;
    oq_str cause, other_cause, cause_note;
    oq_str text;
    int severity;
} dossier_form;
extern const oq_field dossier_status_fields[], dossier_cause_fields[], dossier_log_fields[];
extern const oq_field dossier_page_query_fields[];
oq_err *dossier_page_one(http_req *rq, oq_scope *s);
/* The page again, with what was typed and what is wrong with it; errors that are not the form's
 * are returned. */
OQ_CHECKED oq_err *dossier_show_again(http_req *rq, const dossier_form *typed, oq_err *err);
oq_err *dossier_post_status(http_req *rq, oq_scope *s);
oq_err *dossier_post_cause(http_req *rq, oq_scope *s);
oq_err *dossier_post_analyse(http_req *rq, oq_scope *s);
oq_err *dossier_post_order(http_req *rq, oq_scope *s);
oq_err *dossier_post_log(http_req *rq, oq_scope *s);

#endif
