/* support/mutate.h
 *
 * Requests as no well-meaning client sends them: made of a route and of what may go wrong on the
 * way, from a number alone, so that the same number makes the same request again. */
#ifndef SUPPORT_MUTATE_H
#define SUPPORT_MUTATE_H

#include "http/route.h"

/* Whose credentials go along. */
typedef struct mutate_who {
    const char *name;
    oq_str cookie, csrf, bearer; /* not given: none */
} mutate_who;

/* Stands in texts that a page shows again; unescaped it would be a tag. */
#define MUTATE_TAG "<wm-tag"
/* A header that only a line end inside a value can make. */
#define MUTATE_HEADER "X-Wm-Injected"

typedef struct mutated {
    oq_str bytes;     /* what goes over the wire */
    size_t cut_at;    /* the client goes away behind so many bytes; SIZE_MAX: it stays */
    bool may_close;   /* so broken that the library may close instead of answering */
    bool may_wait;    /* the server may be told of more than comes: it must hear that it is over */
    bool is_head;     /* the answer has no body */
    const char *what; /* "bad JSON, long header" */
} mutated;

/* `id`: what the path names. All in the arena. */
mutated mutate_request(oq_arena *arena, uint64_t number, const http_route *route, oq_str id,
                       const mutate_who *who);

/* A number out of [0, below) from a seed that goes on. */
size_t mutate_pick(uint64_t *seed, size_t below);

#endif
