/* How an order comes to be. */
#include "workorder/inner.h"

#include "audit/audit.h"
#include "duty/duty.h"
#include "plant/plant.h"
#include "tenant/settings.h"

#include <math.h>

#include "work_order.sql.h"

#include "base/banned.h"

enum { NUMBERS_AHEAD = 10000 };

/* --- its number ---------------------------------------------------------------------------------*/

/* Imported orders keep their numbers; one of ours that meets theirs goes on behind it. */
static oq_err *next_number(oq_scope *s, oq_str *ret_number)
{
    sql_work_order_number_rows next;
    OQ_TRY(sql_work_order_number(s, &next));
    int64_t first = next.at[0].number, from = first;
    sql_work_order_number_free_rows free = {0};
    while (!free.count) {
        OQ_TRY(sql_work_order_number_free(
            s, (sql_work_order_number_free_args){from, from == first ? from : from + NUMBERS_AHEAD},
            &free));
        from = from == first ? from + 1 : from + NUMBERS_AHEAD + 1;
    }
    int64_t number = free.at[0].number;
    if (number != first)
        OQ_TRY(sql_work_order_number_skip(s, (sql_work_order_number_skip_args){number}, NULL));
    *ret_number = oq_strf(oq_scope_arena(s), "WO-%lld", (long long)number);
    return NULL;
}

/* --- whose it is --------------------------------------------------------------------------------*/

oq_err *work_order_check_assignee(oq_scope *s, oq_uuid user_id, oq_str *ret_name)
{
    sql_work_order_person_rows rows;
    int role = ROLE_NONE;
    OQ_TRY(sql_work_order_person(s, (sql_work_order_person_args){user_id}, &rows));
    if (!rows.count || !rows.at[0].is_active)
        return oq_fail_field("assigned_user_id", "work_order.assignee_unknown");
    oq_choice_value(role_choices, rows.at[0].role, &role);
    if (!oq_caps_have(oq_caps_of_role((oq_role)role), CAP_WORK_ORDER_WORK))
        return oq_fail_field("assigned_user_id", "work_order.assignee_unfit", "name=%.*s",
                             OQ_FMT(rows.at[0].name));
    *ret_name = rows.at[0].name;
    return NULL;
}

oq_err *work_order_pick(oq_scope *s, oq_uuid site_id, oq_uuid failure_mode_id, oq_uuid *ret_user,
                        oq_str *ret_why)
{
    sql_work_order_skill_rows skill = {0};
    if (!oq_uuid_is_zero(failure_mode_id))
        OQ_TRY(sql_work_order_skill(s, (sql_work_order_skill_args){failure_mode_id}, &skill));
    duty_need need = {
        .site_id = site_id,
        .skill_id = skill.count ? skill.at[0].skill_id : OQ_UUID_ZERO,
        .at = oq_now(s),
    };
    return duty_pick(s, &need, ret_user, ret_why);
}

static oq_err *assign(oq_scope *s, const work_order_order *order, work_order *to)
{
    to->assigned_at = oq_now(s);
    if (oq_uuid_is_zero(order->assigned_user_id)) {
        OQ_TRY(work_order_pick(s, to->site_id, to->failure_mode_id, &to->assigned_user_id,
                               &to->assigned_why));
    } else {
        oq_str name;
        OQ_TRY(work_order_check_assignee(s, order->assigned_user_id, &name));
        to->assigned_user_id = order->assigned_user_id;
        to->assigned_why = OQ_STR("{\"code\":\"by_hand\"}");
    }
    if (oq_uuid_is_zero(to->assigned_user_id))
        to->assigned_at = OQ_TIME_NONE;
    return NULL;
}

/* --- what it is about ---------------------------------------------------------------------------*/

