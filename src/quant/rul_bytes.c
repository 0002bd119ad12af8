/* The bytes of a model of remaining life:
 *
 *   4 bytes   "OQRL"
 *   1 byte    RUL_FORM
 *   signed    horizon
 *   the plan  (feature_bytes.c)
 *   varint    levels; of each 8 bytes: at, p10, p50, p90
 *   varint    folds; of each: varint length, the trees (boost_bytes.c)
 *   8 bytes   checksum (oq_hash) of all before */
#include "quant/feature_bytes.h"
#include "quant/rul_inner.h"

#include "base/banned.h"

enum { RUL_FORM = 1, LEVEL_NUMBERS = 4 };

static const char rul_magic[4] = {'O', 'Q', 'R', 'L'};

static void add_trees(oq_buf *out, const boost_model *m)
{
    OQ_AUTO(oq_buf) trees = oq_buf_make(BOOST_BYTES_MAX);
    boost_write(m, &trees);
    bytes_add_varint(out, trees.len);
    oq_buf_str(out, oq_buf_view(&trees));
}

void rul_write(const rul_model *m, oq_buf *out)
{
    OQ_AUTO(oq_buf) all = oq_buf_make(RUL_BYTES_MAX);
    oq_buf_put(&all, rul_magic, sizeof rul_magic);
    oq_buf_char(&all, RUL_FORM);
    bytes_add_signed(&all, m->horizon);
    feature_plan_write(&m->plan, &all);
    bytes_add_varint(&all, m->levels);
    for (size_t k = 0; k < m->levels; k++) {
        const rul_level *l = &m->level[k];
        bytes_add_doubles(&all, (double[LEVEL_NUMBERS]){l->at, l->p10, l->p50, l->p90},
                          LEVEL_NUMBERS);
    }
    bytes_add_varint(&all, m->folds);
    for (size_t k = 0; k < m->folds; k++)
        add_trees(&all, m->trees[k]);
    bytes_add_64(&all, oq_hash(oq_buf_view(&all)));
    if (all.overflow)
        out->overflow = true;
    oq_buf_str(out, oq_buf_view(&all));
}

/* --- reading -----------------------------------------------------------------------------------------------*/

static oq_err *malformed(const char *reason)
{
    return oq_fail(OQ_MALFORMED, "rul.bytes_malformed", "reason=%s", reason);
}

static bool take_levels(oq_arena *arena, byte_reader *in, rul_model *m)
{
    m->levels = bytes_take_count(in, RUL_LEVELS);
    for (size_t k = 0; k < m->levels; k++) {
        const double *number = bytes_take_doubles(arena, in, LEVEL_NUMBERS);
        if (in->is_broken)
            return false;
        m->level[k] = (rul_level){number[0], number[1], number[2], number[3]};
        if (k && m->level[k].at < m->level[k - 1].at)
            return false;
    }
    return m->levels > 0;
}

static oq_err *take_fold(oq_arena *arena, byte_reader *in, rul_model *m, size_t fold)
{
    size_t len = bytes_take_count(in, BOOST_BYTES_MAX);
    const uint8_t *bytes = take_bytes(in, len);
    if (in->is_broken)
        return malformed("trees");
    OQ_TRY(boost_read(arena, oq_strn((const char *)bytes, len), &m->trees[fold]));
    boost_facts f = boost_describe(m->trees[fold]);
    return f.task == BOOST_NUMBER && f.columns == m->columns ? NULL : malformed("trees of others");
}

static oq_err *take_model(oq_arena *arena, byte_reader *in, rul_model *m)
{
    m->horizon = take_signed(in);
    if (in->is_broken || m->horizon <= 0 || !feature_plan_read(arena, in, &m->plan))
        return malformed("plan");
    m->columns = feature_columns(&m->plan);
    if (!take_levels(arena, in, m))
        return malformed("levels");
    m->folds = bytes_take_count(in, RUL_FOLDS);
    if (m->folds == 0)
        return malformed("folds");
    for (size_t k = 0; k < m->folds; k++)
        OQ_TRY(take_fold(arena, in, m, k));
    return reader_left(in) ? malformed("end") : NULL;
}

oq_err *rul_read(oq_arena *arena, oq_str bytes, rul_model **ret_model)
{
    enum { FRAME = sizeof rul_magic + 1 + 8 };
    if (bytes.len < FRAME || memcmp(bytes.ptr, rul_magic, sizeof rul_magic) != 0)
        return malformed("no model");
    if (bytes.ptr[4] != RUL_FORM)
        return oq_fail(OQ_INVALID, "rul.bytes_version", "version=%d known=%d",
                       (uint8_t)bytes.ptr[4], RUL_FORM);
    oq_str body = oq_str_sub(bytes, 0, bytes.len - 8);
    if (load_64((const uint8_t *)bytes.ptr + body.len) != oq_hash(body))
        return malformed("checksum");
    byte_reader in = {.at = (const uint8_t *)bytes.ptr + sizeof rul_magic + 1,
                      .end = (const uint8_t *)bytes.ptr + body.len};
    rul_model *m = oq_new(arena, rul_model);
    OQ_TRY(take_model(arena, &in, m));
    *ret_model = m;
    return NULL;
}
