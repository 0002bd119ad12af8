#include "integration/calc_house.h"

#include <math.h>

#include "historian/calc_inner.h"
#include "historian/write.h"

#include "base/banned.h"

int calc_house_reset(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE series, series_counters, series_batches, series_chunks,"
                       " series_open, series_last, series_history, series_inputs, series_dirty,"
                       " series_calc_failures"
                       " CASCADE");
    house_reset(state);
    oq_clock_set(CALC_NOW);
    return 0;
}

/* --- series ------------------------------------------------------------------------------------*/

series_order calc_house_order(house *h, const char *key, const char *in_unit,
                              const char *expression, const char *more)
{
    series_order o;
    OQ_AUTO(oq_buf) out = oq_buf_make(4000);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, text, "key", oq_cstr(key));
    oq_json_put(&j, text, "metric", OQ_STR("m"));
    oq_json_put(&j, text, "unit", oq_cstr(in_unit));
    if (expression) {
        oq_json_put(&j, text, "kind", OQ_STR("calculated"));
        oq_json_put(&j, text, "expression", oq_cstr(expression));
    }
    oq_str json = oq_strf(h->arena, "%.*s%s}", OQ_FMT(oq_buf_view(&out)), more ? more : "");
    CHECK_OK(oq_fields_read_json(h->arena, series_order_fields, json, &o));
    return o;
}

static oq_err *create(house *h, const series_order *o, series **ret_series)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    oq_err *err = series_create(s, o, ret_series);
    if (err)
        oq_scope_close(s);
    else
        house_commit(s);
    return err;
}

series *calc_house_series(house *h, const char *key, const char *in_unit, const char *more)
{
    series *made = NULL;
    series_order o = calc_house_order(h, key, in_unit, NULL, more);
    CHECK_CODE(key, create(h, &o, &made), NULL);
    return made;
}

series *calc_house_calculated(house *h, const char *key, const char *in_unit,
                              const char *expression)
{
    series *made = NULL;
    series_order o = calc_house_order(h, key, in_unit, expression, NULL);
    CHECK_CODE(expression, create(h, &o, &made), NULL);
    return made;
}

oq_err *calc_house_refused(house *h, const char *key, const char *in_unit, const char *expression)
{
    series *made = NULL;
    series_order o = calc_house_order(h, key, in_unit, expression, NULL);
    oq_err *err = create(h, &o, &made);
    CHECK(expression, err && !made);
    return err;
}

/* --- samples -----------------------------------------------------------------------------------*/

static oq_us time_of(double at_s)
{
    return CALC_NOW + (oq_us)llround(at_s * OQ_SECOND);
}

void calc_house_write(house *h, const series *e, const point *p, size_t count)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    batch_row *row = oq_new_n(h->arena, batch_row, count);
    for (size_t i = 0; i < count; i++)
        row[i] = (batch_row){time_of(p[i].at_s), p[i].value, (int32_t)e->no, p[i].quality};
    CHECK_OK(hist_write(s, row, count, NULL));
    house_commit(s);
}

samples calc_house_read(house *h, const series *e)
{
    hist_points p;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    hist_span all = {SAMPLE_TIME_MIN, CALC_NOW + OQ_DAY, OQ_TIME_NONE};
    CHECK_OK(hist_read(s, (int32_t)e->no, all, HIST_POINTS_MAX, false, false, &p));
    oq_scope_close(s);
    return p.samples;
}

void calc_house_expect(const char *label, house *h, const series *e, const point *p, size_t count)
{
    samples got = calc_house_read(h, e);
    for (size_t i = 0; i < count && i < got.count; i++) {
        bool is_same = (isnan(p[i].value) && isnan(got.value[i])) ||
                       fabs(p[i].value - got.value[i]) <= 1e-9 * fmax(1, fabs(p[i].value));
        if (got.time[i] != time_of(p[i].at_s) || !is_same ||
            samples_quality(&got, i) != p[i].quality)
            fail_msg("%s, %zu: wanted %g s %g %08x, got %g s %g %08x", label, i, p[i].at_s,
                     p[i].value, p[i].quality, (double)(got.time[i] - CALC_NOW) / OQ_SECOND,
                     got.value[i], samples_quality(&got, i));
    }
    if (got.count != count)
        fail_msg("%s: wanted %zu samples, got %zu", label, count, got.count);
}

int64_t calc_house_rewritten(house *h, const series *e)
{
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT coalesce(sum(samples), 0) FROM series_history WHERE series_no"
             " = %lld",
             (long long)e->no);
    return testdb_number(h->db, sql);
}

/* --- the job -----------------------------------------------------------------------------------*/

static oq_err *open_scope(void *self, oq_scope **ret_scope)
{
    *ret_scope = house_scope(self, ADMIN_A, OQ_WRITE);
    return NULL;
}

static oq_err *no_checkpoint(void *self, double progress, oq_str note)
{
    CHECK("progress", isnan(progress) || (progress >= 0 && progress <= 1));
    return NULL;
}

void calc_house_run(house *h)
{
    CHECK_OK(calc_all(&(calc_host){h, h->arena, open_scope, no_checkpoint}));
}
