/* What travels with an order: notes, the checklist and the orders that it makes, parts, history. */
#include "workorder/inner.h"
#include "workorder/work.h"

#include "audit/audit.h"

#include "detail.sql.h"

#include "base/banned.h"

/* --- notes --------------------------------------------------------------------------------------*/

oq_err *work_order_notes_of(oq_scope *s, oq_uuid id, work_order_notes *ret_notes)
{
    work_order *o;
    sql_work_order_notes_rows rows;
    OQ_TRY(work_order_get(s, id, &o));
    OQ_TRY(sql_work_order_notes(s, (sql_work_order_notes_args){id}, &rows));
    *ret_notes = (work_order_notes){rows.at, rows.count};
    return NULL;
}

/* A deed at an order, with what was written or chosen. */
static oq_err *record(oq_scope *s, const work_order *o, const char *action, oq_str changes)
{
    return audit_record(s, &(audit_entry){
                               .action = action,
                               .object_type = "work_order",
                               .object_id = o->id,
                               .object_label = o->number,
                               .changes = changes,
                           });
}

oq_err *work_order_add_note(oq_scope *s, oq_uuid id, oq_str text, work_order_note **ret_note)
{
    work_order *o;
    OQ_TRY(work_order_get_going(s, id, &o));
    OQ_TRY(oq_scope_require(s, CAP_WORK_ORDER_WORK));
    if (!oq_str_trim(text).len || text.len > WORK_ORDER_NOTE_MAX)
        return oq_fail_field("text", "work_order.note_invalid", "max=%d", WORK_ORDER_NOTE_MAX);
    work_order_note *note = oq_new(oq_scope_arena(s), work_order_note);
    *note = (work_order_note){
        .id = oq_uuid_new(oq_now(s)),
        .text = oq_str_trim(text),
        .made_by = oq_scope_actor(s)->label,
        .made_at = oq_now(s),
    };
    OQ_TRY(sql_work_order_note_add(s,
                                   (sql_work_order_note_add_args){
                                       .id = note->id,
                                       .work_order_id = id,
                                       .text = note->text,
                                       .made_by = note->made_by,
                                       .made_by_id = work_order_person_of(s),
                                       .now = note->made_at,
                                   },
                                   NULL));
    OQ_TRY(record(s, o, "work_order.noted",
                  audit_changes(oq_scope_arena(s), work_order_note_fields, NULL, note)));
    *ret_note = note;
    return NULL;
}

/* --- the checklist ------------------------------------------------------------------------------*/

static oq_err *read_checks(oq_scope *s, oq_uuid id, work_order_checks *ret_checks)
{
    sql_work_order_checks_rows rows;
    OQ_TRY(sql_work_order_checks(s, (sql_work_order_checks_args){id}, &rows));
    *ret_checks = (work_order_checks){rows.at, rows.count};
    return NULL;
}

oq_err *work_order_checks_of(oq_scope *s, oq_uuid id, work_order_checks *ret_checks)
{
    work_order *o;
    OQ_TRY(work_order_get(s, id, &o));
    return read_checks(s, id, ret_checks);
}

static oq_err *find_check(oq_scope *s, oq_uuid id, oq_uuid check_id, work_order_check **ret_check)
{
    work_order_checks all;
    OQ_TRY(read_checks(s, id, &all));
    for (size_t i = 0; i < all.count; i++)
        if (oq_uuid_eq(all.at[i].id, check_id)) {
            *ret_check = &all.at[i];
            return NULL;
        }
    return oq_fail(OQ_NOT_FOUND, "work_order.check_not_found");
}

/* "WO-1042: Check the coupling guard", as long as a title may be. */
static oq_str follow_up_title(oq_arena *arena, const work_order *o, oq_str text)
{
    oq_str title = oq_strf(arena, "%.*s: %.*s", OQ_FMT(o->number), OQ_FMT(text));
    size_t len = title.len < WORK_ORDER_TITLE_MAX ? title.len : WORK_ORDER_TITLE_MAX;
    while (len < title.len && len && ((unsigned char)title.ptr[len] & 0xc0) == 0x80)
        len--;
    return oq_strn(title.ptr, len);
}

/* What failed has to be mended: an order of its own, one for an item however often it fails. It has
 * the asset, the incident and the trace of the order in which it was found. */
