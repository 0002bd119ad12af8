/* `optria replay`: the incidents that a span's events give when all of them are looked at together,
 * held against what is stored. */
#include "blackbox/replay.h"
#include "main/command.h"
#include "main/operator.h"
#include "main/table.h"
#include "tenant/tenant.h"

#include "base/banned.h"

#define LABEL        "command line"
#define SPAN_DEFAULT (7 * OQ_DAY)
enum { OUTPUT_MAX = 64 << 20 };

typedef struct replay_options {
    oq_str tenant;
    oq_us from, to;
    bool json;
} replay_options;

static const oq_field replay_option_fields[] = {
    OQ_TEXT(replay_options, tenant, .required = true, .max = 40, .help = "Code of the tenant"),
    OQ_TIME(replay_options, from, .help = "Beginning, 2026-03-01T00:00:00Z (default: a week ago)"),
    OQ_TIME(replay_options, to, .help = "End, not included (default: now)"),
    OQ_BOOL(replay_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

/* --- what it found ------------------------------------------------------------------------------*/

static const char *const verdict_name[] = {
    [REPLAY_SAME] = "same",
    [REPLAY_DIFFERENT] = "different",
    [REPLAY_MISSING] = "missing",
    [REPLAY_EXTRA] = "extra",
};

static void put_row(oq_json *j, const replay_row *row)
{
    oq_json_object(j);
    oq_json_put(j, text, "verdict", oq_cstr(verdict_name[row->verdict]));
    oq_json_put(j, uuid, "incident_id", row->incident_id);
    oq_json_name(j, "number");
    if (row->number)
        oq_json_i64(j, row->number);
    else
        oq_json_null(j);
    oq_json_put(j, uuid, "trigger_event_id", row->trigger_event_id);
    oq_json_put(j, time, "at", row->at);
    oq_json_put(j, time, "window_from", row->from);
    oq_json_put(j, time, "window_to", row->to);
    oq_json_put(j, text, "incident_type",
                oq_cstr(oq_choice_text(incident_type_choices, row->type)));
    oq_json_put(j, text, "severity",
                oq_cstr(oq_choice_text(incident_severity_choices, row->severity)));
    oq_json_object_end(j);
}

static void print_json(const replay_options *o, const incident_replay *r)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(OUTPUT_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, text, "tenant", o->tenant);
    oq_json_put(&j, time, "from", o->from);
    oq_json_put(&j, time, "to", o->to);
    oq_json_put(&j, i64, "triggers", (int64_t)r->triggers);
    oq_json_put(&j, i64, "same", (int64_t)r->same);
    oq_json_name(&j, "differences");
    oq_json_array(&j);
    for (size_t i = 0; i < r->count; i++)
        put_row(&j, &r->at[i]);
    oq_json_array_end(&j);
    oq_json_object_end(&j);
    oq_buf_char(&out, '\n');
    command_print(&out);
}

static oq_str said(const command_run *run, const char *of, const oq_choice *choices, int value)
{
    return oq_text(run->lang, oq_strf(run->arena, "%s.%s", of, oq_choice_text(choices, value)));
}

static void print_table(command_run *run, const incident_replay *r)
{
    oq_arena *arena = run->arena;
    table t = table_make(arena, 7);
    TABLE_ADD(&t, command_word(run, "cli.replay.verdict"), command_word(run, "cli.replay.incident"),
              command_word(run, "cli.replay.at"), command_word(run, "cli.replay.from"),
              command_word(run, "cli.replay.to"), command_word(run, "cli.replay.type"),
              command_word(run, "cli.replay.severity"));
    for (size_t i = 0; i < r->count; i++) {
        const replay_row *row = &r->at[i];
        oq_str key = oq_strf(arena, "cli.replay.verdict.%s", verdict_name[row->verdict]);
        TABLE_ADD(&t, oq_text(run->lang, key),
                  row->number ? oq_strf(arena, "INC-%lld", (long long)row->number) : OQ_STR("-"),
                  oq_time_text(arena, row->at), oq_time_text(arena, row->from),
                  oq_time_text(arena, row->to),
                  said(run, "incident_type", incident_type_choices, row->type),
                  said(run, "incident_severity", incident_severity_choices, row->severity));
    }
    OQ_AUTO(oq_buf) out = oq_buf_make(OUTPUT_MAX);
    table_write(&t, 0, &out);
    if (r->count)
        command_print(&out);
    COMMAND_SAY(run, r->count ? "cli.replay.differs" : "cli.replay.same",
                {"triggers", oq_strf(arena, "%zu", r->triggers)},
                {"same", oq_strf(arena, "%zu", r->same)},
                {"differences", oq_strf(arena, "%zu", r->count)});
}

/* --- the command --------------------------------------------------------------------------------*/

static oq_err *find_tenant(command_run *run, db_pool *pool, oq_uuid *ret_id)
{
    const replay_options *o = run->options;
    db_platform *p;
    tenant *found = NULL;
    OQ_TRY(operator_open_platform(pool, run->arena, OQ_READ, LABEL, &p));
    oq_err *err = tenant_find_by_code(p, o->tenant, &found);
    if (!err && !found)
        err = oq_fail(OQ_NOT_FOUND, "people.tenant_unknown", "tenant=%.*s", OQ_FMT(o->tenant));
    if (!err)
        *ret_id = found->id;
    db_platform_close(p);
    return err;
}

/* In a scope that can only read. */
static oq_err *replay_in(command_run *run, db_pool *pool, const replay_options *o,
                         incident_replay *ret_replay)
{
    oq_uuid tenant_id;
    oq_scope *s;
    OQ_TRY(find_tenant(run, pool, &tenant_id));
    OQ_TRY(oq_scope_open(
        &(oq_scope_options){
            .pool = pool,
            .tenant_id = tenant_id,
            .access = OQ_READ,
            .actor = {.kind = ACTOR_SYSTEM, .home_tenant = tenant_id, .label = OQ_STR(LABEL)},
            .arena = run->arena},
        &s));
    oq_err *err = incident_replay_span(s, o->from, o->to, ret_replay);
    oq_scope_close(s);
    return err;
}

static oq_err *replay(command_run *run)
{
    replay_options o = *(const replay_options *)run->options;
    incident_replay found;
    db_pool *pool;
    o.to = o.to == OQ_TIME_NONE ? oq_clock_now() : o.to;
    o.from = o.from == OQ_TIME_NONE ? o.to - SPAN_DEFAULT : o.from;
    run->is_misused = o.from >= o.to;
    if (run->is_misused)
        return oq_fail_field("--from", "incident.replay_span_empty");
    operator_complete(run->arena, &run->settings);
    OQ_TRY(operator_open_pool(&run->settings, &pool));
    oq_err *err = replay_in(run, pool, &o, &found);
    db_pool_close(pool);
    OQ_TRY(err);
    if (o.json)
        print_json(&o, &found);
    else
        print_table(run, &found);
    run->status = found.count ? EXIT_PARTLY : 0;
    return NULL;
}

const command cmd_replay = {
    .name = "replay",
    .summary = "Group a span of a tenant's events into incidents once more, and compare",
    .help =
        "Takes all events of the span that may open incidents as if they had come at once, and\n"
        "prints where that gives other incidents than are stored: missing (not stored), extra\n"
        "(stored, and not given), different (another window, type or severity). Nothing is\n"
        "written. What the span cuts off, and what came after its grace period, may differ.\n"
        "Exit status 65: done, and something differs.",
    .options = replay_option_fields,
    .options_size = sizeof(replay_options),
    .operands = {"tenant"},
    .run = replay,
};
