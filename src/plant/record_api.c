/* The records of the plant for programs: the same few handlers for every kind. */
#include "plant/record_api.h"

#include "base/banned.h"

/* The kind of "/api/sites/{id}" and of "/plant/sites/new". */
const record_kind *record_kind_of(const http_req *rq)
{
    oq_str rest = oq_str_sub(oq_cstr(http_route_of(rq)->path), 1, SIZE_MAX), segment;
    oq_str_cut(&rest, '/', &segment);
    oq_str_cut(&rest, '/', &segment);
    const record_kind *kind = record_kind_find(segment);
    assert(kind && "a route of the engine names no kind");
    return kind;
}

static void *new_record(oq_arena *arena, const record_kind *kind)
{
    void *record = oq_alloc(arena, kind->size);
    oq_fields_preset(arena, kind->fields, record);
    return record;
}

oq_err *record_api_list(http_req *rq, oq_scope *s)
{
    const record_kind *kind = record_kind_of(rq);
    record_query query = {0};
    record_list list;
    OQ_TRY(http_query(rq, &query));
    OQ_TRY(record_find(s, kind, &query, &list));
    http_answer_list(rq, list.at, kind->size, list.count, list.next);
    return NULL;
}

oq_err *record_api_get(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    void *record;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(record_get(s, record_kind_of(rq), id, &record));
    http_answer_record(rq, 0, record);
    return NULL;
}

oq_err *record_api_add(http_req *rq, oq_scope *s)
{
    const record_kind *kind = record_kind_of(rq);
    void *order = new_record(http_arena(rq), kind), *made;
    OQ_TRY(http_body(rq, order));
    OQ_TRY(record_add(s, kind, order, &made));
    http_answer_record(rq, 0, made);
    return NULL;
}

oq_err *record_check_needed(const record_kind *kind, const void *record)
{
    oq_err *all = NULL;
    for (const oq_field *f = kind->order; f->type != OQ_TYPE_END; f++)
        if (f->required && !record_is_given(f, record))
            all = oq_err_join(all, oq_fail_field(f->name, "field.required"));
    return all;
}

oq_err *record_api_change(http_req *rq, oq_scope *s)
{
    const record_kind *kind = record_kind_of(rq);
    oq_uuid id;
    void *before, *after;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(record_get(s, kind, id, &before));
    void *change = oq_copy(http_arena(rq), before, kind->size);
    OQ_TRY(http_body_over(rq, change));
    OQ_TRY(record_check_needed(kind, change));
    OQ_TRY(record_change(s, kind, id, change, &after));
    http_answer_record(rq, 0, after);
    return NULL;
}

const oq_field record_version_fields[] = {
    OQ_I64(record_version_order, version, .min = 1, .help = "as it was read; not given: any"),
    OQ_FIELDS_END};
const oq_field record_approval_fields[] = {
    OQ_I64(record_version_order, version, .required = true, .min = 1, .help = "as it was read"),
    OQ_FIELDS_END};

oq_err *record_api_remove(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    record_version_order order;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &order));
    OQ_TRY(record_remove(s, record_kind_of(rq), id, order.version));
    http_answer_empty(rq, 204);
    return NULL;
}

oq_err *record_api_approve(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    record_version_order order;
    void *record;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(record_approve(s, record_kind_of(rq), id, order.version, &record));
    http_answer_record(rq, 0, record);
    return NULL;
}
