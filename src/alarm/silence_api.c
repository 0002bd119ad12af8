/* Windows in which rules or assets are quiet, over HTTP. */
#include "alarm/api.h"

#include "alarm.sql.h"

#include "base/banned.h"

static const oq_us longest = 90 * OQ_DAY;

/* A shelf is put up by shelving an alarm. */
static const oq_choice window_choices[] = {
    {SILENCE_OUT_OF_SERVICE, "out_of_service"}, {SILENCE_MAINTENANCE, "maintenance"}, {0, NULL}};

const oq_field silence_order_fields[] = {
    OQ_CHOICE(silence_order, kind, window_choices, .required = true),
    OQ_UUID(silence_order, rule_id, .help = "not given: every rule"),
    OQ_UUID(silence_order, asset_id, .help = "not given: every asset"),
    OQ_UUID(silence_order, site_id, .help = "not given: every site"),
    OQ_TIME(silence_order, from_time, .help = "not given: now"),
    OQ_TIME(silence_order, to_time, .required = true, .help = "it always has an end"),
    OQ_TEXT(silence_order, reason, .required = true, .max = ALERT_NOTE_MAX),
    OQ_FIELDS_END,
};

oq_err *alarm_silence_find(oq_scope *s, bool active, oq_us before_at, oq_uuid before_id,
                           size_t limit, silences *ret_list)
{
    sql_silence_find_rows rows;
    OQ_TRY(sql_silence_find(s,
                            (sql_silence_find_args){.now = oq_now(s),
                                                    .active = active,
                                                    .before_at = before_at,
                                                    .before_id = before_id,
                                                    .limit = (int64_t)limit},
                            &rows));
    *ret_list = (silences){rows.at, rows.count};
    return NULL;
}

static oq_err *get(oq_scope *s, oq_uuid id, silence **ret_silence)
{
    sql_silence_get_rows rows;
    OQ_TRY(sql_silence_get(s, (sql_silence_get_args){.id = id}, &rows));
    if (rows.count == 0)
        return oq_fail(OQ_NOT_FOUND, "alarm_silence.not_found");
    *ret_silence = rows.at;
    return NULL;
}

static oq_err *check(oq_scope *s, const silence_order *o, oq_us from)
{
    void *found;
    oq_err *err = NULL;
    if (o->to_time <= from || o->to_time <= oq_now(s) || o->to_time - from > longest)
        err = oq_fail_field("to_time", "alarm_silence.span", "days=%d", (int)(longest / OQ_DAY));
    if (oq_uuid_is_zero(o->rule_id) && oq_uuid_is_zero(o->asset_id) && oq_uuid_is_zero(o->site_id))
        err = oq_err_join(err, oq_fail_field("asset_id", "alarm_silence.everything"));
    OQ_TRY(err);
    if (!oq_uuid_is_zero(o->rule_id))
        OQ_TRY(record_get(s, &kind_alarm_rule, o->rule_id, &found));
    if (!oq_uuid_is_zero(o->asset_id))
        OQ_TRY(record_get(s, record_kind_find(OQ_STR("asset")), o->asset_id, &found));
    if (!oq_uuid_is_zero(o->site_id))
        OQ_TRY(record_get(s, record_kind_find(OQ_STR("site")), o->site_id, &found));
    return NULL;
}

static oq_err *tell_audit(oq_scope *s, const char *action, const silence *before, const silence *it)
{
    return audit_record(
        s, &(audit_entry){.action = action,
                          .object_type = "alarm_silence",
                          .object_id = it->id,
                          .object_label = it->reason,
                          .changes = audit_changes(oq_scope_arena(s), silence_fields, before, it)});
}

oq_err *alarm_silence_add(oq_scope *s, const silence_order *o, silence **ret_silence)
{
    oq_us from = o->from_time == OQ_TIME_NONE ? oq_now(s) : o->from_time;
    const oq_actor *actor = oq_scope_actor(s);
    bool is_own = actor->kind == ACTOR_USER && oq_uuid_eq(actor->home_tenant, oq_scope_tenant(s));
    oq_uuid id = oq_uuid_new(oq_now(s));
    OQ_TRY(oq_scope_require(s, CAP_ALARM_MANAGE));
    OQ_TRY(check(s, o, from));
    OQ_TRY(sql_silence_add(
        s,
        (sql_silence_add_args){.id = id,
                               .kind = oq_cstr(oq_choice_text(silence_kind_choices, o->kind)),
                               .rule_id = o->rule_id,
                               .asset_id = o->asset_id,
                               .site_id = o->site_id,
                               .from_time = from,
                               .to_time = o->to_time,
                               .reason = o->reason,
                               .made_by = is_own ? actor->id : OQ_UUID_ZERO,
                               .now = oq_now(s)},
        NULL));
    OQ_TRY(get(s, id, ret_silence));
    return tell_audit(s, "alarm_silence.created", NULL, *ret_silence);
}

oq_err *alarm_silence_end(oq_scope *s, oq_uuid id, silence **ret_silence)
{
    silence *before;
    OQ_TRY(oq_scope_require(s, CAP_ALARM_MANAGE));
    OQ_TRY(get(s, id, &before));
    if (before->ended_at != OQ_TIME_NONE || before->to_time <= oq_now(s))
        return oq_fail(OQ_CONFLICT, "alarm_silence.is_over");
    OQ_TRY(sql_silence_end(s, (sql_silence_end_args){.id = id, .now = oq_now(s)}, NULL));
    OQ_TRY(get(s, id, ret_silence));
    return tell_audit(s, "alarm_silence.ended", before, *ret_silence);
}

/* --- routes ------------------------------------------------------------------------------------*/

typedef struct list_query {
    bool active;
    oq_str cursor;
    int64_t limit;
} list_query;
const oq_field silence_query_fields[] = {
    OQ_BOOL(list_query, active, .help = "those that are not over"),
    OQ_TEXT(list_query, cursor, .max = 200),
    OQ_I64(list_query, limit, .preset = "100", .min = 1, .max = ALERT_LIST_MAX), OQ_FIELDS_END};

oq_err *silence_api_list(http_req *rq, oq_scope *s)
{
    list_query q;
    oq_us at;
    oq_uuid id;
    silences found;
    oq_str next = OQ_NONE;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(http_cursor_read(q.cursor, &at, &id));
    OQ_TRY(alarm_silence_find(s, q.active, at, id, (size_t)q.limit + 1, &found));
    if (found.count > (size_t)q.limit) {
        const silence *last = &found.at[--found.count - 1];
        next = http_cursor_make(http_arena(rq), last->to_time, last->id);
    }
    http_answer_list(rq, found.at, sizeof *found.at, found.count, next);
    return NULL;
}

oq_err *silence_api_add(http_req *rq, oq_scope *s)
{
    silence_order order;
    silence *made;
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(alarm_silence_add(s, &order, &made));
    http_answer_record(rq, 0, made);
    return NULL;
}

oq_err *silence_api_end(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    silence *ended;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(alarm_silence_end(s, id, &ended));
    http_answer_record(rq, 0, ended);
    return NULL;
}
