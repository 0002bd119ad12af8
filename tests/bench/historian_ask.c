#include "bench/historian_ask.h"

#include "bench/bench.h"
#include "bench/load.h"

#include "base/banned.h"

enum { ROUNDS = 301, SERIES_HOURLY = 100 };

typedef struct asking {
    oq_arena *arena;
    int port;
    oq_str auth;
    const peer *victoria;
    oq_str id[SERIES_HOURLY];
} asking;

/* The ids of the first series by key, from the list's JSON. */
static void find_ids(asking *a)
{
    oq_str body = load_get(a->arena, a->port, "/api/series?limit=100", a->auth),
           mark = OQ_STR("\"id\":\"");
    for (size_t i = 0; i < SERIES_HOURLY; i++) {
        size_t at = oq_str_find(body, mark);
        if (at == SIZE_MAX)
            program_give_up("there are not enough series");
        body = oq_str_sub(body, at + mark.len, SIZE_MAX);
        a->id[i] = oq_str_sub(body, 0, 36);
    }
}

static oq_str all_ids(const asking *a)
{
    oq_buf out = oq_buf_make(64 * 1024);
    for (size_t i = 0; i < SERIES_HOURLY; i++)
        oq_buf_f(&out, "%s%.*s", i ? "," : "", OQ_FMT(a->id[i]));
    oq_str text = oq_str_copy(a->arena, oq_buf_view(&out));
    oq_buf_drop(&out);
    return text;
}

/* Ours and theirs in turn: the ratio is of the same moments. */
static void compare(const asking *a, const char *name, const char *ours, const char *theirs,
                    double gate)
{
    bool has_peer = a->victoria->name;
    load_question q[] = {
        {.port = a->port, .path = ours, .headers = a->auth},
        {.port = a->victoria->program.port, .path = theirs, .headers = OQ_STR("")},
    };
    load_time_in_turn(q, has_peer ? 2 : 1, ROUNDS);
    for (size_t k = 0; k < (has_peer ? 2u : 1u); k++)
        if (q[k].bytes < 100)
            program_give_up(k ? "an answer of VictoriaMetrics is empty" : "an answer is empty");
    bench_print(&(bench_figure){.name = name,
                                .value = q[0].ms,
                                .unit = "ms, median",
                                .peer = a->victoria->name,
                                .peer_value = q[1].ms,
                                .gate = has_peer ? gate : 0,
                                .goal = BENCH_AT_MOST});
}

void historian_ask(testapp *app, int port, oq_str auth, const peer *victoria, oq_us from,
                   size_t seconds)
{
    asking a = {.arena = testapp_arena(app), .port = port, .auth = auth, .victoria = victoria};
    long long begin = from / OQ_SECOND, end = begin + (long long)seconds;
    find_ids(&a);
    const char *id = oq_str_c(a.arena, a.id[0]);
    /* VictoriaMetrics calls the first series P-00000's m0: with line protocol "P-00000_m0" */
    const char *one = "%7B__name__%3D%22P-00000_m0%22%7D";
    compare(&a, "newest value of 1,000 series", "/api/series/last",
            oq_strf(a.arena, "/api/v1/query?query=%%7B__name__%%3D~%%22P-.*%%22%%7D&time=%lld", end)
                .ptr,
            0.25);
    compare(&a, "10,000 raw points of one series",
            oq_strf(a.arena, "/api/series/%s/points?from=%lld&to=%lld&limit=10000&format=columns",
                    id, begin * 1000, end * 1000)
                .ptr,
            oq_strf(a.arena, "/api/v1/export?match%%5B%%5D=%s&start=%lld&end=%lld", one, begin, end)
                .ptr,
            0.8);
    compare(&a, "200 buckets of min, max and mean of one series",
            oq_strf(a.arena,
                    "/api/series/%s/aggregate?from=%lld&to=%lld&bucket=50s&values=min,max,mean"
                    "&format=columns",
                    id, begin * 1000, end * 1000)
                .ptr,
            oq_strf(a.arena,
                    "/api/v1/query_range?query=union(min_over_time(%s%%5B50s%%5D),"
                    "max_over_time(%s%%5B50s%%5D),avg_over_time(%s%%5B50s%%5D))"
                    "&start=%lld&end=%lld&step=50s&nocache=1",
                    one, one, one, begin + 50, end)
                .ptr,
            0.6);
    compare(&a, "hourly mean of 100 series",
            oq_strf(a.arena,
                    "/api/series/aggregate?ids=%.*s&from=%lld&to=%lld&bucket=1h&values=mean"
                    "&format=columns",
                    OQ_FMT(all_ids(&a)), begin * 1000, end * 1000)
                .ptr,
            oq_strf(a.arena,
                    "/api/v1/query_range?query=avg_over_time(%%7B__name__%%3D~%%22P-0000.*%%22%%7D"
                    "%%5B1h%%5D)&start=%lld&end=%lld&step=1h&nocache=1",
                    begin + 3600, end)
                .ptr,
            0.4);
}
