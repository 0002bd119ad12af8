#include "notify/inner.h"

#include "base/banned.h"

typedef struct api_query {
    bool unread;
    int topic, urgency_min;
    oq_str cursor;
    int64_t limit;
} api_query;

const oq_field notify_api_query_fields[] = {
    OQ_BOOL(api_query, unread, .help = "Only what was not read yet"),
    OQ_CHOICE(api_query, topic, notify_topic_choices),
    OQ_CHOICE(api_query, urgency_min, notify_urgency_choices, .help = "From this urgency on"),
    OQ_TEXT(api_query, cursor, .max = 200),
    OQ_I64(api_query, limit, .preset = "50", .min = 1, .max = NOTIFY_LIST_MAX),
    OQ_FIELDS_END};

/* The reader of an API: language and zone of the request. */
static web_locale locale_of(http_req *rq)
{
    return (web_locale){.lang = http_lang(rq), .time_zone = http_who_of(rq)->time_zone};
}

/* A list with one member more: how many wait in all, for the bell. */
oq_err *notify_api_list(http_req *rq, oq_scope *s)
{
    api_query q;
    oq_us before_at;
    oq_uuid before_id;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(http_cursor_read(q.cursor, &before_at, &before_id));
    oq_uuid me = oq_scope_actor(s)->id;
    notifications found;
    int64_t unread;
    notify_filter filter = {q.unread, q.topic, q.urgency_min};
    OQ_TRY(notify_find_by(s, me, &filter, before_at, before_id, (size_t)q.limit + 1, &found));
    OQ_TRY(notify_count_unread(s, me, &unread));
    oq_str next = OQ_NONE;
    if (found.count > (size_t)q.limit) {
        found.count--;
        const notification *last = &found.at[found.count - 1];
        next = http_cursor_make(http_arena(rq), last->created_at, last->id);
    }
    web_locale locale = locale_of(rq);
    oq_json *j = http_json(rq, 200);
    oq_json_object(j);
    oq_json_key(j, OQ_STR("items"));
    oq_json_array(j);
    for (size_t i = 0; i < found.count; i++) {
        notify_view view = notify_render(http_arena(rq), &locale, &found.at[i]);
        oq_fields_write_json(j, notify_view_fields, &view);
    }
    oq_json_array_end(j);
    oq_json_put(j, text, "next", next);
    oq_json_put(j, i64, "unread", unread);
    oq_json_object_end(j);
    return NULL;
}

typedef struct count_answer {
    int64_t unread;
} count_answer;
const oq_field notify_count_fields[] = {OQ_I64(count_answer, unread), OQ_FIELDS_END};

static oq_err *answer_count(http_req *rq, oq_scope *s)
{
    count_answer answer;
    OQ_TRY(notify_count_unread(s, oq_scope_actor(s)->id, &answer.unread));
    http_answer_record(rq, 200, &answer);
    return NULL;
}

oq_err *notify_api_count(http_req *rq, oq_scope *s)
{
    return answer_count(rq, s);
}

oq_err *notify_api_read(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    notification *read;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(notify_read(s, oq_scope_actor(s)->id, id, &read));
    return answer_count(rq, s);
}

oq_err *notify_api_read_all(http_req *rq, oq_scope *s)
{
    int64_t count;
    OQ_TRY(notify_read_all(s, oq_scope_actor(s)->id, &count));
    return answer_count(rq, s);
}
