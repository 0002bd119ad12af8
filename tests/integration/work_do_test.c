/* What people do with work orders: who may, what it leaves, and who comes second. */
#include "work_house.h"

#include "duty/duty.h"
#include "workorder/list.h"
#include "workorder/work.h"

#include <math.h>

#include "base/banned.h"

static work_order_order order_for(worker w)
{
    return (work_order_order){
        .source = OQ_STR("MANUAL"),
        .asset_id = WORK_ASSET,
        .title = OQ_STR("Align the coupling"),
        .kind = WORK_CORRECTIVE,
        .priority = WORK_HIGH,
        .due_at = OQ_TIME_NONE,
        .assigned_user_id = worker_id(w),
    };
}

static work_order *make(house *h, const work_order_order *order)
{
    work_order *made;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(work_order_create(s, order, &made, NULL));
    house_commit(s);
    return made;
}

static work_order_move to(int status, int64_t version)
{
    return (work_order_move){
        .status = status, .version = version, .labour_h = (double)NAN, .downtime_h = (double)NAN};
}

static oq_err *move_in(oq_scope *s, const work_order *o, int status, int64_t version)
{
    work_order *after;
    work_order_move move = to(status, version);
    return work_order_set_status(s, o->id, &move, &after);
}

/* As a worker, well. */
static void move_well(house *h, worker w, const work_order *o, int status, int64_t version)
{
    oq_scope *s = worker_scope(h, w, OQ_WRITE);
    CHECK_OK(move_in(s, o, status, version));
    house_commit(s);
}

/* --- moving -------------------------------------------------------------------------------------*/

static void test_from_open_to_closed(void **state)
{
    house *h = *state;
    work_order_order order = order_for(ALI);
    work_order *o = make(h, &order), *after;
    assert_int_equal(work_count(h, "escalations WHERE acknowledged_at IS NULL"), 1);
    oq_clock_advance(OQ_HOUR);
    move_well(h, ALI, o, WORK_IN_PROGRESS, 1);
    assert_int_equal(work_count(h, "escalations WHERE acknowledged_at IS NOT NULL"), 1);
    oq_clock_advance(OQ_HOUR);
    move_well(h, ALI, o, WORK_DONE, 2);
    oq_scope *s = worker_scope(h, ALI, OQ_WRITE);
    work_order_move close = to(WORK_CLOSED, 3);
    close.note = OQ_STR("Shims replaced");
    close.labour_h = 1.5;
    close.downtime_h = 2.25;
    CHECK("reason",
          oq_choice_value(downtime_reason_choices, OQ_STR("VIB"), &close.downtime_reason));
    close.found_cause = OQ_STR("misalignment");
    CHECK_OK(work_order_set_status(s, o->id, &close, &after));
    house_commit(s);
    CHECK("closed", after->status == WORK_CLOSED && after->version == 4 &&
                        after->started_at == WORK_NOON + OQ_HOUR &&
                        after->finished_at == WORK_NOON + 2 * OQ_HOUR &&
                        after->closed_at == WORK_NOON + 2 * OQ_HOUR);
    CHECK("figures", after->downtime_h == 2.25 && after->labour_h == 1.5);
    CHECK_STR("reason", after->downtime_reason, "VIB");
    assert_int_equal(work_count(h, "work_order_steps"), 4);
    assert_int_equal(work_count(h, "work_order_steps WHERE note = 'Shims replaced'"), 1);
    assert_int_equal(work_count(h, "blackbox_events WHERE source_system = 'OPTRIA_WORK_ORDER'"), 4);
    assert_int_equal(work_count(h, "audit_logs WHERE action = 'work_order.status_changed'"), 3);
    assert_int_equal(work_count(h, "notifications WHERE type = 'work_order.done'"), 1);
    assert_int_equal(work_count(h, "jobs WHERE kind = 'rca.learn'"), 0); /* of no incident */
}

