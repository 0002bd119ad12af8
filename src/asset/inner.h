/* asset/inner.h: what the pages of this folder share. */
#ifndef ASSET_INNER_H
#define ASSET_INNER_H

#include "asset/asset_detail.h"
#include "http/request.h"
#include "web/page.h"

/* In the page's language, else in the other one. */
oq_str asset_name(oq_lang lang, oq_str name, oq_str name_ar);
/* "/assets/<id>". */
oq_str asset_path(oq_arena *arena, oq_uuid id);
/* Members criticality (text) and is_critical: a word, not a colour, which is for what is wrong now.
 */
void asset_put_criticality(const web_page *page, web_value *to, int degree);
/* An item {label value is_code} of a list of facts; nothing without a value. */
void asset_add_fact(const web_page *page, web_value *list, const char *label_key, oq_str value);
void asset_add_code(const web_page *page, web_value *list, const char *label_key, oq_str value);

/* Parts of /assets/{id} (know_page.c). */
void asset_put_knowledge(web_page *page, const asset_detail *d);
void asset_put_story(web_page *page, const asset_detail *d);

oq_err *asset_page_list(http_req *rq, oq_scope *s);
oq_err *asset_page_one(http_req *rq, oq_scope *s);
oq_err *asset_api_overview(http_req *rq, oq_scope *s);
extern const oq_field asset_detail_query_fields[];

#endif
