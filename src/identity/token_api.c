/* API tokens of machines, for programs. */
#include "identity/inner.h"

#include "base/banned.h"

typedef struct token_query {
    oq_str cursor;
    int64_t limit;
} token_query;

const oq_field token_query_fields[] = {
    OQ_TEXT(token_query, cursor, .max = 200),
    OQ_I64(token_query, limit, .preset = "50", .min = 1, .max = 200),
    OQ_FIELDS_END,
};

oq_err *token_api_list(http_req *rq, oq_scope *s)
{
    token_query query;
    token_list list;
    OQ_TRY(http_query(rq, &query));
    OQ_TRY(token_find(s, query.cursor, query.limit, &list));
    http_answer_list(rq, list.at, sizeof *list.at, list.count, list.next);
    return NULL;
}

typedef struct token_made {
    api_token token;
    oq_str secret;
} token_made;

const oq_field token_made_fields[] = {
    OQ_OBJECT(token_made, token, api_token, api_token_fields),
    OQ_TEXT(token_made, secret, .help = "shown this once; send it as Authorization: Bearer"),
    OQ_FIELDS_END,
};

oq_err *token_api_create(http_req *rq, oq_scope *s)
{
    token_order order;
    api_token *made;
    token_made answer;
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(token_add(s, &order, &made, &answer.secret));
    answer.token = *made;
    http_answer_record(rq, 0, &answer);
    return NULL;
}

oq_err *token_api_get(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    api_token *token;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(token_get(s, id, &token));
    http_answer_record(rq, 0, token);
    return NULL;
}

oq_err *token_api_revoke(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(token_revoke(s, id));
    http_answer_empty(rq, 0);
    return NULL;
}
