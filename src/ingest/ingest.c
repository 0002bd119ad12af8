#include "ingest/ingest.h"

#include <math.h>
#include <stdlib.h>

#include "quant/unit.h"
#include "tenant/settings.h"

#include "base/banned.h"

/* A series that is not known here: how its door calls it, and what it would be. */
struct ingest_unknown {
    oq_str bytes, field;
    uint64_t hash;
    series_name name;
    series_facts facts;
    bool takes; /* samples, once it was looked for */
};

/* A row whose series is not known yet. */
struct ingest_pending {
    size_t row;
    uint32_t unknown;
    ingest_place place;
};

enum { ROWS_FIRST = 16 * 1024, UNKNOWN_FIRST = 256, SLOTS_EACH = 4 };

void ingest_open(oq_scope *s, names_door door, ingest *in)
{
    *in = (ingest){
        .s = s,
        .door = door,
        .write = hist_write,
        .now = oq_now(s),
        .latest = oq_now(s) + SAMPLE_TIME_AHEAD,
        .names = names_hold(oq_scope_tenant(s)),
        .arena = oq_arena_open(0),
    };
    names_read(in->names);
}

void ingest_drop(ingest *in)
{
    if (in->names) {
        names_read_end(in->names);
        names_release(in->names);
    }
    oq_arena_close(in->arena);
    free(in->row);
    free(in->pending);
    *in = (ingest){0};
}

static void *grown(void *old, size_t count, size_t size)
{
    void *bigger = reallocarray(old, count, size);
    if (!bigger)
        abort();
    return bigger;
}

void ingest_grow(ingest *in)
{
    in->size = in->size ? in->size * 2 : ROWS_FIRST;
    in->row = grown(in->row, in->size, sizeof *in->row);
}

/* --- refusals -----------------------------------------------------------------------------------*/

oq_err *ingest_time_err(oq_us time, oq_str text)
{
    char own[OQ_TIME_TEXT_MAX];
    if (!text.len)
        text = oq_strn(own, oq_time_format(time, own));
    return oq_fail(OQ_INVALID, "sample.time_out_of_range", "time=%.*s", OQ_FMT(text));
}

oq_err *ingest_series_err(oq_str key, bool is_calculated)
{
    key = oq_str_sub(key, 0, 200);
    if (is_calculated)
        return oq_fail(OQ_INVALID, "sample.series_calculated", "key=%.*s", OQ_FMT(key));
    return oq_fail(OQ_INVALID, "sample.series_inactive", "key=%.*s", OQ_FMT(key));
}

/* --- keys ---------------------------------------------------------------------------------------*/

static int by_name(const void *a, const void *b)
{
    return oq_str_cmp(((const line_tag *)a)->name, ((const line_tag *)b)->name);
}

oq_err *ingest_name(oq_arena *arena, oq_str asset_code, line_tag *tag, size_t count, oq_str metric,
                    series_name *ret_name)
{
    if (!asset_code.len)
        return oq_fail(OQ_INVALID, "ingest.asset_missing");
    OQ_AUTO(oq_buf) key = oq_buf_make(LINE_BYTES_MAX * 3);
    if (count)
        qsort(tag, count, sizeof *tag, by_name);
    series_key_part(&key, asset_code, SERIES_MARKED_ASSET);
    for (size_t i = 0; i < count; i++) {
        if (i && oq_str_eq(tag[i].name, tag[i - 1].name))
            return oq_fail(OQ_INVALID, "ingest.tag_twice", "tag=%.*s",
                           OQ_FMT(oq_str_sub(tag[i].name, 0, 100)));
        oq_buf_char(&key, ',');
        series_key_part(&key, tag[i].name, SERIES_MARKED_TAG);
        oq_buf_char(&key, '=');
        series_key_part(&key, tag[i].value, SERIES_MARKED_TAG);
    }
    oq_buf_char(&key, '.');
    series_key_part(&key, metric, SERIES_MARKED_METRIC);
    *ret_name = (series_name){
        .key = oq_str_copy(arena, oq_buf_view(&key)), .asset_code = asset_code, .metric = metric};
    return NULL;
}

/* --- names that are not known here --------------------------------------------------------------*/

