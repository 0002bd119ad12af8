#include "ingest/names.h"

#include <pthread.h>

#include "base/secret.h"

#include "base/banned.h"

/* --- hashing ------------------------------------------------------------------------------------*/

/* Eight bytes a step, multiplied into 128 bits and folded (the step of wyhash, Wang Yi, 2019), from
 * a secret beginning, so that nobody can send names that all collide. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t seed_of_process;

static void make_seed(void)
{
    oq_random(&seed_of_process, sizeof seed_of_process);
}

static uint64_t hash_bytes(oq_str s, uint64_t seed)
{
    uint64_t hash = seed ^ s.len ^ seed_of_process, word;
    size_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        memcpy(&word, s.ptr + i, sizeof word);
        hash = mix(hash ^ word, UINT64_C(0x9e3779b97f4a7c15));
    }
    word = 0;
    if (i < s.len)
        memcpy(&word, s.ptr + i, s.len - i);
    return mix(hash ^ word, UINT64_C(0xe7037ed1a0b428db));
}

/* --- tables -------------------------------------------------------------------------------------*/

/* Groups and fields in one table with open addressing; what they point to lives in the arena. */
typedef struct slot {
    uint64_t hash; /* 0: free */
    void *entry;
} slot;

struct names {
    oq_uuid tenant;
    names *next;
    atomic_int holders; /* the list is one of them */
    pthread_rwlock_t lock;
    oq_arena *arena;
    slot *slots;
    size_t mask, used;
    size_t bytes; /* this and the next under the list's lock */
    bool is_off;  /* the list: forgotten or crowded out; not counted, and learns nothing more */
    _Atomic(names_field *) first; /* of the last body */
};

enum { SLOTS_FIRST = 1024, ARENA_BLOCK = 64 * 1024 };

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static names *list;
static size_t bytes_in_all; /* of the list */

size_t names_bytes(void)
{
    pthread_mutex_lock(&list_lock);
    size_t bytes = bytes_in_all;
    pthread_mutex_unlock(&list_lock);
    return bytes;
}

static void set_bytes(names *n, size_t bytes)
{
    pthread_mutex_lock(&list_lock);
    if (!n->is_off)
        bytes_in_all += bytes - n->bytes;
    n->bytes = bytes;
    pthread_mutex_unlock(&list_lock);
}

enum { EMPTY_BYTES = ARENA_BLOCK + SLOTS_FIRST * sizeof(slot) };

static void make_empty(names *n)
{
    oq_arena_close(n->arena);
    free(n->slots);
    n->arena = oq_arena_open(ARENA_BLOCK);
    n->slots = calloc(SLOTS_FIRST, sizeof *n->slots);
    if (!n->slots)
        abort();
    n->mask = SLOTS_FIRST - 1;
    n->used = 0;
    atomic_store_explicit(&n->first, NULL, memory_order_relaxed);
}

static names *open_names(oq_uuid tenant)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_seed);
    names *n = calloc(1, sizeof *n);
    if (!n)
        abort();
    pthread_rwlockattr_t kind;
    pthread_rwlockattr_init(&kind);
    /* Else readers that follow each other closely keep a writer out for good. */
    pthread_rwlockattr_setkind_np(&kind, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&n->lock, &kind);
    pthread_rwlockattr_destroy(&kind);
    n->tenant = tenant;
    atomic_init(&n->holders, 1);
    make_empty(n);
    n->bytes = EMPTY_BYTES;
    return n;
}

static void close_names(names *n)
{
    pthread_rwlock_destroy(&n->lock);
    oq_arena_close(n->arena);
    free(n->slots);
    free(n);
}

names *names_hold(oq_uuid tenant)
{
    pthread_mutex_lock(&list_lock);
    names *n = list;
    while (n && !oq_uuid_eq(n->tenant, tenant))
        n = n->next;
    if (!n) {
        n = open_names(tenant);
        n->next = list;
        list = n;
        bytes_in_all += n->bytes;
    }
    atomic_fetch_add(&n->holders, 1);
    pthread_mutex_unlock(&list_lock);
    return n;
}

