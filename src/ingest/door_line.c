/* InfluxDB's line protocol becomes samples. */
#include "ingest/ingest.h"

#include "base/banned.h"

typedef struct door {
    ingest *in;
    line_reader reader;
    names_field *last; /* of the sample before, while the names are being read */
} door;

static ingest_place place_of(const door *d)
{
    return (ingest_place){d->reader.number, SIZE_MAX};
}

/* "P-101,sensor=DE" and "vibration_rms", as errors say it. */
static oq_str said(const door *d, oq_str bytes, oq_str field)
{
    return oq_strf(oq_scope_arena(d->in->s), "%.*s.%.*s", OQ_FMT(oq_str_sub(bytes, 0, 100)),
                   OQ_FMT(oq_str_sub(field, 0, 100)));
}

static oq_err *name_it(void *self, oq_arena *arena, oq_str bytes, oq_str field,
                       series_name *ret_name)
{
    line_parts parts;
    OQ_TRY(line_take_apart(arena, bytes, &parts));
    return ingest_name(arena, parts.measurement, parts.tag, parts.count, line_plain(arena, field),
                       ret_name);
}

static void put_unknown(door *d, const line_point *point, const line_field *f)
{
    size_t unknown;
    if (ingest_meet_unknown(d->in, point->series, f->name, name_it, d, place_of(d), &unknown))
        ingest_put_unknown(d->in, unknown, point->time, f->value, QUALITY_GOOD, place_of(d));
}

static void refuse_value(door *d, const line_field *f)
{
    oq_str name = oq_str_sub(f->name, 0, 100), text = oq_str_sub(f->text, 0, 100);
    if (f->kind == LINE_TEXT)
        INGEST_REFUSE(d->in, 1, place_of(d),
                      oq_fail(OQ_INVALID, "sample.value_is_text", "name=%.*s", OQ_FMT(name)));
    else
        INGEST_REFUSE(d->in, 1, place_of(d),
                      oq_fail(OQ_INVALID, "sample.value_not_finite", "value=%.*s", OQ_FMT(text)));
}

static void put_fields(door *d, const line_point *point)
{
    ingest *in = d->in;
    names_group *group = names_find_group(in->names, NAMES_LINE, point->series, d->last);
    for (size_t i = 0; i < point->count; i++) {
        const line_field *f = &point->field[i];
        if (f->kind != LINE_NUMBER) {
            refuse_value(d, f);
            continue;
        }
        names_field *found = group ? names_find_field(in->names, group, f->name, d->last) : NULL;
        if (!found)
            put_unknown(d, point, f);
        else if (ingest_takes(found))
            ingest_put(in, found, point->time, f->value, QUALITY_GOOD);
        else
            INGEST_REFUSE(in, 1, place_of(d),
                          ingest_series_err(said(d, point->series, f->name), found->is_calculated));
        d->last = found ? found : d->last;
    }
}

static void put_point(door *d, line_point *point)
{
    if (!point->has_time)
        point->time = d->in->now;
    if (ingest_time_ok(d->in, point->time))
        put_fields(d, point);
    else
        INGEST_REFUSE(d->in, point->count, place_of(d),
                      ingest_time_err(point->time, point->time_text));
}

static oq_err *flush(door *d)
{
    d->last = NULL;
    return ingest_flush(d->in);
}

oq_err *ingest_line(ingest *in, oq_str text, line_precision precision)
{
    door d = {.in = in, .reader = line_read(oq_scope_arena(in->s), text, precision)};
    line_point point;
    line_flaw flaw;
    while (line_next(&d.reader, &point, &flaw)) {
        if (flaw)
            INGEST_REFUSE(in, 1, place_of(&d), line_err(&d.reader, flaw));
        else
            put_point(&d, &point);
        if (ingest_is_full(in))
            OQ_TRY(flush(&d));
    }
    return flush(&d);
}
