#include "quant/anomaly_inner.h"
#include "quant/model_bytes.h"

#include "base/banned.h"

enum { FORM = 1, BYTES_MAX = 4 * 1024 * 1024, LIST_MAX = 10000 };

/* --- writing -------------------------------------------------------------------------------------*/

static void put_tail(oq_buf *to, const tail *t)
{
    for (int k = 0; k < TAIL_BODY; k++)
        model_put_f64(to, t->body[k]);
    model_put_f64(to, t->threshold);
    model_put_f64(to, t->above);
    model_put_f64(to, t->scale);
    model_put_f64(to, t->shape);
    model_put_f64(to, t->begins);
    model_put_f64(to, t->least);
}

/* +inf: a member that is never looked at, as 0. */
static void put_limit(oq_buf *to, double limit)
{
    model_put_f64(to, isfinite(limit) ? limit : 0);
}

static void put_parts(oq_buf *to, const anomaly_parts *p)
{
    model_put_f64(to, p->rows);
    for (size_t k = 0; k < p->columns; k++) {
        const season *s = &p->season[k];
        model_put_count(to, s->rhythm);
        model_put_f64(to, s->overall);
        for (size_t i = 0; i < s->bins; i++) {
            model_put_f32(to, s->level[i]);
            model_put_f32(to, s->scale[i]);
        }
        model_put_f64(to, p->forecast[k].level);
        model_put_f64(to, p->forecast[k].trend);
        model_put_f64(to, p->forecast[k].scale);
        model_put_f64(to, p->independent[k]);
    }
    model_put_count(to, p->relation != NULL);
    if (p->relation)
        mspc_encode(p->relation, to);
}

static void put_about(oq_buf *to, const anomaly_model *m)
{
    const anomaly_about *a = &m->about;
    model_put_i64(to, a->from);
    model_put_i64(to, a->to);
    model_put_i64(to, a->step);
    model_put_i64(to, a->reach);
    model_put_i64(to, m->utc_offset);
    model_put_f64(to, a->budget_per_day);
    model_put_count(to, a->rows);
    model_put_count(to, a->signals);
    model_put_count(to, a->needs);
    for (size_t i = 0; i < a->needs; i++) {
        model_put_count(to, (uint64_t)a->need[i].lack);
        model_put_count(to, a->need[i].signal);
        model_put_f64(to, a->need[i].got);
        model_put_f64(to, a->need[i].wanted);
    }
    for (size_t i = 0; i < a->signals; i++) {
        const anomaly_norm *n = &m->norm[i];
        model_put_count(to, (uint64_t)n->takes_part | (uint64_t)n->is_state << 1 |
                                (uint64_t)n->is_constant << 2);
        model_put_f64(to, n->constant);
        model_put_f64(to, n->silence_s);
        model_put_f64(to, n->run);
    }
}

oq_str anomaly_encode(oq_arena *arena, const anomaly_model *m)
{
    oq_buf to = oq_buf_make(BYTES_MAX);
    oq_buf_char(&to, FORM);
    put_about(&to, m);
    if (m->about.taking_part) {
        put_parts(&to, &m->parts);
        for (size_t k = 0; k < anomaly_members(m->parts.columns); k++)
            put_limit(&to, m->limit[k]);
        for (int k = 0; k < GROUPS; k++)
            put_tail(&to, &m->group[k]);
        put_tail(&to, &m->total);
    }
    assert(!to.overflow); /* 64 signals, 256 columns with their lags: 0.4 MB */
    oq_str bytes = oq_str_copy(arena, oq_buf_view(&to));
    oq_buf_drop(&to);
    return bytes;
}

/* --- reading -------------------------------------------------------------------------------------*/

/* Of what is 0 or more, and at most `most`. */
static double take_within(byte_reader *in, double most)
{
    double value = model_take_f64(in);
    in->is_broken |= !(value >= 0 && value <= most);
    return in->is_broken ? 0 : value;
}

static void take_tail(byte_reader *in, tail *t)
{
    for (int k = 0; k < TAIL_BODY; k++)
        t->body[k] = model_take_f64(in);
    t->threshold = model_take_f64(in);
    t->above = take_within(in, 1);
    t->scale = take_within(in, INFINITY);
    t->shape = take_within(in, 1);
    t->begins = take_within(in, 1);
    t->least = take_within(in, 1);
    for (int k = 1; k < TAIL_BODY; k++)
        in->is_broken |= t->body[k] < t->body[k - 1];
    in->is_broken |= t->threshold < t->body[TAIL_BODY - 1] && t->above < 1;
    in->is_broken |= !(t->above > 0 && t->begins > 0 && t->least > 0);
}

