/* The field tables and choices of what travels with an order. */
#include "workorder/work.h"

#include "base/banned.h"

const oq_choice check_result_choices[] = {
    {CHECK_PASSED, "ok"},
    {CHECK_FAILED, "failed"},
    {CHECK_NOT_APPLICABLE, "not_applicable"},
    {0, NULL},
};

const oq_choice part_availability_choices[] = {
    {PART_NOT_KNOWN, "not_known"},
    {PART_THERE, "there"},
    {PART_MISSING, "missing"},
    {0, NULL},
};

const oq_field work_order_note_fields[] = {
    OQ_UUID(work_order_note, id),      OQ_TEXT(work_order_note, text),
    OQ_TEXT(work_order_note, made_by), OQ_TEXT(work_order_note, made_by_name),
    OQ_TIME(work_order_note, made_at), OQ_FIELDS_END,
};

const oq_field work_order_check_fields[] = {
    OQ_UUID(work_order_check, id),
    OQ_I64(work_order_check, position),
    OQ_TEXT(work_order_check, text),
    OQ_TEXT(work_order_check, text_ar),
    OQ_CHOICE(work_order_check, result, check_result_choices),
    OQ_TEXT(work_order_check, note),
    OQ_TEXT(work_order_check, done_by),
    OQ_TEXT(work_order_check, done_by_name),
    OQ_TIME(work_order_check, done_at),
    OQ_UUID(work_order_check, follow_up_id, .help = "The order that a failed item made"),
    OQ_TEXT(work_order_check, follow_up_number),
    OQ_I64(work_order_check, version),
    OQ_FIELDS_END,
};

const oq_field work_order_part_fields[] = {
    OQ_UUID(work_order_part, id),
    OQ_TEXT(work_order_part, part_number),
    OQ_TEXT(work_order_part, name),
    OQ_TEXT(work_order_part, unit),
    OQ_F64(work_order_part, quantity),
    OQ_CHOICE(work_order_part, availability, part_availability_choices),
    OQ_I64(work_order_part, version),
    OQ_FIELDS_END,
};

const oq_field work_order_step_fields[] = {
    OQ_UUID(work_order_step, id),
    OQ_CHOICE(work_order_step, status, work_order_status_choices),
    OQ_TEXT(work_order_step, note),
    OQ_TEXT(work_order_step, made_by),
    OQ_TEXT(work_order_step, made_by_name),
    OQ_TIME(work_order_step, made_at),
    OQ_FIELDS_END,
};
