/* bench/tenant.h
 *
 * A tenant to measure in, with a machine's token. */
#ifndef BENCH_TENANT_H
#define BENCH_TENANT_H

#include "support/testapp.h"

typedef struct bench_tenant {
    oq_str id;
    oq_str auth; /* header line of a token that may write and read samples and events */
} bench_tenant;

bench_tenant bench_tenant_make(testapp *app, const char *code);

#endif
