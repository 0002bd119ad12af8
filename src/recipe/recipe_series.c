/* Steps that write samples. Series are called "<asset>.<metric>" and made where they are missing;
 * what the class of the asset says of the metric (name, unit, state) holds for them. */
#include <math.h>

#include "base/secret.h"
#include "historian/series.h"
#include "historian/write.h"
#include "quant/unit.h"
#include "recipe/recipe_file.h"
#include "recipe/recipe_inner.h"

typedef struct recipe_import {
    oq_uuid id;
    oq_str status;
    int64_t line, samples, refused;
} recipe_import;
static const oq_field recipe_import_fields[] = {
    OQ_UUID(recipe_import, id),     OQ_TEXT(recipe_import, status), OQ_I64(recipe_import, line),
    OQ_I64(recipe_import, samples), OQ_I64(recipe_import, refused), OQ_FIELDS_END,
};

#include "recipe.sql.h"

#include "base/banned.h"

enum { SLICE = 100000 };

typedef struct series_run {
    recipe_run_state *run;
    oq_arena *arena;  /* of the file */
    recipe_map place; /* of a key in the two lists */
    series_name *name;
    int32_t *no; /* 0: not asked for yet */
    size_t names, asked, room;
    batch_row *row; /* of the slice; series_no is the place in the lists, from 1 */
    size_t rows;
    int64_t taken;   /* rows of data, all of them */
    int64_t refused; /* of the step, before this file */
    oq_us latest;    /* that a sample may have */
    recipe_import import;
} series_run;

/* --- series -------------------------------------------------------------------------------------*/

static void grow(series_run *w)
{
    size_t room = w->room ? 2 * w->room : 256;
    series_name *name = oq_new_n(w->arena, series_name, room);
    int32_t *no = oq_new_n(w->arena, int32_t, room);
    if (w->names) {
        memcpy(name, w->name, w->names * sizeof *name);
        memcpy(no, w->no, w->names * sizeof *no);
    }
    w->name = name;
    w->no = no;
    w->room = room;
}

static oq_err *check_name(const series_name *name)
{
    unit parsed;
    if (!series_key_ok(name->key) || !name->asset_code.len || !name->metric.len ||
        name->metric.len > SERIES_METRIC_MAX)
        return oq_fail(OQ_INVALID, "recipe.series_key", "key=%.*s",
                       OQ_FMT(oq_str_sub(name->key, 0, 200)));
    return name->unit.len ? unit_parse(name->unit, &parsed) : NULL;
}

/* The place of a signal's series in the lists, from 1. */
static oq_err *place_of(series_run *w, const recipe_signal *g, const oq_str *cell, int32_t *ret)
{
    oq_arena *arena = w->run->arena;
    oq_str code, metric, unit_given = OQ_NONE;
    int64_t at;
    OQ_TRY(recipe_value_fill(arena, &g->asset, cell, &code));
    OQ_TRY(recipe_value_fill(arena, &g->metric, cell, &metric));
    oq_str key = series_key(arena, code, metric);
    if (!recipe_map_find(&w->place, key, &at)) {
        OQ_TRY(recipe_value_fill(arena, &g->unit, cell, &unit_given));
        series_name name = {key, code, metric, unit_given};
        OQ_TRY(check_name(&name));
        if (w->names == w->room)
            grow(w);
        at = (int64_t)w->names;
        recipe_map_put(&w->place, key, at);
        w->name[w->names++] = (series_name){
            oq_str_copy(w->arena, key), oq_str_copy(w->arena, code), oq_str_copy(w->arena, metric),
            unit_given.len ? oq_str_copy(w->arena, unit_given) : OQ_NONE};
    }
    *ret = (int32_t)at + 1;
    return NULL;
}

/* Nobody writes into what is calculated, or into what was closed. */
static oq_err *check_open(oq_scope *s, oq_str key)
{
    series *found;
    OQ_TRY(series_find_by_key(s, key, &found));
    if (!found)
        return oq_fail(OQ_INVALID, "recipe.series_limit", "key=%.*s", OQ_FMT(key));
    if (found->kind == SERIES_CALCULATED || !found->is_active)
        return oq_fail(OQ_INVALID, "recipe.series_closed", "key=%.*s", OQ_FMT(key));
    return NULL;
}