static oq_err *place(oq_scope *s, const work_order_order *order, work_order *to, asset **ret_asset)
{
    *ret_asset = NULL;
    to->unit_id = order->unit_id;
    to->site_id = order->site_id;
    if (oq_uuid_is_zero(order->asset_id))
        return oq_uuid_is_zero(order->component_id)
                   ? NULL
                   : oq_fail_field("component_id", "work_order.component_unknown");
    oq_err *err = asset_get(s, order->asset_id, ret_asset);
    if (err && oq_err_is(err, "asset.not_found"))
        return oq_fail_field("asset_id", "work_order.asset_unknown");
    OQ_TRY(err);
    to->asset_id = order->asset_id;
    to->site_id = (*ret_asset)->site_id;
    to->unit_id = (*ret_asset)->unit_id;
    if (oq_uuid_is_zero(order->component_id))
        return NULL;
    sql_work_order_component_rows rows;
    OQ_TRY(sql_work_order_component(
        s, (sql_work_order_component_args){order->component_id, order->asset_id}, &rows));
    to->component_id = order->component_id;
    return rows.count ? NULL : oq_fail_field("component_id", "work_order.component_unknown");
}

static oq_err *check(const work_order_order *order)
{
    if (!order->title.len || order->title.len > WORK_ORDER_TITLE_MAX ||
        order->title_ar.len > WORK_ORDER_TITLE_MAX)
        return oq_fail_field("title", "work_order.title_invalid", "number=%s max=%d", "",
                             WORK_ORDER_TITLE_MAX);
    if (order->checks > WORK_ORDER_CHECKS_MAX)
        return oq_fail_field("checks", "field.too_many", "max=%d", WORK_ORDER_CHECKS_MAX);
    if (order->parts > WORK_ORDER_PARTS_MAX)
        return oq_fail_field("parts", "field.too_many", "max=%d", WORK_ORDER_PARTS_MAX);
    return NULL;
}

static oq_err *first_status(oq_scope *s, const work_order_order *order, int *ret_status)
{
    *ret_status = order->status;
    if (order->status)
        return NULL;
    tenant_settings *settings;
    OQ_TRY(tenant_settings_get(s, &settings));
    bool is_manual = oq_str_eq(order->source, OQ_STR("MANUAL"));
    *ret_status = !is_manual && settings->wo_initial_status == WO_STATUS_PENDING_APPROVAL
                      ? WORK_PENDING_APPROVAL
                      : WORK_OPEN;
    return NULL;
}

static oq_err *draft(oq_scope *s, const work_order_order *order, oq_str source_id, work_order *to,
                     asset **ret_asset)
{
    oq_us now = oq_now(s);
    oq_fields_preset(oq_scope_arena(s), work_order_fields, to);
    to->id = oq_uuid_new(now);
    to->source = order->source;
    to->source_id = source_id;
    to->incident_id = order->incident_id;
    to->failure_mode_id = order->failure_mode_id;
    to->title = order->title;
    to->title_ar = order->title_ar;
    to->description = order->description;
    to->description_ar = order->description_ar;
    to->kind = order->kind ? order->kind : WORK_CORRECTIVE;
    to->priority = order->priority ? order->priority : WORK_MEDIUM;
    to->due_at = order->due_at == OQ_TIME_NONE || !order->due_at
                     ? work_order_due_of(to->priority, now)
                     : order->due_at;
    to->planned_h = order->planned_h > 0 ? order->planned_h : (double)NAN;
    to->evidence = order->evidence;
    to->created_by = oq_scope_actor(s)->label;
    to->created_by_id = work_order_person_of(s);
    to->trace_id = oq_uuid_is_zero(order->trace_id) ? oq_uuid_new(now) : order->trace_id;
    to->version = 1;
    to->created_at = to->updated_at = now;
    OQ_TRY(place(s, order, to, ret_asset));
    OQ_TRY(first_status(s, order, &to->status));
    return assign(s, order, to);
}

/* --- what it has to do --------------------------------------------------------------------------*/

