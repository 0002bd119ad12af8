/* How much room samples take, over HTTP. */
#include "historian/retain.h"

#include "http/request.h"

#include "base/banned.h"

typedef struct space_query {
    int64_t limit;
} space_query;
static const oq_field space_query_fields[] = {
    OQ_I64(space_query, limit, .preset = "20", .min = 0, .max = SPACE_TOP_MAX,
           .help = "So many signals, those that take most first"),
    OQ_FIELDS_END,
};

static oq_err *get_space(http_req *rq, oq_scope *s)
{
    space_query query;
    space_report report;
    OQ_TRY(http_query(rq, &query));
    OQ_TRY(space_find(s, (size_t)query.limit, &report));
    oq_json *j = http_json(rq, 200);
    oq_json_object(j);
    oq_json_key(j, OQ_STR("total"));
    oq_fields_write_json(j, space_fields, &report.total);
    oq_json_key(j, OQ_STR("items"));
    oq_json_array(j);
    for (size_t i = 0; i < report.count; i++)
        oq_fields_write_json(j, space_fields, &report.at[i]);
    oq_json_array_end(j);
    oq_json_object_end(j);
    return NULL;
}

const http_route space_routes[] = {
    {HTTP_GET, "/api/series/space", CAP_SERIES_MANAGE, .handle = get_space,
     .query = space_query_fields,
     .summary = "How much room samples take and will take: {\"total\":{bytes,bytes_per_day,"
                "bytes_steady,bytes_in_a_year},\"items\":[{series_id,key,...}]}"},
    {0},
};