/* The place in the table: of the unknown, or the free one where it would be. */
static size_t unknown_slot(const ingest *in, uint64_t hash, oq_str bytes, oq_str field)
{
    size_t mask = in->unknown_size * SLOTS_EACH - 1, i = hash & mask;
    for (; in->unknown_slots[i]; i = (i + 1) & mask) {
        const ingest_unknown *u = &in->unknown[in->unknown_slots[i] - 1];
        if (u->hash == hash && oq_str_eq(u->bytes, bytes) && oq_str_eq(u->field, field))
            break;
    }
    return i;
}

static void grow_unknown(ingest *in)
{
    const ingest_unknown *old = in->unknown;
    in->unknown_size = in->unknown_size ? in->unknown_size * 2 : UNKNOWN_FIRST;
    in->unknown = oq_new_n(in->arena, ingest_unknown, in->unknown_size);
    in->unknown_slots = oq_new_n(in->arena, uint32_t, in->unknown_size * SLOTS_EACH);
    for (size_t i = 0; i < in->unknown_count; i++) {
        const ingest_unknown *u = &old[i];
        in->unknown[i] = *u;
        in->unknown_slots[unknown_slot(in, u->hash, u->bytes, u->field)] = (uint32_t)i + 1;
    }
}

static size_t find_unknown(const ingest *in, oq_str bytes, oq_str field)
{
    if (!in->unknown_count)
        return SIZE_MAX;
    size_t i = unknown_slot(in, names_hash(bytes, field), bytes, field);
    return in->unknown_slots[i] ? in->unknown_slots[i] - 1 : SIZE_MAX;
}

static oq_err *check_name(const series_name *name)
{
    unit parsed;
    OQ_TRY(series_check_key(name->key));
    if (!name->metric.len || name->metric.len > SERIES_METRIC_MAX)
        return oq_fail(OQ_INVALID, "series.metric_invalid", "metric=%.*s max=%d",
                       OQ_FMT(oq_str_sub(name->metric, 0, 100)), SERIES_METRIC_MAX);
    return name->unit.len ? unit_parse(name->unit, &parsed) : NULL;
}

static oq_err *add_unknown(ingest *in, oq_str bytes, oq_str field, ingest_namer *namer, void *door,
                           size_t *ret_unknown)
{
    series_name name;
    bytes = oq_str_copy(in->arena, bytes);
    field = oq_str_copy(in->arena, field);
    OQ_TRY(namer(door, in->arena, bytes, field, &name));
    OQ_TRY(check_name(&name));
    if (in->unknown_count == in->unknown_size)
        grow_unknown(in);
    uint64_t hash = names_hash(bytes, field);
    *ret_unknown = in->unknown_count++;
    in->unknown[*ret_unknown] =
        (ingest_unknown){.bytes = bytes, .field = field, .hash = hash, .name = name};
    in->unknown_slots[unknown_slot(in, hash, bytes, field)] = (uint32_t)in->unknown_count;
    return NULL;
}

bool ingest_meet_unknown(ingest *in, oq_str bytes, oq_str field, ingest_namer *namer, void *door,
                         ingest_place place, size_t *ret_unknown)
{
    *ret_unknown = find_unknown(in, bytes, field);
    if (*ret_unknown != SIZE_MAX)
        return true;
    /* A body of nothing but bad names must not fill the memory. */
    oq_mark errors = oq_err_mark(), texts = oq_arena_mark(in->arena);
    const oq_err *err = add_unknown(in, bytes, field, namer, door, ret_unknown);
    if (!err)
        return true;
    if (in->refusals == INGEST_ERRORS_MAX)
        oq_err_rewind(errors);
    oq_arena_rewind(in->arena, texts);
    INGEST_REFUSE(in, 1, place, err);
    return false;
}

void ingest_put_unknown(ingest *in, size_t unknown, oq_us time, double value, quality q,
                        ingest_place place)
{
    if (in->pending_count == in->pending_size) {
        in->pending_size = in->pending_size ? in->pending_size * 2 : 1024;
        in->pending = grown(in->pending, in->pending_size, sizeof *in->pending);
    }
    in->pending[in->pending_count++] = (ingest_pending){in->count, (uint32_t)unknown, place};
    ingest_add_row(in, (batch_row){time, value, 0, q});
}

/* --- becoming known -----------------------------------------------------------------------------*/

static oq_err *load_settings(ingest *in)
{
    tenant_settings *settings;
    if (in->has_settings)
        return NULL;
    OQ_TRY(tenant_settings_get(in->s, &settings));
    in->may_create = settings->series_unknown == SERIES_UNKNOWN_CREATE;
    in->series_max = settings->series_max;
    in->has_settings = true;
    return NULL;
}

