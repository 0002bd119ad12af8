/* Chunks that were seen before, as cells of a grid.
 *
 * Decoding a chunk and adding it up is most of the work of a question about buckets, its bytes most
 * of what the database sends, and the next question asks for nearly the same chunks. Of a series
 * and grid they are kept as a list in the order of time; lists go when they were not asked for. */
#include "historian/reading.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/banned.h"

enum { KEPT_BYTES = 64 * 1024 * 1024, SERIES_BYTES = 4 * 1024 * 1024, TABLE = 1024 };
static const oq_us kept_for = 10 * OQ_MINUTE;

/* One state of a chunk. Without cells: it was the neighbour before a span. */
typedef struct seen_chunk {
    bool is_open;
    oq_us time_first, time_last, known_at;
    int64_t samples, wrote, place;
    int pins;
    bool is_kept; /* else it goes with its last pin */
    oq_us width;
    size_t bytes, count;
    aggregate *cell; /* behind the struct, then their starts */
    oq_us *start;
} seen_chunk;

typedef struct seen_series {
    struct seen_series *next;          /* of its place in the table */
    struct seen_series *older, *newer; /* by last use */
    seen_key key;
    aggregate_rule rule;
    oq_us used_at;       /* oq_monotonic */
    unsigned vain_hopes; /* since it last was of use */
    size_t bytes;
    seen_chunk **chunk; /* in the order of time, without overlaps */
    size_t count, room;
} seen_series;

