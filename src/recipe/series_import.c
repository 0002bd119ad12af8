#include "recipe/series_import.h"

#include <math.h>

#include "audit/audit.h"
#include "historian/backlog.h"
#include "historian/write.h"
#include "recipe/pipe.h"
#include "recipe/series_target.h"
#include "recipe/source.h"

typedef struct import_record {
    oq_uuid id;
    oq_str name, status;
    int64_t byte_offset, line, samples, refused;
} import_record;
static const oq_field import_record_fields[] = {
    OQ_UUID(import_record, id),     OQ_TEXT(import_record, name),
    OQ_TEXT(import_record, status), OQ_I64(import_record, byte_offset),
    OQ_I64(import_record, line),    OQ_I64(import_record, samples),
    OQ_I64(import_record, refused), OQ_FIELDS_END,
};

#include "import.sql.h"

#include "base/banned.h"

#define KIND_SERIES OQ_STR("series")

const oq_choice series_import_state_choices[] = {
    {IMPORT_DONE, "done"}, {IMPORT_DONE_BEFORE, "done_before"}, {IMPORT_TRIED, "tried"}, {0, NULL}};

const oq_field series_import_result_fields[] = {
    OQ_TEXT(series_import_result, file),
    OQ_CHOICE(series_import_result, state, series_import_state_choices),
    OQ_BOOL(series_import_result, is_resumed),
    OQ_F64(series_import_result, share),
    OQ_I64(series_import_result, lines),
    OQ_I64(series_import_result, samples),
    OQ_I64(series_import_result, refused),
    OQ_I64(series_import_result, problems),
    OQ_I64(series_import_result, empty),
    OQ_I64(series_import_result, series),
    OQ_I64(series_import_result, created),
    OQ_TIME(series_import_result, first),
    OQ_TIME(series_import_result, last),
    OQ_F64(series_import_result, seconds),
    OQ_FIELDS_END,
};

typedef struct importing {
    const series_import_options *options;
    oq_arena *arena; /* of the whole import */
    oq_arena *step;  /* of one portion */
    oq_uuid id;
    int64_t offset, line; /* what is stored before it */
    series_target *target;
    series_import_result result;
    oq_us begun;
} importing;

static oq_err *open_scope(const importing *im, oq_access access, oq_scope **ret_scope)
{
    const series_import_options *o = im->options;
    return oq_scope_open(&(oq_scope_options){.pool = o->pool,
                                             .tenant_id = o->tenant_id,
                                             .access = access,
                                             .actor = o->actor,
                                             .request_id = OQ_STR("import"),
                                             .arena = im->step},
                         ret_scope);
}

/* Ends a unit of work the way it went. */
static oq_err *end(oq_scope *s, oq_err *err)
{
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

/* --- beginning ---------------------------------------------------------------------------------*/

/* The mapping and all that changes what a line means, as text. */
static oq_str meaning(importing *im)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(4 * 1024 * 1024);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_fields_write_members(&j, layout_order_fields, &im->options->order);
    oq_json_put(&j, text, "zone", im->options->zone);
    oq_json_object_end(&j);
    return oq_str_copy(im->arena, oq_buf_view(&out));
}

static oq_err *begin(oq_scope *s, importing *im, oq_str fingerprint, oq_str name)
{
    sql_import_latest_rows rows;
    OQ_TRY(sql_import_latest(
        s, (sql_import_latest_args){.kind = KIND_SERIES, .fingerprint = fingerprint}, &rows));
    const import_record *before = rows.count ? &rows.at[0] : NULL;
    bool is_done = before && oq_str_eq(before->status, OQ_STR("done"));
    if (is_done && !im->options->again) {
        im->result.state = IMPORT_DONE_BEFORE;
        return NULL;
    }
    if (before && !is_done) {
        im->id = before->id;
        im->offset = before->byte_offset;
        im->line = before->line;
        im->result.is_resumed = before->byte_offset > 0;
        return sql_import_resume(s, (sql_import_resume_args){.id = im->id, .now = oq_now(s)}, NULL);
    }
    im->id = oq_uuid_new(oq_now(s));
    return sql_import_begin(s,
                            (sql_import_begin_args){.id = im->id,
                                                    .kind = KIND_SERIES,
                                                    .name = name,
                                                    .fingerprint = fingerprint,
                                                    .now = oq_now(s)},
                            NULL);
}