static void test_who_may_not(void **state)
{
    house *h = *state;
    work_order_order order = order_for(ALI);
    work_order *o = make(h, &order);
    static const struct {
        const char *label;
        worker who;
        int status;
        const char *code;
    } row[] = {
        {"another engineer does not see it", BADR, WORK_IN_PROGRESS, "work_order.not_found"},
        {"who sees it, but has it not", ZAID, WORK_IN_PROGRESS, "work_order.not_yours"},
        {"done before it was begun", ALI, WORK_DONE, "work_order.transition_invalid"},
        {"closed at once", ALI, WORK_CLOSED, "work_order.transition_invalid"},
        {"cancelling is the planner's", ALI, WORK_CANCELLED, "access.forbidden"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_scope *s = worker_scope(h, row[i].who, OQ_WRITE);
        CHECK_CODE(row[i].label, move_in(s, o, row[i].status, 1), row[i].code);
        oq_scope_close(s);
    }
    work_order *seen_by;
    oq_scope *s = house_scope(h, VIEWER_A, OQ_READ);
    CHECK_CODE("a viewer", work_order_get(s, o->id, &seen_by), "work_order.not_found");
    oq_scope_close(s);
    s = house_scope(h, ADMIN_B, OQ_READ);
    CHECK_CODE("another tenant", work_order_get(s, o->id, &seen_by), "work_order.not_found");
    oq_scope_close(s);
    work_orders found;
    s = worker_scope(h, BADR, OQ_READ);
    CHECK_OK(work_order_find_by_asset(s, WORK_ASSET, 10, &found));
    CHECK("not in lists of another engineer", found.count == 0);
    oq_scope_close(s);
}

static void test_who_comes_second_is_told(void **state)
{
    house *h = *state;
    work_order_order order = order_for(ALI);
    work_order *o = make(h, &order);
    /* both have read version 1 and look at it; the second one waits for nothing, and is told */
    oq_scope *a = worker_scope(h, ALI, OQ_WRITE), *b = house_scope(h, OPTIMIZER_A, OQ_WRITE);
    work_order *seen_by;
    CHECK_OK(work_order_get(b, o->id, &seen_by));
    CHECK_OK(move_in(a, o, WORK_IN_PROGRESS, 1));
    house_commit(a);
    CHECK_CODE("second", move_in(b, o, WORK_IN_PROGRESS, 1), "work_order.version_stale");
    oq_scope_close(b);
    assert_int_equal(work_count(h, "work_order_steps WHERE status = 'in_progress'"), 1);

    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("an old version", move_in(s, o, WORK_CANCELLED, 1), "work_order.version_stale");
    oq_scope_close(s);
}

static void test_taken_up_by_who_is_there(void **state)
{
    house *h = *state;
    work_order_order order = order_for(ALI);
    work_order *o = make(h, &order), *after;
    testdb_exec(h->db, "UPDATE work_orders SET assigned_user_id = NULL");
    oq_scope *s = house_scope(h, OPTIMIZER_A, OQ_WRITE);
    work_order_move move = to(WORK_IN_PROGRESS, 1);
    CHECK_OK(work_order_set_status(s, o->id, &move, &after));
    CHECK("whoever took it up", oq_uuid_eq(after->assigned_user_id, house_id(OPTIMIZER_A)));
    house_commit(s);
}

/* --- approval -----------------------------------------------------------------------------------*/

static void test_an_automatic_order_waits_for_approval(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "INSERT INTO tenant_settings (tenant_id, settings, updated_at) VALUES"
                       " ('0a000000-0000-0000-0000-000000000000',"
                       "  '{\"wo_initial_status\": \"pending_approval\"}', now())");
    work_order_order order = order_for(ALI);
    CHECK("by hand it is open", make(h, &order)->status == WORK_OPEN);
    order.source = OQ_STR("BLACKBOX_AUTO");
    work_order *o = make(h, &order);
    CHECK("waits", o->status == WORK_PENDING_APPROVAL);
    assert_int_equal(work_count(h, "notifications WHERE type = 'work_order.approval_wanted'"), 1);
    assert_int_equal(work_count(h, "escalations"), 1); /* of the one by hand */

    oq_scope *s = house_scope(h, OPTIMIZER_A, OQ_WRITE);
    CHECK_CODE("a planner may not", move_in(s, o, WORK_OPEN, 1), "access.forbidden");
    oq_scope_close(s);
    testdb_exec(h->db, "UPDATE users SET is_active = false WHERE full_name = 'Ali'");
    work_shift(h, BADR, "CALL", 0, 1440, true);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    work_order *after;
    work_order_move move = to(WORK_OPEN, 1);
    CHECK_OK(work_order_set_status(s, o->id, &move, &after));
    house_commit(s);
    CHECK("approved", after->status == WORK_OPEN && after->approved_at == WORK_NOON &&
                          oq_uuid_eq(after->approved_by, house_id(ADMIN_A)));
    CHECK("who has gone is replaced", oq_uuid_eq(after->assigned_user_id, worker_id(BADR)));
    assert_int_equal(work_count(h, "escalations"), 2);
    assert_int_equal(work_count(h, "audit_logs WHERE action = 'work_order.approved'"), 1);
}

