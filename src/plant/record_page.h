/* plant/record_page.h: pages that all kinds share. For routes.c and the plant's pages alone. */
#ifndef PLANT_RECORD_PAGE_H
#define PLANT_RECORD_PAGE_H

#include "plant/record_api.h"
#include "plant/record_show.h"

/* What a reference can be chosen from. */
enum { RECORD_OPTIONS_MAX = 300 };
typedef struct record_options {
    record_label *at;
    size_t count;
    bool is_cut; /* there are more */
} record_options;
/* `within` zero: anywhere. */
OQ_CHECKED oq_err *record_options_load(oq_scope *s, const record_kind *kind, oq_uuid within,
                                       record_options *ret_options);

/* Heads and rows of a table (plant/heads, plant/rows), without the member `but` (NULL: all of the
 * kind's columns). */
OQ_CHECKED oq_err *record_rows_put(web_page *page, oq_scope *s, web_value *to,
                                   const record_kind *kind, const record_list *list,
                                   const char *but);

/* The member "below": tables of what belongs to the record; `stored` NULL: a new one has none. */
OQ_CHECKED oq_err *record_below_put(web_page *page, oq_scope *s, const record_kind *kind,
                                    const void *stored);
/* The class or asset whose page shows the record; NULL: it stands for itself. */
const record_label *record_owner(const record_refs *refs, const record_kind *kind,
                                 const void *record, const record_kind **ret_owner);
/* The page a record is found on: its owner's, else its kind's list. */
oq_str record_home(oq_arena *arena, const record_kind *kind, const void *record);

http_handler record_page_list, record_page_new, record_page_post_new, record_page_one,
    record_page_post_one, record_page_remove, record_page_approve;
http_handler plant_page_index, plant_page_mapping, import_page, import_page_post;
http_plain_handler plant_page_assets;

#endif
