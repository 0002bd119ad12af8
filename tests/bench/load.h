/* bench/load.h
 *
 * Sends prepared bodies over keep-alive connections, one thread each, in their order, and waits for
 * each answer; and asks questions and times them. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "base/base.h"

typedef struct load {
    int port, connections;
    oq_str path;    /* "/api/ingest/line" */
    oq_str headers; /* lines with their \r\n, or "" */
    /* The body of request k, into `out`; called in the order of k under a lock when `bodies` is
     * NULL. */
    const oq_str *bodies;
    void (*make)(void *self, size_t k, oq_buf *out);
    void *self;
    size_t requests;
} load;

/* Seconds from the first byte to the last answer. Ends the program at an answer that is not 2xx. */
double load_run(const load *l);

typedef struct load_question {
    int port;
    const char *path;
    oq_str headers;
    double ms;    /* the answer: median milliseconds */
    size_t bytes; /* of the last body */
} load_question;

/* Times `rounds` answers to GET of each question, one connection each. They are asked in turn, so
 * that what else the machine does falls on all of them alike. The first answers, which warm up, do
 * not count. */
void load_time_in_turn(load_question *question, size_t count, size_t rounds);
/* The same of one; `ret_bytes` may be NULL. */
double load_time_get(int port, const char *path, oq_str headers, size_t rounds, size_t *ret_bytes);
/* One answer's body, in the arena. */
oq_str load_get(oq_arena *arena, int port, const char *path, oq_str headers);
oq_str load_post(oq_arena *arena, int port, const char *path, oq_str headers, oq_str body);

#endif
