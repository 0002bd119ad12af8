/* plant/record_api.h: handlers that all kinds share. Which kind it is says the route's path. For
 * routes.c, record_*.c and the plant's pages alone. */
#ifndef PLANT_RECORD_API_H
#define PLANT_RECORD_API_H

#include "http/request.h"
#include "plant/record_inner.h"

const record_kind *record_kind_of(const http_req *rq);

http_handler record_api_list, record_api_get, record_api_add, record_api_change, record_api_remove,
    record_api_approve;

/* Every member that a record needs is given. */
oq_err *record_check_needed(const record_kind *kind, const void *record);

typedef struct record_version_order {
    int64_t version;
} record_version_order;
extern const oq_field record_version_fields[];  /* it may be left out */
extern const oq_field record_approval_fields[]; /* it is needed */

#endif
