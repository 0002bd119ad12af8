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

http_handler record_page_list, record_page_new, record_page_post_new, record_page_one,
    record_page_post_one, record_page_remove, record_page_approve;
http_handler plant_page_index, plant_page_mapping, import_page, import_page_post;
http_plain_handler plant_page_assets;

#endif
