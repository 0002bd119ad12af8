/* audit/inner.h: what the files of this folder share. */
#ifndef AUDIT_INNER_H
#define AUDIT_INNER_H

#include "audit/audit.h"

/* One page of the list, and the cursor of the next; not given: there is none. */
OQ_CHECKED oq_err *audit_find_page(oq_scope *s, const audit_filter *filter, oq_str cursor,
                                   size_t limit, audit_rows *ret_rows, oq_str *ret_next);

extern const oq_field audit_query_fields[];
OQ_CHECKED oq_err *audit_api_list(http_req *rq, oq_scope *s);

/* The page and the file are asked for with the same address, so that what is exported is what is
 * seen. Times are local, as the form sends them, or RFC 3339. */
typedef struct audit_page_query {
    oq_str from, to;
    oq_str action, actor, object_type, object_id;
    int outcome;
    oq_str cursor;
} audit_page_query;
extern const oq_field audit_page_query_fields[];
/* Reads the query of either. On an error (of fields) *ret_query holds what was typed. */
OQ_CHECKED oq_err *audit_page_filter(http_req *rq, audit_page_query *ret_query,
                                     audit_filter *ret_filter);

OQ_CHECKED oq_err *audit_page_list(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *audit_file(http_req *rq, oq_scope *s);

#endif
