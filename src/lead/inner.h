/* lead/inner.h: what the files of this folder share. */
#ifndef LEAD_INNER_H
#define LEAD_INNER_H

#include "http/request.h"
#include "lead/lead.h"

/* --- landing.c --------------------------------------------------------------------------------*/

extern const oq_field landing_query_fields[];
OQ_CHECKED oq_err *landing_page(http_req *rq);
OQ_CHECKED oq_err *landing_post(http_req *rq);

/* --- lead_admin.c, lead_file.c ----------------------------------------------------------------*/

/* One page of the list, and the cursor of the next; not given: there is none. */
OQ_CHECKED oq_err *lead_find_page(oq_scope *s, int status, oq_str cursor, size_t limit,
                                  leads *ret_leads, oq_str *ret_next);

extern const oq_field lead_api_query_fields[];
extern const oq_field lead_status_fields[];
OQ_CHECKED oq_err *lead_api_list(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *lead_api_change(http_req *rq, db_platform *p);

/* The page and the file are asked for with the same address. */
typedef struct lead_page_query {
    int status;
    oq_str cursor;
} lead_page_query;
extern const oq_field lead_page_query_fields[];
extern const oq_field lead_post_fields[];
OQ_CHECKED oq_err *lead_page_list(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *lead_page_post(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *lead_file(http_req *rq, db_platform *p);

#endif
