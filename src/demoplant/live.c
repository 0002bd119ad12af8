/* The readings, written as the instruments would have given them. */
#include "demoplant/demoplant.h"

#include "demoplant/first.h"
#include "demoplant/model.h"
#include "historian/read.h"
#include "historian/write.h"

#include "demoplant.sql.h"

#include "base/banned.h"

enum { ROWS_PER_SLICE = 400000 };
#define EVERY        DEMO_STEP
#define RECORD       (3 * 365 * OQ_DAY) /* of work, before the first reading */
#define RECORD_PIECE (120 * OQ_DAY)

typedef struct generator {
    oq_scope *s;
    oq_arena *arena;
    oq_uuid integration_id;
    const demo_site *site;
    demo_clock clock;
    oq_us history; /* how far back it reaches */
    sql_demo_tags_rows tags;
} generator;

static oq_err *find_generator(oq_scope *s, generator *g)
{
    sql_demo_integration_rows found;
    *g = (generator){.s = s, .arena = oq_scope_arena(s)};
    OQ_TRY(sql_demo_integration(s, &found));
    if (found.count == 0)
        return NULL;
    g->integration_id = found.at[0].id;
    for (const demo_site *d = demo_sites; d->code; d++)
        if (oq_str_eq(found.at[0].code, oq_cstr(d->tenant)))
            g->site = d;
    int64_t days = found.at[0].days;
    bool is_told = days != OQ_I64_NONE && days > 0 && days <= DEMO_DAYS_MAX;
    g->history = (is_told ? days : DEMO_DAYS) * OQ_DAY;
    g->clock.seed = (uint64_t)found.at[0].seed;
    if (!oq_time_parse(found.at[0].epoch, &g->clock.epoch))
        g->site = NULL;
    if (g->site)
        OQ_TRY(sql_demo_tags(s, (sql_demo_tags_args){.integration_id = found.at[0].id}, &g->tags));
    return NULL;
}

/* Every slice is one batch of all signals, so the newest reading of any of them tells how far it
 * came; a signal that was mapped later begins with the others' next slice. */
static oq_err *find_position(const generator *g, oq_us now, oq_us *ret_from)
{
    int32_t *no = oq_new_n(g->arena, int32_t, g->tags.count);
    hist_last *last = oq_new_n(g->arena, hist_last, g->tags.count);
    for (size_t i = 0; i < g->tags.count; i++)
        no[i] = (int32_t)g->tags.at[i].series_no;
    OQ_TRY(hist_last_values(g->s, no, g->tags.count, last));
    oq_us newest = OQ_TIME_NONE;
    for (size_t i = 0; i < g->tags.count; i++)
        if (last[i].time > newest)
            newest = last[i].time;
    oq_us begin = (now - g->history) / OQ_DAY * OQ_DAY;
    *ret_from = newest == OQ_TIME_NONE ? begin : newest + 1;
    return NULL;
}

static const demo_signal *find_signal(const generator *g, size_t tag, size_t *ret_asset)
{
    for (size_t a = 0; g->site->assets[a].code; a++) {
        const demo_asset *asset = &g->site->assets[a];
        if (!oq_str_eq(g->tags.at[tag].asset_code, oq_cstr(asset->code)))
            continue;
        for (const demo_signal *signal = asset->of->signal; signal->metric; signal++) {
            oq_str name = oq_strf(g->arena, "PI:%s.%s", asset->code, signal->mapped);
            *ret_asset = a;
            if (oq_str_eq(g->tags.at[tag].external_tag, name))
                return signal;
        }
    }
    return NULL;
}

static size_t put_readings(const generator *g, size_t tag, oq_us from, oq_us to, oq_us step,
                           batch_row *row)
{
    size_t asset = 0;
    const demo_signal *signal = find_signal(g, tag, &asset);
    if (!signal)
        return 0;
    oq_mark mark = oq_arena_mark(g->arena);
    samples r = demo_readings(g->arena, g->site, asset, signal, g->clock, from, to, step);
    for (size_t i = 0; i < r.count; i++)
        row[i] = (batch_row){.time = r.time[i],
                             .value = r.value[i] * g->tags.at[tag].scaling_factor +
                                      g->tags.at[tag].offset_value,
                             .series_no = (int32_t)g->tags.at[tag].series_no,
                             .quality = r.quality[i]};
    size_t count = r.count;
    oq_arena_rewind(g->arena, mark);
    return count;
}

