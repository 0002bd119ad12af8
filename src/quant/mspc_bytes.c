#include "quant/mspc_inner.h"
#include "quant/model_bytes.h"

#include "base/banned.h"

void mspc_encode(const mspc *m, oq_buf *to)
{
    model_put_count(to, m->columns);
    model_put_count(to, m->rule.lags);
    model_put_count(to, m->used);
    model_put_count(to, m->kept);
    model_put_f64(to, m->rule.weight);
    for (size_t k = 0; k < m->columns; k++) {
        model_put_f64(to, m->mean[k]);
        model_put_f64(to, m->sd[k]);
    }
    for (size_t i = 0; i < m->used; i++)
        model_put_f64(to, m->value[i]);
    for (size_t i = 0; i < m->used * m->wide; i++)
        model_put_f32(to, (float)m->direction[i]);
}

mspc *mspc_decode(oq_arena *arena, byte_reader *in, size_t columns_max, size_t wide_max)
{
    mspc *m = oq_new(arena, mspc);
    m->columns = model_take_things(in, columns_max, 16);
    m->rule.lags = model_take_count(in, wide_max);
    m->wide = m->columns * (m->rule.lags + 1);
    in->is_broken |= m->columns == 0 || m->wide > wide_max;
    m->used = model_take_count(in, in->is_broken ? 0 : m->wide);
    m->kept = model_take_count(in, m->used);
    m->rule.weight = model_take_size(in);
    in->is_broken |= m->rule.weight > 1 || reader_left(in) / 4 < m->used * m->wide;
    if (in->is_broken)
        return NULL;
    m->mean = oq_new_n(arena, double, m->columns);
    m->sd = oq_new_n(arena, double, m->columns);
    m->value = oq_new_n(arena, double, m->used);
    m->direction = oq_new_n(arena, double, m->used * m->wide);
    for (size_t k = 0; k < m->columns; k++) {
        m->mean[k] = model_take_f64(in);
        m->sd[k] = model_take_size(in);
    }
    for (size_t i = 0; i < m->used; i++)
        m->value[i] = model_take_size(in);
    for (size_t i = 0; i < m->used * m->wide; i++)
        m->direction[i] = (double)model_take_f32(in);
    for (int k = 0; k < MSPC_STATISTICS; k++)
        m->limit[k] = INFINITY;
    return in->is_broken ? NULL : m;
}
