#include "blackbox/collect.h"

#include "audit/view.h"
#include "blackbox/collect_row.h"
#include "db/stmt.h"

#include "collect.sql.h"

#include "base/banned.h"

const oq_field collect_look_fields[] = {
    DB_I32(collect_look, series_no),
    OQ_TEXT(collect_look, state),
    OQ_TIME(collect_look, looked_to),
    OQ_FIELDS_END,
};

const oq_field collect_change_fields[] = {
    OQ_UUID(collect_change, id),        OQ_UUID(collect_change, asset_id),
    OQ_TIME(collect_change, at),        OQ_TEXT(collect_change, actor_label),
    OQ_TEXT(collect_change, action),    OQ_TEXT(collect_change, object_type),
    OQ_TEXT(collect_change, object_id), OQ_TEXT(collect_change, object_label),
    OQ_JSON(collect_change, changes),   OQ_FIELDS_END,
};

/* --- configuration ------------------------------------------------------------------------------*/

enum { AUDIT_NO = 0, AUDIT_PAGE = 2000, CHANGES_MAX = 32 * 1024, LABEL_MAX = 300 };
#define OVERLAP (5 * OQ_MINUTE) /* rows of a transaction that was long come behind younger ones */

/* "Plant record added: Asset P-777" */
static oq_str summary_of(oq_arena *arena, oq_lang lang, const collect_change *row)
{
    oq_str label = row->object_label.len && row->object_label.len < LABEL_MAX ? row->object_label
                                                                              : row->object_id;
    return oq_strf(arena, "%.*s: %.*s %.*s", OQ_FMT(audit_action_words(arena, lang, row->action)),
                   OQ_FMT(audit_object_words(arena, lang, row->object_type)), OQ_FMT(label));
}

static event_order order_of(oq_arena *arena, const collect_change *row)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(CHANGES_MAX + 8 * 1024);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, text, "kind", row->action);
    oq_json_put(&j, text, "operator", row->actor_label);
    oq_json_put(&j, text, "object_type", row->object_type);
    oq_json_put(&j, text, "object_id", row->object_id);
    oq_json_put(&j, text, "object", row->object_label);
    oq_json_put(&j, text, "summary_ar", summary_of(arena, OQ_LANG_AR, row));
    if (row->changes.len && row->changes.len <= CHANGES_MAX)
        oq_json_put(&j, raw, "changes", row->changes);
    oq_json_object_end(&j);
    return (event_order){
        .source_system = OQ_STR("OPTRIA_AUDIT"),
        .source_type = EVENT_SYSTEM_LOG,
        .source_id = oq_uuid_text(arena, row->id),
        .event_time = row->at,
        .severity = SEVERITY_INFO,
        .category = CATEGORY_CONFIG_CHANGE,
        .asset_id = row->asset_id,
        .summary = summary_of(arena, OQ_LANG_EN, row),
        .payload = oq_str_copy(arena, oq_buf_view(&buf)),
        .kind = row->action,
    };
}

static oq_err *put_mark(oq_scope *s, oq_us at)
{
    int32_t no = AUDIT_NO;
    oq_str state = OQ_NONE;
    return sql_collect_put(
        s, (sql_collect_put_args){.nos = {&no, 1}, .states = {&state, 1}, .looked_tos = {&at, 1}},
        NULL);
}

/* One page behind `last`, which it moves on. */
static oq_err *collect_page(oq_scope *s, collect_change *last, bool *ret_is_full, size_t *added)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_collect_audit_rows rows;
    OQ_TRY(sql_collect_audit(
        s,
        (sql_collect_audit_args){.after_time = last->at, .after_id = last->id, .limit = AUDIT_PAGE},
        &rows));
    event_order *order = oq_new_n(arena, event_order, rows.count);
    for (size_t i = 0; i < rows.count; i++)
        order[i] = order_of(arena, &rows.at[i]);
    size_t count;
    OQ_TRY(event_add_many(s, order, rows.count, &count));
    *added += count;
    *ret_is_full = rows.count == AUDIT_PAGE;
    if (rows.count) {
        last->at = rows.at[rows.count - 1].at;
        last->id = rows.at[rows.count - 1].id;
    }
    return NULL;
}

oq_err *collect_changes(oq_scope *s, size_t *ret_added)
{
    oq_arena *arena = oq_scope_arena(s);
    int32_t no = AUDIT_NO;
    sql_collect_looks_rows look;
    *ret_added = 0;
    OQ_TRY(sql_collect_looks(s, (sql_collect_looks_args){.nos = {&no, 1}}, &look));
    if (!look.count) /* what was set up before is no change, and no look goes back behind now */
        return put_mark(s, oq_now(s) + OVERLAP + 1);
    collect_change last = {.at = look.at[0].looked_to - OVERLAP};
    for (bool is_full = true; is_full;) {
        oq_mark mark = oq_arena_mark(arena);
        OQ_TRY(collect_page(s, &last, &is_full, ret_added));
        oq_arena_rewind(arena, mark);
    }
    return last.at > look.at[0].looked_to ? put_mark(s, last.at) : NULL;
}

/* --- runs ---------------------------------------------------------------------------------------*/

oq_err *event_add_run(oq_scope *s, const event_run *run, size_t *ret_added)
{
    oq_arena *arena = oq_scope_arena(s);
    OQ_AUTO(oq_buf) buf = oq_buf_make(EVENT_RUN_ACTIONS_MAX + 4 * 1024);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, text, "kind", OQ_STR("run"));
    oq_json_put(&j, text, "model_type", run->model_type);
    oq_json_put(&j, raw, "recommended_actions",
                run->actions.len <= EVENT_RUN_ACTIONS_MAX ? run->actions : OQ_NONE);
    oq_json_put(&j, i64, "recommendations", (int64_t)run->advices);
    oq_json_object_end(&j);
    oq_str id = oq_uuid_text(arena, run->run_id);
    event_order *order = oq_new_n(arena, event_order, run->advices + 1);
    order[0] = (event_order){.source_system = OQ_STR("OPTRIA_OPTIMIZATION"),
                             .source_type = EVENT_OPTIMIZATION_RUN,
                             .source_id = id,
                             .event_time = run->ended_at,
                             .severity = SEVERITY_INFO,
                             .category = run->category ? run->category : CATEGORY_SYSTEM,
                             .asset_id = run->asset_id,
                             .summary = run->summary,
                             .payload = oq_buf_view(&buf),
                             .kind = OQ_STR("run"),
                             .trace_id = run->trace_id};
    for (size_t i = 0; i < run->advices; i++) {
        const event_run_advice *a = &run->advice[i];
        order[i + 1] = order[0];
        order[i + 1].source_type = EVENT_OPTIMIZATION_RECOMMENDATION;
        order[i + 1].source_id = oq_strf(arena, "%.*s:%.*s", OQ_FMT(id), OQ_FMT(a->id));
        order[i + 1].severity = a->severity;
        order[i + 1].asset_id = a->asset_id;
        order[i + 1].summary = a->summary;
        order[i + 1].payload = a->payload;
        order[i + 1].kind = OQ_STR("recommendation");
    }
    return event_add_many(s, order, run->advices + 1, ret_added);
}
