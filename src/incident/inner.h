/* incident/inner.h: what the parts of this folder share. */
#ifndef INCIDENT_INNER_H
#define INCIDENT_INNER_H

#include "blackbox/incident_list.h"
#include "http/request.h"
#include "web/page.h"

/* --- words --------------------------------------------------------------------------------------*/

/* In the language, else in the other one. */
oq_str dossier_either(oq_lang lang, oq_str text, oq_str text_ar);
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

#endif