static oq_err *resolve(series_run *w, oq_scope *s)
{
    size_t created, count = w->names - w->asked;
    if (!count)
        return NULL;
    OQ_TRY(series_resolve(s, &w->name[w->asked], count, true, OQ_STR("recipe"), &w->no[w->asked],
                          &created));
    if (created < count)
        for (size_t i = w->asked; i < w->names; i++)
            OQ_TRY(check_open(s, w->name[i].key));
    w->asked = w->names;
    w->run->counts->added += (int64_t)created;
    return NULL;
}

/* --- values -------------------------------------------------------------------------------------*/

static bool read_value(oq_str text, double *ret)
{
    bool truth;
    if (oq_parse_f64(text, ret))
        return true;
    if (!oq_str_eq_ascii_nocase(text, OQ_STR("true")) &&
        !oq_str_eq_ascii_nocase(text, OQ_STR("false")))
        return false;
    truth = text.len == 4;
    *ret = truth;
    return true;
}

static oq_err *take_time(series_run *w, const recipe_row *row, oq_us *ret)
{
    const recipe_step *step = w->run->step;
    if (step->time.shape == SHAPE_NOTHING)
        *ret = step->time_from + (w->taken - 1) * step->time_step;
    else
        OQ_TRY(recipe_time_fill(w->run->arena, step, &step->time, row->cell, ret));
    if (*ret == OQ_TIME_NONE)
        return oq_fail_field("time", "recipe.missing");
    if (*ret >= SAMPLE_TIME_MIN && *ret <= w->latest)
        return NULL;
    char text[OQ_TIME_TEXT_MAX];
    size_t len = oq_time_format(*ret, text);
    return oq_fail(OQ_INVALID, "sample.time_out_of_range", "time=%.*s", (int)len, text);
}

static oq_err *take_sample(series_run *w, const recipe_signal *g, const recipe_row *row, oq_us at)
{
    oq_str text;
    double value;
    int32_t place;
    OQ_TRY(recipe_value_fill(w->run->arena, &g->value, row->cell, &text));
    if (!text.len)
        return NULL; /* nothing was measured */
    if (!read_value(text, &value))
        return oq_fail_field(g->value.text.part[0].text.ptr, "recipe.number", "text=%.*s",
                             OQ_FMT(oq_str_sub(text, 0, 80)));
    OQ_TRY(place_of(w, g, row->cell, &place));
    w->row[w->rows++] = (batch_row){.time = at, .value = value, .series_no = place};
    return NULL;
}

/* One value that is wrong does not lose the others of its row. */
static oq_err *take_row(series_run *w, const recipe_row *row)
{
    oq_us at;
    oq_err *err = take_time(w, row, &at);
    if (err) {
        recipe_refuse(w->run, row->line, err);
        return NULL;
    }
    for (size_t i = 0; i < w->run->step->signal_count; i++) {
        err = take_sample(w, &w->run->step->signal[i], row, at);
        if (err && err->kind != OQ_INVALID)
            return err;
        if (err)
            recipe_refuse(w->run, row->line, err);
    }
    return NULL;
}

/* --- slices -------------------------------------------------------------------------------------*/

static oq_err *note(series_run *w, oq_scope *s, const char *status)
{
    return sql_recipe_import_note(
        s,
        (sql_recipe_import_note_args){.id = w->import.id,
                                      .status = oq_cstr(status),
                                      .line = w->taken,
                                      .samples = w->import.samples,
                                      .refused =
                                          w->import.refused + w->run->counts->refused - w->refused,
                                      .now = oq_now(s)},
        NULL);
}

/* Samples and how far the file is read are one commit. */
static oq_err *store(series_run *w, const char *status, size_t *ret_stored)
{
    oq_scope *s;
    OQ_TRY(recipe_unit(w->run, &s));
    OQ_TRY(resolve(w, s));
    for (size_t i = 0; i < w->rows; i++)
        w->row[i].series_no = w->no[w->row[i].series_no - 1];
    if (w->rows)
        OQ_TRY(hist_write(s, w->row, w->rows, ret_stored));
    w->import.samples += (int64_t)*ret_stored;
    OQ_TRY(note(w, s, status));
    return recipe_unit_end(w->run);
}