/* Before the demo was set up people mended what broke, and some of it in time; they wrote it down.
 * What breaks afterwards is the black box's to find. */
static oq_err *put_order(const generator *g, oq_uuid asset_id, oq_str asset_code,
                         const demo_fault *f)
{
    if (!f->kind->mode || f->ends > g->clock.epoch)
        return NULL;
    bool has_failed = f->fails != OQ_TIME_NONE;
    oq_us started = has_failed ? f->fails : f->rests;
    oq_str id =
        oq_strf(g->arena, "%.*s-%lld", OQ_FMT(asset_code), (long long)(f->begins / OQ_MINUTE));
    return sql_demo_order_add(
        g->s,
        (sql_demo_order_add_args){.id = oq_uuid_new(oq_now(g->s)),
                                  .asset_id = asset_id,
                                  .number = oq_strf(g->arena, "D-%.*s", OQ_FMT(id)),
                                  .source_id = id,
                                  .mode = oq_cstr(f->kind->mode),
                                  .kind = has_failed ? OQ_STR("corrective") : OQ_STR("predictive"),
                                  .started = started,
                                  .finished = f->ends},
        NULL);
}

/* The record of work goes back further than that of the signals, as it does in real plants. */
static oq_err *put_old_orders(const generator *g, oq_us until)
{
    demo_faults *faults = oq_new(g->arena, demo_faults);
    oq_uuid seen = OQ_UUID_ZERO;
    for (size_t i = 0; i < g->tags.count; i++) {
        size_t asset;
        if (oq_uuid_eq(g->tags.at[i].asset_id, seen) || !find_signal(g, i, &asset))
            continue;
        seen = g->tags.at[i].asset_id;
        for (oq_us from = until - RECORD; from < until; from += RECORD_PIECE) {
            demo_faults_of(g->site, asset, g->clock.seed, g->clock.epoch, from,
                           from + RECORD_PIECE < until ? from + RECORD_PIECE : until, faults);
            for (size_t k = 0; k < faults->count; k++)
                if (faults->at[k].ends <= until)
                    OQ_TRY(put_order(g, seen, g->tags.at[i].asset_code, &faults->at[k]));
        }
    }
    return NULL;
}

/* The truth, as far as it has begun. */
static oq_err *put_faults(const generator *g, oq_us from, oq_us to)
{
    demo_faults *faults = oq_new(g->arena, demo_faults);
    oq_uuid seen = OQ_UUID_ZERO;
    for (size_t i = 0; i < g->tags.count; i++) {
        size_t asset;
        if (oq_uuid_eq(g->tags.at[i].asset_id, seen) || !find_signal(g, i, &asset))
            continue;
        seen = g->tags.at[i].asset_id;
        demo_faults_of(g->site, asset, g->clock.seed, g->clock.epoch, from, to, faults);
        for (size_t k = 0; k < faults->count; k++) {
            const demo_fault *f = &faults->at[k];
            if (f->begins >= to)
                continue;
            OQ_TRY(sql_demo_fault_add(g->s,
                                      (sql_demo_fault_add_args){.id = oq_uuid_new(oq_now(g->s)),
                                                                .asset_id = seen,
                                                                .kind = oq_cstr(f->kind->code),
                                                                .metric = oq_cstr(f->metric),
                                                                .begins_at = f->begins,
                                                                .fails_at = f->fails,
                                                                .ends_at = f->ends,
                                                                .severity = f->severity},
                                      NULL));
            if (f->ends <= to)
                OQ_TRY(put_order(g, seen, g->tags.at[i].asset_code, f));
        }
    }
    return NULL;
}

/* Readings stand at multiples of their step, each minute of the past, every few seconds of the
 * newest day; a slice does not cross from one to the other. */
