#include "bench/signals.h"

#include <math.h>
#include <snappy-c.h>

#include "base/banned.h"

static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

/* Nearly normal, of mean 0 and deviation 1. */
static double noise(uint64_t *state)
{
    double sum = 0;
    for (int i = 0; i < 4; i++)
        sum += (double)(next(state) >> 11) * 0x1p-53;
    return (sum - 2) * sqrt(3);
}

signals signals_make(size_t assets, size_t seconds, oq_us from, uint64_t seed)
{
    size_t width = assets * SIGNALS_METRICS;
    signals g = {.assets = assets, .seconds = seconds, .from = from};
    g.value = malloc(width * seconds * sizeof *g.value);
    if (!g.value)
        abort();
    for (size_t k = 0; k < width; k++) {
        uint64_t state = seed + k * 7919;
        bool fine = k % SIGNALS_METRICS >= SIGNALS_METRICS / 2;
        double level = 20 + 80 * (double)(next(&state) % 1000) / 1000, walk = 0;
        double phase = (double)(next(&state) % 1000) / 159.0;
        for (size_t i = 0; i < seconds; i++) {
            walk = 0.8 * walk + 0.15 * noise(&state);
            double x = level + 10 * sin(2 * M_PI * (double)i / 3600 + phase) + walk;
            long thousandths = fine ? lround(x * 1000) : lround(x * 100) * 10;
            g.value[i * width + k] = (int32_t)thousandths;
        }
    }
    return g;
}

void signals_drop(signals *g)
{
    free(g->value);
    g->value = NULL;
}

/* --- line protocol ------------------------------------------------------------------------------*/

static char *put_digits(char *p, uint64_t n, int least)
{
    char digit[24];
    int len = 0;
    while (n || len < least) {
        digit[len++] = (char)('0' + n % 10);
        n /= 10;
    }
    while (len)
        *p++ = digit[--len];
    return p;
}

/* 71234 thousandths as 71.234, 71230 as 71.23: no zeros at the end but one digit. */
static char *put_value(char *p, int32_t thousandths)
{
    uint32_t n = (uint32_t)abs(thousandths);
    if (thousandths < 0)
        *p++ = '-';
    p = put_digits(p, n / 1000, 1);
    *p++ = '.';
    p = put_digits(p, n % 1000, 3);
    while (p[-1] == '0' && p[-2] != '.')
        p--;
    return p;
}

static char *put_asset(char *p, size_t asset)
{
    *p++ = 'P';
    *p++ = '-';
    return put_digits(p, asset, 5);
}

static void put_lines(const signals *g, bool wide, signals_part part, oq_buf *out)
{
    size_t width = g->assets * SIGNALS_METRICS;
    for (size_t i = part.second; i < part.second + part.seconds; i++) {
        uint64_t ns = (uint64_t)(g->from + (oq_us)i * OQ_SECOND) * 1000;
        const int32_t *row = g->value + (i % g->seconds) * width;
        for (size_t a = part.asset; a < part.asset + part.assets; a++) {
            char *begun = oq_buf_room(out, 600), *p = begun;
            for (size_t m = 0; m < SIGNALS_METRICS; m++) {
                if (m == 0 || !wide) {
                    p = put_asset(p, a);
                    *p++ = ' ';
                } else {
                    *p++ = ',';
                }
                *p++ = 'm';
                *p++ = (char)('0' + m);
                *p++ = '=';
                p = put_value(p, row[a * SIGNALS_METRICS + m]);
                if (!wide || m + 1 == SIGNALS_METRICS) {
                    *p++ = ' ';
                    p = put_digits(p, ns, 19);
                    *p++ = '\n';
                }
            }
            out->len += (size_t)(p - begun);
        }
    }
}

/* --- remote write -------------------------------------------------------------------------------*/

static size_t put_varint(char *p, uint64_t n)
{
    size_t len = 0;
    do {
        p[len++] = (char)((n & 0x7f) | (n > 0x7f ? 0x80 : 0));
        n >>= 7;
    } while (n);
    return len;
}

static size_t put_label(char *p, const char *name, const char *value, size_t value_len)
{
    size_t name_len = strlen(name), len = 0;
    p[len++] = 0x0a; /* TimeSeries.labels */
    p[len++] = (char)(4 + name_len + value_len);
    p[len++] = 0x0a;
    p[len++] = (char)name_len;
    memcpy(p + len, name, name_len);
    len += name_len;
    p[len++] = 0x12;
    p[len++] = (char)value_len;
    memcpy(p + len, value, value_len);
    return len + value_len;
}

static void put_series(const signals *g, size_t k, signals_part part, oq_buf *out)
{
    char one[8192], asset[32], metric[2] = {'m', (char)('0' + k % SIGNALS_METRICS)};
    size_t width = g->assets * SIGNALS_METRICS, len = 0;
    size_t asset_len = (size_t)(put_asset(asset, k / SIGNALS_METRICS) - asset);
    len += put_label(one + len, "__name__", metric, 2);
    len += put_label(one + len, "asset", asset, asset_len);
    for (size_t i = part.second; i < part.second + part.seconds; i++) {
        char sample[32];
        double value = g->value[(i % g->seconds) * width + k] / 1000.0;
        uint64_t ms = (uint64_t)(g->from / OQ_MS) + i * 1000;
        sample[0] = 0x09; /* Sample.value */
        memcpy(sample + 1, &value, 8);
        sample[9] = 0x10; /* Sample.timestamp */
        size_t sample_len = 10 + put_varint(sample + 10, ms);
        one[len++] = 0x12; /* TimeSeries.samples */
        one[len++] = (char)sample_len;
        memcpy(one + len, sample, sample_len);
        len += sample_len;
    }
    char head[16] = {0x0a}; /* WriteRequest.timeseries */
    size_t head_len = 1 + put_varint(head + 1, len);
    oq_buf_put(out, head, head_len);
    oq_buf_put(out, one, len);
}

static void put_remote_write(const signals *g, signals_part part, oq_buf *out)
{
    OQ_AUTO(oq_buf) plain = oq_buf_make(64 * 1024 * 1024);
    size_t first = part.asset * SIGNALS_METRICS;
    for (size_t k = first; k < first + part.assets * SIGNALS_METRICS; k++)
        put_series(g, k, part, &plain);
    size_t len = snappy_max_compressed_length(plain.len);
    char *room = oq_buf_room(out, len);
    if (snappy_compress(oq_buf_view(&plain).ptr, plain.len, room, &len) != SNAPPY_OK)
        abort();
    out->len += len;
}

void signals_body(const signals *g, signals_form form, signals_part part, oq_buf *out)
{
    if (form == SIGNALS_REMOTE_WRITE)
        put_remote_write(g, part, out);
    else
        put_lines(g, form == SIGNALS_LINE_WIDE, part, out);
}
