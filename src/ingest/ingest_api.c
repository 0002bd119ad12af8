/* The doors as routes. They are machines' doors: tokens in the header Authorization; a person's
 * session may use them too, with its CSRF token like everywhere. */
#include <snappy-c.h>

#include "base/facts.h"
#include "historian/backlog.h"
#include "ingest/ingest.h"
#include "http/request.h"

#include "base/banned.h"

/* --- bodies -------------------------------------------------------------------------------------*/

enum {
    /* A copy of 64 bytes takes three (snappy, format_description.txt): what says more than this of
     * itself is not true. */
    SNAPPY_RATIO = 22,
};

static oq_err *unpack(oq_str packed, oq_buf *plain)
{
    size_t len;
    if (snappy_uncompressed_length(packed.ptr, packed.len, &len) != SNAPPY_OK ||
        len / SNAPPY_RATIO > packed.len)
        return oq_fail(OQ_MALFORMED, "ingest.snappy_malformed");
    if (len > INGEST_BODY_MAX)
        return oq_fail(OQ_TOO_LARGE, "http.body_too_large", "max=%d", INGEST_BODY_MAX);
    *plain = oq_buf_make(INGEST_BODY_MAX);
    char *room = oq_buf_room(plain, len);
    if (snappy_uncompress(packed.ptr, packed.len, room, &len) != SNAPPY_OK)
        return oq_fail(OQ_MALFORMED, "ingest.snappy_malformed");
    plain->len = len;
    return NULL;
}

/* The body without its coding; gzip is undone already. `plain` holds it where that takes memory. */
static oq_err *body_of(http_req *rq, oq_buf *plain, oq_str *ret_body)
{
    *ret_body = http_body_raw(rq);
    oq_str coding = oq_str_trim(http_header(rq, "Content-Encoding"));
    if (!oq_str_eq_ascii_nocase(coding, OQ_STR("snappy")))
        return NULL;
    OQ_TRY(unpack(*ret_body, plain));
    *ret_body = oq_buf_view(plain);
    return NULL;
}

/* --- answers of our own -------------------------------------------------------------------------*/

typedef struct ingest_answer {
    int64_t accepted, refused, created;
    oq_str errors;
} ingest_answer;

static const oq_field answer_fields[] = {
    OQ_I64(ingest_answer, accepted, .help = "Samples that are stored"),
    OQ_I64(ingest_answer, refused,
           .help = "Samples that are not; a line that cannot be read is one"),
    OQ_I64(ingest_answer, created, .help = "Signals that were new"),
    OQ_JSON(ingest_answer, errors,
            .help = "The first 100 refusals: line (or index and position), code, message, facts"),
    OQ_FIELDS_END,
};

/* As numbers, and as the path that errors of fields have. */
static void write_place(oq_json *j, oq_arena *arena, names_door door, ingest_place place)
{
    oq_str path = oq_strf(arena, door == NAMES_LINE ? "line[%zu]" : "samples[%zu]", place.at);
    if (place.position != SIZE_MAX)
        path = oq_strf(arena, "%.*s.values[%zu]", OQ_FMT(path), place.position);
    oq_json_put(j, text, "field", path);
    oq_json_key(j, door == NAMES_LINE ? OQ_STR("line") : OQ_STR("index"));
    oq_json_i64(j, (int64_t)place.at);
    if (place.position != SIZE_MAX)
        oq_json_put(j, i64, "position", (int64_t)place.position);
}

