/* historian/reading.h
 *
 * What the files that answer questions share: how the record of some series over a span is loaded,
 * and how its folded and fresh parts become one row of samples.
 *
 *     hist_load     one statement, one snapshot: definitions, chunks, batches      load.c
 *     hist_pieces   of one series, in the order of time, overlaps merged           pieces.c
 *     seen_*        chunks that were read before, as cells, kept in the process    seen.c
 *     hist_load_seen   a load of nothing but those                                 load_seen.c
 *     number_*      numbers of series by id, kept in the process                   numbers.c
 *     fresh_*       batches that were read before, kept in the process             fresh.c */
#ifndef HISTORIAN_READING_H
#define HISTORIAN_READING_H

#include "historian/read.h"
#include "historian/write.h"
#include "quant/batch.h"
#include "quant/chunk.h"

/* --- numbers that were read before (numbers.c) -------------------------------------------------
 * A series keeps its number for ever, so what was read once can spare the way over its id. Whoever
 * uses it looks whether the row that comes is of that id: a database may have been restored. */

void number_keep(oq_uuid tenant, oq_uuid id, int32_t no);
/* 0: not kept. */
int32_t number_kept(oq_uuid tenant, oq_uuid id);

/* --- batches that were read before (fresh.c) ---------------------------------------------------
 * A batch does not change while it is there, so its bytes are kept, bounded, until nobody has asked
 * for them for a while. What is pinned stays until it is let go. */

typedef struct fresh_batch {
    int64_t seq;
    oq_us received_at;
    batch batch;
    struct fresh_entry *entry;
    const struct fresh_decoded *decoded; /* NULL: not all of it is */
} fresh_batch;

/* A series' samples within a batch. */
typedef struct fresh_run {
    size_t count;
    batch_run run; /* where the batch is not decoded */
    size_t from;   /* where it is */
} fresh_run;

typedef struct fresh_pins {
    struct fresh_entry **at;
    size_t count, room;
    const int64_t *seq; /* what was kept already, rising: for the statement */
    size_t had;
} fresh_pins;

/* All that is kept of the tenant. */
void fresh_pin(oq_arena *arena, oq_uuid tenant, fresh_pins *ret_pins);
/* Lets go of all. Accepts a zeroed value. */
void fresh_pins_drop(fresh_pins *pins);
/* What one question reads of batches at most: their bytes as they are stored (twice what is folded
 * at once), and samples of the series asked for once they are decoded. Beyond:
 * history.too_much_waiting (OQ_UNAVAILABLE; fact: megabytes), instead of memory without end. */
enum { FRESH_BYTES_MAX = 128 * 1024 * 1024, FRESH_SAMPLES_MAX = 16 * 1024 * 1024 };
int64_t fresh_bytes_max(void);
oq_err *fresh_too_much(int64_t bytes);
/* For tests: another limit of bytes; 0: as above. */
void fresh_set_bytes_max(int64_t bytes);
/* Whether a batch's bytes are there: as the statement gave them, or pinned. */
bool fresh_has(const fresh_pins *pins, int64_t seq, oq_str payload);
/* A batch as the statement gave it: its bytes, or (not given) the ones that are pinned. What is
 * opened here lives as long as the pins. Fails: batch.malformed, history.too_much_waiting (it is
 * neither here nor given). */
OQ_CHECKED oq_err *fresh_open(oq_arena *arena, oq_uuid tenant, fresh_pins *pins, int64_t seq,
                              oq_us received_at, oq_str payload, fresh_batch *ret_batch);
/* batch_find and batch_decode_run, of batches whose runs were asked for often enough (as many times
 * as there are) without decoding. `known` is filled too. Fails: batch.malformed. */
bool fresh_find(const fresh_batch *b, int32_t no, fresh_run *ret_run);
OQ_CHECKED oq_err *fresh_read(const fresh_batch *b, const fresh_run *run, samples *into);
/* For tests: forgets everything that nobody has pinned. */
void fresh_forget(void);
/* For tests: bytes of what is kept decoded. */
size_t fresh_decoded_kept(void);

/* One series by its number, or (0) by its id. */
typedef struct hist_which {
    int32_t no;
    oq_uuid id;
} hist_which;

/* What a list of values says of a series. */
typedef struct hist_name {
    int64_t no;
    oq_uuid id;
    oq_str key, unit;
} hist_name;
extern const oq_field hist_name_fields[];

/* --- loading (load.c) --------------------------------------------------------------------------*/

