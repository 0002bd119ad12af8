/* The bytes of a plan:
 *
 *   signed    cell
 *   varints   signals, codes, components, traits, windows, event windows, lags
 *   texts     names of signals, codes, components, traits (length, bytes)
 *   1 byte    of each signal: it is a setting
 *   signed    windows, event windows
 *   varint    regimes (0: none); then 8 bytes each: scale, center, mean, sd */
#include "quant/feature_bytes.h"

#include <math.h>

#include "base/banned.h"

/* --- writing -----------------------------------------------------------------------------------------------*/

void bytes_add_varint(oq_buf *out, uint64_t value)
{
    uint8_t some[CODE_VARINT_MAX];
    oq_buf_put(out, some, (size_t)(put_varint(some, value) - some));
}

void bytes_add_signed(oq_buf *out, int64_t value)
{
    bytes_add_varint(out, zigzag(value));
}

void bytes_add_64(oq_buf *out, uint64_t value)
{
    uint8_t some[8];
    oq_buf_put(out, some, (size_t)(put_64(some, value) - some));
}

void bytes_add_doubles(oq_buf *out, const double *value, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, &value[i], sizeof bits);
        bytes_add_64(out, bits);
    }
}

static void add_names(oq_buf *out, const oq_str *name, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bytes_add_varint(out, name[i].len);
        oq_buf_str(out, name[i]);
    }
}

static void add_plan(oq_buf *out, const feature_plan *p)
{
    const size_t count[] = {p->signals, p->codes,         p->components, p->traits,
                            p->windows, p->event_windows, p->lags};
    bytes_add_signed(out, p->cell);
    for (size_t i = 0; i < OQ_COUNT(count); i++)
        bytes_add_varint(out, count[i]);
    add_names(out, p->signal, p->signals);
    add_names(out, p->code, p->codes);
    add_names(out, p->component, p->components);
    add_names(out, p->trait, p->traits);
    for (size_t i = 0; i < p->signals; i++)
        oq_buf_char(out, p->is_setting && p->is_setting[i]);
    for (size_t i = 0; i < p->windows; i++)
        bytes_add_signed(out, p->window[i]);
    for (size_t i = 0; i < p->event_windows; i++)
        bytes_add_signed(out, p->event_window[i]);
}

static void add_norm(oq_buf *out, const feature_norm *n)
{
    bytes_add_varint(out, n ? n->regimes : 0);
    if (!n)
        return;
    bytes_add_doubles(out, n->scale, n->settings);
    bytes_add_doubles(out, n->center, n->regimes * n->settings);
    bytes_add_doubles(out, n->mean, n->regimes * n->signals);
    bytes_add_doubles(out, n->sd, n->regimes * n->signals);
}

void feature_plan_write(const feature_plan *p, oq_buf *out)
{
    add_plan(out, p);
    add_norm(out, p->norm);
}

/* --- reading -----------------------------------------------------------------------------------------------*/

size_t bytes_take_count(byte_reader *in, size_t max)
{
    uint64_t count = take_varint(in);
    if (count > max)
        in->is_broken = true;
    return in->is_broken ? 0 : (size_t)count;
}

double *bytes_take_doubles(oq_arena *arena, byte_reader *in, size_t count)
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
        size_t len = bytes_take_count(in, FEATURE_NAME_MAX);
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
    p->signals = bytes_take_count(in, FEATURE_SIGNALS_MAX);
    p->codes = bytes_take_count(in, FEATURE_CODES_MAX);
    p->components = bytes_take_count(in, FEATURE_COMPONENTS_MAX);
    p->traits = bytes_take_count(in, FEATURE_TRAITS_MAX);
    p->windows = bytes_take_count(in, FEATURE_WINDOWS_MAX);
    p->event_windows = bytes_take_count(in, FEATURE_WINDOWS_MAX);
    p->lags = bytes_take_count(in, FEATURE_LAGS_MAX);
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
    feature_norm n = {.regimes = bytes_take_count(in, FEATURE_REGIMES_MAX), .signals = p->signals};
    if (n.regimes == 0)
        return !in->is_broken;
    for (size_t i = 0; i < p->signals; i++)
        n.settings += p->is_setting[i];
    n.scale = bytes_take_doubles(arena, in, n.settings);
    n.center = bytes_take_doubles(arena, in, n.regimes * n.settings);
    n.mean = bytes_take_doubles(arena, in, n.regimes * n.signals);
    n.sd = bytes_take_doubles(arena, in, n.regimes * n.signals);
    p->norm = oq_copy(arena, &n, sizeof n);
    return !in->is_broken && n.settings > 0 && are_positive(n.scale, n.settings) &&
           are_positive(n.sd, n.regimes * n.signals);
}

bool feature_plan_read(oq_arena *arena, byte_reader *in, feature_plan *ret_plan)
{
    feature_plan p = {0};
    take_plan(arena, in, &p);
    if (in->is_broken)
        return false;
    oq_err *err = feature_plan_check(&p);
    if (err) {
        oq_ignore(err, "the bytes are at fault, not a person");
        return false;
    }
    if (!take_norm(arena, in, &p))
        return false;
    *ret_plan = p;
    return true;
}