static void write_errors(oq_json *j, http_req *rq, const ingest *in)
{
    oq_arena *arena = http_arena(rq);
    oq_json_array(j);
    for (size_t i = 0; i < in->refusals; i++) {
        const ingest_refusal *r = &in->refusal[i];
        oq_json_object(j);
        write_place(j, arena, in->door, r->place);
        oq_json_put(j, text, "code", oq_cstr(r->err->code));
        oq_json_put(j, text, "message", oq_err_sentence(arena, http_lang(rq), r->err));
        oq_json_key(j, OQ_STR("facts"));
        oq_json_object(j);
        for (size_t k = 0; k < r->err->arg_count; k++) {
            oq_json_key(j, oq_cstr(r->err->arg[k].name));
            oq_json_text(j, r->err->arg[k].value);
        }
        oq_json_object_end(j);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

enum { ERRORS_BYTES_MAX = 1024 * 1024 };

static void answer_nothing_taken(http_req *rq, const ingest *in)
{
    oq_json *j =
        http_problem(rq, oq_fail(OQ_MALFORMED, "ingest.nothing_taken", "refused=%zu", in->refused));
    oq_json_put(j, i64, "accepted", 0);
    oq_json_put(j, i64, "refused", (int64_t)in->refused);
    oq_json_put(j, i64, "created", 0);
    oq_json_key(j, OQ_STR("errors"));
    write_errors(j, rq, in);
    oq_json_object_end(j);
}

static void answer(http_req *rq, const ingest *in)
{
    if (in->refused && !in->accepted) {
        answer_nothing_taken(rq, in);
        return;
    }
    OQ_AUTO(oq_buf) errors = oq_buf_make(ERRORS_BYTES_MAX);
    oq_json j = oq_json_to(&errors);
    write_errors(&j, rq, in);
    http_answer_record(rq, 0,
                       &(ingest_answer){
                           .accepted = (int64_t)in->accepted,
                           .refused = (int64_t)in->refused,
                           .created = (int64_t)in->created,
                           .errors = oq_buf_view(&errors),
                       });
}

/* --- /api/ingest --------------------------------------------------------------------------------*/

typedef struct line_query {
    int precision;
} line_query;
static const oq_field line_query_fields[] = {
    OQ_CHOICE(line_query, precision, line_precision_choices, .preset = "ns",
              .help = "Unit of the times"),
    OQ_FIELDS_END,
};

static oq_err *post_line(http_req *rq, oq_scope *s)
{
    line_query query;
    oq_str body;
    OQ_AUTO(oq_buf) plain = {0};
    OQ_TRY(http_query(rq, &query));
    OQ_TRY(backlog_check(s));
    OQ_TRY(body_of(rq, &plain, &body));
    OQ_AUTO(ingest) in;
    ingest_open(s, NAMES_LINE, &in);
    OQ_TRY(ingest_line(&in, body, (line_precision)query.precision));
    answer(rq, &in);
    return NULL;
}

static oq_err *post_json(http_req *rq, oq_scope *s)
{
    oq_str body;
    OQ_AUTO(oq_buf) plain = {0};
    OQ_TRY(backlog_check(s));
    OQ_TRY(body_of(rq, &plain, &body));
    OQ_AUTO(ingest) in;
    ingest_open(s, NAMES_JSON, &in);
    OQ_TRY(ingest_json(&in, body));
    answer(rq, &in);
    return NULL;
}

/* --- doors of others' protocols -------------------------------------------------------------------
 * What their clients do with an answer decides it: 204 for all, 5xx is sent again, and with 400 the
 * batch is dropped; so its good part is kept (keeps_partial). Their logs are read in English,
 * unless they ask for another language. */

static oq_lang lang_of(http_req *rq)
{
    bool asks = oq_str_given(http_header(rq, "Accept-Language")) ||
                oq_str_given(http_query_text(rq, "lang"));
    return asks ? http_lang(rq) : OQ_LANG_EN;
}

/* "partial write: line 17: The value ...; dropped=3", as InfluxDB says it. */
static oq_str partial_text(http_req *rq, const ingest *in)
{
    enum { SAID = 10, BYTES_MAX = 64 * 1024 };
    OQ_AUTO(oq_buf) text = oq_buf_make(BYTES_MAX);
    oq_buf_f(&text, in->accepted ? "partial write: " : "nothing written: ");
    for (size_t i = 0; i < in->refusals && i < SAID; i++) {
        const ingest_refusal *r = &in->refusal[i];
        oq_buf_f(&text, "%s %zu: ", in->door == NAMES_LINE ? "line" : "series", r->place.at);
        oq_buf_str(&text, oq_err_sentence(http_arena(rq), lang_of(rq), r->err));
        oq_buf_lit(&text, "; ");
    }
    oq_buf_f(&text, "dropped=%zu", in->refused);
    return oq_str_copy(http_arena(rq), oq_buf_view(&text));
}

static void answer_influx(http_req *rq, int status, const char *code, oq_str message)
{
    oq_json *j = http_json(rq, status);
    oq_json_object(j);
    oq_json_put(j, text, "code", oq_cstr(code));
    oq_json_put(j, text, "message", message);
    oq_json_object_end(j);
}

static oq_err *write_influx(http_req *rq, oq_scope *s, const oq_choice *precisions)
{
    oq_str text = http_query_text(rq, "precision"), body;
    int precision = LINE_NS;
    if (text.len && !oq_choice_value(precisions, text, &precision)) {
        const oq_err *err =
            oq_fail_field("precision", "ingest.precision_unknown", "found=%.*s", OQ_FMT(text));
        answer_influx(rq, 400, "invalid", oq_err_sentence(http_arena(rq), lang_of(rq), err));
        return NULL;
    }
    OQ_AUTO(oq_buf) plain = {0};
    OQ_TRY(backlog_check(s));
    OQ_TRY(body_of(rq, &plain, &body));
    OQ_AUTO(ingest) in;
    ingest_open(s, NAMES_LINE, &in);
    OQ_TRY(ingest_line(&in, body, (line_precision)precision));
    if (in.refused)
        answer_influx(rq, 400, "invalid", partial_text(rq, &in));
    else
        http_answer_empty(rq, 204);
    return NULL;
}

static oq_err *post_v2_write(http_req *rq, oq_scope *s)
{
    return write_influx(rq, s, line_precision_choices);
}

static oq_err *post_v1_write(http_req *rq, oq_scope *s)
{
    return write_influx(rq, s, line_precision_choices_v1);
}

/* Version 2 of the protocol is another message under the same name. */
static oq_err *check_remote_type(http_req *rq)
{
    oq_str type = http_header(rq, "Content-Type");
    if (oq_str_starts(type, OQ_STR("application/x-protobuf")) &&
        oq_str_find(type, OQ_STR("io.prometheus.write.v2")) == SIZE_MAX)
        return NULL;
    return oq_fail(OQ_INVALID, "http.media_type", "got=%.*s", OQ_FMT(oq_str_sub(type, 0, 100)));
}

static oq_err *post_remote_write(http_req *rq, oq_scope *s)
{
    oq_str body;
    OQ_AUTO(oq_buf) plain = {0};
    OQ_TRY(check_remote_type(rq));
    OQ_TRY(backlog_check(s));
    OQ_TRY(body_of(rq, &plain, &body));
    OQ_AUTO(ingest) in;
    ingest_open(s, NAMES_REMOTE, &in);
    OQ_TRY(ingest_remote(&in, body));
    if (!in.refused) {
        http_answer_empty(rq, 204);
        return NULL;
    }
    oq_buf text = oq_buf_make(128 * 1024);
    oq_buf_str(&text, partial_text(rq, &in));
    oq_buf_char(&text, '\n');
    http_answer_buf(rq, 400, "text/plain; charset=utf-8", &text);
    return NULL;
}

enum { LIMIT_S = 300 };

const http_route ingest_routes[] = {
    {HTTP_POST, "/api/ingest/line", CAP_HISTORY_WRITE, post_line, .query = line_query_fields,
     .takes_raw = true, .own_coding = "snappy", .body_max = INGEST_BODY_MAX, .limit_s = LIMIT_S,
     .answer = answer_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Samples as InfluxDB's line protocol; gzip or snappy"},
    {HTTP_POST, "/api/ingest/json", CAP_HISTORY_WRITE, post_json, .takes_raw = true,
     .own_coding = "snappy", .body_max = INGEST_BODY_MAX, .limit_s = LIMIT_S,
     .answer = answer_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Samples as JSON, one by one or as columns; gzip or snappy"},
    {HTTP_POST, "/api/v2/write", CAP_HISTORY_WRITE, post_v2_write, .takes_raw = true,
     .own_coding = "snappy", .keeps_partial = true, .body_max = INGEST_BODY_MAX, .limit_s = LIMIT_S,
     .status = 204, .summary = "As InfluxDB 2: for Telegraf and its like"},
    {HTTP_POST, "/write", CAP_HISTORY_WRITE, post_v1_write, .takes_raw = true,
     .own_coding = "snappy", .keeps_partial = true, .body_max = INGEST_BODY_MAX, .limit_s = LIMIT_S,
     .status = 204, .summary = "As InfluxDB 1, with a token"},
    {HTTP_POST, "/api/v1/write", CAP_HISTORY_WRITE, post_remote_write, .takes_raw = true,
     .own_coding = "snappy", .keeps_partial = true, .body_max = INGEST_BODY_MAX, .limit_s = LIMIT_S,
     .status = 204, .summary = "Prometheus remote write 0.1.0"},
    {0},
};