static void choose_slice(const generator *g, oq_us from, oq_us now, size_t rows_max,
                         oq_us *ret_from, oq_us *ret_to, oq_us *ret_step)
{
    oq_us fine = (now - DEMO_RECENT) / OQ_MINUTE * OQ_MINUTE;
    oq_us next_old = (from + DEMO_STEP_OLD - 1) / DEMO_STEP_OLD * DEMO_STEP_OLD;
    oq_us step = next_old < fine ? DEMO_STEP_OLD : DEMO_STEP;
    oq_us begin = (from + step - 1) / step * step;
    oq_us steps = (oq_us)(rows_max / g->tags.count);
    oq_us end = begin + (steps > 0 ? steps : 1) * step;
    oq_us limit = next_old < fine ? fine : now + 1;
    *ret_from = begin;
    *ret_to = end < limit ? end : limit;
    *ret_step = step;
}

oq_err *demo_write_slice(oq_scope *s, size_t rows_max, demo_written *ret_written)
{
    generator g;
    *ret_written = (demo_written){.until = OQ_TIME_NONE};
    OQ_TRY(find_generator(s, &g));
    if (!g.site || g.tags.count == 0)
        return NULL;
    oq_us now = oq_now(s), from, to, step;
    OQ_TRY(find_position(&g, now, &from));
    if (from <= now - g.history + OQ_MINUTE)
        OQ_TRY(put_old_orders(&g, from));
    choose_slice(&g, from, now, rows_max, &from, &to, &step);
    size_t per_tag = to > from ? (size_t)((to - from + step - 1) / step) : 0, count = 0;
    batch_row *row = oq_new_n(g.arena, batch_row, per_tag * g.tags.count + 1);
    for (size_t i = 0; per_tag && i < g.tags.count; i++)
        count += put_readings(&g, i, from, to, step, row + count);
    size_t stored = 0;
    if (count) {
        OQ_TRY(hist_write(s, row, count, &stored));
        OQ_TRY(put_faults(&g, from, to));
    }
    *ret_written = (demo_written){.samples = (int64_t)stored,
                                  .until = to,
                                  .more = to <= now && count,
                                  .share = 1 - (double)(now - to) / (double)g.history};
    return NULL;
}

/* The next run; while there is nothing to write for, seldom. It comes last in its transaction, as
 * job_add asks for. */
static oq_err *go_on(oq_scope *s, bool is_alive)
{
    if (is_alive)
        OQ_TRY(demo_score_first(s));
    return demo_start(s, oq_now(s) + (is_alive ? EVERY : OQ_MINUTE));
}

static oq_err *write_one(job_run *run, demo_written *written)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = demo_write_slice(s, ROWS_PER_SLICE, written);
    if (!err)
        err = written->more ? demo_hold_scores(s) : go_on(s, written->until != OQ_TIME_NONE);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

static oq_err *run_readings(job_run *run)
{
    demo_written written = {.more = true};
    while (written.more) {
        oq_mark mark = oq_arena_mark(job_arena(run));
        OQ_TRY(write_one(run, &written));
        oq_arena_rewind(job_arena(run), mark);
        OQ_TRY(job_checkpoint(run, written.share, OQ_NONE));
    }
    return written.until == OQ_TIME_NONE ? NULL : demo_plan_first(run);
}

/* --- started again ------------------------------------------------------------------------------*/

oq_err *demo_start_story(oq_scope *s)
{
    generator g;
    oq_us now = oq_now(s), from;
    OQ_TRY(find_generator(s, &g));
    if (!g.site || g.tags.count == 0)
        return NULL;
    OQ_TRY(find_position(&g, now, &from));
    bool is_first = from <= now - g.history + OQ_MINUTE;
    if (is_first || now - from < DEMO_STORY_WEAR)
        return NULL;
    return sql_demo_epoch_set(s,
                              (sql_demo_epoch_set_args){.integration_id = g.integration_id,
                                                        .epoch = oq_time_text(g.arena, now)},
                              NULL);
}

oq_err *demo_start(oq_scope *s, oq_us at)
{
    return job_add(
        s,
        &(job_order){
            .kind = "demo.readings", .key = OQ_STR("readings"), .is_unique = true, .run_at = at},
        NULL);
}

const job_kind demoplant_job_kinds[] = {
    {.name = "demo.readings",
     .run = run_readings,
     .lane = JOB_PER_TENANT,
     .is_routine = true,
     .limit_s = 1800},
    {0},
};
