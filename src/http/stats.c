#include "http/inner.h"

const int64_t http_took_bounds_us[11] = {
    500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 5000000,
};

static void count(_Atomic(int64_t) *counter, int64_t by)
{
    atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

static int64_t read_count(const _Atomic(int64_t) *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void http_count_answer(http_counts *counts, int status, oq_us took, size_t bytes)
{
    size_t bucket = 0;
    while (bucket < OQ_COUNT(http_took_bounds_us) && took > http_took_bounds_us[bucket])
        bucket++;
    count(&counts->requests, 1);
    count(&counts->by_class[status / 100 < 6 ? status / 100 : 0], 1);
    count(&counts->bytes_out, (int64_t)bytes);
    count(&counts->took_sum, took);
    count(&counts->took[bucket], 1);
}

http_stats http_stats_get(http_server *server)
{
    const http_counts *counts = &server->counts;
    http_stats s = {
        .requests_total = read_count(&counts->requests),
        .bytes_out_total = read_count(&counts->bytes_out),
        .refused_total = read_count(&counts->refused),
        .took_us_sum = read_count(&counts->took_sum),
        .connections = http_conns_count(&server->conns),
        .streams = atomic_load(&counts->streams),
        .working = atomic_load(&counts->working),
    };
    for (size_t i = 0; i < OQ_COUNT(s.by_class); i++)
        s.by_class[i] = read_count(&counts->by_class[i]);
    for (size_t i = 0; i < OQ_COUNT(s.took_us_bucket); i++)
        s.took_us_bucket[i] = read_count(&counts->took[i]);
    pthread_mutex_lock(&server->queue.lock);
    s.queued = server->queue.count;
    pthread_mutex_unlock(&server->queue.lock);
    return s;
}