/* NULL: it takes samples, and is told the way from the sender's unit. */
static oq_err *judge_unknown(const ingest *in, ingest_unknown *u)
{
    const series_facts *f = &u->facts;
    if (!f->no && in->may_create)
        return oq_fail(OQ_LIMIT, "series.too_many", "max=%lld", (long long)in->series_max);
    if (!f->no)
        return oq_fail(OQ_INVALID, "series.unknown", "key=%.*s",
                       OQ_FMT(oq_str_sub(u->name.key, 0, 200)));
    if (!f->is_active || f->is_calculated)
        return ingest_series_err(u->name.key, f->is_calculated);
    if (u->name.unit.len && !oq_str_eq(u->name.unit, f->unit))
        return unit_conversion(u->name.unit, f->unit, &u->facts.scale, &u->facts.offset);
    return NULL;
}

static oq_str source_of(names_door door)
{
    static const oq_str source[] = {[NAMES_LINE] = OQ_STR_INIT("line"),
                                    [NAMES_REMOTE] = OQ_STR_INIT("prometheus"),
                                    [NAMES_JSON] = OQ_STR_INIT("json")};
    return source[door];
}

static oq_err *resolve(ingest *in)
{
    size_t n = in->unknown_count, created;
    OQ_TRY(load_settings(in));
    series_name *name = oq_new_n(in->arena, series_name, n);
    series_facts *facts = oq_new_n(in->arena, series_facts, n);
    for (size_t i = 0; i < n; i++)
        name[i] = in->unknown[i].name;
    OQ_TRY(
        series_resolve_facts(in->s, name, n, in->may_create, source_of(in->door), facts, &created));
    in->created += created;
    for (size_t i = 0; i < n; i++) {
        ingest_unknown *u = &in->unknown[i];
        u->facts = facts[i];
        oq_mark mark = oq_err_mark();
        u->takes = judge_unknown(in, u) == NULL;
        oq_err_rewind(mark); /* made again for those that are told */
        /* A number of ours that is rolled back becomes another series' number: what this unit of
         * work has made, or found after it made some, is for later ones to remember. */
        if (u->takes && !in->created)
            names_add(in->names, in->door, u->bytes, u->field, &u->facts);
    }
    return NULL;
}

/* Pending rows get their series; rows without one are taken out. */
static void settle_pending(ingest *in)
{
    for (size_t i = 0; i < in->pending_count; i++) {
        const ingest_pending *p = &in->pending[i];
        ingest_unknown *u = &in->unknown[p->unknown];
        batch_row *row = &in->row[p->row];
        if (!u->takes) {
            INGEST_REFUSE(in, 1, p->place, judge_unknown(in, u));
            continue;
        }
        double value = row->value * u->facts.scale + u->facts.offset;
        if (isinf(value)) { /* finite in the sender's unit, and not in ours */
            INGEST_REFUSE(in, 1, p->place,
                          oq_fail(OQ_INVALID, "sample.value_not_finite", "value=%g", value));
            continue;
        }
        row->series_no = u->facts.no;
        row->value = value;
        row->quality = ingest_judge(row->value, row->quality, u->facts.min, u->facts.max);
    }
    size_t stay = 0;
    for (size_t i = 0; i < in->count; i++)
        if (in->row[i].series_no)
            in->row[stay++] = in->row[i];
    in->count = stay;
}

static oq_err *make_known(ingest *in)
{
    oq_arena *arena = oq_scope_arena(in->s);
    oq_mark mark = oq_arena_mark(arena);
    oq_err *err = resolve(in);
    if (!err)
        settle_pending(in);
    oq_arena_rewind(arena, mark); /* what one batch needs, the next does not add to */
    oq_arena_reset(in->arena);
    in->unknown = NULL;
    in->unknown_slots = NULL;
    in->unknown_count = in->unknown_size = in->pending_count = 0;
    return err;
}

oq_err *ingest_flush(ingest *in)
{
    names_read_end(in->names);
    oq_err *err = in->unknown_count ? make_known(in) : NULL;
    if (!err && in->count)
        err = in->write(in->s, in->row, in->count, NULL);
    if (!err)
        in->accepted += in->count;
    in->count = 0;
    names_read(in->names);
    return err;
}
