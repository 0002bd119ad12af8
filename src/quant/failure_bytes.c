/* The bytes of a failure model:
 *
 *   4 bytes   "OQFM"
 *   1 byte    FAILURE_FORM
 *   signed    horizon, every, cell
 *   varints   signals, codes, components, traits, windows, event windows, lags
 *   texts     names of signals, codes, components, traits (length, bytes)
 *   1 byte    of each signal: it is a setting
 *   signed    windows, event windows
 *   varint    regimes (0: none); then 8 bytes each: scale, center, mean, sd
 *   of each component:
 *     1 byte    state; where READY: 8 bytes threshold, varint count, 8 bytes each: the correction
 *               (calibrate_save), varint length, the trees (boost_bytes.c)
 *   8 bytes   checksum (oq_hash) of all before */
#include <math.h>

#include "quant/code_bytes.h"
#include "quant/failure_inner.h"

#include "base/banned.h"

enum { FAILURE_FORM = 1, CALIBRATION_NUMBERS_MAX = 1000 * 1000 };

static const char failure_magic[4] = {'O', 'Q', 'F', 'M'};

/* --- writing -----------------------------------------------------------------------------------------------*/

static void add_varint(oq_buf *out, uint64_t value)
{
    uint8_t some[CODE_VARINT_MAX];
    oq_buf_put(out, some, (size_t)(put_varint(some, value) - some));
}

static void add_signed(oq_buf *out, int64_t value)
{
    add_varint(out, zigzag(value));
}

static void add_64(oq_buf *out, uint64_t value)
{
    uint8_t some[8];
    oq_buf_put(out, some, (size_t)(put_64(some, value) - some));
}

static void add_doubles(oq_buf *out, const double *value, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, &value[i], sizeof bits);
        add_64(out, bits);
    }
}

static void add_names(oq_buf *out, const oq_str *name, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add_varint(out, name[i].len);
        oq_buf_str(out, name[i]);
    }
}

static void add_plan(oq_buf *out, const feature_plan *p)
{
    const size_t count[] = {p->signals, p->codes,         p->components, p->traits,
                            p->windows, p->event_windows, p->lags};
    add_signed(out, p->cell);
    for (size_t i = 0; i < OQ_COUNT(count); i++)
        add_varint(out, count[i]);
    add_names(out, p->signal, p->signals);
    add_names(out, p->code, p->codes);
    add_names(out, p->component, p->components);
    add_names(out, p->trait, p->traits);
    for (size_t i = 0; i < p->signals; i++)
        oq_buf_char(out, p->is_setting && p->is_setting[i]);
    for (size_t i = 0; i < p->windows; i++)
        add_signed(out, p->window[i]);
    for (size_t i = 0; i < p->event_windows; i++)
        add_signed(out, p->event_window[i]);
}

static void add_norm(oq_buf *out, const feature_norm *n)
{
    add_varint(out, n ? n->regimes : 0);
    if (!n)
        return;
    add_doubles(out, n->scale, n->settings);
    add_doubles(out, n->center, n->regimes * n->settings);
    add_doubles(out, n->mean, n->regimes * n->signals);
    add_doubles(out, n->sd, n->regimes * n->signals);
}

static void add_calibration(oq_buf *out, const calibration *c)
{
    oq_arena *temp = oq_arena_open(0);
    size_t count = calibrate_numbers(c);
    double *number = oq_new_n(temp, double, count);
    calibrate_save(c, number);
    add_varint(out, count);
    add_doubles(out, number, count);
    oq_arena_close(temp);
}

static void add_part(oq_buf *out, const failure_part *part)
{
    oq_buf_char(out, (char)part->state);
    if (part->state != FAILURE_READY)
        return;
    OQ_AUTO(oq_buf) trees = oq_buf_make(BOOST_BYTES_MAX);
    boost_write(part->trees, &trees);
    add_doubles(out, &part->threshold, 1);
    add_calibration(out, &part->calibration);
    add_varint(out, trees.len);
    oq_buf_str(out, oq_buf_view(&trees));
}

void failure_model_write(const failure_model *m, oq_buf *out)
{
    OQ_AUTO(oq_buf) all = oq_buf_make(FAILURE_MODEL_BYTES_MAX);
    oq_buf_put(&all, failure_magic, sizeof failure_magic);
    oq_buf_char(&all, FAILURE_FORM);
    add_signed(&all, m->horizon);
    add_signed(&all, m->every);
    add_plan(&all, &m->plan);
    add_norm(&all, m->plan.norm);
    for (size_t k = 0; k < m->plan.components; k++)
        add_part(&all, &m->part[k]);
    add_64(&all, oq_hash(oq_buf_view(&all)));
    if (all.overflow)
        out->overflow = true;
    oq_buf_str(out, oq_buf_view(&all));
}