static oq_err *follow_up(oq_scope *s, const work_order *o, const work_order_check *check,
                         oq_str note, oq_uuid *ret_id)
{
    oq_arena *arena = oq_scope_arena(s);
    work_order *made;
    work_order_order order = {
        .source = OQ_STR("CHECKLIST"),
        .asset_id = o->asset_id,
        .component_id = o->component_id,
        .incident_id = o->incident_id,
        .title = follow_up_title(arena, o, check->text),
        .title_ar = check->text_ar.len ? follow_up_title(arena, o, check->text_ar) : OQ_NONE,
        .description = note,
        .kind = WORK_CORRECTIVE,
        .priority = o->priority,
        .due_at = OQ_TIME_NONE,
        .evidence =
            oq_strf(arena, "{\"work_order_id\":\"%.*s\",\"check_id\":\"%.*s\"}",
                    OQ_FMT(oq_uuid_text(arena, o->id)), OQ_FMT(oq_uuid_text(arena, check->id))),
        .trace_id = o->trace_id,
    };
    OQ_TRY(work_order_make(s, &order, oq_uuid_text(arena, check->id), &made, NULL));
    *ret_id = made->id;
    return NULL;
}

oq_err *work_order_answer(oq_scope *s, oq_uuid id, oq_uuid check_id,
                          const work_order_check_answer *answer, work_order_check **ret_check)
{
    work_order *o;
    work_order_check *before;
    oq_uuid follow_up_id = OQ_UUID_ZERO;
    OQ_TRY(work_order_get_own(s, id, &o));
    OQ_TRY(find_check(s, id, check_id, &before));
    if (answer->result == CHECK_FAILED && answer->makes_follow_up &&
        oq_uuid_is_zero(before->follow_up_id))
        OQ_TRY(follow_up(s, o, before, answer->note, &follow_up_id));
    sql_work_order_check_set_rows rows;
    OQ_TRY(sql_work_order_check_set(
        s,
        (sql_work_order_check_set_args){
            .id = check_id,
            .work_order_id = id,
            .version = answer->version,
            .result = oq_cstr(oq_choice_text(check_result_choices, answer->result)),
            .note = answer->note.len ? answer->note : OQ_NONE,
            .done_by = oq_scope_actor(s)->label,
            .done_by_id = work_order_person_of(s),
            .follow_up_id = follow_up_id,
            .now = oq_now(s),
        },
        &rows));
    if (!rows.count)
        return oq_fail(OQ_CONFLICT, "work_order.version_stale", "version=%lld",
                       (long long)before->version);
    OQ_TRY(find_check(s, id, check_id, ret_check));
    return record(s, o, "work_order.checked",
                  audit_changes(oq_scope_arena(s), work_order_check_fields, before, *ret_check));
}

oq_err *work_order_add_check(oq_scope *s, oq_uuid id, const work_order_check_order *order,
                             work_order_check **ret_check)
{
    work_order *o;
    work_order_checks all;
    OQ_TRY(work_order_get_own(s, id, &o));
    OQ_TRY(read_checks(s, id, &all));
    if (all.count >= WORK_ORDER_CHECKS_MAX)
        return oq_fail_field("text", "field.too_many", "max=%d", WORK_ORDER_CHECKS_MAX);
    oq_uuid check_id = oq_uuid_new(oq_now(s));
    OQ_TRY(sql_work_order_check_add(
        s, (sql_work_order_check_add_args){check_id, id, order->text, order->text_ar}, NULL));
    OQ_TRY(find_check(s, id, check_id, ret_check));
    return record(s, o, "work_order.check_added",
                  audit_changes(oq_scope_arena(s), work_order_check_fields, NULL, *ret_check));
}

/* --- parts --------------------------------------------------------------------------------------*/

static oq_err *read_parts(oq_scope *s, oq_uuid id, work_order_parts *ret_parts)
{
    sql_work_order_parts_rows rows;
    OQ_TRY(sql_work_order_parts(s, (sql_work_order_parts_args){id}, &rows));
    *ret_parts = (work_order_parts){rows.at, rows.count};
    return NULL;
}

oq_err *work_order_parts_of(oq_scope *s, oq_uuid id, work_order_parts *ret_parts)
{
    work_order *o;
    OQ_TRY(work_order_get(s, id, &o));
    return read_parts(s, id, ret_parts);
}