void names_release(names *n)
{
    if (n && atomic_fetch_sub(&n->holders, 1) == 1)
        close_names(n);
}

/* Under the list's lock. */
static void take_off(names **at)
{
    names *n = *at;
    *at = n->next;
    n->is_off = true;
    bytes_in_all -= n->bytes;
    names_release(n);
}

static void forget(const oq_uuid *tenant)
{
    pthread_mutex_lock(&list_lock);
    for (names **at = &list; *at;) {
        if (tenant && !oq_uuid_eq((*at)->tenant, *tenant))
            at = &(*at)->next;
        else
            take_off(at);
    }
    pthread_mutex_unlock(&list_lock);
}

void names_forget(oq_uuid tenant)
{
    forget(&tenant);
}

void names_forget_all(void)
{
    forget(NULL);
}

void names_on_notify(void *self, oq_str payload)
{
    oq_uuid tenant;
    if (oq_uuid_parse(payload, &tenant))
        names_forget(tenant);
}

void names_on_gap(void *self)
{
    names_forget_all();
}

void names_read(names *n)
{
    pthread_rwlock_rdlock(&n->lock);
}

void names_read_end(names *n)
{
    pthread_rwlock_unlock(&n->lock);
}

/* --- finding ------------------------------------------------------------------------------------*/

uint64_t names_hash(oq_str a, oq_str b)
{
    return hash_bytes(b, hash_bytes(a, 0));
}

/* The two lowest bits tell a free slot, a group and a field from each other. */
static uint64_t hash_group(names_door door, oq_str bytes)
{
    return (hash_bytes(bytes, (uint64_t)door << 32) & ~UINT64_C(3)) | 1;
}

static uint64_t hash_field(const names_group *group, oq_str name)
{
    return (hash_bytes(name, group->hash) & ~UINT64_C(3)) | 2;
}

static bool is_group(const names_group *g, names_door door, oq_str bytes)
{
    return g->bytes.len == bytes.len && g->door == door &&
           memcmp(g->bytes.ptr, bytes.ptr, bytes.len) == 0;
}

static bool is_field(const names_field *f, const names_group *group, oq_str name)
{
    return f->group == group && f->name.len == name.len &&
           memcmp(f->name.ptr, name.ptr, name.len) == 0;
}

static names_group *look_up_group(const names *n, names_door door, oq_str bytes)
{
    uint64_t hash = hash_group(door, bytes);
    for (size_t i = hash >> 2 & n->mask; n->slots[i].hash; i = (i + 1) & n->mask) {
        names_group *g = n->slots[i].entry;
        if (n->slots[i].hash == hash && is_group(g, door, bytes))
            return g;
    }
    return NULL;
}

static names_field *look_up_field(const names *n, const names_group *group, oq_str name)
{
    uint64_t hash = hash_field(group, name);
    for (size_t i = hash >> 2 & n->mask; n->slots[i].hash; i = (i + 1) & n->mask) {
        names_field *f = n->slots[i].entry;
        if (n->slots[i].hash == hash && is_field(f, group, name))
            return f;
    }
    return NULL;
}

/* Hints are written while many read: whatever another thread leaves in one is an entry of this
 * table, and a wrong one only costs a look-up. */
static _Atomic(names_field *) *hint_of(names *n, names_field *last)
{
    return last ? &last->next : &n->first;
}

names_group *names_find_group(names *n, names_door door, oq_str bytes, names_field *last)
{
    names_field *f = atomic_load_explicit(hint_of(n, last), memory_order_relaxed);
    if (f && is_group(f->group, door, bytes))
        return f->group;
    return look_up_group(n, door, bytes);
}

