/* Scores and models over HTTP. */
#include <math.h>

#include "ai/list.h"
#include "audit/audit.h"
#include "historian/series_query.h"
#include "http/request.h"

#include "base/banned.h"

/* --- assets --------------------------------------------------------------------------------------*/

typedef struct assets_query {
    oq_uuid site_id, class_id;
    int criticality, state, sort;
    bool anomaly;
    oq_str q, cursor;
    int64_t limit;
} assets_query;
static const oq_field assets_query_fields[] = {
    OQ_UUID(assets_query, site_id),
    OQ_UUID(assets_query, class_id),
    OQ_CHOICE(assets_query, criticality, criticality_choices),
    OQ_CHOICE(assets_query, state, ai_state_choices),
    OQ_BOOL(assets_query, anomaly, .help = "Only those that do not behave as they used to"),
    OQ_TEXT(assets_query, q, .max = 200, .help = "Words of code, names, maker, model, serial"),
    OQ_CHOICE(assets_query, sort, ai_sort_choices, .preset = "risk",
              .help = "The most pressing first"),
    OQ_TEXT(assets_query, cursor, .max = 200),
    OQ_I64(assets_query, limit, .preset = "100", .min = 1, .max = AI_LIST_MAX),
    OQ_FIELDS_END,
};

/* A rank travels in a cursor as the bits of its number. */
static oq_us bits_of(double rank)
{
    oq_us bits;
    memcpy(&bits, &rank, sizeof bits);
    return bits;
}

static double rank_of(oq_us bits)
{
    double rank;
    if (bits == OQ_TIME_NONE)
        return NAN;
    memcpy(&rank, &bits, sizeof rank);
    return rank;
}

static oq_err *get_assets(http_req *rq, oq_scope *s)
{
    assets_query q;
    oq_us bits;
    oq_uuid id;
    ai_asset_rows found;
    oq_str next = OQ_NONE;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(http_cursor_read(q.cursor, &bits, &id));
    ai_asset_filter filter = {.site_id = q.site_id,
                              .class_id = q.class_id,
                              .criticality = q.criticality,
                              .state = q.state,
                              .anomaly = q.anomaly,
                              .q = q.q,
                              .sort = q.sort};
    OQ_TRY(ai_assets_find(s, &filter, rank_of(bits), id, (size_t)q.limit + 1, &found));
    if (found.count > (size_t)q.limit) {
        const ai_asset_row *last = &found.at[--found.count - 1];
        next = http_cursor_make(http_arena(rq), bits_of(last->rank), last->asset_id);
    }
    http_answer_list(rq, found.at, sizeof *found.at, found.count, next);
    return NULL;
}

typedef struct at_query {
    oq_str at;
} at_query;
static const oq_field at_query_fields[] = {
    OQ_TEXT(at_query, at, .max = 40, .help = "The score that stood then: RFC 3339 or epoch; now"),
    OQ_FIELDS_END,
};

/* Who it is, its figures, and all that they rest on. */
static oq_err *get_asset(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    at_query q;
    oq_us at;
    ai_asset_row *row;
    ai_score *x;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(query_time(q.at, "at", OQ_TIME_NONE, &at));
    OQ_TRY(ai_asset_read(s, id, at, &row, &x));
    oq_json *j = http_json(rq, 0);
    oq_json_object(j);
    oq_fields_write_members(j, ai_asset_row_fields, row);
    oq_json_put(j, raw, "curve", x ? x->curve : OQ_NONE);
    oq_json_put(j, raw, "detail", x ? x->detail : OQ_NONE);
    oq_json_put(j, raw, "models", x ? x->models : OQ_NONE);
    oq_json_object_end(j);
    return NULL;
}

typedef struct history_query {
    oq_str from, to;
    int64_t limit;
} history_query;
static const oq_field history_query_fields[] = {
    OQ_TEXT(history_query, from, .max = 40, .help = "RFC 3339 or epoch; 30 days before `to`"),
    OQ_TEXT(history_query, to, .max = 40, .help = "RFC 3339 or epoch; now"),
    OQ_I64(history_query, limit, .preset = "1000", .min = 1, .max = AI_HISTORY_MAX,
           .help = "Of more the newest"),
    OQ_FIELDS_END,
};

static oq_err *get_history(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    history_query q;
    oq_us from, to;
    ai_asset_row *row;
    ai_score *x;
    ai_history_rows rows;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(query_time(q.to, "to", oq_now(s) + 1, &to));
    OQ_TRY(query_time(q.from, "from", to - 30 * OQ_DAY, &from));
    hist_span span = {from, to, OQ_TIME_NONE};
    OQ_TRY(hist_span_check(&span));
    OQ_TRY(ai_asset_read(s, id, OQ_TIME_NONE, &row, &x));
    OQ_TRY(ai_history_of(s, id, from, to, (size_t)q.limit, &rows));
    http_answer_list(rq, rows.at, sizeof *rows.at, rows.count, OQ_NONE);
    return NULL;
}

typedef struct asked {
    oq_uuid job_id;
} asked;
static const oq_field asked_fields[] = {
    OQ_UUID(asked, job_id, .help = "/api/jobs/{id} says how far it is"),
    OQ_FIELDS_END,
};

