/* The bytes of a failure model:
 *
 *   4 bytes   "OQFM"
 *   1 byte    FAILURE_FORM
 *   signed    horizon, every
 *   the plan  (feature_bytes.c)
 *   of each component:
 *     1 byte    state; where READY: 8 bytes threshold, varint count, 8 bytes each: the correction
 *               (calibrate_save), varint length, the trees (boost_bytes.c)
 *   8 bytes   checksum (oq_hash) of all before */
#include <math.h>

#include "quant/failure_inner.h"
#include "quant/feature_bytes.h"

#include "base/banned.h"

enum { FAILURE_FORM = 1, CALIBRATION_NUMBERS_MAX = 1000 * 1000 };

static const char failure_magic[4] = {'O', 'Q', 'F', 'M'};

/* --- writing -----------------------------------------------------------------------------------------------*/

static void add_calibration(oq_buf *out, const calibration *c)
{
    oq_arena *temp = oq_arena_open(0);
    size_t count = calibrate_numbers(c);
    double *number = oq_new_n(temp, double, count);
    calibrate_save(c, number);
    bytes_add_varint(out, count);
    bytes_add_doubles(out, number, count);
    oq_arena_close(temp);
}

static void add_part(oq_buf *out, const failure_part *part)
{
    oq_buf_char(out, (char)part->state);
    if (part->state != FAILURE_READY)
        return;
    OQ_AUTO(oq_buf) trees = oq_buf_make(BOOST_BYTES_MAX);
    boost_write(part->trees, &trees);
    bytes_add_doubles(out, &part->threshold, 1);
    add_calibration(out, &part->calibration);
    bytes_add_varint(out, trees.len);
    oq_buf_str(out, oq_buf_view(&trees));
}

void failure_model_write(const failure_model *m, oq_buf *out)
{
    OQ_AUTO(oq_buf) all = oq_buf_make(FAILURE_MODEL_BYTES_MAX);
    oq_buf_put(&all, failure_magic, sizeof failure_magic);
    oq_buf_char(&all, FAILURE_FORM);
    bytes_add_signed(&all, m->horizon);
    bytes_add_signed(&all, m->every);
    feature_plan_write(&m->plan, &all);
    for (size_t k = 0; k < m->plan.components; k++)
        add_part(&all, &m->part[k]);
    bytes_add_64(&all, oq_hash(oq_buf_view(&all)));
    if (all.overflow)
        out->overflow = true;
    oq_buf_str(out, oq_buf_view(&all));
}

/* --- reading -----------------------------------------------------------------------------------------------*/

static oq_err *malformed(const char *reason)
{
    return oq_fail(OQ_MALFORMED, "failure_model.bytes_malformed", "reason=%s", reason);
}

static oq_err *take_part(oq_arena *arena, byte_reader *in, size_t columns, failure_part *part)
{
    part->state = (failure_state)take_byte(in);
    part->threshold = NAN;
    if (in->is_broken || part->state < FAILURE_READY || part->state > FAILURE_NOT_ENOUGH)
        return malformed("component");
    if (part->state != FAILURE_READY)
        return NULL;
    const double *threshold = bytes_take_doubles(arena, in, 1);
    size_t numbers = bytes_take_count(in, CALIBRATION_NUMBERS_MAX);
    const double *number = bytes_take_doubles(arena, in, numbers);
    size_t len = bytes_take_count(in, BOOST_BYTES_MAX);
    const uint8_t *bytes = take_bytes(in, len);
    if (in->is_broken)
        return malformed("trees");
    part->threshold = *threshold;
    OQ_TRY(calibrate_load(arena, number, numbers, &part->calibration));
    OQ_TRY(boost_read(arena, oq_strn((const char *)bytes, len), &part->trees));
    boost_facts f = boost_describe(part->trees);
    return f.task == BOOST_BINARY && f.columns == columns ? NULL : malformed("trees of others");
}

static oq_err *take_model(oq_arena *arena, byte_reader *in, failure_model *m)
{
    m->horizon = take_signed(in);
    m->every = take_signed(in);
    if (!feature_plan_read(arena, in, &m->plan) || m->horizon <= 0 || m->every <= 0)
        return malformed("plan");
    m->columns = feature_columns(&m->plan);
    m->name = feature_names(arena, &m->plan);
    m->part = oq_new_n(arena, failure_part, m->plan.components);
    for (size_t k = 0; k < m->plan.components; k++)
        OQ_TRY(take_part(arena, in, m->columns, &m->part[k]));
    return in->is_broken || reader_left(in) ? malformed("end") : NULL;
}

oq_err *failure_model_read(oq_arena *arena, oq_str bytes, failure_model **ret_model)
{
    enum { FRAME = sizeof failure_magic + 1 + 8 };
    if (bytes.len < FRAME || memcmp(bytes.ptr, failure_magic, sizeof failure_magic) != 0)
        return malformed("no model");
    if (bytes.ptr[4] != FAILURE_FORM)
        return oq_fail(OQ_INVALID, "failure_model.bytes_version", "version=%d known=%d",
                       (uint8_t)bytes.ptr[4], FAILURE_FORM);
    oq_str body = oq_str_sub(bytes, 0, bytes.len - 8);
    if (load_64((const uint8_t *)bytes.ptr + body.len) != oq_hash(body))
        return malformed("checksum");
    byte_reader in = {.at = (const uint8_t *)bytes.ptr + sizeof failure_magic + 1,
                      .end = (const uint8_t *)bytes.ptr + body.len};
    failure_model *m = oq_new(arena, failure_model);
    OQ_TRY(take_model(arena, &in, m));
    *ret_model = m;
    return NULL;
}