static oq_str name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return oq_cstr(slash ? slash + 1 : path);
}

static oq_err *find_place(importing *im)
{
    oq_scope *s;
    oq_str fingerprint;
    OQ_TRY(source_fingerprint(im->arena, im->options->path, meaning(im), &fingerprint));
    if (im->options->dry_run)
        return NULL;
    OQ_TRY(open_scope(im, OQ_WRITE, &s));
    return end(s, begin(s, im, fingerprint, name_of(im->options->path)));
}

/* --- portions ----------------------------------------------------------------------------------*/

/* Refusals are told; too many of them end it. */
static oq_err *tell_refusals(importing *im, const rows_refusal *refusal, size_t count)
{
    const series_import_options *o = im->options;
    for (size_t i = 0; i < count; i++) {
        im->result.problems++;
        if (o->refused)
            o->refused(o->self, &refusal[i]);
        if (im->result.problems > o->problems_max)
            return oq_fail(OQ_INVALID, "import.too_many_problems", "max=%lld",
                           (long long)o->problems_max);
    }
    return NULL;
}

static oq_err *record_end(oq_scope *s, const importing *im)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(2000);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_key(&j, OQ_STR("samples"));
    oq_json_object(&j);
    oq_json_put(&j, i64, "to", im->result.samples);
    oq_json_object_end(&j);
    oq_json_object_end(&j);
    return audit_record(s, &(audit_entry){.action = "import.finished",
                                          .object_type = "import",
                                          .object_id = im->id,
                                          .object_label = name_of(im->options->path),
                                          .changes = oq_buf_view(&out)});
}

static oq_err *advance(oq_scope *s, importing *im, const rows_portion *p, size_t stored,
                       int64_t refused)
{
    size_t touched = 0;
    OQ_TRY(sql_import_advance(s,
                              (sql_import_advance_args){
                                  .id = im->id,
                                  .from_offset = im->offset,
                                  .byte_offset = p->offset,
                                  .line = p->line,
                                  .samples = (int64_t)stored,
                                  .refused = refused,
                                  .status = p->is_last ? OQ_STR("done") : OQ_STR("running"),
                                  .now = oq_now(s),
                              },
                              &touched));
    if (!touched)
        return oq_fail(OQ_CONFLICT, "import.taken_over");
    return NULL;
}

static void count_portion(importing *im, const rows_portion *p, size_t count, int64_t refused)
{
    series_import_result *r = &im->result;
    for (size_t i = 0; i < count; i++) {
        oq_us at = p->row[i].time;
        r->first = r->first == OQ_TIME_NONE || at < r->first ? at : r->first;
        r->last = r->last == OQ_TIME_NONE || at > r->last ? at : r->last;
    }
    r->lines += p->lines;
    r->empty += p->empty;
    r->refused += refused;
    r->samples += (int64_t)count;
    r->share = p->is_last ? 1 : p->share;
    r->seconds = (double)(oq_monotonic() - im->begun) / OQ_SECOND;
    r->series = (int64_t)series_target_used(im->target);
    r->created = (int64_t)series_target_created(im->target);
}