static oq_err *post_score(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    asked a;
    ai_asset_row *row;
    ai_score *x;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(ai_asset_read(s, id, OQ_TIME_NONE, &row, &x));
    OQ_TRY(audit_record(s, &(audit_entry){.action = "asset.score_asked",
                                          .object_type = "asset",
                                          .object_id = id,
                                          .object_label = row->code}));
    OQ_TRY(job_add(s,
                   &(job_order){.kind = "ai.asset",
                                .key = oq_uuid_text(http_arena(rq), id),
                                .is_unique = true,
                                .priority = 1},
                   &a.job_id));
    http_answer_record(rq, 202, &a);
    return NULL;
}

/* --- models --------------------------------------------------------------------------------------*/

typedef struct models_query {
    int kind, state;
    oq_uuid class_id, asset_id;
    bool current;
    oq_str cursor;
    int64_t limit;
} models_query;
static const oq_field models_query_fields[] = {
    OQ_CHOICE(models_query, kind, ai_kind_choices),
    OQ_CHOICE(models_query, state, ai_model_state_choices),
    OQ_UUID(models_query, class_id),
    OQ_UUID(models_query, asset_id),
    OQ_BOOL(models_query, current, .help = "Only those in use"),
    OQ_TEXT(models_query, cursor, .max = 200),
    OQ_I64(models_query, limit, .preset = "100", .min = 1, .max = AI_LIST_MAX),
    OQ_FIELDS_END,
};

static oq_err *get_models(http_req *rq, oq_scope *s)
{
    models_query q;
    oq_us at;
    oq_uuid id;
    ai_model_rows found;
    oq_str next = OQ_NONE;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(http_cursor_read(q.cursor, &at, &id));
    ai_model_filter filter = {.kind = q.kind,
                              .state = q.state,
                              .class_id = q.class_id,
                              .asset_id = q.asset_id,
                              .current = q.current};
    OQ_TRY(ai_models_find(s, &filter, at, id, (size_t)q.limit + 1, &found));
    if (found.count > (size_t)q.limit) {
        const ai_model *last = &found.at[--found.count - 1].m;
        next = http_cursor_make(http_arena(rq), last->made_at, last->id);
    }
    http_answer_list(rq, found.at, sizeof *found.at, found.count, next);
    return NULL;
}

static oq_err *get_model(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    ai_model_row *row;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(ai_model_read(s, id, &row));
    http_answer_record(rq, 0, row);
    return NULL;
}

typedef struct fit_body {
    oq_uuid class_id;
} fit_body;
static const oq_field fit_body_fields[] = {
    OQ_UUID(fit_body, class_id, .required = true, .help = "Whose models are fitted, all kinds"),
    OQ_FIELDS_END,
};

static oq_err *post_fit(http_req *rq, oq_scope *s)
{
    fit_body body;
    asked a;
    OQ_TRY(http_body(rq, &body));
    OQ_TRY(ai_fit_ask(s, body.class_id, &a.job_id));
    http_answer_record(rq, 202, &a);
    return NULL;
}

static oq_err *post_use(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    ai_model_row *row;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(ai_model_use(s, id));
    OQ_TRY(ai_model_read(s, id, &row));
    http_answer_record(rq, 0, row);
    return NULL;
}

#define ASKED .answer = asked_fields, .shape = HTTP_ANSWER_RECORD, .status = 202
#define MODEL .answer = ai_model_row_fields

const http_route ai_routes[] = {
    {HTTP_GET, "/api/ai/assets", CAP_ASSET_READ, get_assets, .query = assets_query_fields,
     .answer = ai_asset_row_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "Assets with their newest scores, the most pressing first"},
    {HTTP_GET, "/api/ai/assets/{id}", CAP_ASSET_READ, get_asset, .query = at_query_fields,
     .answer = ai_asset_row_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "The score of an asset, now or at a moment, with all that it rests on: its curve, "
                "contributors, what is missing"},
    {HTTP_GET, "/api/ai/assets/{id}/history", CAP_ASSET_READ, get_history,
     .query = history_query_fields, .answer = ai_history_row_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "The figures of an asset over time"},
    {HTTP_POST, "/api/ai/assets/{id}/score", CAP_ASSET_READ, post_score, ASKED,
     .summary = "Ask for a new score of an asset"},
    {HTTP_GET, "/api/ai/models", CAP_ASSET_READ, get_models, .query = models_query_fields, MODEL,
     .shape = HTTP_ANSWER_LIST, .summary = "Models, the newest first"},
    {HTTP_GET, "/api/ai/models/{id}", CAP_ASSET_READ, get_model, MODEL,
     .shape = HTTP_ANSWER_RECORD,
     .summary = "A model: what it was fitted on, how well it tells, what it would need"},
    {HTTP_POST, "/api/ai/models/fit", CAP_MODEL_MANAGE, post_fit, .body = fit_body_fields, ASKED,
     .summary = "Ask for new models of a class"},
    {HTTP_POST, "/api/ai/models/{id}/use", CAP_MODEL_MANAGE, post_use, MODEL,
     .shape = HTTP_ANSWER_RECORD, .summary = "Put a model in use"},
    {0},
};
