/* Corrections over HTTP. */
#include "historian/correct.h"

#include "http/request.h"

#include "base/banned.h"

typedef struct correction_query {
    int64_t limit;
} correction_query;
static const oq_field correction_query_fields[] = {
    OQ_I64(correction_query, limit, .preset = "100", .min = 1, .max = CORRECTION_LIST_MAX),
    OQ_FIELDS_END,
};

static oq_err *get_list(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    correction_query query;
    corrections list;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &query));
    OQ_TRY(correction_find(s, id, (size_t)query.limit, &list));
    http_answer_list(rq, list.at, sizeof *list.at, list.count, OQ_NONE);
    return NULL;
}

static oq_err *post_order(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    correction_order order;
    correction *made;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(correction_add(s, id, &order, &made));
    http_answer_record(rq, 0, made);
    return NULL;
}

const http_route correction_routes[] = {
    {HTTP_GET, "/api/series/{id}/corrections", CAP_SERIES_MANAGE, .handle = get_list,
     .query = correction_query_fields, .answer = correction_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "What people corrected in a signal, newest first"},
    {HTTP_POST, "/api/series/{id}/corrections", CAP_SERIES_MANAGE, .handle = post_order,
     .body = correction_order_fields, .answer = correction_fields, .shape = HTTP_ANSWER_RECORD,
     .status = 202, .summary = "Replace, mark or delete a part of a signal; a job does it"},
    {0},
};
