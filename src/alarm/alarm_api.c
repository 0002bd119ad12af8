/* Alarms over HTTP. */
#include "alarm/api.h"

#include <math.h>

#include "base/banned.h"

/* --- lists -------------------------------------------------------------------------------------*/

typedef struct list_query {
    alert_filter filter;
    oq_str cursor;
    int64_t limit;
} list_query;
const oq_field alarm_list_query_fields[] = {
    ALERT_FILTER_ROWS,
    OQ_TEXT(list_query, cursor, .max = 200),
    OQ_I64(list_query, limit, .preset = "100", .min = 1, .max = ALERT_LIST_MAX),
    OQ_FIELDS_END,
};

oq_err *alarm_api_list(http_req *rq, oq_scope *s)
{
    list_query q;
    oq_us at;
    oq_uuid id;
    alert_rows found;
    oq_str next = OQ_NONE;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(http_cursor_read(q.cursor, &at, &id));
    OQ_TRY(alert_find(s, &q.filter, at, id, (size_t)q.limit + 1, &found));
    if (found.count > (size_t)q.limit) {
        const alert *last = &found.at[--found.count - 1].a;
        next = http_cursor_make(http_arena(rq), last->raised_at, last->id);
    }
    http_answer_list(rq, found.at, sizeof *found.at, found.count, next);
    return NULL;
}

/* --- one ---------------------------------------------------------------------------------------*/

static oq_err *answer(http_req *rq, oq_scope *s, oq_uuid id)
{
    alert_row *row;
    alert_steps steps;
    OQ_TRY(alert_read(s, id, &row));
    OQ_TRY(alert_read_steps(s, id, &steps));
    oq_json *j = http_json(rq, 0);
    oq_json_object(j);
    oq_fields_write_members(j, alert_row_fields, row);
    oq_json_name(j, "steps");
    oq_json_array(j);
    for (size_t i = 0; i < steps.count; i++)
        oq_fields_write_json(j, alert_step_fields, &steps.at[i]);
    oq_json_array_end(j);
    oq_json_object_end(j);
    return NULL;
}

oq_err *alarm_api_get(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    return answer(rq, s, id);
}

typedef struct note_body {
    oq_str note;
} note_body;
const oq_field alarm_note_fields[] = {OQ_TEXT(note_body, note, .max = ALERT_NOTE_MAX),
                                      OQ_FIELDS_END};

oq_err *alarm_api_acknowledge(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    note_body body;
    alert *a;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &body));
    OQ_TRY(alert_acknowledge(s, id, body.note, &a));
    return answer(rq, s, id);
}

typedef struct many_body {
    oq_uuids ids;
    oq_str note;
} many_body;
const oq_field alarm_many_fields[] = {
    OQ_UUIDS(many_body, ids, .required = true, .min = 1, .max = ALERT_MANY_MAX),
    OQ_TEXT(many_body, note, .max = ALERT_NOTE_MAX), OQ_FIELDS_END};
typedef struct many_answer {
    int64_t acknowledged, over;
} many_answer;
const oq_field alarm_many_answer_fields[] = {
    OQ_I64(many_answer, acknowledged),
    OQ_I64(many_answer, over, .help = "over meanwhile: nothing to acknowledge"), OQ_FIELDS_END};

oq_err *alarm_api_acknowledge_many(http_req *rq, oq_scope *s)
{
    many_body body;
    many_answer done = {0};
    OQ_TRY(http_body(rq, &body));
    for (size_t i = 0; i < body.ids.count; i++) {
        alert *a;
        oq_err *err = alert_acknowledge(s, body.ids.at[i], body.note, &a);
        if (err && !oq_err_is(err, "alert.is_over"))
            return err;
        done.over += err != NULL;
        done.acknowledged += err == NULL;
    }
    http_answer_record(rq, 0, &done);
    return NULL;
}

oq_err *alarm_api_reset(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    note_body body;
    alert *a;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &body));
    OQ_TRY(alert_reset(s, id, body.note, &a));
    return answer(rq, s, id);
}

typedef struct shelve_body {
    oq_us until;
    int64_t minutes;
    oq_str reason;
} shelve_body;
const oq_field alarm_shelve_fields[] = {
    OQ_TIME(shelve_body, until, .help = "at most 24 hours from now; or minutes"),
    OQ_I64(shelve_body, minutes, .min = 1, .max = 24 * 60),
    OQ_TEXT(shelve_body, reason, .required = true, .max = ALERT_NOTE_MAX),
    OQ_FIELDS_END,
};

oq_err *alarm_api_shelve(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    shelve_body body;
    alert *a;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &body));
    oq_us until = body.until;
    if (until == OQ_TIME_NONE && body.minutes == OQ_I64_NONE)
        return oq_fail_field("until", "field.required");
    if (until == OQ_TIME_NONE)
        until = oq_now(s) + body.minutes * OQ_MINUTE;
    OQ_TRY(alert_shelve(s, id, until, body.reason, &a));
    return answer(rq, s, id);
}

oq_err *alarm_api_unshelve(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    alert *a;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(alert_unshelve(s, id, &a));
    return answer(rq, s, id);
}

/* --- figures -----------------------------------------------------------------------------------*/

typedef struct figures_query {
    oq_us from, to;
    oq_uuid site_id;
} figures_query;
const oq_field alarm_figures_query_fields[] = {
    OQ_TIME(figures_query, from, .help = "not given: seven days before `to`"),
    OQ_TIME(figures_query, to, .help = "not given: now"), OQ_UUID(figures_query, site_id),
    OQ_FIELDS_END};

oq_err *alarm_api_kpis(http_req *rq, oq_scope *s)
{
    figures_query q;
    alarm_figures f;
    OQ_TRY(http_query(rq, &q));
    oq_us to = q.to == OQ_TIME_NONE ? oq_now(s) : q.to;
    oq_us from = q.from == OQ_TIME_NONE ? to - 7 * OQ_DAY : q.from;
    OQ_TRY(alarm_read_figures(s, from, to, q.site_id, &f));
    oq_json *j = http_json(rq, 0);
    oq_json_object(j);
    oq_fields_write_members(j, alarm_kpis_fields, &f.kpis);
    oq_json_name(j, "worst");
    oq_json_array(j);
    for (size_t i = 0; i < f.worst_count; i++)
        oq_fields_write_json(j, alarm_actor_fields, &f.worst[i]);
    oq_json_array_end(j);
    oq_json_name(j, "by_hour");
    oq_json_array(j);
    for (size_t i = 0; i < f.hours; i++)
        oq_json_i64(j, f.hour[i].times);
    oq_json_array_end(j);
    oq_json_object_end(j);
    return NULL;
}

oq_err *alarm_api_counts(http_req *rq, oq_scope *s)
{
    alert_counts counts;
    OQ_TRY(alert_count(s, &counts));
    http_answer_record(rq, 0, &counts);
    return NULL;
}