typedef enum hist_kind {
    HIST_SERIES = 1,
    HIST_CHUNK,
    HIST_NEXT, /* the first chunk behind the span */
    HIST_OPEN,
    HIST_BATCH,
    HIST_HISTORY
} hist_kind;

typedef struct hist_row {
    int64_t kind;
    int64_t series_no, seq;
    oq_us time_first, time_last;
    oq_us known_at; /* chunk: of the latest-known sample; batch: received; history: superseded */
    int64_t samples, good;
    double value_first, value_last;
    int64_t quality_last;
    int64_t wrote, place; /* xmin, ctid: of this state of a chunk */
    oq_str summary, payload;
    bool is_deletion; /* history: nothing took their place */
    oq_uuid id;
    oq_str key, unit;
    bool is_state;
    int64_t gap_max_us;
    const summary *cells; /* of a chunk that was seen before; stands for its payload */
} hist_row;
extern const oq_field hist_row_fields[];

/* A newest sample, or (series_no not given) a batch. */
typedef struct hist_last_row {
    int64_t series_no, seq;
    oq_us time;
    double value;
    int64_t quality;
    oq_us known_at;
    oq_str payload;
} hist_last_row;
extern const oq_field hist_last_row_fields[];

typedef struct hist_want {
    const int32_t *no; /* these, and those of `id` */
    size_t count;
    const oq_uuid *id;
    size_t id_count;
    oq_us from, to;     /* [from, to) */
    bool before, after; /* also the neighbours on either side */
    bool exact;         /* payloads of neighbours too, and when each sample became known */
    oq_us known_at;     /* OQ_TIME_NONE: now */
    int64_t grid;       /* cells that tile this may stand for samples; 0: samples are wanted */
    size_t chunks_max;  /* per series; 0: all */
} hist_want;

typedef struct hist_track {
    int32_t no;
    oq_uuid id;
    oq_str key, unit;
    aggregate_rule rule;
    const hist_row *chunk; /* in the order of time, without overlaps */
    size_t chunks;
    const hist_row *history; /* in the order in which they were replaced */
    size_t histories;
    samples fresh; /* of batches; the later write of a moment */
    oq_us to;      /* complete before this: the span's end, or earlier when chunks_max cut it */
    bool is_cut;
    bool is_seen; /* its chunks were seen before */
} hist_track;

typedef struct hist_tracks {
    hist_track *at; /* in rising order of no; series that do not exist are not here */
    size_t count;
} hist_tracks;

OQ_CHECKED oq_err *hist_load(oq_scope *s, const hist_want *want, hist_tracks *ret_tracks);
/* Tracks from the rows of a load's statement, which are brought into order. */
OQ_CHECKED oq_err *hist_tracks_of(oq_scope *s, const hist_want *want, fresh_pins *pins,
                                  hist_row *row, size_t count, hist_tracks *ret_tracks);
/* Definitions first, then per series chunks by time and history by its end; batches last. */
void hist_rows_sort(hist_row *row, size_t count);
/* A load from chunks that were seen before; *ret_found false: something of it was not. */
OQ_CHECKED oq_err *hist_load_seen(oq_scope *s, const hist_want *want, fresh_pins *pins,
                                  hist_tracks *ret_tracks, bool *ret_found);
/* NULL: not there. */
const hist_track *hist_track_of(const hist_tracks *tracks, int32_t no);

/* --- one series in the order of time (pieces.c) ------------------------------------------------*/

typedef struct hist_piece {
    samples samples;
    bool is_cells; /* instead of samples: cells of a summary */
    summary cells;
    const hist_row *chunk; /* whose cells these are */
} hist_piece;

typedef struct hist_pieces {
    hist_piece *at; /* in the order of time; of samples only what was asked for */
    size_t count;
    size_t samples;             /* in all, bounds among them */
    bool has_loose;             /* of a chunk that reaches into the span there are samples */
    bool has_before, has_after; /* the very first, the very last sample is a neighbour */
} hist_pieces;

/* Fails: chunk.malformed, summary.malformed. *ret_again: late samples fell into a chunk of which
 * only cells were loaded; load the series without `grid` and come again. */
OQ_CHECKED oq_err *hist_pieces_of(oq_arena *arena, const hist_track *track, const hist_want *want,
                                  hist_pieces *ret_pieces, bool *ret_again);
/* All of them as one, in the arena. */
samples hist_pieces_join(oq_arena *arena, const hist_pieces *pieces, bool with_known);

