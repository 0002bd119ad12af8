/* Prometheus' remote write becomes samples. */
#include <math.h>

#include "ingest/ingest.h"
#include "ingest/remote_write.h"

#include "base/banned.h"

typedef struct door {
    ingest *in;
    names_field *last; /* of the series before, while the names are being read */
    size_t series;     /* from 0 */
} door;

/* `__name__` is the metric, `asset` (else `instance`) the asset, all others are tags. */
static oq_err *name_it(void *self, oq_arena *arena, oq_str labels, oq_str field,
                       series_name *ret_name)
{
    remote_label *label;
    size_t count, tags = 0;
    OQ_TRY(remote_labels(arena, labels, &label, &count));
    bool has_asset = false;
    for (size_t i = 0; i < count; i++)
        has_asset |= oq_str_eq(label[i].name, OQ_STR("asset")) && label[i].value.len;
    oq_str asset_label = has_asset ? OQ_STR("asset") : OQ_STR("instance");
    oq_str metric = OQ_STR(""), asset_code = OQ_STR("");
    line_tag *tag = oq_new_n(arena, line_tag, count);
    for (size_t i = 0; i < count; i++) {
        if (oq_str_eq(label[i].name, OQ_STR("__name__")))
            metric = label[i].value;
        else if (oq_str_eq(label[i].name, asset_label))
            asset_code = label[i].value;
        else if (label[i].value.len) /* an empty label is one that is not there */
            tag[tags++] = (line_tag){label[i].name, label[i].value};
    }
    if (!metric.len)
        return oq_fail(OQ_INVALID, "remote.metric_missing");
    return ingest_name(arena, asset_code, tag, tags, metric, ret_name);
}

static oq_str said(door *d, oq_str labels)
{
    series_name name = {.key = OQ_STR("")};
    oq_ignore(name_it(d, d->in->arena, labels, OQ_STR(""), &name), "then without its key");
    return name.key;
}

static bool is_stale(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits == REMOTE_STALE_BITS;
}

static oq_us in_microseconds(int64_t time_ms)
{
    oq_us at;
    if (__builtin_mul_overflow(time_ms, OQ_MS, &at))
        return time_ms < 0 ? INT64_MIN + 1 : INT64_MAX;
    return at;
}

/* Whether time and value are in order; else the sample was refused. */
static bool check_sample(ingest *in, const remote_sample *sample, oq_us time, quality *ret_quality,
                         ingest_place place)
{
    *ret_quality = QUALITY_GOOD;
    if (!ingest_time_ok(in, time)) {
        INGEST_REFUSE(in, 1, place, ingest_time_err(time, OQ_NONE));
        return false;
    }
    if (isfinite(sample->value))
        return true;
    if (is_stale(sample->value)) {
        *ret_quality = QUALITY_NO_DATA;
        return true;
    }
    INGEST_REFUSE(in, 1, place,
                  oq_fail(OQ_INVALID, "sample.value_not_finite", "value=%g", sample->value));
    return false;
}

static void put_series(door *d, const remote_series *set)
{
    ingest *in = d->in;
    names_group *group = names_find_group(in->names, NAMES_REMOTE, set->labels, d->last);
    names_field *f = group ? names_find_field(in->names, group, OQ_STR(""), d->last) : NULL;
    d->last = f ? f : d->last;
    for (size_t i = 0; i < set->count; i++) {
        const ingest_place place = {d->series, i};
        const remote_sample *sample = &set->sample[i];
        oq_us time = in_microseconds(sample->time_ms);
        quality q;
        size_t unknown;
        if (!check_sample(in, sample, time, &q, place))
            continue;
        double value = q == QUALITY_NO_DATA ? (double)NAN : sample->value;
        if (f && ingest_takes(f))
            ingest_put(in, f, time, value, q);
        else if (f)
            INGEST_REFUSE(in, 1, place, ingest_series_err(said(d, set->labels), f->is_calculated));
        else if (ingest_meet_unknown(in, set->labels, OQ_STR(""), name_it, d, place, &unknown))
            ingest_put_unknown(in, unknown, time, value, q, place);
    }
    if (set->histograms)
        INGEST_REFUSE(in, set->histograms, ((ingest_place){d->series, SIZE_MAX}),
                      oq_fail(OQ_INVALID, "remote.histograms"));
}

static oq_err *flush(door *d)
{
    d->last = NULL;
    return ingest_flush(d->in);
}

oq_err *ingest_remote(ingest *in, oq_str message)
{
    door d = {.in = in};
    remote_reader reader = remote_read(oq_scope_arena(in->s), message);
    remote_series set;
    bool more;
    for (;; d.series++) {
        OQ_TRY(remote_next(&reader, &set, &more));
        if (!more)
            return flush(&d);
        put_series(&d, &set);
        if (ingest_is_full(in))
            OQ_TRY(flush(&d));
    }
}