names_field *names_find_field(names *n, names_group *group, oq_str name, names_field *last)
{
    _Atomic(names_field *) *hint = hint_of(n, last);
    names_field *f = atomic_load_explicit(hint, memory_order_relaxed);
    if (f && is_field(f, group, name))
        return f;
    f = look_up_field(n, group, name);
    if (f)
        atomic_store_explicit(hint, f, memory_order_relaxed);
    return f;
}

/* --- remembering --------------------------------------------------------------------------------*/

static void put_slot(names *n, uint64_t hash, void *entry)
{
    size_t i = hash >> 2 & n->mask;
    while (n->slots[i].hash)
        i = (i + 1) & n->mask;
    n->slots[i] = (slot){hash, entry};
    n->used++;
}

static void grow(names *n)
{
    slot *old = n->slots;
    size_t count = n->mask + 1;
    n->slots = calloc(count * 2, sizeof *old);
    if (!n->slots)
        abort();
    n->mask = count * 2 - 1;
    n->used = 0;
    for (size_t i = 0; i < count; i++)
        if (old[i].hash)
            put_slot(n, old[i].hash, old[i].entry);
    free(old);
    set_bytes(n, n->bytes + count * sizeof *old);
}

static names_group *add_group(names *n, names_door door, oq_str bytes)
{
    names_group *g = oq_new(n->arena, names_group);
    g->hash = hash_group(door, bytes);
    g->door = door;
    g->bytes = oq_str_copy(n->arena, bytes);
    put_slot(n, g->hash, g);
    set_bytes(n, n->bytes + sizeof *g + bytes.len + 16);
    return g;
}

static void take_facts(names_field *f, const series_facts *facts)
{
    f->no = facts->no;
    f->min = facts->min;
    f->max = facts->max;
    f->scale = facts->scale;
    f->offset = facts->offset;
    f->is_active = facts->is_active;
    f->is_calculated = facts->is_calculated;
}

static void add_field(names *n, names_group *group, oq_str name, const series_facts *facts)
{
    names_field *f = oq_new(n->arena, names_field);
    f->hash = hash_field(group, name);
    f->group = group;
    f->name = oq_str_copy(n->arena, name);
    take_facts(f, facts);
    put_slot(n, f->hash, f);
    set_bytes(n, n->bytes + sizeof *f + name.len + 16);
}

/* Where all tables together have grown too large, the largest one makes room: who sends endless
 * spellings crowds out itself. Another tenant's table is not emptied, for it may be in use, but
 * taken off the list. False: this one learns nothing any more. */
static bool make_room(names *n)
{
    bool is_largest = false;
    pthread_mutex_lock(&list_lock);
    if (!n->is_off && bytes_in_all > NAMES_BYTES_MAX) {
        names **largest = &list;
        for (names **at = &list; *at; at = &(*at)->next)
            if ((*at)->bytes > (*largest)->bytes)
                largest = at;
        is_largest = *largest == n;
        if (!is_largest)
            take_off(largest);
    }
    bool is_off = n->is_off;
    pthread_mutex_unlock(&list_lock);
    if (is_largest) {
        make_empty(n);
        set_bytes(n, EMPTY_BYTES);
    }
    return !is_off;
}

static void add(names *n, names_door door, oq_str bytes, oq_str field, const series_facts *facts)
{
    if ((n->used + 2) * 2 > n->mask)
        grow(n);
    names_group *g = look_up_group(n, door, bytes);
    if (!g)
        g = add_group(n, door, bytes);
    names_field *f = look_up_field(n, g, field);
    if (f)
        take_facts(f, facts);
    else
        add_field(n, g, field, facts);
}

void names_add(names *n, names_door door, oq_str bytes, oq_str field, const series_facts *facts)
{
    pthread_rwlock_wrlock(&n->lock);
    if (make_room(n))
        add(n, door, bytes, field, facts);
    pthread_rwlock_unlock(&n->lock);
}
