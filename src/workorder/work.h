/* workorder/work.h
 *
 * What people do with an order: take it up, end it, close it, approve it, hand it over; note, check
 * off, ask for parts, attach files. Each change names the version that its author saw; who comes
 * second is told (work_order.version_stale), and nothing of theirs is lost silently.
 *
 * All of it fails with work_order.not_found for an order that the actor does not see,
 * work_order.not_yours where the right is for one's own orders alone, access.forbidden without the
 * right, and work_order.over once the order is closed or cancelled. */
#ifndef WORKORDER_WORK_H
#define WORKORDER_WORK_H

#include "workorder/work_order.h"

/* ISO 14224 failure modes: why a machine stood still. */
extern const oq_choice downtime_reason_choices[];

/* --- the order itself ---------------------------------------------------------------------------*/

typedef struct work_order_move {
    int status; /* work_order_status: to come to */
    int64_t version;
    oq_str note;
    /* of done and closed; not given: as it is */
    double labour_h, downtime_h;
    int downtime_reason; /* downtime_reason_choices; 0: none */
    oq_str found_cause;  /* code of a failure mode, or words; on closing the incident learns it */
} work_order_move;
/* To in_progress takes it up, for oneself where it is nobody's, and ends the escalation; approving
 * is to open from pending_approval. On closing, the found cause goes to the incident (job
 * rca.learn). Fails: work_order.transition_invalid (from, to), work_order.version_stale (version).
 */
OQ_CHECKED oq_err *work_order_set_status(oq_scope *s, oq_uuid id, const work_order_move *move,
                                         work_order **ret_order);

/* `user_id` zero: duty_pick chooses. Fails: work_order.version_stale, work_order.assignee_unknown,
 * work_order.assignee_unfit. */
OQ_CHECKED oq_err *work_order_assign(oq_scope *s, oq_uuid id, int64_t version, oq_uuid user_id,
                                     oq_str note, work_order **ret_order);

/* What a planner may change. */
typedef struct work_order_edit {
    oq_str title, title_ar, description, description_ar;
    int kind, priority;
    oq_us due_at, planned_from;
    double planned_h;
    int64_t version;
} work_order_edit;
OQ_CHECKED oq_err *work_order_change(oq_scope *s, oq_uuid id, const work_order_edit *edit,
                                     work_order **ret_order);
void work_order_edit_of(const work_order *order, work_order_edit *ret_edit);

/* "I have it": ends the escalation without taking the order up. Twice is harmless. */
OQ_CHECKED oq_err *work_order_acknowledge(oq_scope *s, oq_uuid id, work_order **ret_order);

/* Whether the actor may do so now: for buttons. */
bool work_order_may_move(const oq_scope *s, const work_order *order, int to_status);
bool work_order_may_work(const oq_scope *s,
                         const work_order *order); /* notes, checks, parts, files */

/* --- notes --------------------------------------------------------------------------------------*/

typedef struct work_order_note {
    oq_uuid id;
    oq_str text, made_by, made_by_name;
    oq_us made_at;
} work_order_note;
extern const oq_field work_order_note_fields[];
typedef struct work_order_notes {
    work_order_note *at;
    size_t count;
} work_order_notes;
/* By whoever may work on orders and sees this one. Fails: work_order.note_invalid. */
OQ_CHECKED oq_err *work_order_add_note(oq_scope *s, oq_uuid id, oq_str text,
                                       work_order_note **ret_note);
OQ_CHECKED oq_err *work_order_notes_of(oq_scope *s, oq_uuid id, work_order_notes *ret_notes);

/* --- the checklist ------------------------------------------------------------------------------*/

typedef enum check_result { CHECK_PASSED = 1, CHECK_FAILED, CHECK_NOT_APPLICABLE } check_result;
extern const oq_choice check_result_choices[]; /* "ok" "failed" "not_applicable" */

typedef struct work_order_check {
    oq_uuid id;
    int64_t position;
    oq_str text, text_ar;
    int result; /* 0: not looked at yet */
    oq_str note, done_by, done_by_name;
    oq_us done_at;
    oq_uuid follow_up_id;
    oq_str follow_up_number;
    int64_t version;
} work_order_check;
extern const oq_field work_order_check_fields[];
typedef struct work_order_checks {
    work_order_check *at;
    size_t count;
} work_order_checks;
OQ_CHECKED oq_err *work_order_checks_of(oq_scope *s, oq_uuid id, work_order_checks *ret_checks);

