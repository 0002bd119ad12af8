/* bench/historian_ask.h
 *
 * Four questions over HTTP, to ours and to VictoriaMetrics, after both have compacted the same
 * 1,000 series x 10,000 samples. */
#ifndef BENCH_HISTORIAN_ASK_H
#define BENCH_HISTORIAN_ASK_H

#include "bench/historian_peers.h"

/* `auth`: header line of a token that may read. `victoria` without a name: figures alone. */
void historian_ask(testapp *app, int port, oq_str auth, const peer *victoria, oq_us from,
                   size_t seconds);

#endif