static oq_err *add_checks(oq_scope *s, const work_order *o, const work_order_check_order *check,
                          size_t count)
{
    if (!count)
        return NULL;
    oq_arena *arena = oq_scope_arena(s);
    oq_uuid *id = oq_new_n(arena, oq_uuid, count);
    int32_t *position = oq_new_n(arena, int32_t, count);
    oq_str *text = oq_new_n(arena, oq_str, count), *text_ar = oq_new_n(arena, oq_str, count);
    for (size_t i = 0; i < count; i++) {
        id[i] = oq_uuid_new(oq_now(s));
        position[i] = (int32_t)i + 1;
        text[i] = check[i].text;
        text_ar[i] = check[i].text_ar;
    }
    return sql_work_order_checks_add(s,
                                     (sql_work_order_checks_add_args){
                                         .ids = {id, count},
                                         .work_order_id = o->id,
                                         .positions = {position, count},
                                         .texts = {text, count},
                                         .texts_ar = {text_ar, count},
                                     },
                                     NULL);
}

/* What the class's manual says to look at, for orders that nobody wrote by hand. */
static oq_err *add_inspections(oq_scope *s, const work_order *o, const asset *a)
{
    sql_work_order_inspections_rows rows;
    OQ_TRY(sql_work_order_inspections(
        s, (sql_work_order_inspections_args){o->asset_id, a->class_id, WORK_ORDER_CHECKS_MAX},
        &rows));
    work_order_check_order *check = oq_new_n(oq_scope_arena(s), work_order_check_order, rows.count);
    for (size_t i = 0; i < rows.count; i++)
        check[i] = (work_order_check_order){rows.at[i].title, rows.at[i].title_ar};
    return add_checks(s, o, check, rows.count);
}

static oq_err *add_parts(oq_scope *s, const work_order *o, const work_order_part_order *part,
                         size_t count)
{
    if (!count)
        return NULL;
    oq_arena *arena = oq_scope_arena(s);
    oq_uuid *id = oq_new_n(arena, oq_uuid, count);
    oq_str *number = oq_new_n(arena, oq_str, count), *name = oq_new_n(arena, oq_str, count);
    oq_str *unit = oq_new_n(arena, oq_str, count);
    double *quantity = oq_new_n(arena, double, count);
    for (size_t i = 0; i < count; i++) {
        id[i] = oq_uuid_new(oq_now(s));
        number[i] = part[i].part_number;
        name[i] = part[i].name;
        unit[i] = part[i].unit;
        quantity[i] = part[i].quantity;
    }
    return sql_work_order_parts_add(s,
                                    (sql_work_order_parts_add_args){
                                        .ids = {id, count},
                                        .work_order_id = o->id,
                                        .part_numbers = {number, count},
                                        .names = {name, count},
                                        .quantities = {quantity, count},
                                        .units = {unit, count},
                                    },
                                    NULL);
}

/* --- making -------------------------------------------------------------------------------------*/

/* The one that is there already, by the chain's incident or by its source. */
static oq_err *find_made(oq_scope *s, const work_order_order *order, oq_str source_id,
                         oq_uuid *ret_id)
{
    *ret_id = OQ_UUID_ZERO;
    if (source_id.len) {
        sql_work_order_of_source_rows rows;
        OQ_TRY(sql_work_order_of_source(
            s, (sql_work_order_of_source_args){order->source, source_id}, &rows));
        if (rows.count)
            *ret_id = rows.at[0].id;
    } else if (oq_str_eq(order->source, OQ_STR("BLACKBOX_AUTO")) &&
               !oq_uuid_is_zero(order->incident_id)) {
        sql_work_order_auto_rows rows;
        OQ_TRY(sql_work_order_auto(s, (sql_work_order_auto_args){order->incident_id}, &rows));
        if (rows.count)
            *ret_id = rows.at[0].id;
    }
    return NULL;
}