/* --- handing over -------------------------------------------------------------------------------*/

static void test_handed_to_somebody_else(void **state)
{
    house *h = *state;
    work_order_order order = order_for(ALI);
    work_order *o = make(h, &order), *after;
    testdb_exec(h->db, "UPDATE users SET is_active = false WHERE full_name = 'Carim'");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("gone", work_order_assign(s, o->id, 1, worker_id(CARIM), OQ_NONE, &after),
               "work_order.assignee_unknown");
    oq_scope_close(s);
    s = worker_scope(h, ALI, OQ_WRITE);
    CHECK_CODE("an engineer", work_order_assign(s, o->id, 1, worker_id(BADR), OQ_NONE, &after),
               "access.forbidden");
    oq_scope_close(s);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(work_order_assign(s, o->id, 1, worker_id(BADR), OQ_STR("Ali is away"), &after));
    house_commit(s);
    CHECK("Badr has it", oq_uuid_eq(after->assigned_user_id, worker_id(BADR)));
    assert_int_equal(work_count(h, "escalations WHERE acknowledged_at IS NULL"), 1);
    assert_int_equal(work_count(h,
                                "notifications n JOIN users u ON u.id = n.user_id"
                                " WHERE n.type = 'work_order.assigned' AND u.full_name = 'Badr'"),
                     1);
    work_order *seen_by;
    s = worker_scope(h, ALI, OQ_READ);
    CHECK_CODE("Ali's no longer", work_order_get(s, o->id, &seen_by), "work_order.not_found");
    oq_scope_close(s);
}

/* Who was passed over, and until when they are away, is for those who plan. */
static void test_why_is_masked(void **state)
{
    house *h = *state;
    work_shift(h, ALI, "CALL", 0, 1440, true);
    work_shift(h, BADR, "CALL2", 0, 1440, true);
    work_away(h, BADR, "2026-11-19", "2026-11-30");
    work_order_order order = order_for(ALI);
    order.assigned_user_id = OQ_UUID_ZERO;
    work_order *o = make(h, &order), *seen_by;
    CHECK("a planner sees it", oq_str_find(o->assigned_why, OQ_STR("absent")) != SIZE_MAX &&
                                   oq_str_find(o->assigned_why, OQ_STR("Badr")) != SIZE_MAX);
    oq_scope *s = worker_scope(h, ALI, OQ_READ);
    CHECK_OK(work_order_get(s, o->id, &seen_by));
    CHECK_STR("an engineer sees the reason alone", seen_by->assigned_why, "{\"code\":\"on_call\"}");
    oq_scope_close(s);
}

/* --- checklist ----------------------------------------------------------------------------------*/

static void test_a_failed_item_makes_an_order_once(void **state)
{
    house *h = *state;
    static const work_order_check_order items[] = {
        {OQ_STR_INIT("Coupling guard"), OQ_STR_INIT("واقي القارنة")},
        {OQ_STR_INIT("Oil level"), {0}}};
    work_order_order order = order_for(ALI);
    order.check = items;
    order.checks = 2;
    work_order *o = make(h, &order), *follow_up;
    oq_scope *s = worker_scope(h, ALI, OQ_WRITE);
    work_order_checks checks;
    CHECK_OK(work_order_checks_of(s, o->id, &checks));
    assert_int_equal(checks.count, 2);
    work_order_check_answer failed = {.result = CHECK_FAILED,
                                      .note = OQ_STR("Bolt missing"),
                                      .makes_follow_up = true,
                                      .version = 1};
    work_order_check *check;
    CHECK_OK(work_order_answer(s, o->id, checks.at[0].id, &failed, &check));
    CHECK_STR("its order", check->follow_up_number, "WO-1002");
    CHECK_OK(work_order_get(s, check->follow_up_id, &follow_up));
    CHECK_STR("title", follow_up->title, "WO-1001: Coupling guard");
    CHECK_STR("title", follow_up->title_ar, "WO-1001: واقي القارنة");
    CHECK("of the same asset and trace", oq_uuid_eq(follow_up->asset_id, WORK_ASSET) &&
                                             oq_uuid_eq(follow_up->trace_id, o->trace_id));
    work_order_check_answer passed = {
        .result = CHECK_PASSED, .makes_follow_up = true, .version = 1};
    CHECK_OK(work_order_answer(s, o->id, checks.at[1].id, &passed, &check));
    CHECK("nothing to mend", oq_uuid_is_zero(check->follow_up_id));
    failed.version = 2;
    CHECK_OK(work_order_answer(s, o->id, checks.at[0].id, &failed, &check));
    CHECK("once", check->version == 3);
    CHECK_CODE("an old version of the item",
               work_order_answer(s, o->id, checks.at[0].id, &failed, &check),
               "work_order.version_stale");
    house_commit(s);
    assert_int_equal(work_count(h, "work_orders"), 2);
}

