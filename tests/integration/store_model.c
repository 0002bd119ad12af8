#include "integration/store_model.h"

#include <math.h>

#include "historian/write.h"
#include "integration/store_look.sql.h"
#include "job/inner.h"

#include "base/banned.h"

/* --- the model ---------------------------------------------------------------------------------*/

void model_make(int32_t no_max, model *ret_model)
{
    *ret_model =
        (model){.series = calloc((size_t)no_max + 1, sizeof(model_series)), .no_max = no_max};
}

void model_drop(model *m)
{
    for (int32_t no = 1; no <= m->no_max; no++) {
        for (size_t i = 0; i < m->series[no].count; i++)
            free(m->series[no].moment[i].version);
        free(m->series[no].moment);
    }
    free(m->series);
    *m = (model){0};
}

static size_t find(const model_series *s, oq_us time)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->moment[middle].time < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static model_moment *moment_at(model_series *s, oq_us time)
{
    size_t at = find(s, time);
    if (at < s->count && s->moment[at].time == time)
        return &s->moment[at];
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 256;
        s->moment = realloc(s->moment, s->room * sizeof *s->moment);
    }
    memmove(s->moment + at + 1, s->moment + at, (s->count++ - at) * sizeof *s->moment);
    s->moment[at] = (model_moment){.time = time};
    return &s->moment[at];
}

const model_version *model_stands(const model_moment *m)
{
    return m->count && m->version[m->count - 1].until == INT64_MAX ? &m->version[m->count - 1]
                                                                   : NULL;
}

static bool is_same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

void model_write(model *m, int32_t no, oq_us time, double value, quality q, oq_us known)
{
    model_moment *at = moment_at(&m->series[no], time);
    const model_version *stands = model_stands(at);
    if (stands && is_same(stands->value, value) && stands->quality == q)
        return;
    if (stands)
        at->version[at->count - 1].until = known;
    at->version = realloc(at->version, (at->count + 1) * sizeof *at->version);
    at->version[at->count++] = (model_version){value, q, known, INT64_MAX};
}

void model_remove(model *m, int32_t no, oq_us from, oq_us to, oq_us at)
{
    model_series *s = &m->series[no];
    for (size_t i = find(s, from); i < s->count && s->moment[i].time < to; i++)
        if (model_stands(&s->moment[i]))
            s->moment[i].version[s->moment[i].count - 1].until = at;
}

void model_replace(model *m, int32_t no, oq_us from, oq_us to, const samples *with, oq_us at)
{
    model_series *s = &m->series[no];
    for (size_t i = find(s, from); i < s->count && s->moment[i].time < to; i++) {
        size_t k = samples_find(with, s->moment[i].time);
        bool is_there = k < with->count && with->time[k] == s->moment[i].time;
        if (!is_there && model_stands(&s->moment[i]))
            s->moment[i].version[s->moment[i].count - 1].until = at;
    }
    for (size_t k = 0; k < with->count; k++)
        model_write(m, no, with->time[k], with->value[k], samples_quality(with, k), at);
}

void model_forget(model *m, int32_t no, oq_us cutoff)
{
    model_series *s = &m->series[no];
    size_t gone = find(s, cutoff);
    for (size_t i = 0; i < gone; i++)
        free(s->moment[i].version);
    s->count -= gone;
    memmove(s->moment, s->moment + gone, s->count * sizeof *s->moment);
}

/* --- the tables --------------------------------------------------------------------------------*/

void store_reset(house *h, int32_t no_max, const char *kept)
{
    testdb_exec(h->db, "TRUNCATE series, series_counters, series_batches, series_chunks,"
                       " series_open, series_last, series_history, series_broken,"
                       " series_corrections, series_inputs, series_dirty, jobs, job_turns CASCADE");
    testdb_exec(h->db, oq_strf(h->arena,
                               "INSERT INTO series (tenant_id, no, id, key, metric, kind, source,"
                               " created_at, updated_at) SELECT"
                               " '0a000000-0000-0000-0000-000000000000', n, gen_random_uuid(),"
                               " 'S-' || n || '.value', 'value', 'measured', 'person', now(), now()"
                               " FROM generate_series(1, %d) AS n",
                               no_max)
                           .ptr);
    if (kept)
        testdb_exec(h->db, oq_strf(h->arena, "UPDATE series SET %s", kept).ptr);
}

