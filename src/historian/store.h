/* historian/store.h
 *
 * The stored record of one series: sealed chunks, which do not overlap, and behind all of them in
 * time the growing one. Whatever changes it (fold, replacement, correction, retention) is an edit,
 * which goes through the chunks that it touches, one at a time, and puts what becomes of them into
 * a writer. For src/historian and its tests alone.
 *
 *     store_write.c   rows to the database, many at once
 *     store_seal.c    samples to rows
 *     store_edit.c    an edit, chunk after chunk */
#ifndef HISTORIAN_STORE_H
#define HISTORIAN_STORE_H

#include "db/scope.h"
#include "db/stmt.h"
#include "historian/merge.h"
#include "quant/aggregate.h"
#include "quant/archive.h"
#include "quant/chunk.h"

/* A row of series_chunks, or of series_open. */
typedef struct store_chunk {
    int64_t series_no;
    oq_us time_first, time_last, known_last;
    int64_t samples, good; /* as received; an archive rule may have kept fewer */
    double value_min, value_max, value_sum, value_first, value_last;
    int64_t quality_last;
    oq_str summary, payload;
} store_chunk;
extern const oq_field store_chunk_fields[];

/* How a series is kept, and its growing chunk: where an edit starts from. */
typedef struct store_start {
    int64_t series_no;
    bool is_state;
    int64_t gap_max_us;
    double exception_deviation;
    int64_t exception_max_us;
    double compression_deviation;
    int64_t compression_max_us;
    oq_us time_first; /* of the growing chunk */
    oq_str payload;   /* not given: there is none */
} store_start;
extern const oq_field store_start_fields[];

typedef struct store_rules {
    aggregate_rule sums;
    archive_rule archive;
} store_rules;
store_rules store_rules_of(const store_start *start);

/* --- the writer ----------------------------------------------------------------------------------
 * Gathers rows and sends them a few megabytes at a time: what goes away first, then what comes. A
 * row that was put must not be read back before store_flush. */

typedef struct store_writer {
    oq_scope *scope;
    oq_arena *arena; /* the writer's own; emptied at each flush */
    size_t bytes;    /* gathered */
    struct store_rows {
        store_chunk *at;
        size_t count, room;
    } sealed, open;
    struct store_keys {
        int32_t *no;
        oq_us *time_first;
        size_t count, room;
    } sealed_gone, open_gone;
    struct store_newest {
        int32_t *no;
        oq_us *time, *known;
        double *value;
        int64_t *quality;
        size_t count, room;
    } newest;
    struct store_old {
        oq_uuid *id;
        int32_t *no, *samples;
        oq_us *superseded_at, *time_first, *time_last;
        oq_str *reason, *payload;
        size_t count, room;
    } old;
    int64_t chunks; /* sealed, in all */
} store_writer;

void store_writer_make(oq_scope *s, store_writer *ret_writer);
void store_writer_drop(store_writer *w);

/* Bytes are copied. */
OQ_CHECKED oq_err *store_put_sealed(store_writer *w, const store_chunk *chunk);
OQ_CHECKED oq_err *store_put_open(store_writer *w, const store_chunk *chunk);
OQ_CHECKED oq_err *store_drop_sealed(store_writer *w, int32_t no, oq_us time_first);
OQ_CHECKED oq_err *store_drop_open(store_writer *w, int32_t no);
/* Counts where no newer sample is there already. */
OQ_CHECKED oq_err *store_put_newest(store_writer *w, int32_t no, const samples *s, size_t i);
/* Into the history; `temp` is given back as it was. Empties `lost`. */
OQ_CHECKED oq_err *store_put_lost(store_writer *w, oq_arena *temp, int32_t no, merge_lost *lost,
                                  const char *reason);
OQ_CHECKED oq_err *store_flush(store_writer *w);

/* --- samples to rows -----------------------------------------------------------------------------*/

/* How samples become chunks. */
typedef struct store_form {
    int32_t no;
    store_rules rules;
    bool thins;    /* the archive rule is applied to what is sealed */
    int64_t extra; /* samples and good ones that were received, but not kept, before */
    int64_t extra_good;
} store_form;

/* All of `s` (in rising order, with known) as full chunks; the last two share evenly where the last
 * would be small. */
OQ_CHECKED oq_err *store_seal(store_writer *w, oq_arena *temp, const store_form *form,
                              const samples *s);
/* Full chunks are sealed, what is left goes on growing. */
OQ_CHECKED oq_err *store_grow(store_writer *w, oq_arena *temp, const store_form *form,
                              const samples *s);

/* --- edits ---------------------------------------------------------------------------------------*/

/* What is to stand in place of samples that are there (with known); `there` is a part of the range.
 * The result has known, and lies within the part [from, to). */
typedef oq_err *store_make(void *self, oq_arena *arena, const samples *there, oq_us from, oq_us to,
                           samples *ret_instead);

typedef struct store_edit {
    int32_t no;
    store_rules rules;
    const store_chunk *open; /* NULL: there is none */
    oq_us sealed_last;       /* time of the last sealed sample; OQ_TIME_NONE: none is sealed */

    /* Either writes over what is there, settled, with what was lost on the way ... */
    samples writes;
    merge_lost *chain;
    /* ... or `make` says what stands in [from, to) instead, from the moment `at`. */
    store_make *make;
    void *self;
    oq_us from, to, at;
    size_t chunks_max; /* so many at a time; 0: all */

    const char *reason; /* of the history; NULL: what is replaced leaves no trace (retention) */
    int64_t changed;    /* result: samples new, replaced or gone */
    int64_t replaced;   /* of them those that stood there */
    oq_us resume;       /* result: the edit reached this moment; `to` when it was all */
} store_edit;

/* Reads what it needs in `s`, whose arena is given back as it was. Fails: store.broken (facts:
 * series, at: of a sealed chunk; without `at` the growing one): see historian/broken.h. */
OQ_CHECKED oq_err *store_apply(oq_scope *s, oq_arena *temp, store_writer *w, store_edit *edit);

#endif