/* --- chunks that were seen before (seen.c) -----------------------------------------------------
 * What a question over buckets needs of a chunk are its cells; they are kept, of one series and one
 * grid together. A chunk's row says by which transaction it was written and where it lies, so the
 * cells are used for that very state of it and no other: each question finds the rows first, inside
 * its tenant, and whatever was rewritten, deleted or added since is not what is kept here. At most
 * 64 MiB, 4 MiB of them for a series and grid, and nothing that ten minutes did not ask for. */

typedef struct seen_key {
    oq_uuid tenant;
    int32_t no;
    int64_t grid;
} seen_key;

/* `low` where nothing that is kept lies before the span: no sample is older (year 1). */
#define SEEN_BEGINNING (INT64_C(-62135596800) * OQ_SECOND)
/* The same behind it (year 9999). */
#define SEEN_END (INT64_C(253402300799) * OQ_SECOND)
/* Which rows to look at for a question about [from, to): chunks that begin from `low` to `high`,
 * neighbours on both sides among them; `chunks` are expected, and perhaps one more. False: not
 * enough is kept to be worth a look. */
typedef struct seen_range {
    oq_us low, high;
    size_t chunks;
} seen_range;
bool seen_hope(const seen_key *key, oq_us from, oq_us to, seen_range *ret_range);
/* Gives the chunks that reach into the span their cells, in the arena: a part that has all of the
 * span and a cell on either side. False: of one of them they are not kept, or not by this rule. */
bool seen_cells(oq_arena *arena, const seen_key *key, aggregate_rule rule, oq_us from, oq_us to,
                hist_row *row, size_t count);
/* Keeps the cells that are in pieces, and where the chunks beside the span [from, to) begin. */
void seen_keep(const seen_key *key, const hist_track *track, const hist_pieces *pieces, oq_us from,
               oq_us to);
/* For tests: forgets all; another limit of bytes (0: as above); how many bytes are kept; how many
 * questions were answered by them. */
void seen_forget(void);
void seen_set_bytes_max(size_t bytes);
size_t seen_bytes(void);
int64_t seen_answers(void);

/* --- as it was known (known.c) -----------------------------------------------------------------*/

/* The samples of a track's span as they were known at want->known_at. */
OQ_CHECKED oq_err *hist_known_samples(oq_arena *arena, const hist_track *track,
                                      const hist_want *want, samples *ret_samples);
/* The newest sample before `at` and the oldest at or after it that were known at `known_at`; count
 * 0: there was none. */
OQ_CHECKED oq_err *hist_known_before(oq_scope *s, hist_which which, oq_us at, oq_us known_at,
                                     samples *ret_sample);
OQ_CHECKED oq_err *hist_known_after(oq_scope *s, hist_which which, oq_us at, oq_us known_at,
                                    samples *ret_sample);

/* --- questions ---------------------------------------------------------------------------------*/

/* Goes through a span slice by slice. Before the first: what to read; `is_done` when it was all. */
typedef struct hist_slices {
    hist_which which;
    oq_us from, to; /* `from` moves */
    oq_us known_at;
    size_t chunks_max; /* of a slice */
    bool is_done;
    const hist_track *track; /* of the latest slice */
} hist_slices;
OQ_CHECKED oq_err *hist_slices_next(oq_scope *s, hist_slices *slices, samples *ret_samples);

/* hist_read and hist_plot of a series by number or id, with what its definition says. */
OQ_CHECKED oq_err *hist_read_of(oq_scope *s, hist_which which, hist_span span, size_t max,
                                bool with_bounds, bool with_known, hist_points *ret_points,
                                const hist_track **ret_track);
OQ_CHECKED oq_err *hist_plot_of(oq_scope *s, hist_which which, hist_span span, size_t want,
                                samples *ret_samples, int64_t *ret_of,
                                const hist_track **ret_track);
/* What buckets ask of a load, and one series' answer. */
hist_want hist_want_buckets(buckets b, oq_us known_at);
/* Of all tracks, in their order. */
OQ_CHECKED oq_err *hist_aggregate_tracks(oq_scope *s, const hist_tracks *tracks,
                                         const hist_want *want, buckets b,
                                         aggregate **ret_aggregate);
hist_want hist_want_at(oq_us at, oq_us known_at);
OQ_CHECKED oq_err *hist_at_track(oq_scope *s, const hist_track *track, const hist_want *want,
                                 hist_last *ret_value);
/* The width that all edges are multiples of: cells of a width that divides it tile the buckets. */
int64_t hist_grid_of(buckets b);

#endif
