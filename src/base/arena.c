#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define HIDE(ptr, len) ASAN_POISON_MEMORY_REGION((ptr), (len))
#define SHOW(ptr, len) ASAN_UNPOISON_MEMORY_REGION((ptr), (len))
#else
#define HIDE(ptr, len) ((void)(ptr), (void)(len))
#define SHOW(ptr, len) ((void)(ptr), (void)(len))
#endif

/* Blocks form a list, newest first. Room not handed out is poisoned under AddressSanitizer, and
 * two allocations never touch there, so that an overrun is found although all share a block. */
typedef struct block {
    struct block *older;
    size_t size, used;
    alignas(max_align_t) char bytes[];
} block;

struct oq_arena {
    block *newest;
    size_t block_size;
    size_t handed_out;
};

enum { ALIGN = alignof(max_align_t), BLOCK_DEFAULT = 16 * 1024 };
#if defined(__SANITIZE_ADDRESS__)
enum { GAP = ALIGN };
#else
enum { GAP = 0 };
#endif

static _Noreturn void out_of_memory(size_t size)
{
    fprintf(stderr, "out of memory (%zu bytes wanted)\n", size);
    abort();
}

static block *block_open(size_t size, block *older)
{
    block *b = malloc(sizeof *b + size);
    if (!b)
        out_of_memory(size);
    b->older = older;
    b->size = size;
    b->used = 0;
    HIDE(b->bytes, size);
    return b;
}

static void block_close(block *b)
{
    SHOW(b->bytes, b->size);
    free(b);
}

oq_arena *oq_arena_open(size_t block_size)
{
    oq_arena *arena = malloc(sizeof *arena);
    if (!arena)
        out_of_memory(sizeof *arena);
    arena->block_size = block_size ? block_size : BLOCK_DEFAULT;
    arena->newest = block_open(arena->block_size, NULL);
    arena->handed_out = 0;
    return arena;
}

void oq_arena_close(oq_arena *arena)
{
    if (!arena)
        return;
    for (block *b = arena->newest; b;) {
        block *older = b->older;
        block_close(b);
        b = older;
    }
    free(arena);
}

void oq_arena_reset(oq_arena *arena)
{
    while (arena->newest->older) {
        block *b = arena->newest;
        arena->newest = b->older;
        block_close(b);
    }
    arena->newest->used = 0;
    HIDE(arena->newest->bytes, arena->newest->size);
    arena->handed_out = 0;
}

oq_mark oq_arena_mark(oq_arena *arena)
{
    return (oq_mark){.block = arena->newest, .used = arena->newest->used};
}

void oq_arena_rewind(oq_arena *arena, oq_mark mark)
{
    while (arena->newest != mark.block) {
        block *b = arena->newest;
        assert(b->older && "the mark belongs to another arena, or to memory given back already");
        arena->newest = b->older;
        block_close(b);
    }
    assert(mark.used <= arena->newest->used);
    arena->newest->used = mark.used;
    HIDE(arena->newest->bytes + mark.used, arena->newest->size - mark.used);
}

static void *hand_out(oq_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        out_of_memory(size);
    size_t step = (size + ALIGN - 1) / ALIGN * ALIGN + GAP;
    block *b = arena->newest;
    if (b->size - b->used < step) {
        size_t wanted = step > arena->block_size ? step : arena->block_size;
        b = arena->newest = block_open(wanted, b);
    }
    char *p = b->bytes + b->used;
    b->used += step;
    arena->handed_out += size;
    SHOW(p, size);
    return p;
}

void *oq_alloc(oq_arena *arena, size_t size)
{
    return memset(hand_out(arena, size), 0, size);
}

static size_t product(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory(SIZE_MAX);
    return bytes;
}

void *oq_alloc_n(oq_arena *arena, size_t count, size_t size)
{
    return oq_alloc(arena, product(count, size));
}

void *oq_alloc_raw_n(oq_arena *arena, size_t count, size_t size)
{
    return hand_out(arena, product(count, size));
}

void *oq_copy(oq_arena *arena, const void *from, size_t size)
{
    void *to = hand_out(arena, size);
    if (size)
        memcpy(to, from, size);
    return to;
}

size_t oq_arena_used(const oq_arena *arena)
{
    return arena->handed_out;
}