static oq_err *insert(oq_scope *s, const work_order *o, size_t *ret_made)
{
    sql_work_order_add_rows rows;
    OQ_TRY(sql_work_order_add(
        s,
        (sql_work_order_add_args){
            .id = o->id,
            .number = o->number,
            .source = o->source,
            .source_id = o->source_id,
            .site_id = o->site_id,
            .unit_id = o->unit_id,
            .asset_id = o->asset_id,
            .component_id = o->component_id,
            .incident_id = o->incident_id,
            .failure_mode_id = o->failure_mode_id,
            .title = o->title,
            .title_ar = o->title_ar,
            .description = o->description,
            .description_ar = o->description_ar,
            .kind = oq_cstr(oq_choice_text(work_order_kind_choices, o->kind)),
            .status = oq_cstr(oq_choice_text(work_order_status_choices, o->status)),
            .priority = oq_cstr(oq_choice_text(work_order_priority_choices, o->priority)),
            .assigned_user_id = o->assigned_user_id,
            .assigned_why = o->assigned_why,
            .assigned_at = o->assigned_at,
            .due_at = o->due_at,
            .planned_h = o->planned_h,
            .evidence = o->evidence,
            .created_by = o->created_by,
            .created_by_id = o->created_by_id,
            .trace_id = o->trace_id,
            .now = oq_now(s),
        },
        &rows));
    *ret_made = rows.count;
    return NULL;
}

static oq_err *settle(oq_scope *s, const work_order_order *order, const work_order *o,
                      const asset *a)
{
    if (order->checks)
        OQ_TRY(add_checks(s, o, order->check, order->checks));
    else if (a && !oq_str_eq(order->source, OQ_STR("MANUAL")))
        OQ_TRY(add_inspections(s, o, a));
    OQ_TRY(add_parts(s, o, order->part, order->parts));
    OQ_TRY(
        audit_record(s, &(audit_entry){
                            .action = "work_order.created",
                            .object_type = "work_order",
                            .object_id = o->id,
                            .object_label = o->number,
                            .changes = audit_changes(oq_scope_arena(s), work_order_fields, NULL, o),
                        }));
    OQ_TRY(work_order_leave_step(s, o, OQ_NONE));
    if (o->status == WORK_PENDING_APPROVAL)
        return work_order_tell(s, o, OQ_UUID_ZERO, ROLE_TENANT_ADMIN, "work_order.approval_wanted",
                               oq_strf(oq_scope_arena(s), "work_order.approval_wanted:%.*s",
                                       OQ_FMT(oq_uuid_text(oq_scope_arena(s), o->id))));
    return work_order_tell_assignee(s, o);
}

oq_err *work_order_make(oq_scope *s, const work_order_order *order, oq_str source_id,
                        work_order **ret_order, bool *ret_made)
{
    oq_uuid there;
    size_t made = 0;
    OQ_TRY(check(order));
    OQ_TRY(find_made(s, order, source_id, &there));
    if (oq_uuid_is_zero(there)) {
        work_order *o = oq_new(oq_scope_arena(s), work_order);
        asset *a;
        OQ_TRY(draft(s, order, source_id, o, &a));
        OQ_TRY(next_number(s, &o->number));
        OQ_TRY(insert(s, o, &made));
        if (made) {
            OQ_TRY(settle(s, order, o, a));
            there = o->id;
        } else {
            OQ_TRY(find_made(s, order, source_id, &there)); /* somebody was faster */
        }
    }
    work_orders found;
    OQ_TRY(work_orders_get(s, (oq_uuids){&there, 1}, &found));
    if (!found.count)
        return oq_fail(OQ_CONFLICT, "work_order.made_already");
    *ret_order = found.at;
    if (ret_made)
        *ret_made = made > 0;
    return NULL;
}

oq_err *work_order_create(oq_scope *s, const work_order_order *order, work_order **ret_order,
                          bool *ret_made)
{
    return work_order_make(s, order, OQ_NONE, ret_order, ret_made);
}