/* What would be made of series. */
static oq_err *count_new(series_run *w)
{
    oq_scope *s;
    OQ_TRY(recipe_unit(w->run, &s));
    for (; w->asked < w->names; w->asked++) {
        series *found;
        OQ_TRY(series_find_by_key(s, w->name[w->asked].key, &found));
        w->run->counts->added += !found;
    }
    return NULL;
}

static oq_err *end_slice(series_run *w, const char *status)
{
    size_t stored = w->rows;
    OQ_TRY(w->run->order->dry_run ? count_new(w) : store(w, status, &stored));
    w->run->counts->samples += (int64_t)stored;
    w->rows = 0;
    recipe_tell(w->run);
    return NULL;
}

static oq_err *run_rows(series_run *w)
{
    recipe_row row;
    for (bool is_row = true;;) {
        oq_mark mark = oq_arena_mark(w->run->arena);
        OQ_TRY(recipe_next(w->run, &row, &is_row));
        if (!is_row)
            return end_slice(w, "done");
        if (++w->taken <= w->import.line)
            continue; /* stored before */
        OQ_TRY(take_row(w, &row));
        oq_arena_rewind(w->run->arena, mark);
        if (w->rows + w->run->step->signal_count > SLICE)
            OQ_TRY(end_slice(w, "running"));
    }
}

/* --- how far it was read before -----------------------------------------------------------------*/

/* Of the step as it was written, and of the bytes of the file. */
static oq_err *fingerprint(series_run *w, oq_str *ret)
{
    recipe_run_state *run = w->run;
    oq_str name = recipe_source_name(run->source), content = name;
    uint8_t sum[OQ_DIGEST];
    if (run->step->file.len)
        OQ_TRY(recipe_file_digest(w->arena, run->order->data, name, &content));
    oq_digest(oq_strf(w->arena, "%.*s\n%.*s\n%.*s", OQ_FMT(content), OQ_FMT(name),
                      OQ_FMT(run->step->text)),
              sum);
    *ret = oq_hex(w->arena, sum, sizeof sum);
    return NULL;
}

static oq_err *find_import(series_run *w, bool *ret_is_done)
{
    oq_scope *s;
    oq_str print;
    sql_recipe_import_find_rows found;
    OQ_TRY(fingerprint(w, &print));
    OQ_TRY(recipe_unit(w->run, &s));
    OQ_TRY(sql_recipe_import_find(s, (sql_recipe_import_find_args){.fingerprint = print}, &found));
    w->latest = oq_now(s) + SAMPLE_TIME_AHEAD;
    *ret_is_done = found.count && oq_str_eq(found.at[0].status, OQ_STR("done"));
    if (found.count) {
        w->import = found.at[0];
    } else if (!w->run->order->dry_run) {
        w->import = (recipe_import){.id = oq_uuid_new(oq_now(s))};
        OQ_TRY(sql_recipe_import_add(
            s,
            (sql_recipe_import_add_args){.id = w->import.id,
                                         .name = recipe_source_name(w->run->source),
                                         .fingerprint = print,
                                         .now = oq_now(s)},
            NULL));
    }
    return recipe_unit_end(w->run);
}

static oq_err *run_file(series_run *w)
{
    bool is_done;
    OQ_TRY(find_import(w, &is_done));
    w->run->counts->files_known += is_done;
    if (is_done) {
        w->run->counts->same += w->import.samples;
        return NULL;
    }
    w->row = oq_new_n(w->arena, batch_row, SLICE + w->run->step->signal_count);
    return run_rows(w);
}

oq_err *recipe_run_series(recipe_run_state *run)
{
    oq_arena *arena = oq_arena_open(0);
    series_run w = {
        .run = run, .arena = arena, .place = {.arena = arena}, .refused = run->counts->refused};
    oq_err *err = run_file(&w);
    oq_arena_close(arena);
    return err;
}
