/* base/arena.h
 *
 * Memory that belongs to one unit of work: a request, a job run, a command.
 * What is made in an arena lives until the arena is rewound, reset or closed; nothing in it is
 * freed alone. Allocation never returns NULL: without memory the process aborts and its
 * supervisor starts it again. Whatever an outsider can make large meets a named limit before
 * it reaches an arena. An arena belongs to one thread at a time. */
#ifndef OQ_ARENA_H
#define OQ_ARENA_H

#include <stddef.h>

typedef struct oq_arena oq_arena;

/* A place in an arena's life; everything made after it goes when the arena is rewound to it. */
typedef struct oq_mark {
    void *block;
    size_t used;
} oq_mark;

/* Opens an arena whose blocks have at least `block_size` bytes (0: 16 KiB). */
oq_arena *oq_arena_open(size_t block_size);

/* Gives everything back. Accepts NULL. */
void oq_arena_close(oq_arena *arena);

/* Empties the arena but keeps its first block, ready for the next unit of work. */
void oq_arena_reset(oq_arena *arena);

oq_mark oq_arena_mark(oq_arena *arena);
void oq_arena_rewind(oq_arena *arena, oq_mark mark);

/* `size` zeroed bytes, aligned for any type. A size of 0 gives a valid pointer. */
void *oq_alloc(oq_arena *arena, size_t size);

/* `count * size` zeroed bytes; aborts when the product overflows. */
void *oq_alloc_n(oq_arena *arena, size_t count, size_t size);

/* The same as they are, for what is filled at once and large: zeroing it first would cost as much
 * again. */
void *oq_alloc_raw_n(oq_arena *arena, size_t count, size_t size);

/* A copy of `size` bytes. */
void *oq_copy(oq_arena *arena, const void *from, size_t size);

/* Bytes handed out since the last reset, for tests and /metrics. */
size_t oq_arena_used(const oq_arena *arena);

#define oq_new(arena, type)          ((type *)oq_alloc((arena), sizeof(type)))
#define oq_new_n(arena, type, count) ((type *)oq_alloc_n((arena), (count), sizeof(type)))

#endif
