/* Events in the database, and the stream that a page follows them by. */
#include "notify/inner.h"

#include "notify.sql.h"

#include "base/banned.h"

const oq_field live_event_fields[] = {OQ_UUID(live_event, id), OQ_UUID(live_event, user_id),
                                      OQ_TEXT(live_event, event), OQ_JSON(live_event, data),
                                      OQ_FIELDS_END};

/* --- writing ----------------------------------------------------------------------------------*/

oq_err *live_publish_many(oq_scope *s, const oq_uuid *ids, const oq_uuid *user_ids,
                          const oq_str *data, size_t count, const char *event)
{
    sql_live_add_rows told;
    return sql_live_add(s,
                        (sql_live_add_args){
                            .ids = {(oq_uuid *)ids, count},
                            .user_ids = {(oq_uuid *)user_ids, count},
                            .event = oq_cstr(event),
                            .data = {(oq_str *)data, count},
                            .now = oq_now(s),
                        },
                        &told);
}

oq_err *live_publish(oq_scope *s, oq_uuid user_id, const char *event, oq_str data)
{
    oq_uuid id = oq_uuid_new(oq_now(s));
    return live_publish_many(s, &id, &user_id, &data, 1, event);
}

/* --- reading ----------------------------------------------------------------------------------*/

oq_err *live_get(oq_scope *s, oq_uuids ids, live_events *ret_events)
{
    sql_live_get_rows rows;
    OQ_TRY(sql_live_get(s, (sql_live_get_args){.ids = ids}, &rows));
    *ret_events = (live_events){rows.at, rows.count};
    return NULL;
}

oq_err *live_since(oq_scope *s, oq_us since, size_t limit, live_events *ret_events)
{
    sql_live_since_rows rows;
    OQ_TRY(
        sql_live_since(s, (sql_live_since_args){.since = since, .limit = (int64_t)limit}, &rows));
    *ret_events = (live_events){rows.at, rows.count};
    return NULL;
}

oq_err *live_missed(oq_scope *s, oq_uuid user_id, oq_us since, size_t limit,
                    live_events *ret_events)
{
    sql_live_missed_rows rows;
    sql_live_missed_args args = {.user_id = user_id, .since = since, .limit = (int64_t)limit};
    OQ_TRY(sql_live_missed(s, args, &rows));
    *ret_events = (live_events){rows.at, rows.count};
    return NULL;
}

oq_us live_time_of(oq_uuid id)
{
    int64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id.byte[i];
    return ms * OQ_MS;
}

/* --- the stream -------------------------------------------------------------------------------*/

static http_hub *live_hub;

void live_use_hub(http_hub *hub)
{
    live_hub = hub;
}

/* With an id of this moment, from which the next replay begins. */
static void put_resync(oq_scope *s, oq_buf *replay)
{
    oq_str id = oq_uuid_text(oq_scope_arena(s), oq_uuid_new(oq_now(s)));
    oq_buf_clear(replay);
    http_event_format(replay, id, OQ_STR("resync"), OQ_STR("{}"));
}

/* What the client missed since the event it saw last. An id that is not ours is no id: the stream
 * then begins now. */
static oq_err *put_missed(http_req *rq, oq_scope *s, oq_buf *replay)
{
    oq_uuid last;
    if (!oq_uuid_parse(http_last_event_id(rq), &last))
        return NULL;
    oq_us since = live_time_of(last) - LIVE_OVERLAP;
    bool is_cut = since < oq_now(s) - LIVE_KEPT;
    live_events missed = {0};
    if (!is_cut)
        OQ_TRY(live_missed(s, oq_scope_actor(s)->id, since, LIVE_REPLAY_MAX + 1, &missed));
    for (size_t i = 0; i < missed.count; i++)
        http_event_format(replay, oq_uuid_text(oq_scope_arena(s), missed.at[i].id),
                          missed.at[i].event, missed.at[i].data);
    if (is_cut || missed.count > LIVE_REPLAY_MAX || replay->overflow)
        put_resync(s, replay);
    return NULL;
}

enum { REPLAY_BYTES_MAX = 4 * 1024 * 1024 };

oq_err *live_api_events(http_req *rq, oq_scope *s)
{
    OQ_AUTO(oq_buf) replay = oq_buf_make(REPLAY_BYTES_MAX);
    if (!live_hub)
        return oq_fail(OQ_UNAVAILABLE, "stream.stopping");
    live_bridge_follow(oq_scope_tenant(s));
    OQ_TRY(http_stream_subscribe(rq, live_hub));
    OQ_TRY(put_missed(rq, s, &replay));
    http_answer_stream(rq, live_hub, oq_str_copy(oq_scope_arena(s), oq_buf_view(&replay)));
    return NULL;
}