typedef struct work_order_check_answer {
    int result;
    oq_str note;
    bool makes_follow_up; /* a failed item makes an order of its own, once */
    int64_t version;      /* of the item: two people may answer two items at once */
} work_order_check_answer;
/* Fails: work_order.check_not_found, work_order.version_stale. */
OQ_CHECKED oq_err *work_order_answer(oq_scope *s, oq_uuid id, oq_uuid check_id,
                                     const work_order_check_answer *answer,
                                     work_order_check **ret_check);
OQ_CHECKED oq_err *work_order_add_check(oq_scope *s, oq_uuid id,
                                        const work_order_check_order *order,
                                        work_order_check **ret_check);

/* --- what must be done before -------------------------------------------------------------------*/

typedef struct work_order_before {
    oq_uuid id;
    oq_str number, title, title_ar;
    int status;
} work_order_before;
extern const oq_field work_order_before_fields[];
typedef struct work_order_befores {
    work_order_before *at;
    size_t count;
} work_order_befores;
enum { WORK_ORDER_BEFORES_MAX = 50 };
/* Those of them that the actor sees. */
OQ_CHECKED oq_err *work_order_befores_of(oq_scope *s, oq_uuid id, work_order_befores *ret_befores);
/* These orders, by their numbers, and no others: the optimizer plans this one on the day of their end
 * or later. Fails: work_order.before_unknown (number), work_order.before_itself,
 * work_order.before_circle (number: it waits for this one already). */
OQ_CHECKED oq_err *work_order_set_befores(oq_scope *s, oq_uuid id, oq_strs numbers,
                                          work_order_befores *ret_befores);

/* --- parts that it needs ------------------------------------------------------------------------*/

typedef struct work_order_part {
    oq_uuid id;
    oq_str part_number, name, unit;
    double quantity;
    int availability; /* part_availability */
    int64_t version;
} work_order_part;
typedef enum part_availability { PART_NOT_KNOWN = 1, PART_THERE, PART_MISSING } part_availability;
extern const oq_choice part_availability_choices[];
extern const oq_field work_order_part_fields[];
typedef struct work_order_parts {
    work_order_part *at;
    size_t count;
} work_order_parts;
OQ_CHECKED oq_err *work_order_parts_of(oq_scope *s, oq_uuid id, work_order_parts *ret_parts);
OQ_CHECKED oq_err *work_order_add_part(oq_scope *s, oq_uuid id, const work_order_part *part,
                                       work_order_part **ret_part);
/* Fails: work_order.part_not_found, work_order.version_stale. */
OQ_CHECKED oq_err *work_order_set_part(oq_scope *s, oq_uuid id, const work_order_part *part,
                                       work_order_part **ret_part);
/* `version` OQ_I64_NONE: whichever. */
OQ_CHECKED oq_err *work_order_remove_part(oq_scope *s, oq_uuid id, oq_uuid part_id,
                                          int64_t version);

/* --- files --------------------------------------------------------------------------------------*/

enum { WORK_FILE_BYTES_MAX = 10 * 1000 * 1000, WORK_FILE_NAME_MAX = 200, WORK_FILES_MAX = 100 };

typedef struct work_order_file {
    oq_uuid id;
    oq_str name, media_type;
    int64_t bytes;
    oq_str sha256; /* hex */
    oq_str made_by, made_by_name;
    oq_us made_at;
} work_order_file;
extern const oq_field work_order_file_fields[];
typedef struct work_order_files {
    work_order_file *at;
    size_t count;
} work_order_files;
OQ_CHECKED oq_err *work_order_files_of(oq_scope *s, oq_uuid id, work_order_files *ret_files);
/* What it is, its bytes say (workorder/sniff.h), whatever its sender called it. Fails:
 * work_order.file_empty, work_order.file_too_large (max), work_order.file_type_refused,
 * work_order.file_name_invalid (max), work_order.files_full (max). */
OQ_CHECKED oq_err *work_order_add_file(oq_scope *s, oq_uuid id, oq_str name, oq_str content,
                                       work_order_file **ret_file);
/* Fails: work_order.file_not_found. */
OQ_CHECKED oq_err *work_order_read_file(oq_scope *s, oq_uuid id, oq_uuid file_id,
                                        work_order_file **ret_file, oq_str *ret_content);

/* --- its history --------------------------------------------------------------------------------*/

typedef struct work_order_step {
    oq_uuid id;
    int status;
    oq_str note, made_by, made_by_name;
    oq_us made_at;
} work_order_step;
extern const oq_field work_order_step_fields[];
typedef struct work_order_steps {
    work_order_step *at;
    size_t count;
} work_order_steps;
OQ_CHECKED oq_err *work_order_steps_of(oq_scope *s, oq_uuid id, work_order_steps *ret_steps);

#endif
