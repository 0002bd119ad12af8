/* What must be done before an order: read by the optimizer as the order of the work. */
#include "workorder/inner.h"
#include "workorder/work.h"

#include "audit/audit.h"

#include "detail.sql.h"

#include "base/banned.h"

const oq_field work_order_before_fields[] = {
    OQ_UUID(work_order_before, id),
    OQ_TEXT(work_order_before, number),
    OQ_TEXT(work_order_before, title),
    OQ_TEXT(work_order_before, title_ar),
    OQ_CHOICE(work_order_before, status, work_order_status_choices),
    OQ_FIELDS_END,
};

static oq_err *read_befores(oq_scope *s, oq_uuid id, work_order_befores *ret_befores)
{
    sql_work_order_befores_rows rows;
    OQ_TRY(sql_work_order_befores(s, (sql_work_order_befores_args){id}, &rows));
    *ret_befores = (work_order_befores){rows.at, rows.count};
    return NULL;
}

oq_err *work_order_befores_of(oq_scope *s, oq_uuid id, work_order_befores *ret_befores)
{
    work_order *o;
    work_orders seen;
    OQ_TRY(work_order_get(s, id, &o));
    OQ_TRY(read_befores(s, id, ret_befores));
    oq_uuids ids = {oq_new_n(oq_scope_arena(s), oq_uuid, ret_befores->count), ret_befores->count};
    for (size_t i = 0; i < ret_befores->count; i++)
        ids.at[i] = ret_befores->at[i].id;
    OQ_TRY(work_orders_get(s, ids, &seen));
    size_t kept = 0;
    for (size_t i = 0; i < ret_befores->count; i++)
        for (size_t k = 0; k < seen.count; k++)
            if (oq_uuid_eq(seen.at[k].id, ret_befores->at[i].id)) {
                ret_befores->at[kept++] = ret_befores->at[i];
                break;
            }
    ret_befores->count = kept;
    return NULL;
}

/* Each number is an order's, and not this one's. */
static oq_err *find_numbered(oq_scope *s, oq_uuid id, oq_strs numbers, oq_uuids *ret_ids)
{
    sql_work_order_numbered_rows rows;
    OQ_TRY(sql_work_order_numbered(s, (sql_work_order_numbered_args){numbers}, &rows));
    *ret_ids = (oq_uuids){oq_new_n(oq_scope_arena(s), oq_uuid, numbers.count), 0};
    for (size_t i = 0; i < numbers.count; i++) {
        size_t k = 0;
        while (k < rows.count && !oq_str_eq(rows.at[k].number, numbers.at[i]))
            k++;
        if (k == rows.count)
            return oq_fail_field("orders", "work_order.before_unknown", "number=%.*s",
                                 OQ_FMT(numbers.at[i]));
        if (oq_uuid_eq(rows.at[k].id, id))
            return oq_fail_field("orders", "work_order.before_itself");
        ret_ids->at[ret_ids->count++] = rows.at[k].id;
    }
    return NULL;
}

static oq_err *check_circle(oq_scope *s, oq_uuid id, oq_uuids before)
{
    oq_uuids held = {oq_new_n(oq_scope_arena(s), oq_uuid, before.count + 1), before.count + 1};
    sql_work_orders_hold_rows rows;
    sql_work_order_circle_rows circle;
    for (size_t i = 0; i < before.count; i++)
        held.at[i] = before.at[i];
    held.at[before.count] = id;
    OQ_TRY(sql_work_orders_hold(s, (sql_work_orders_hold_args){held}, &rows));
    OQ_TRY(sql_work_order_circle(s, (sql_work_order_circle_args){id, before}, &circle));
    if (circle.count)
        return oq_fail_field("orders", "work_order.before_circle", "number=%.*s",
                             OQ_FMT(circle.at[0].number));
    return NULL;
}

/* "WO-1001, WO-1002" */
static oq_str list_of(oq_arena *arena, const work_order_befores *befores)
{
    oq_str text = OQ_STR("");
    for (size_t i = 0; i < befores->count; i++)
        text = oq_strf(arena, "%.*s%s%.*s", OQ_FMT(text), i ? ", " : "",
                       OQ_FMT(befores->at[i].number));
    return text;
}

oq_err *work_order_set_befores(oq_scope *s, oq_uuid id, oq_strs numbers,
                               work_order_befores *ret_befores)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_work_order_befores_lock_rows lock;
    work_order *o;
    work_order_befores was;
    oq_uuids ids;
    OQ_TRY(sql_work_order_befores_lock(s, &lock)); /* before any order is held */
    OQ_TRY(work_order_get_going(s, id, &o));
    OQ_TRY(oq_scope_require(s, CAP_WORK_ORDER_MANAGE));
    if (numbers.count > WORK_ORDER_BEFORES_MAX)
        return oq_fail_field("orders", "field.too_many", "max=%d", WORK_ORDER_BEFORES_MAX);
    OQ_TRY(find_numbered(s, id, numbers, &ids));
    OQ_TRY(check_circle(s, id, ids));
    OQ_TRY(read_befores(s, id, &was));
    OQ_TRY(sql_work_order_befores_clear(s, (sql_work_order_befores_clear_args){id}, NULL));
    if (ids.count)
        OQ_TRY(sql_work_order_befores_add(
            s,
            (sql_work_order_befores_add_args){id, ids, oq_scope_actor(s)->label, oq_now(s)},
            NULL));
    OQ_TRY(read_befores(s, id, ret_befores));
    OQ_AUTO(oq_buf) buf = oq_buf_make(16 * 1024);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_name(&j, "before");
    oq_json_object(&j);
    oq_json_put(&j, text, "from", list_of(arena, &was));
    oq_json_put(&j, text, "to", list_of(arena, ret_befores));
    oq_json_object_end(&j);
    oq_json_object_end(&j);
    return audit_record(s, &(audit_entry){.action = "work_order.befores_set",
                                          .object_type = "work_order",
                                          .object_id = o->id,
                                          .object_label = o->number,
                                          .changes = oq_str_copy(arena, oq_buf_view(&buf))});
}
