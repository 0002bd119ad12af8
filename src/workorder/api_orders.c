#include "workorder/api_orders.h"

#include "base/banned.h"

enum { TEXT_MAX = 300, HOURS_MAX = 100000 };

#define HOURS(rec, member, ...)                                                                    \
    OQ_F64(rec, member, .f64_min = 0, .f64_max = HOURS_MAX, ##__VA_ARGS__)
#define VERSION(rec)                                                                               \
    OQ_I64(rec, version, .required = true, .min = 1, .max = INT64_MAX,                             \
           .help = "As it was read; an older one is refused")

const oq_field work_order_form_fields[] = {
    OQ_TEXT(work_order_form, title, .required = true, .max = WORK_ORDER_TITLE_MAX),
    OQ_TEXT(work_order_form, title_ar, .max = WORK_ORDER_TITLE_MAX),
    OQ_TEXT(work_order_form, description, .max = WORK_ORDER_TEXT_MAX),
    OQ_TEXT(work_order_form, description_ar, .max = WORK_ORDER_TEXT_MAX),
    OQ_UUID(work_order_form, asset_id),
    OQ_UUID(work_order_form, component_id, .help = "Of the asset"),
    OQ_UUID(work_order_form, incident_id),
    OQ_UUID(work_order_form, failure_mode_id, .help = "Its skill decides who is asked"),
    OQ_CHOICE(work_order_form, kind, work_order_kind_choices, .preset = "corrective"),
    OQ_CHOICE(work_order_form, priority, work_order_priority_choices, .preset = "medium"),
    OQ_TIME(work_order_form, due_at, .help = "Not given: 12 hours, 3, 14, 30 days by priority"),
    HOURS(work_order_form, planned_h),
    OQ_UUID(work_order_form, assigned_user_id, .help = "Not given: duty chooses"),
    OQ_TEXTS(work_order_form, checks, .max = WORK_ORDER_CHECKS_MAX, .help = "Items to check"),
    OQ_BOOL(work_order_form, needs_approval, .help = "Waits until somebody approves it"),
    OQ_FIELDS_END,
};

oq_err *work_order_from_form(oq_scope *s, const work_order_form *form, work_order **ret_order)
{
    work_order_check_order *check =
        oq_new_n(oq_scope_arena(s), work_order_check_order, form->checks.count);
    for (size_t i = 0; i < form->checks.count; i++)
        check[i].text = form->checks.at[i];
    return work_order_create(s,
                             &(work_order_order){
                                 .source = OQ_STR("MANUAL"),
                                 .asset_id = form->asset_id,
                                 .component_id = form->component_id,
                                 .incident_id = form->incident_id,
                                 .failure_mode_id = form->failure_mode_id,
                                 .title = form->title,
                                 .title_ar = form->title_ar,
                                 .description = form->description,
                                 .description_ar = form->description_ar,
                                 .kind = form->kind,
                                 .priority = form->priority,
                                 .status = form->needs_approval ? WORK_PENDING_APPROVAL : WORK_OPEN,
                                 .due_at = form->due_at,
                                 .planned_h = form->planned_h,
                                 .assigned_user_id = form->assigned_user_id,
                                 .check = check,
                                 .checks = form->checks.count,
                             },
                             ret_order, NULL);
}

const oq_field work_order_edit_fields[] = {
    OQ_TEXT(work_order_edit, title, .max = WORK_ORDER_TITLE_MAX),
    OQ_TEXT(work_order_edit, title_ar, .max = WORK_ORDER_TITLE_MAX),
    OQ_TEXT(work_order_edit, description, .max = WORK_ORDER_TEXT_MAX),
    OQ_TEXT(work_order_edit, description_ar, .max = WORK_ORDER_TEXT_MAX),
    OQ_CHOICE(work_order_edit, kind, work_order_kind_choices),
    OQ_CHOICE(work_order_edit, priority, work_order_priority_choices),
    OQ_TIME(work_order_edit, due_at),
    OQ_TIME(work_order_edit, planned_from),
    HOURS(work_order_edit, planned_h),
    VERSION(work_order_edit),
    OQ_FIELDS_END,
};

const oq_field work_order_move_fields[] = {
    OQ_CHOICE(work_order_move, status, work_order_status_choices, .required = true),
    VERSION(work_order_move),
    OQ_TEXT(work_order_move, note, .max = WORK_ORDER_NOTE_MAX),
    HOURS(work_order_move, labour_h, .help = "Hours of work; of done and closed"),
    HOURS(work_order_move, downtime_h, .help = "Hours that the machine stood still"),
    OQ_CHOICE(work_order_move, downtime_reason, downtime_reason_choices,
              .help = "ISO 14224 failure mode"),
    OQ_TEXT(work_order_move, found_cause, .max = TEXT_MAX,
            .help = "Code of a failure mode, or words; the incident learns it on closing"),
    OQ_FIELDS_END,
};

const oq_field work_order_assign_fields[] = {
    OQ_UUID(work_order_assign_form, user_id, .help = "Not given: duty chooses"),
    VERSION(work_order_assign_form),
    OQ_TEXT(work_order_assign_form, note, .max = WORK_ORDER_NOTE_MAX),
    OQ_FIELDS_END,
};

const oq_field work_order_approve_fields[] = {
    VERSION(work_order_approve_form),
    OQ_BOOL(work_order_approve_form, refuse, .help = "Cancels it instead"),
    OQ_TEXT(work_order_approve_form, note, .max = WORK_ORDER_NOTE_MAX),
    OQ_FIELDS_END,
};

const oq_field work_order_note_form_fields[] = {
    OQ_TEXT(work_order_note_form, text, .required = true, .max = WORK_ORDER_NOTE_MAX),
    OQ_FIELDS_END,
};

const oq_field work_order_version_fields[] = {
    OQ_I64(work_order_version_query, version, .min = 1, .max = INT64_MAX,
           .help = "As it was read; not given: any"),
    OQ_FIELDS_END,
};

const oq_field work_order_file_query_fields[] = {
    OQ_TEXT(work_order_file_query, name, .preset = "file", .max = 4 * WORK_FILE_NAME_MAX,
            .help = "Of the file; a path is cut off"),
    OQ_FIELDS_END,
};

const oq_field work_order_check_order_fields[] = {
    OQ_TEXT(work_order_check_order, text, .required = true, .max = TEXT_MAX),
    OQ_TEXT(work_order_check_order, text_ar, .max = TEXT_MAX),
    OQ_FIELDS_END,
};

const oq_field work_order_answer_fields[] = {
    OQ_CHOICE(work_order_check_answer, result, check_result_choices, .required = true),
    OQ_TEXT(work_order_check_answer, note, .max = WORK_ORDER_NOTE_MAX),
    OQ_BOOL(work_order_check_answer, makes_follow_up, .preset = "true",
            .help = "A failed item makes an order of its own, once"),
    VERSION(work_order_check_answer),
    OQ_FIELDS_END,
};

#define PART_ROWS                                                                                  \
    OQ_TEXT(work_order_part, name, .required = true, .max = TEXT_MAX),                             \
        OQ_TEXT(work_order_part, part_number, .max = 100),                                         \
        OQ_F64(work_order_part, quantity, .required = true, .f64_min = 0.001, .f64_max = 1000000), \
        OQ_TEXT(work_order_part, unit, .preset = "pc", .max = 20),                                 \
        OQ_CHOICE(work_order_part, availability, part_availability_choices, .preset = "not_known")

const oq_field work_order_part_form_fields[] = {PART_ROWS, OQ_FIELDS_END};
const oq_field work_order_part_change_fields[] = {PART_ROWS, VERSION(work_order_part),
                                                  OQ_FIELDS_END};
