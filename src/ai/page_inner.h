/* ai/page_inner.h: what the pages of this folder share. */
#ifndef AI_PAGE_INNER_H
#define AI_PAGE_INNER_H

#include "ai/model.h"
#include "ai/page.h"
#include "quant/json_tree.h"

/* --- what is stored as JSON; a member that is not there is NaN, not given, NULL ------------------*/

OQ_CHECKED oq_err *ai_page_json(oq_arena *arena, oq_str json, const json_node **ret_root);
oq_us ai_page_time(const json_node *object, const char *member);
/* The first item of a list or member of an object. */
const json_node *ai_page_first(const json_node *list);

/* --- words ---------------------------------------------------------------------------------------*/

typedef struct ai_page_name {
    oq_str code, name, name_ar;
} ai_page_name;
extern const oq_field ai_page_name_fields[];
typedef struct ai_page_names {
    ai_page_name *at;
    size_t count;
} ai_page_names;
/* A class with its assets, and how many of them have a score. */
typedef struct ai_page_class {
    oq_uuid id;
    oq_str code, name, name_ar;
    int64_t assets, scored;
} ai_page_class;
extern const oq_field ai_page_class_fields[];

/* Of failure modes and components; either id may be zero. */
OQ_CHECKED oq_err *ai_page_names_of(oq_scope *s, oq_uuid asset_id, oq_uuid class_id,
                                    ai_page_names *ret_names);
/* In the page's language, else in the other one, else the code. */
oq_str ai_page_name_of(const web_page *page, const ai_page_names *names, oq_str code);
oq_str ai_page_either(const web_page *page, oq_str name, oq_str name_ar);

oq_str ai_page_share(const web_page *page, double share); /* "12 %"; below one, a decimal */
oq_str ai_page_hours(const web_page *page, double hours); /* "3 d 4 h", "80 days", "4 years" */
oq_str ai_page_figure(const web_page *page, double x);    /* three digits or so */
oq_str ai_page_quantity(const web_page *page, double x, oq_str unit);
/* "low – high" of two texts; "from low" where the second is nothing. */
oq_str ai_page_range(const web_page *page, oq_str low, oq_str high);
/* Sentences of what is missing, one for each, as texts of `to`. */
void ai_page_put_missing(const web_page *page, web_value *to, const json_node *missing,
                         const ai_page_names *names);
const char *ai_page_state_kind(int ai_state); /* of a badge */

/* --- pictures ------------------------------------------------------------------------------------*/

/* templates/ai/curve: P(failed by day), with its band; `curve` as ai_score has it. */
void ai_page_put_curve(const web_page *page, web_value *to, const json_node *curve);
/* templates/ai/reliability: told against happened, of the bins of one mode (empty: of all). */
void ai_page_put_reliability(const web_page *page, web_value *to, const json_node *bins,
                             oq_str mode);
/* The member "band": value against what was expected. */
void ai_page_put_band(const web_page *page, web_value *to, double value, double low, double high,
                      oq_str label);

/* --- parts of the asset's page -------------------------------------------------------------------*/

void ai_page_put_outlook(const web_page *page, web_value *to, const ai_score *score,
                         const json_node *detail, const ai_page_names *names);
void ai_page_put_anomaly(const web_page *page, web_value *to, const ai_score *score,
                         const json_node *detail);

oq_err *ai_page_models(http_req *rq, oq_scope *s);
oq_err *ai_page_model(http_req *rq, oq_scope *s);

#endif