static oq_err *find_part(oq_scope *s, oq_uuid id, oq_uuid part_id, work_order_part **ret_part)
{
    work_order_parts all;
    OQ_TRY(read_parts(s, id, &all));
    for (size_t i = 0; i < all.count; i++)
        if (oq_uuid_eq(all.at[i].id, part_id)) {
            *ret_part = &all.at[i];
            return NULL;
        }
    return oq_fail(OQ_NOT_FOUND, "work_order.part_not_found");
}

/* NULL: not known. */
static const bool *is_available(const work_order_part *part)
{
    static const bool yes = true, no = false;
    return part->availability == PART_THERE     ? &yes
           : part->availability == PART_MISSING ? &no
                                                : NULL;
}

oq_err *work_order_add_part(oq_scope *s, oq_uuid id, const work_order_part *part,
                            work_order_part **ret_part)
{
    work_order *o;
    work_order_parts all;
    OQ_TRY(work_order_get_own(s, id, &o));
    OQ_TRY(read_parts(s, id, &all));
    if (all.count >= WORK_ORDER_PARTS_MAX)
        return oq_fail_field("name", "field.too_many", "max=%d", WORK_ORDER_PARTS_MAX);
    oq_uuid part_id = oq_uuid_new(oq_now(s));
    OQ_TRY(sql_work_order_part_add(s,
                                   (sql_work_order_part_add_args){
                                       .id = part_id,
                                       .work_order_id = id,
                                       .part_number = part->part_number,
                                       .name = part->name,
                                       .quantity = part->quantity,
                                       .unit = part->unit,
                                       .is_available = is_available(part),
                                   },
                                   NULL));
    OQ_TRY(find_part(s, id, part_id, ret_part));
    return record(s, o, "work_order.part_added",
                  audit_changes(oq_scope_arena(s), work_order_part_fields, NULL, *ret_part));
}

static oq_err *part_stale(const work_order_part *part)
{
    return oq_fail(OQ_CONFLICT, "work_order.version_stale", "version=%lld",
                   (long long)part->version);
}

oq_err *work_order_set_part(oq_scope *s, oq_uuid id, const work_order_part *part,
                            work_order_part **ret_part)
{
    work_order *o;
    work_order_part *before;
    sql_work_order_part_set_rows rows;
    OQ_TRY(work_order_get_own(s, id, &o));
    OQ_TRY(find_part(s, id, part->id, &before));
    OQ_TRY(sql_work_order_part_set(s,
                                   (sql_work_order_part_set_args){
                                       .id = part->id,
                                       .work_order_id = id,
                                       .version = part->version,
                                       .part_number = part->part_number,
                                       .name = part->name,
                                       .quantity = part->quantity,
                                       .unit = part->unit,
                                       .is_available = is_available(part),
                                   },
                                   &rows));
    if (!rows.count)
        return part_stale(before);
    OQ_TRY(find_part(s, id, part->id, ret_part));
    return record(s, o, "work_order.part_changed",
                  audit_changes(oq_scope_arena(s), work_order_part_fields, before, *ret_part));
}

oq_err *work_order_remove_part(oq_scope *s, oq_uuid id, oq_uuid part_id, int64_t version)
{
    work_order *o;
    work_order_part *before;
    size_t gone;
    OQ_TRY(work_order_get_own(s, id, &o));
    OQ_TRY(find_part(s, id, part_id, &before));
    OQ_TRY(sql_work_order_part_remove(s, (sql_work_order_part_remove_args){part_id, id, version},
                                      &gone));
    if (!gone)
        return part_stale(before);
    work_order_part none = {0};
    oq_fields_preset(oq_scope_arena(s), work_order_part_fields, &none);
    return record(s, o, "work_order.part_removed",
                  audit_changes(oq_scope_arena(s), work_order_part_fields, before, &none));
}

/* --- history ------------------------------------------------------------------------------------*/

oq_err *work_order_steps_of(oq_scope *s, oq_uuid id, work_order_steps *ret_steps)
{
    work_order *o;
    sql_work_order_steps_rows rows;
    OQ_TRY(work_order_get(s, id, &o));
    OQ_TRY(sql_work_order_steps(s, (sql_work_order_steps_args){id}, &rows));
    *ret_steps = (work_order_steps){rows.at, rows.count};
    return NULL;
}