/* --- notes, parts -------------------------------------------------------------------------------*/

static void test_notes_and_parts(void **state)
{
    house *h = *state;
    work_order_order order = order_for(ALI);
    work_order *o = make(h, &order);
    work_order_note *note;
    work_order_notes notes;
    oq_scope *s = worker_scope(h, ALI, OQ_WRITE);
    CHECK_CODE("empty", work_order_add_note(s, o->id, OQ_STR("  "), &note),
               "work_order.note_invalid");
    CHECK_OK(work_order_add_note(s, o->id, OQ_STR("اهتزاز عالٍ عند البدء"), &note));
    CHECK_OK(work_order_notes_of(s, o->id, &notes));
    CHECK("there", notes.count == 1);
    CHECK_STR("by", notes.at[0].made_by_name, "Ali");
    work_order_part part = {.name = OQ_STR("Shim 0.1 mm"),
                            .quantity = 4,
                            .unit = OQ_STR("pc"),
                            .availability = PART_NOT_KNOWN},
                    *kept;
    CHECK_OK(work_order_add_part(s, o->id, &part, &kept));
    kept->availability = PART_MISSING;
    CHECK_OK(work_order_set_part(s, o->id, kept, &kept));
    CHECK("missing", kept->availability == PART_MISSING && kept->version == 2);
    CHECK_CODE("an old version", work_order_remove_part(s, o->id, kept->id, 1),
               "work_order.version_stale");
    CHECK_OK(work_order_remove_part(s, o->id, kept->id, 2));
    house_commit(s);
    assert_int_equal(work_count(h, "work_order_parts"), 0);
    s = worker_scope(h, BADR, OQ_WRITE);
    CHECK_CODE("another engineer", work_order_add_note(s, o->id, OQ_STR("x"), &note),
               "work_order.not_found");
    oq_scope_close(s);
}

/* --- files --------------------------------------------------------------------------------------*/

static oq_err *wait_for(oq_scope *s, const work_order *o, const oq_str *number, size_t count)
{
    work_order_befores befores;
    return work_order_set_befores(s, o->id, (oq_strs){(oq_str *)(uintptr_t)number, count},
                                  &befores);
}

/* One order waits for others, and never for itself, by however many. */
static void test_what_comes_before(void **state)
{
    house *h = *state;
    work_order_order order = order_for(ALI);
    work_order *a = make(h, &order), *b = make(h, &order);
    order = order_for(BADR);
    work_order *c = make(h, &order);
    work_order_befores befores;
    oq_str both[] = {a->number, b->number};
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(wait_for(s, b, &a->number, 1));
    assert_int_equal(work_count(h, "pg_locks WHERE locktype = 'advisory' AND granted AND classid ="
                                   " hashtext('work_order.befores')::oid"),
                     1); /* whoever closes a circle with this elsewhere waits, and sees it */
    CHECK_OK(wait_for(s, c, both, 2));
    CHECK_CODE("itself", wait_for(s, a, &a->number, 1), "work_order.before_itself");
    CHECK_CODE("a circle", wait_for(s, a, &b->number, 1), "work_order.before_circle");
    CHECK_CODE("by another", wait_for(s, a, &c->number, 1), "work_order.before_circle");
    CHECK_CODE("nobody's", wait_for(s, a, &(oq_str){"WO-9", 4}, 1), "work_order.before_unknown");
    CHECK_OK(work_order_befores_of(s, c->id, &befores));
    assert_int_equal(befores.count, 2);
    house_commit(s);
    s = worker_scope(h, BADR, OQ_READ); /* sees none of Ali's */
    CHECK_OK(work_order_befores_of(s, c->id, &befores));
    assert_int_equal(befores.count, 0);
    oq_scope_close(s);
    s = worker_scope(h, BADR, OQ_WRITE);
    CHECK_CODE("not by whoever works", wait_for(s, c, NULL, 0), "access.forbidden");
    oq_scope_close(s);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(wait_for(s, c, &b->number, 1)); /* these, and no others */
    CHECK_OK(work_order_befores_of(s, c->id, &befores));
    assert_int_equal(befores.count, 1);
    CHECK_OK(wait_for(s, c, NULL, 0));
    house_commit(s);
    assert_int_equal(work_count(h, "work_order_after"), 1);
    assert_int_equal(work_count(h, "audit_logs WHERE action = 'work_order.befores_set'"), 4);
}

