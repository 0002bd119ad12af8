/* Events over HTTP: what happened, told and looked for. */
#include "blackbox/event_page.h"
#include "blackbox/event_receive.h"
#include "http/request.h"

#include "base/banned.h"

/* --- looking for them ---------------------------------------------------------------------------*/

typedef struct list_query {
    oq_uuid asset_id, site_id;
    int category, severity;
    oq_str source_system;
    oq_us from, to;
    oq_str q, cursor;
    int64_t limit;
} list_query;
static const oq_field list_query_fields[] = {
    OQ_UUID(list_query, asset_id),
    OQ_UUID(list_query, site_id),
    OQ_CHOICE(list_query, category, event_category_choices),
    OQ_CHOICE(list_query, severity, event_severity_choices),
    OQ_TEXT(list_query, source_system, .max = EVENT_SYSTEM_MAX),
    OQ_TIME(list_query, from, .help = "The first moment that counts"),
    OQ_TIME(list_query, to, .help = "The first moment that no longer counts"),
    OQ_TEXT(list_query, q, .max = 200, .help = "Words of summary, id and asset"),
    OQ_TEXT(list_query, cursor, .max = 200),
    OQ_I64(list_query, limit, .preset = "100", .min = 1, .max = EVENT_LIST_MAX),
    OQ_FIELDS_END,
};

static oq_err *get_list(http_req *rq, oq_scope *s)
{
    list_query q;
    events found;
    OQ_TRY(http_query(rq, &q));
    event_filter filter = {.asset_id = q.asset_id,
                           .site_id = q.site_id,
                           .category = q.category,
                           .severity = q.severity,
                           .source_system = q.source_system,
                           .from = q.from,
                           .to = q.to,
                           .q = q.q};
    OQ_TRY(event_find(s, &filter, q.cursor, (size_t)q.limit, &found));
    http_answer_list(rq, found.at, sizeof *found.at, found.count, found.next);
    return NULL;
}

static oq_err *get_one(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    event *found;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(event_get(s, id, &found));
    http_answer_record(rq, 200, found);
    return NULL;
}

/* --- telling them -------------------------------------------------------------------------------*/

typedef struct receipt_answer {
    int64_t received, added, known, refused;
    oq_str errors;
} receipt_answer;
static const oq_field receipt_fields[] = {
    OQ_I64(receipt_answer, received),
    OQ_I64(receipt_answer, added, .help = "Events that were new"),
    OQ_I64(receipt_answer, known, .help = "Events that were there already, told again"),
    OQ_I64(receipt_answer, refused, .help = "Events that could not be taken"),
    OQ_JSON(receipt_answer, errors,
            .help = "The first 100 refusals: index (or line), code, message, facts"),
    OQ_FIELDS_END,
};

static void write_error(oq_json *j, http_req *rq, const event_item *it, bool is_line)
{
    oq_arena *arena = http_arena(rq);
    oq_json_object(j);
    oq_json_put(j, text, "field", oq_strf(arena, is_line ? "line[%zu]" : "events[%zu]", it->place));
    oq_json_key(j, is_line ? OQ_STR("line") : OQ_STR("index"));
    oq_json_i64(j, (int64_t)it->place);
    oq_json_put(j, text, "code", oq_cstr(it->flaw->code));
    oq_json_put(j, text, "message", oq_err_sentence(arena, http_lang(rq), it->flaw));
    oq_json_key(j, OQ_STR("facts"));
    oq_json_object(j);
    for (size_t k = 0; k < it->flaw->arg_count; k++) {
        oq_json_key(j, oq_cstr(it->flaw->arg[k].name));
        oq_json_text(j, it->flaw->arg[k].value);
    }
    oq_json_object_end(j);
    oq_json_object_end(j);
}

static void write_errors(oq_json *j, http_req *rq, const event_items *items)
{
    size_t told = 0;
    oq_json_key(j, OQ_STR("errors"));
    oq_json_array(j);
    for (size_t i = 0; i < items->count && told < EVENT_ERRORS_MAX; i++)
        if (items->at[i].flaw) {
            write_error(j, rq, &items->at[i], items->is_lines);
            told++;
        }
    oq_json_array_end(j);
}

static oq_err *post_events(http_req *rq, oq_scope *s)
{
    oq_str type = http_header(rq, "Content-Type");
    bool is_lines = oq_str_find(type, OQ_STR("ndjson")) != SIZE_MAX ||
                    oq_str_find(type, OQ_STR("jsonl")) != SIZE_MAX;
    event_items items;
    event_receipt receipt;
    OQ_TRY(event_items_read(http_arena(rq), http_body_raw(rq), is_lines, &items));
    OQ_TRY(event_receive(s, &items, &receipt));
    bool is_nothing = receipt.refused && receipt.refused == receipt.received;
    oq_json *j = is_nothing ? http_problem(rq, oq_fail(OQ_INVALID, "event.nothing_taken",
                                                       "refused=%zu", receipt.refused))
                            : http_json(rq, 0);
    if (!is_nothing)
        oq_json_object(j);
    oq_json_put(j, i64, "received", (int64_t)receipt.received);
    oq_json_put(j, i64, "added", (int64_t)receipt.added);
    oq_json_put(j, i64, "known", (int64_t)receipt.known);
    oq_json_put(j, i64, "refused", (int64_t)receipt.refused);
    write_errors(j, rq, &items);
    oq_json_object_end(j);
    return NULL;
}

static oq_err *post_log(http_req *rq, oq_scope *s)
{
    event_log_order order;
    oq_uuid id;
    event *made;
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(event_log(s, &order, &id));
    OQ_TRY(event_get(s, id, &made));
    http_answer_record(rq, 201, made);
    return NULL;
}

enum { BODY_MAX = 64 * 1024 * 1024, LIMIT_S = 120 };
#define FEATURE .feature = "blackbox"

const http_route event_routes[] = {
    {HTTP_GET, "/api/events", CAP_INCIDENT_READ, get_list, .query = list_query_fields,
     .answer = event_fields, .shape = HTTP_ANSWER_LIST, FEATURE,
     .summary = "What happened, newest first; masked for who asks"},
    {HTTP_GET, "/api/events/{id}", CAP_INCIDENT_READ, get_one, .answer = event_fields,
     .shape = HTTP_ANSWER_RECORD, FEATURE, .summary = "One event"},
    {HTTP_POST, "/api/events", CAP_EVENT_WRITE, post_events, .takes_raw = true,
     .body_max = BODY_MAX, .limit_s = LIMIT_S, .answer = receipt_fields,
     .shape = HTTP_ANSWER_RECORD, FEATURE,
     .summary = "Events of other systems: one, a list, or a line each; at most 10,000; gzip"},
    {HTTP_POST, "/api/events/log", CAP_EVENT_LOG, post_log, .body = event_log_order_fields,
     .answer = event_fields, .shape = HTTP_ANSWER_RECORD, .status = 201, FEATURE,
     .summary = "An entry of the operators' log"},
    {HTTP_GET, "/events", CAP_INCIDENT_READ, event_page_list, .query = event_page_query_fields,
     .is_page = true, FEATURE},
    {HTTP_POST, "/events/log", CAP_EVENT_LOG, event_page_log, .body = event_page_log_fields,
     .is_page = true, FEATURE},
    {0},
};