static oq_err *store(oq_scope *s, importing *im, rows_portion *p)
{
    target_refusals more = {0};
    size_t count = 0;
    OQ_TRY(tell_refusals(im, p->refusal, p->refusals));
    OQ_TRY(series_target_meet(im->target, s, p->name, p->names, &more));
    OQ_TRY(tell_refusals(im, more.at, more.count));
    OQ_TRY(series_target_apply(im->target, p->row, p->count, &count, &more));
    OQ_TRY(tell_refusals(im, more.at, more.count));
    int64_t refused = p->refused + more.rows;
    count_portion(im, p, count, refused);
    if (im->options->dry_run)
        return NULL;
    if (count)
        OQ_TRY(hist_write(s, p->row, count, NULL));
    if (p->is_last)
        OQ_TRY(record_end(s, im));
    return advance(s, im, p, count, refused);
}

static oq_err *open_look(void *self, oq_scope **ret_scope)
{
    importing *im = self;
    oq_arena_reset(im->step);
    return open_scope(im, OQ_READ, ret_scope);
}

static oq_err *take_portion(importing *im, rows_portion *p)
{
    oq_scope *s;
    bool dry_run = im->options->dry_run;
    if (!dry_run)
        OQ_TRY(backlog_wait(open_look, im));
    oq_arena_reset(im->step);
    OQ_TRY(open_scope(im, dry_run ? OQ_READ : OQ_WRITE, &s));
    oq_err *err = store(s, im, p);
    if (dry_run)
        oq_scope_close(s);
    else
        err = end(s, err);
    OQ_TRY(err);
    im->offset = p->offset;
    im->line = p->line;
    if (im->options->progress)
        im->options->progress(im->options->self, &im->result);
    return NULL;
}

/* --- all of it ---------------------------------------------------------------------------------*/

static oq_err *run_pipe(importing *im, row_reader *reading)
{
    pipe *line;
    OQ_TRY(pipe_open(reading, rows_layout(reading)->values, &line));
    oq_err *err = NULL;
    for (bool is_last = false; !is_last && !err;) {
        rows_portion *p;
        err = pipe_take(line, im->arena, &p);
        if (err)
            break;
        err = take_portion(im, p);
        is_last = p->is_last;
        pipe_give(line, p);
    }
    pipe_close(line);
    return err;
}

static oq_err *run(importing *im)
{
    row_reader *reading;
    OQ_TRY(rows_open(&(rows_options){.path = im->options->path,
                                     .order = im->options->order,
                                     .zone = im->options->zone,
                                     .lang = im->options->lang,
                                     .latest = oq_clock_now() + SAMPLE_TIME_AHEAD,
                                     .offset = im->offset,
                                     .line = im->line},
                     &reading));
    im->target =
        series_target_open(im->options->may_create, im->options->dry_run, im->options->lang);
    oq_err *err = run_pipe(im, reading);
    series_target_close(im->target);
    rows_close(reading);
    if (!err)
        im->result.state = im->options->dry_run ? IMPORT_TRIED : IMPORT_DONE;
    return err;
}

/* What has failed stays where it is, and goes on there next time. */
static void mark_failed(importing *im)
{
    oq_scope *s;
    if (oq_uuid_is_zero(im->id) || open_scope(im, OQ_WRITE, &s))
        return;
    oq_ignore(
        end(s, sql_import_fail(s, (sql_import_fail_args){.id = im->id, .now = oq_now(s)}, NULL)),
        "the import says itself that it failed; this is only for the list");
}

oq_err *series_import(oq_arena *arena, const series_import_options *options,
                      series_import_result *ret_result)
{
    importing im = {
        .options = options,
        .arena = arena,
        .step = oq_arena_open(1 << 20),
        .begun = oq_monotonic(),
        .result = {.file = oq_cstr(options->path), .first = OQ_TIME_NONE, .last = OQ_TIME_NONE}};
    oq_err *err = find_place(&im);
    if (!err && im.result.state != IMPORT_DONE_BEFORE)
        err = run(&im);
    if (err && !oq_err_is(err, "import.taken_over"))
        mark_failed(&im);
    im.result.seconds = (double)(oq_monotonic() - im.begun) / OQ_SECOND;
    oq_arena_close(im.step);
    *ret_result = im.result;
    return err;
}
