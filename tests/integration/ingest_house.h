/* integration/ingest_house.h
 *
 * The whole program with two tenants that send samples, and a look into what was stored. */
#ifndef INTEGRATION_INGEST_HOUSE_H
#define INTEGRATION_INGEST_HOUSE_H

#include "base/test.h"
#include "db/scope.h"
#include "historian/series.h"
#include "support/testapp.h"
#include "tenant/settings.h"

typedef struct ingest_house {
    testapp *app;
    oq_arena *arena; /* emptied before each test */
    oq_uuid tenant_a, tenant_b;
    testclient *a, *b; /* with tokens that may send */
    oq_str token_a;
} ingest_house;

/* 2026-05-28T20:26:40Z: where the clock stands in the tests. */
#define INGEST_NOW (INT64_C(1780000000) * OQ_SECOND)

/* For cmocka: *state is an ingest_house. */
int ingest_house_open(void **state);
int ingest_house_close(void **state);
/* Before each test: no series, no samples, settings as preset. */
int ingest_house_reset(void **state);

/* A token of A's administrator with these capabilities, as JSON list: "[\"history.write\"]". */
oq_str ingest_token(ingest_house *h, const char *email, const char *caps);
oq_scope *ingest_scope(ingest_house *h, oq_uuid tenant_id);
void ingest_commit(oq_scope *s);

/* What was stored of a series, in the order of its batches: "time value quality;" of each sample,
 * time in seconds from INGEST_NOW, quality in hexadecimal when it is not good. */
oq_str ingest_stored(ingest_house *h, oq_uuid tenant_id, const char *key);

typedef struct ingest_body {
    const char *path, *type, *coding; /* NULL: none */
    oq_str bytes;
} ingest_body;
testreply ingest_send(testclient *c, ingest_body body);
testreply ingest_send_line(testclient *c, const char *text);

/* The member of the answer has this text. */
#define CHECK_MEMBER(label, c, reply, path, wanted)                                                \
    CHECK_STR(label, testclient_member((c), &(reply), (path)), (wanted))
/* accepted, refused, created of an answer. */
#define CHECK_COUNTS(label, c, reply, accepted, refused, created)                                  \
    do {                                                                                           \
        CHECK_MEMBER(label, c, reply, "accepted", #accepted);                                      \
        CHECK_MEMBER(label, c, reply, "refused", #refused);                                        \
        CHECK_MEMBER(label, c, reply, "created", #created);                                        \
    } while (0)

#endif
