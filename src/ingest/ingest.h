/* ingest/ingest.h
 *
 * Samples from outside on their way in: what all doors share. A door reads its protocol and puts
 * sample after sample; here names become series, values are held against the instrument, refusals
 * are noted with the place in the body, and batches are written.
 *
 *     door ──▶ ingest_put ──▶ rows ──▶ ingest_flush ──▶ hist_write
 *                │ not known here                │
 *                └──▶ pending ──▶ series_resolve ┘   one look-up for all of them
 *
 * A sample that cannot be taken is refused alone. */
#ifndef INGEST_H
#define INGEST_H

#include "ingest/line.h"
#include "ingest/names.h"
#include "historian/write.h"

enum {
    INGEST_BODY_MAX = 64 * 1024 * 1024, /* unpacked */
    INGEST_ERRORS_MAX = 100,            /* told; further ones are counted */
    INGEST_ROWS = 400 * 1000,           /* written at once */
    INGEST_NEW = 50 * 1000,             /* names not known here, looked for at once */
};

/* Where in the body: line, or index of the item and position in its column, from 0; or SIZE_MAX. */
typedef struct ingest_place {
    size_t at, position;
} ingest_place;

typedef struct ingest_refusal {
    ingest_place place;
    const oq_err *err;
} ingest_refusal;

typedef struct ingest_pending ingest_pending;
typedef struct ingest_unknown ingest_unknown;

typedef oq_err *ingest_write(oq_scope *s, batch_row *row, size_t count, size_t *ret_stored);

typedef struct ingest {
    oq_scope *s;
    names_door door;
    ingest_write *write; /* hist_write; measurements have another */
    oq_us now, latest;   /* of a sample */
    names *names;        /* being read, between ingest_open, ingest_flush and ingest_close */
    batch_row *row;
    size_t count, size;
    oq_arena *arena; /* of one batch */
    ingest_unknown *unknown;
    uint32_t *unknown_slots; /* four for each that there is room for */
    size_t unknown_count, unknown_size;
    ingest_pending *pending;
    size_t pending_count, pending_size;
    bool has_settings, may_create;
    int64_t series_max;
    size_t accepted, refused, created; /* samples, samples, series */
    ingest_refusal refusal[INGEST_ERRORS_MAX];
    size_t refusals;
} ingest;

void ingest_open(oq_scope *s, names_door door, ingest *in);
void ingest_drop(ingest *in);

/* Notes that `n` samples were refused; `err` is only made while there is room for it. */
#define INGEST_REFUSE(in, n, where, make_err)                                                      \
    do {                                                                                           \
        (in)->refused += (n);                                                                      \
        if ((in)->refusals < INGEST_ERRORS_MAX)                                                    \
            (in)->refusal[(in)->refusals++] = (ingest_refusal){(where), (make_err)};               \
    } while (0)

/* --- samples ------------------------------------------------------------------------------------*/

void ingest_grow(ingest *in);

static inline void ingest_add_row(ingest *in, batch_row row)
{
    if (in->count == in->size)
        ingest_grow(in);
    in->row[in->count++] = row;
}

/* What lies outside of the instrument is kept, and marked. */
static inline quality ingest_judge(double value, quality q, double min, double max)
{
    return quality_is_good(q) && !(value >= min && value <= max) ? QUALITY_UNITS_EXCEEDED : q;
}

/* A sample of a series that takes some; time and value are in order. */
static inline void ingest_put(ingest *in, const names_field *f, oq_us time, double value, quality q)
{
    q = ingest_judge(value, q, f->min, f->max);
    ingest_add_row(in, (batch_row){time, value, f->no, q});
}

static inline bool ingest_takes(const names_field *f)
{
    return f->is_active && !f->is_calculated;
}

/* Why a series takes none. `key` as the sender says it. */
oq_err *ingest_series_err(oq_str key, bool is_calculated);

static inline bool ingest_time_ok(const ingest *in, oq_us time)
{
    return time >= SAMPLE_TIME_MIN && time <= in->latest;
}
oq_err *ingest_time_err(oq_us time, oq_str text);

/* --- names that are not known here --------------------------------------------------------------*/

/* Makes of what a door calls a series what it would be, with texts in the arena; bytes and field
 * are there already. */
typedef oq_err *ingest_namer(void *door, oq_arena *arena, oq_str bytes, oq_str field,
                             series_name *ret_name);
/* The unknown series that the door calls so; one that was not met yet is named and noted. False: it
 * was refused, at `place`: as the namer does, series.key_invalid, series.metric_invalid, unit.*. */
bool ingest_meet_unknown(ingest *in, oq_str bytes, oq_str field, ingest_namer *namer, void *door,
                         ingest_place place, size_t *ret_unknown);
void ingest_put_unknown(ingest *in, size_t unknown, oq_us time, double value, quality q,
                        ingest_place place);

/* The key of an asset's metric under tags, which are sorted by name: "P-101,sensor=DE.t". What
 * parts asset, tags and metric is marked with a backslash where it stands within one: see series.h.
 * Fails: ingest.asset_missing, ingest.tag_twice (fact: tag). */
OQ_CHECKED oq_err *ingest_name(oq_arena *arena, oq_str asset_code, line_tag *tag, size_t count,
                               oq_str metric, series_name *ret_name);

/* --- batches ------------------------------------------------------------------------------------*/

static inline bool ingest_is_full(const ingest *in)
{
    return in->count >= INGEST_ROWS || in->unknown_count >= INGEST_NEW;
}

/* Writes what was put. What names_find_* gave before is void. */
OQ_CHECKED oq_err *ingest_flush(ingest *in);

/* --- doors --------------------------------------------------------------------------------------*/

/* Each reads a whole body, and writes all of it. */
OQ_CHECKED oq_err *ingest_line(ingest *in, oq_str text, line_precision precision);
/* Fails: remote.malformed (fact: reason). */
OQ_CHECKED oq_err *ingest_remote(ingest *in, oq_str message);
/* Fails: json.malformed (facts: line, column), json.too_deep, ingest.json_shape. */
OQ_CHECKED oq_err *ingest_json(ingest *in, oq_str text);

extern const http_route ingest_routes[];

#endif
