/* Orders of the past, as other systems had them. */
#include "workorder/work_order.h"

#include "db/stmt.h"

#include "past.sql.h"

#include "base/banned.h"

typedef struct columns {
    oq_strs number, source, source_id, component, title, kind, status, priority;
    oq_uuids id, asset_id;
    oq_us *started, *finished;
} columns;

static oq_strs texts(oq_arena *arena, size_t count)
{
    return (oq_strs){.at = oq_new_n(arena, oq_str, count), .count = count};
}

static columns make_columns(oq_arena *arena, size_t count)
{
    return (columns){
        .number = texts(arena, count),
        .source = texts(arena, count),
        .source_id = texts(arena, count),
        .component = texts(arena, count),
        .title = texts(arena, count),
        .kind = texts(arena, count),
        .status = texts(arena, count),
        .priority = texts(arena, count),
        .id = {.at = oq_new_n(arena, oq_uuid, count), .count = count},
        .asset_id = {.at = oq_new_n(arena, oq_uuid, count), .count = count},
        .started = oq_new_n(arena, oq_us, count),
        .finished = oq_new_n(arena, oq_us, count),
    };
}

static oq_err *put(columns *c, size_t i, const work_order_past *o, oq_us now)
{
    if (!o->title.len || o->title.len > WORK_ORDER_TITLE_MAX)
        return oq_fail(OQ_INVALID, "work_order.title_invalid", "number=%.*s max=%d",
                       OQ_FMT(o->number), WORK_ORDER_TITLE_MAX);
    c->number.at[i] = o->number;
    c->source.at[i] = o->source;
    c->source_id.at[i] = o->source_id;
    c->component.at[i] = o->component_code;
    c->title.at[i] = o->title;
    c->kind.at[i] = oq_cstr(oq_choice_text(work_order_kind_choices, o->kind));
    c->status.at[i] = oq_cstr(oq_choice_text(work_order_status_choices, o->status));
    c->priority.at[i] = oq_cstr(oq_choice_text(work_order_priority_choices, o->priority));
    c->id.at[i] = oq_uuid_new(now);
    c->asset_id.at[i] = o->asset_id;
    c->started[i] = o->started_at;
    c->finished[i] = o->finished_at;
    return NULL;
}

oq_err *work_order_add_past(oq_scope *s, const work_order_past *order, size_t count,
                            size_t *ret_added)
{
    assert(count <= WORK_ORDERS_ADD_MAX);
    columns c = make_columns(oq_scope_arena(s), count);
    for (size_t i = 0; i < count; i++)
        OQ_TRY(put(&c, i, &order[i], oq_now(s)));
    sql_work_order_add_past_rows added = {0};
    OQ_TRY(sql_work_order_add_past(
        s,
        (sql_work_order_add_past_args){.ids = c.id,
                                       .numbers = c.number,
                                       .sources = c.source,
                                       .source_ids = c.source_id,
                                       .asset_ids = c.asset_id,
                                       .component_codes = c.component,
                                       .titles = c.title,
                                       .kinds = c.kind,
                                       .statuses = c.status,
                                       .priorities = c.priority,
                                       .started = {.at = c.started, .count = count},
                                       .finished = {.at = c.finished, .count = count},
                                       .now = oq_now(s)},
        &added));
    *ret_added = added.count;
    return NULL;
}