/* --- reading -----------------------------------------------------------------------------------------------*/

static oq_err *malformed(const char *reason)
{
    return oq_fail(OQ_MALFORMED, "failure_model.bytes_malformed", "reason=%s", reason);
}

static size_t take_count(byte_reader *in, size_t max)
{
    uint64_t count = take_varint(in);
    if (count > max)
        in->is_broken = true;
    return in->is_broken ? 0 : (size_t)count;
}

static double *take_doubles(oq_arena *arena, byte_reader *in, size_t count)
{
    if (count > reader_left(in) / 8) {
        in->is_broken = true;
        count = 0;
    }
    double *value = oq_new_n(arena, double, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = take_64(in);
        memcpy(&value[i], &bits, sizeof bits);
        in->is_broken = in->is_broken || !isfinite(value[i]);
    }
    return value;
}

static oq_str *take_names(oq_arena *arena, byte_reader *in, size_t count)
{
    oq_str *name = oq_new_n(arena, oq_str, count);
    for (size_t i = 0; i < count; i++) {
        size_t len = take_count(in, FEATURE_NAME_MAX);
        const uint8_t *bytes = take_bytes(in, len);
        name[i] = bytes ? oq_str_copy(arena, oq_strn((const char *)bytes, len)) : OQ_STR("");
        in->is_broken = in->is_broken || !oq_utf8_valid(name[i]);
    }
    return name;
}

static oq_us *take_times(oq_arena *arena, byte_reader *in, size_t count)
{
    oq_us *time = oq_new_n(arena, oq_us, count);
    for (size_t i = 0; i < count; i++)
        time[i] = take_signed(in);
    return time;
}

static void take_plan(oq_arena *arena, byte_reader *in, feature_plan *p)
{
    p->cell = take_signed(in);
    p->signals = take_count(in, FEATURE_SIGNALS_MAX);
    p->codes = take_count(in, FEATURE_CODES_MAX);
    p->components = take_count(in, FEATURE_COMPONENTS_MAX);
    p->traits = take_count(in, FEATURE_TRAITS_MAX);
    p->windows = take_count(in, FEATURE_WINDOWS_MAX);
    p->event_windows = take_count(in, FEATURE_WINDOWS_MAX);
    p->lags = take_count(in, FEATURE_LAGS_MAX);
    p->signal = take_names(arena, in, p->signals);
    p->code = take_names(arena, in, p->codes);
    p->component = take_names(arena, in, p->components);
    p->trait = take_names(arena, in, p->traits);
    bool *is_setting = oq_new_n(arena, bool, p->signals);
    for (size_t i = 0; i < p->signals; i++)
        is_setting[i] = take_byte(in) != 0;
    p->is_setting = is_setting;
    p->window = take_times(arena, in, p->windows);
    p->event_window = take_times(arena, in, p->event_windows);
}

static bool are_positive(const double *value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (value[i] <= 0)
            return false;
    return true;
}

static bool take_norm(oq_arena *arena, byte_reader *in, feature_plan *p)
{
    feature_norm n = {.regimes = take_count(in, FEATURE_REGIMES_MAX), .signals = p->signals};
    if (n.regimes == 0)
        return !in->is_broken;
    for (size_t i = 0; i < p->signals; i++)
        n.settings += p->is_setting[i];
    n.scale = take_doubles(arena, in, n.settings);
    n.center = take_doubles(arena, in, n.regimes * n.settings);
    n.mean = take_doubles(arena, in, n.regimes * n.signals);
    n.sd = take_doubles(arena, in, n.regimes * n.signals);
    p->norm = oq_copy(arena, &n, sizeof n);
    return !in->is_broken && n.settings > 0 && are_positive(n.scale, n.settings) &&
           are_positive(n.sd, n.regimes * n.signals);
}

static oq_err *take_part(oq_arena *arena, byte_reader *in, size_t columns, failure_part *part)
{
    part->state = (failure_state)take_byte(in);
    part->threshold = NAN;
    if (in->is_broken || part->state < FAILURE_READY || part->state > FAILURE_NOT_ENOUGH)
        return malformed("component");
    if (part->state != FAILURE_READY)
        return NULL;
    const double *threshold = take_doubles(arena, in, 1);
    size_t numbers = take_count(in, CALIBRATION_NUMBERS_MAX);
    const double *number = take_doubles(arena, in, numbers);
    size_t len = take_count(in, BOOST_BYTES_MAX);
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
    take_plan(arena, in, &m->plan);
    if (in->is_broken || m->horizon <= 0 || m->every <= 0)
        return malformed("plan");
    oq_err *err = feature_plan_check(&m->plan);
    if (err)
        return oq_wrap(err, OQ_MALFORMED, "failure_model.bytes_malformed", "reason=%s", "plan");
    if (!take_norm(arena, in, &m->plan))
        return malformed("norm");
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