void store_write(house *h, model *m, batch_row *row, size_t count, oq_us received_at)
{
    oq_mark mark = oq_arena_mark(h->arena);
    for (size_t i = 0; m && i < count; i++)
        model_write(m, row[i].series_no, row[i].time, row[i].value, row[i].quality, received_at);
    oq_clock_set(received_at);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_write(s, row, count, NULL));
    house_commit(s);
    oq_arena_rewind(h->arena, mark);
}

fold_done store_fold(house *h)
{
    fold_done all = {0}, one = {.more = true};
    while (one.more) {
        oq_mark mark = oq_arena_mark(h->arena);
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        CHECK_OK(hist_fold(s, &one));
        house_commit(s);
        oq_arena_rewind(h->arena, mark);
        all.batches += one.batches;
        all.samples += one.samples;
        all.series += one.series;
        all.chunks += one.chunks;
        all.rewritten += one.rewritten;
    }
    return all;
}

/* False: there is no job. */
static bool work(house *h, const char **ret_code)
{
    static const atomic_bool never_stopping;
    static const job_kind *const kinds[] = {hist_job_kinds, NULL};
    job_catalog catalog;
    job_catalog_fill(h->arena, kinds, &catalog);
    job_queue queue = {
        .pool = h->pool, .catalog = &catalog, .worker = OQ_STR("w1"), .lease = 60 * OQ_SECOND};
    bool found, settled;
    job_claimed claimed;
    oq_us next_at;
    job_run run;
    CHECK_OK(job_queue_claim(&queue, h->arena, &found, &claimed, &next_at));
    if (!found)
        return false;
    job_run_init(&run, &queue, h->arena, &claimed, &never_stopping);
    oq_err *err = job_run_execute(&run);
    CHECK_OK(job_queue_settle(&queue, h->arena, &claimed.try, err, run.result, &settled));
    CHECK("settled", settled);
    *ret_code = err ? err->code : NULL;
    return true;
}

const char *store_work(house *h)
{
    const char *code = NULL;
    CHECK("there is a job", work(h, &code));
    return code;
}

void store_idle(house *h)
{
    const char *code;
    CHECK("there is no job", !work(h, &code));
}

const char *store_job(house *h, const char *kind)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(job_add(s, &(job_order){.kind = kind, .run_at = OQ_TIME_NONE}, NULL));
    house_commit(s);
    return store_work(h);
}

/* --- one against the other ---------------------------------------------------------------------*/

/* What a row says of the samples it holds. */
static void check_row(const store_chunk *c, const samples *s)
{
    int64_t good = 0;
    double least = INFINITY, most = -INFINITY, sum = 0;
    oq_us known = INT64_MIN;
    for (size_t i = 0; i < s->count; i++) {
        known = s->known[i] > known ? s->known[i] : known;
        if (!quality_is_good(samples_quality(s, i)))
            continue;
        good++;
        sum += s->value[i];
        least = fmin(least, s->value[i]);
        most = fmax(most, s->value[i]);
    }
    size_t last = s->count - 1;
    CHECK("samples", c->samples == (int64_t)s->count && c->good == good);
    CHECK("times", c->time_first == s->time[0] && c->time_last == s->time[last]);
    CHECK("known", c->known_last <= known);
    CHECK("ends", is_same(c->value_first, s->value[0]) && is_same(c->value_last, s->value[last]));
    CHECK("quality", (quality)c->quality_last == samples_quality(s, last));
    if (good == 0) {
        CHECK("nothing good", isnan(c->value_min) && isnan(c->value_max) && isnan(c->value_sum));
        return;
    }
    CHECK("extremes", c->value_min == least && c->value_max == most);
    CHECK("sum", fabs(c->value_sum - sum) <= 1e-9 * (fabs(sum) + fabs(least) + fabs(most)));
}

static void put(samples *into, const samples *from)
{
    for (size_t i = 0; i < from->count; i++) {
        size_t at = into->count++;
        into->time[at] = from->time[i];
        into->value[at] = from->value[i];
        into->quality[at] = samples_quality(from, i);
        into->known[at] = from->known[i];
    }
}

static void take_chunk(house *h, const store_chunk *c, samples *into, bool is_checked)
{
    samples some;
    CHECK_OK(chunk_decode(h->arena, c->payload, true, &some));
    CHECK("in the order of time", into->count == 0 || into->time[into->count - 1] < some.time[0]);
    if (is_checked)
        check_row(c, &some);
    put(into, &some);
}