static void test_files(void **state)
{
    house *h = *state;
    work_order_order order = order_for(ALI);
    work_order *o = make(h, &order);
    work_order_file *file, *read;
    oq_str content;
    oq_scope *s = worker_scope(h, ALI, OQ_WRITE);
    oq_str png = OQ_STR("\x89PNG\r\n\x1a\n and so on\0\1");
    CHECK_OK(work_order_add_file(s, o->id, OQ_STR("C:\\photos\\محور.png"), png, &file));
    CHECK_STR("name without its path", file->name, "محور.png");
    CHECK_STR("by its bytes", file->media_type, "image/png");
    CHECK_OK(work_order_read_file(s, o->id, file->id, &read, &content));
    CHECK("as it was", oq_str_eq(content, png));
    CHECK("hash", oq_str_eq(read->sha256, file->sha256) && file->sha256.len == 64);
    static const struct {
        const char *label, *name, *content, *code;
    } row[] = {
        {"empty", "a.png", "", "work_order.file_empty"},
        {"a page", "a.png", "<html><script>", "work_order.file_type_refused"},
        {"a drawing that runs", "a.svg", "<svg onload=1>", "work_order.file_type_refused"},
        {"a program", "a.png",
         "\x7f"
         "ELF\x02",
         "work_order.file_type_refused"},
        {"turned around",
         "gpj.\xe2\x80\xae"
         "exe",
         "text", "work_order.file_name_invalid"},
        {"no name", "../..", "text", "work_order.file_name_invalid"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_CODE(
            row[i].label,
            work_order_add_file(s, o->id, oq_cstr(row[i].name), oq_cstr(row[i].content), &file),
            row[i].code);
    oq_str large = oq_strn(oq_alloc(h->arena, WORK_FILE_BYTES_MAX + 1), WORK_FILE_BYTES_MAX + 1);
    CHECK_CODE("too large", work_order_add_file(s, o->id, OQ_STR("a.txt"), large, &file),
               "work_order.file_too_large");
    house_commit(s);
    s = worker_scope(h, BADR, OQ_READ);
    CHECK_CODE("another engineer", work_order_read_file(s, o->id, read->id, &read, &content),
               "work_order.not_found");
    oq_scope_close(s);
}

/* --- late ---------------------------------------------------------------------------------------*/

static void test_what_is_late_is_told_once(void **state)
{
    house *h = *state;
    work_order_order order = order_for(ALI);
    make(h, &order);
    size_t count;
    for (int i = 0; i < 2; i++) {
        oq_clock_set(WORK_NOON + 3 * OQ_DAY + OQ_HOUR);
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        CHECK_OK(work_order_tell_overdue(s, &count));
        house_commit(s);
        assert_int_equal(count, i == 0 ? 1 : 0);
    }
    assert_int_equal(work_count(h, "notifications WHERE type = 'work_order.overdue'"), 2);
    assert_int_equal(work_count(h, "notifications n JOIN users u ON u.id = n.user_id WHERE"
                                   " n.type = 'work_order.overdue' AND u.role = 'engineer'"),
                     1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_from_open_to_closed, work_house_reset),
        cmocka_unit_test_setup(test_who_may_not, work_house_reset),
        cmocka_unit_test_setup(test_who_comes_second_is_told, work_house_reset),
        cmocka_unit_test_setup(test_taken_up_by_who_is_there, work_house_reset),
        cmocka_unit_test_setup(test_an_automatic_order_waits_for_approval, work_house_reset),
        cmocka_unit_test_setup(test_handed_to_somebody_else, work_house_reset),
        cmocka_unit_test_setup(test_why_is_masked, work_house_reset),
        cmocka_unit_test_setup(test_a_failed_item_makes_an_order_once, work_house_reset),
        cmocka_unit_test_setup(test_notes_and_parts, work_house_reset),
        cmocka_unit_test_setup(test_what_comes_before, work_house_reset),
        cmocka_unit_test_setup(test_files, work_house_reset),
        cmocka_unit_test_setup(test_what_is_late_is_told_once, work_house_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
