#include "audit/inner.h"

#include "http/request.h"

#include "base/banned.h"

typedef struct audit_query {
    oq_us from, to;
    oq_str action, actor, object_type, object_id;
    int outcome;
    oq_str cursor;
    int64_t limit;
} audit_query;

const oq_field audit_query_fields[] = {
    OQ_TIME(audit_query, from, .help = "The first moment that counts"),
    OQ_TIME(audit_query, to, .help = "The first moment that no longer counts"),
    OQ_TEXT(audit_query, action, .max = 100, .help = "user.created, or user. for all of users"),
    OQ_TEXT(audit_query, actor, .max = 200, .help = "An id, or a part of the name"),
    OQ_TEXT(audit_query, object_type, .max = 100),
    OQ_TEXT(audit_query, object_id, .max = 100),
    OQ_CHOICE(audit_query, outcome, audit_outcome_choices),
    OQ_TEXT(audit_query, cursor, .max = 200),
    OQ_I64(audit_query, limit, .preset = "50", .min = 1, .max = AUDIT_LIST_MAX),
    OQ_FIELDS_END};

oq_err *audit_find_page(oq_scope *s, const audit_filter *filter, oq_str cursor, size_t limit,
                        audit_rows *ret_rows, oq_str *ret_next)
{
    oq_us before_at;
    oq_uuid before_id;
    OQ_TRY(http_cursor_read(cursor, &before_at, &before_id));
    audit_rows rows;
    OQ_TRY(audit_find(s, filter, before_at, before_id, limit + 1, &rows));
    *ret_next = OQ_NONE;
    if (rows.count > limit) {
        rows.count = limit;
        const audit_row *last = &rows.at[limit - 1];
        *ret_next = http_cursor_make(oq_scope_arena(s), last->at, last->id);
    }
    *ret_rows = rows;
    return NULL;
}

oq_err *audit_api_list(http_req *rq, oq_scope *s)
{
    audit_query q;
    OQ_TRY(http_query(rq, &q));
    audit_filter filter = {
        .from = q.from,
        .to = q.to,
        .action = q.action,
        .actor = q.actor,
        .object_type = q.object_type,
        .object_id = q.object_id,
        .outcome = q.outcome,
    };
    audit_rows rows;
    oq_str next;
    OQ_TRY(audit_find_page(s, &filter, q.cursor, (size_t)q.limit, &rows, &next));
    http_answer_list(rq, rows.at, sizeof *rows.at, rows.count, next);
    return NULL;
}