static struct {
    pthread_mutex_t lock;
    seen_series *table[TABLE], *oldest, *newest;
    size_t bytes;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Atomic size_t bytes_max = KEPT_BYTES;
static _Atomic int64_t answers;

/* --- lists, under the lock ---------------------------------------------------------------------*/

static seen_series **place_of(const seen_key *key)
{
    struct {
        oq_uuid tenant;
        int64_t no, grid;
    } bytes = {key->tenant, key->no, key->grid};
    return &kept.table[oq_hash(oq_strn((const char *)&bytes, sizeof bytes)) % TABLE];
}

static seen_series *find(const seen_key *key)
{
    seen_series *e = *place_of(key);
    while (e && (e->key.no != key->no || e->key.grid != key->grid ||
                 !oq_uuid_eq(e->key.tenant, key->tenant)))
        e = e->next;
    return e;
}

static void unlink_use(seen_series *e)
{
    *(e->older ? &e->older->newer : &kept.oldest) = e->newer;
    *(e->newer ? &e->newer->older : &kept.newest) = e->older;
    e->older = e->newer = NULL;
}

static void link_newest(seen_series *e)
{
    e->used_at = oq_monotonic();
    e->older = kept.newest;
    *(kept.newest ? &kept.newest->newer : &kept.oldest) = e;
    kept.newest = e;
}

static void unpin(seen_chunk *c)
{
    if (--c->pins == 0 && !c->is_kept)
        free(c);
}

static void count_bytes(seen_series *e, size_t more, size_t less)
{
    e->bytes += more - less;
    kept.bytes += more - less;
}

static void drop_chunk(seen_series *e, seen_chunk *c)
{
    count_bytes(e, 0, c->bytes);
    c->is_kept = false;
    if (c->pins == 0)
        free(c);
}

static void forget(seen_series *e)
{
    seen_series **at = place_of(&e->key);
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    unlink_use(e);
    for (size_t i = 0; i < e->count; i++)
        drop_chunk(e, e->chunk[i]);
    count_bytes(e, 0, e->bytes);
    free(e->chunk);
    free(e);
}

static void trim(void)
{
    oq_us since = oq_monotonic() - kept_for;
    while (kept.oldest && (kept.bytes > bytes_max || kept.oldest->used_at < since))
        forget(kept.oldest);
}

static seen_series *add_series(const seen_key *key, aggregate_rule rule)
{
    seen_series *e = calloc(1, sizeof *e);
    if (!e)
        abort();
    e->key = *key;
    e->rule = rule;
    e->next = *place_of(key);
    *place_of(key) = e;
    link_newest(e);
    count_bytes(e, sizeof *e, 0);
    return e;
}

/* --- chunks of a list --------------------------------------------------------------------------*/

/* The place of the first that begins at or after `at`. */
static size_t place_from(const seen_series *e, oq_us at)
{
    size_t low = 0, high = e->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (e->chunk[middle]->time_first < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_state_of(const seen_chunk *c, const hist_row *row)
{
    return c->wrote == row->wrote && c->place == row->place && c->time_first == row->time_first &&
           c->time_last == row->time_last && c->known_at == row->known_at &&
           c->samples == row->samples && c->is_open == (row->kind == HIST_OPEN);
}

static void drop_chunks(seen_series *e, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        drop_chunk(e, e->chunk[i]);
    memmove(e->chunk + from, e->chunk + to, (e->count - to) * sizeof *e->chunk);
    e->count -= to - from;
}

static void grow(seen_series *e)
{
    size_t room = e->room ? e->room * 2 : 8;
    seen_chunk **grown = realloc(e->chunk, room * sizeof *grown);
    if (!grown)
        abort();
    count_bytes(e, (room - e->room) * sizeof *grown, 0);
    e->chunk = grown;
    e->room = room;
}

/* What overlaps it is not there any more, nor an earlier state of the growing chunk. */
static void put_chunk(seen_series *e, seen_chunk *c)
{
    if (e->count == e->room)
        grow(e);
    if (c->is_open && e->count && e->chunk[e->count - 1]->is_open)
        drop_chunks(e, e->count - 1, e->count);
    size_t at = place_from(e, c->time_first);
    at -= at > 0 && e->chunk[at - 1]->time_last >= c->time_first;
    drop_chunks(e, at, place_from(e, c->time_last + 1));
    memmove(e->chunk + at + 1, e->chunk + at, (e->count - at) * sizeof *e->chunk);
    e->chunk[at] = c;
    e->count++;
    c->is_kept = true;
    count_bytes(e, c->bytes, 0);
}

/* Whether one that begins there is kept. */
static bool is_there(const seen_series *e, oq_us time_first)
{
    size_t at = place_from(e, time_first);
    return at < e->count && e->chunk[at]->time_first == time_first;
}

static seen_chunk *make_chunk(const hist_row *row, const summary *cells)
{
    size_t count = cells ? cells->count : 0;
    size_t bytes = sizeof(seen_chunk) + count * (sizeof(aggregate) + sizeof(oq_us));
    seen_chunk *c = malloc(bytes);
    if (!c)
        abort();
    *c = (seen_chunk){
        .is_open = row->kind == HIST_OPEN,
        .time_first = row->time_first,
        .time_last = row->time_last,
        .known_at = row->known_at,
        .samples = row->samples,
        .wrote = row->wrote,
        .place = row->place,
        .width = cells ? cells->width : 0,
        .bytes = bytes,
        .count = count,
        .cell = (aggregate *)(c + 1),
    };
    c->start = (oq_us *)(c->cell + count);
    if (count) {
        memcpy(c->cell, cells->cell, count * sizeof *c->cell);
        memcpy(c->start, cells->start, count * sizeof *c->start);
    }
    return c;
}

/* --- asking ------------------------------------------------------------------------------------*/

/* Of a series that changes between any two questions a look is in vain: from the third on only now
 * and then. */
static bool is_hopeless(seen_series *e)
{
    enum { PATIENCE = 3, PAUSE = 8 };
    return e->vain_hopes++ >= PATIENCE && e->vain_hopes % PAUSE;
}

/* The last sealed chunk that begins before `from`; SIZE_MAX: none. */
static size_t sealed_before(const seen_series *e, oq_us from)
{
    size_t at = place_from(e, from);
    while (at > 0 && e->chunk[at - 1]->is_open)
        at--;
    return at - 1;
}

/* The first sealed chunk that begins at or after `to`; SIZE_MAX: none. */
static size_t sealed_behind(const seen_series *e, oq_us to)
{
    size_t at = place_from(e, to);
    return at < e->count && !e->chunk[at]->is_open ? at : SIZE_MAX;
}

bool seen_hope(const seen_key *key, oq_us from, oq_us to, seen_range *ret_range)
{
    pthread_mutex_lock(&kept.lock);
    trim();
    seen_series *e = find(key);
    bool is_hope = e && !is_hopeless(e);
    if (is_hope) {
        size_t first = sealed_before(e, from), behind = sealed_behind(e, to);
        *ret_range = (seen_range){
            .low = first == SIZE_MAX ? SEEN_BEGINNING : e->chunk[first]->time_first,
            .high = behind == SIZE_MAX ? SEEN_END : e->chunk[behind]->time_first,
            .chunks = place_from(e, to) - (first == SIZE_MAX ? 0 : first) + (behind != SIZE_MAX),
        };
    }
    pthread_mutex_unlock(&kept.lock);
    return is_hope;
}

/* Pins the chunks of the rows that reach into the span; a place is NULL where a row does not. */
static bool pin_all(seen_series *e, oq_us from, oq_us to, const hist_row *row, size_t count,
                    seen_chunk **pin)
{
    for (size_t i = 0; i < count; i++) {
        if (row[i].time_last < from || row[i].time_first >= to)
            continue;
        size_t at = place_from(e, row[i].time_first);
        if (at == e->count || !e->chunk[at]->count || !is_state_of(e->chunk[at], &row[i]))
            return false;
        pin[i] = e->chunk[at];
        pin[i]->pins++;
    }
    return true;
}

/* Only as many cells as the span needs. */
static const summary *copy_cells(oq_arena *arena, const seen_chunk *c, aggregate_rule rule,
                                 oq_us from, oq_us to)
{
    samples starts = {.count = c->count, .time = c->start};
    size_t first = samples_find(&starts, from), behind = samples_find(&starts, to);
    first -= first > 0;
    behind += behind < c->count;
    summary *y = oq_new(arena, summary);
    *y = (summary){.width = c->width, .rule = rule, .count = behind - first};
    y->start = oq_copy(arena, c->start + first, y->count * sizeof *y->start);
    y->cell = oq_copy(arena, c->cell + first, y->count * sizeof *y->cell);
    return y;
}

bool seen_cells(oq_arena *arena, const seen_key *key, aggregate_rule rule, oq_us from, oq_us to,
                hist_row *row, size_t count)
{
    seen_chunk **pin = oq_new_n(arena, seen_chunk *, count);
    pthread_mutex_lock(&kept.lock);
    seen_series *e = find(key);
    bool is_same = e && e->rule.is_state == rule.is_state && e->rule.gap_max == rule.gap_max &&
                   pin_all(e, from, to, row, count, pin);
    if (is_same) {
        unlink_use(e);
        link_newest(e);
        e->vain_hopes = 0;
    }
    pthread_mutex_unlock(&kept.lock);
    for (size_t i = 0; is_same && i < count; i++)
        if (pin[i])
            row[i].cells = copy_cells(arena, pin[i], rule, from, to);
    pthread_mutex_lock(&kept.lock);
    for (size_t i = 0; i < count; i++)
        if (pin[i])
            unpin(pin[i]);
    pthread_mutex_unlock(&kept.lock);
    if (is_same)
        atomic_fetch_add_explicit(&answers, 1, memory_order_relaxed);
    return is_same;
}

/* --- keeping -----------------------------------------------------------------------------------*/

/* The newest sealed chunk that lies before `from` altogether, and the first behind `to`. */
static size_t make_neighbours(const hist_track *track, oq_us from, oq_us to, seen_chunk **made)
{
    const hist_row *before = NULL, *behind = NULL;
    for (size_t i = 0; i < track->chunks && !behind; i++) {
        const hist_row *row = &track->chunk[i];
        if (row->kind == HIST_OPEN)
            continue;
        if (row->time_last < from)
            before = row;
        else if (row->time_first >= to)
            behind = row;
    }
    size_t count = 0;
    if (before)
        made[count++] = make_chunk(before, NULL);
    if (behind)
        made[count++] = make_chunk(behind, NULL);
    return count;
}

/* The list that takes them: empty when it held those of another rule, or too many. */
static seen_series *list_for(const seen_key *key, aggregate_rule rule)
{
    seen_series *e = find(key);
    bool is_good = e && e->rule.is_state == rule.is_state && e->rule.gap_max == rule.gap_max &&
                   e->bytes <= SERIES_BYTES;
    if (e && !is_good)
        forget(e);
    return is_good ? e : add_series(key, rule);
}

void seen_keep(const seen_key *key, const hist_track *track, const hist_pieces *pieces, oq_us from,
               oq_us to)
{
    seen_chunk **made = malloc((pieces->count + 2) * sizeof *made);
    if (!made)
        abort();
    size_t count = make_neighbours(track, from, to, made), bytes = 0;
    for (size_t i = 0; i < pieces->count && bytes <= SERIES_BYTES; i++)
        if (pieces->at[i].is_cells) {
            made[count] = make_chunk(pieces->at[i].chunk, &pieces->at[i].cells);
            bytes += made[count++]->bytes;
        }
    pthread_mutex_lock(&kept.lock);
    seen_series *e = list_for(key, track->rule);
    for (size_t i = 0; i < count; i++) {
        if (made[i]->count || !is_there(e, made[i]->time_first))
            put_chunk(e, made[i]);
        else
            free(made[i]);
    }
    trim();
    pthread_mutex_unlock(&kept.lock);
    free(made);
}

void seen_forget(void)
{
    pthread_mutex_lock(&kept.lock);
    while (kept.oldest)
        forget(kept.oldest);
    pthread_mutex_unlock(&kept.lock);
}

void seen_set_bytes_max(size_t bytes)
{
    bytes_max = bytes ? bytes : KEPT_BYTES;
}

size_t seen_bytes(void)
{
    pthread_mutex_lock(&kept.lock);
    size_t bytes = kept.bytes;
    pthread_mutex_unlock(&kept.lock);
    return bytes;
}

int64_t seen_answers(void)
{
    return atomic_load_explicit(&answers, memory_order_relaxed);
}