static void take_season(oq_arena *arena, byte_reader *in, oq_us utc_offset, season *s)
{
    s->rhythm = (season_rhythm)model_take_count(in, SEASON_WEEK);
    s->utc_offset = utc_offset;
    s->overall = take_within(in, INFINITY);
    s->bins = season_bins(s->rhythm);
    s->level = oq_new_n(arena, float, s->bins);
    s->scale = oq_new_n(arena, float, s->bins);
    for (size_t i = 0; i < s->bins; i++) {
        s->level[i] = model_take_f32(in);
        s->scale[i] = model_take_f32(in);
        in->is_broken |= !(s->scale[i] > 0);
    }
}

static void take_parts(oq_arena *arena, byte_reader *in, anomaly_model *m)
{
    anomaly_parts *p = &m->parts;
    size_t columns = p->columns = m->about.taking_part;
    bool *is_state = oq_new_n(arena, bool, columns);
    p->is_state = is_state;
    p->season = oq_new_n(arena, season, columns);
    p->forecast = oq_new_n(arena, forecast_rule, columns);
    p->independent = oq_new_n(arena, double, columns);
    p->rows = take_within(in, INFINITY);
    for (size_t k = 0; k < columns; k++) {
        is_state[k] = m->norm[m->place[k]].is_state;
        take_season(arena, in, m->utc_offset, &p->season[k]);
        p->forecast[k].level = take_within(in, 1);
        p->forecast[k].trend = take_within(in, 1);
        p->forecast[k].scale = take_within(in, INFINITY);
        p->independent[k] = take_within(in, INFINITY);
    }
    if (model_take_count(in, 1))
        p->relation = mspc_decode(arena, in, columns, ANOMALY_WIDE_MAX);
    in->is_broken |= p->relation && mspc_columns(p->relation) != columns;
    size_t members = anomaly_members(columns);
    m->limit = oq_new_n(arena, double, members);
    for (size_t k = 0; k < members; k++) {
        double limit = take_within(in, INFINITY);
        m->limit[k] = limit > 0 ? limit : INFINITY;
    }
    for (int k = 0; k < GROUPS; k++)
        take_tail(in, &m->group[k]);
    take_tail(in, &m->total);
}

static void take_needs(oq_arena *arena, byte_reader *in, anomaly_about *a)
{
    a->needs = model_take_things(in, 4 * a->signals, 18);
    anomaly_need *need = oq_new_n(arena, anomaly_need, a->needs);
    for (size_t i = 0; i < a->needs; i++) {
        need[i].lack = (int)model_take_count(in, ANOMALY_SLOW);
        need[i].signal = model_take_count(in, a->signals);
        need[i].got = model_take_f64(in);
        need[i].wanted = model_take_f64(in);
        in->is_broken |= need[i].signal >= a->signals;
    }
    a->need = need;
}

static void take_about(oq_arena *arena, byte_reader *in, anomaly_model *m)
{
    enum { TIME_MAX = 200 * 366 }; /* days from 1970; a step or reach is no longer either */
    anomaly_about *a = &m->about;
    oq_us *time[] = {&a->from, &a->to, &a->step, &a->reach, &m->utc_offset};
    for (size_t i = 0; i < OQ_COUNT(time); i++) {
        *time[i] = take_signed(in);
        in->is_broken |= *time[i] > TIME_MAX * OQ_DAY || *time[i] < -TIME_MAX * OQ_DAY;
    }
    in->is_broken |= a->step <= 0 || a->reach < 0 || a->to < a->from ||
                     a->reach / (a->step > 0 ? a->step : 1) > ANOMALY_REACH_MAX;
    a->budget_per_day = model_take_size(in);
    a->rows = model_take_count(in, UINT32_MAX);
    a->signals = model_take_things(in, LIST_MAX, 25);
    take_needs(arena, in, a);
    m->norm = oq_new_n(arena, anomaly_norm, a->signals);
    m->place = oq_new_n(arena, size_t, a->signals);
    for (size_t i = 0; i < a->signals; i++) {
        size_t bits = model_take_count(in, 7);
        anomaly_norm *n = &m->norm[i];
        n->takes_part = bits & 1;
        n->is_state = bits >> 1 & 1;
        n->is_constant = bits >> 2 & 1;
        n->constant = model_take_f64(in);
        n->silence_s = take_within(in, INFINITY);
        n->run = take_within(in, INFINITY);
        if (m->norm[i].takes_part)
            m->place[a->taking_part++] = i;
        a->is_usable |= bits & 5;
    }
    in->is_broken |= a->taking_part > ANOMALY_SIGNALS_MAX;
}

oq_err *anomaly_decode(oq_arena *arena, oq_str bytes, anomaly_model **ret_model)
{
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    byte_reader in = {at, at + bytes.len, bytes.len == 0};
    anomaly_model *m = oq_new(arena, anomaly_model);
    in.is_broken |= take_byte(&in) != FORM;
    if (!in.is_broken)
        take_about(arena, &in, m);
    if (!in.is_broken && m->about.taking_part)
        take_parts(arena, &in, m);
    if (in.is_broken || reader_left(&in) > 0)
        return oq_fail(OQ_INTERNAL, "anomaly.model_broken", "bytes=%zu", bytes.len);
    *ret_model = m;
    return NULL;
}
