/* support/mutate_inner.h: a request in the making; between mutate.c and mutate_body.c. */
#ifndef SUPPORT_MUTATE_INNER_H
#define SUPPORT_MUTATE_INNER_H

#include "support/mutate.h"
#include "support/walls.h"

enum { MUTATE_BYTES_MAX = 1024 * 1024 };

typedef struct mutate_maker {
    oq_arena *arena;
    uint64_t seed;
    const http_route *route;
    const mutate_who *who;
    const char *method;
    oq_buf path, headers, body;
    const char *type;
    bool has_body, has_host, is_chunked, may_close, may_wait;
    long long declared; /* Content-Length; -2: the true one */
    oq_str what;
} mutate_maker;

static inline size_t pick(mutate_maker *m, size_t below)
{
    return mutate_pick(&m->seed, below);
}

static inline bool one_in(mutate_maker *m, size_t n)
{
    return pick(m, n) == 0;
}

#define PICK(m, list) ((list)[pick((m), OQ_COUNT(list))])

/* For the message of a failure: what was done to it. */
void mutate_note(mutate_maker *m, const char *what);

/* mutate_body.c: body and content type; a query into `out`. */
void mutate_body(mutate_maker *m);
void mutate_pairs(oq_buf *out, mutate_maker *m, const oq_field *fields);

#endif