static samples read_all(house *h, int32_t no, bool is_checked, size_t *ret_chunks)
{
    sql_look_sealed_rows sealed;
    sql_look_open_rows open;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(sql_look_sealed(s, (sql_look_sealed_args){.series_no = no}, &sealed));
    CHECK_OK(sql_look_open(s, (sql_look_open_args){.series_no = no}, &open));
    oq_scope_close(s);
    size_t room = (sealed.count + 1) * CHUNK_SAMPLES_MAX;
    samples all = samples_make(h->arena, room, true, true);
    for (size_t i = 0; i < sealed.count; i++)
        take_chunk(h, &sealed.at[i], &all, is_checked);
    for (size_t i = 0; i < open.count; i++)
        take_chunk(h, &open.at[i], &all, is_checked);
    *ret_chunks = sealed.count;
    return all;
}

samples store_read(house *h, int32_t no, size_t *ret_chunks)
{
    return read_all(h, no, false, ret_chunks);
}

static void check_samples(house *h, const model_series *m, int32_t no, bool with_known)
{
    size_t chunks, at = 0;
    samples all = read_all(h, no, true, &chunks);
    for (size_t i = 0; i < m->count; i++) {
        const model_version *stands = model_stands(&m->moment[i]);
        if (!stands)
            continue;
        CHECK("not lost", at < all.count && all.time[at] == m->moment[i].time);
        CHECK("value", is_same(all.value[at], stands->value));
        CHECK("quality", all.quality[at] == stands->quality);
        CHECK("never known too early", all.known[at] >= stands->known);
        CHECK("known", !with_known || all.known[at] == stands->known);
        at++;
    }
    CHECK("nothing else", at == all.count);
}

static void check_last(house *h, const model_series *m, int32_t no)
{
    const model_moment *newest = NULL;
    for (size_t i = 0; i < m->count; i++)
        if (model_stands(&m->moment[i]))
            newest = &m->moment[i];
    sql_look_last_rows rows;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(sql_look_last(s, (sql_look_last_args){.series_no = no}, &rows));
    oq_scope_close(s);
    CHECK("one newest", rows.count == (newest != NULL));
    if (!newest)
        return;
    const model_version *stands = model_stands(newest);
    CHECK("newest", rows.at[0].time == newest->time && is_same(rows.at[0].value, stands->value) &&
                        (quality)rows.at[0].quality == stands->quality);
}

/* A version ends when it was replaced, and not before it is known, as the stored form says it. */
static bool is_end(const model_version *v, oq_us superseded_at, oq_us known)
{
    return superseded_at == v->until || (superseded_at > v->until && superseded_at <= known);
}

/* Every version that was replaced stands in the history, and nothing else. */
static void check_history(house *h, const model_series *m, int32_t no, bool with_known)
{
    sql_look_history_rows rows;
    size_t found = 0, wanted = 0;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(sql_look_history(s, (sql_look_history_args){.series_no = no}, &rows));
    oq_scope_close(s);
    for (size_t k = 0; k < rows.count; k++) {
        samples old;
        CHECK_OK(chunk_decode(h->arena, rows.at[k].payload, true, &old));
        CHECK("row", rows.at[k].samples == (int64_t)old.count &&
                         rows.at[k].time_first == old.time[0] &&
                         rows.at[k].time_last == old.time[old.count - 1]);
        found += old.count;
        for (size_t i = 0; i < old.count; i++) {
            const model_moment *moment = &m->moment[find(m, old.time[i])];
            size_t v = 0;
            while (v < moment->count &&
                   !(is_end(&moment->version[v], rows.at[k].superseded_at, old.known[i]) &&
                     is_same(moment->version[v].value, old.value[i]) &&
                     moment->version[v].quality == samples_quality(&old, i) &&
                     (!with_known || moment->version[v].known == old.known[i])))
                v++;
            CHECK("a version that was replaced then", v < moment->count);
        }
    }
    for (size_t i = 0; i < m->count; i++)
        wanted += m->moment[i].count - (model_stands(&m->moment[i]) != NULL);
    CHECK("all versions", found == wanted);
}

void store_check(house *h, const model *m, bool with_known)
{
    CHECK("no batch is left", testdb_number(h->db, "SELECT count(*) FROM series_batches") == 0);
    for (int32_t no = 1; no <= m->no_max; no++) {
        oq_mark mark = oq_arena_mark(h->arena);
        check_samples(h, &m->series[no], no, with_known);
        check_last(h, &m->series[no], no);
        check_history(h, &m->series[no], no, with_known);
        oq_arena_rewind(h->arena, mark);
    }
}
