#include "bench/historian_peers.h"

#include "bench/load.h"

#include "base/banned.h"

static peer begin(const char *name, oq_str folder, const char *const *argv, const char *const *env,
                  int port, const char *alive)
{
    program started = program_start(argv, env, port);
    if (!started.pid) {
        fprintf(stderr, "bench: %s is not installed, so nothing is compared with it\n", name);
        program_folder_remove(folder);
        return (peer){0};
    }
    if (!program_answers(&started, alive))
        program_give_up(name);
    return (peer){.name = name, .program = started, .folder = folder};
}

peer peer_victoria(oq_arena *arena)
{
    oq_str folder = program_folder(arena);
    int port = program_free_port();
    const char *argv[] = {
        "/usr/bin/victoria-metrics",
        oq_strf(arena, "-storageDataPath=%.*s", OQ_FMT(folder)).ptr,
        oq_strf(arena, "-httpListenAddr=127.0.0.1:%d", port).ptr,
        "-retentionPeriod=100y",
        "-selfScrapeInterval=0",
        "-search.latencyOffset=0s",
        "-search.maxUniqueTimeseries=1000000",
        NULL,
    };
    return begin("VictoriaMetrics", folder, argv, NULL, port, "/health");
}

peer peer_influx(oq_arena *arena)
{
    oq_str folder = program_folder(arena);
    int port = program_free_port();
    const char *argv[] = {"/usr/bin/influxd", "run", NULL};
    const char *env[] = {
        oq_strf(arena, "INFLUXDB_META_DIR=%.*s/meta", OQ_FMT(folder)).ptr,
        oq_strf(arena, "INFLUXDB_DATA_DIR=%.*s/data", OQ_FMT(folder)).ptr,
        oq_strf(arena, "INFLUXDB_DATA_WAL_DIR=%.*s/wal", OQ_FMT(folder)).ptr,
        oq_strf(arena, "INFLUXDB_BIND_ADDRESS=127.0.0.1:%d", program_free_port()).ptr,
        oq_strf(arena, "INFLUXDB_HTTP_BIND_ADDRESS=127.0.0.1:%d", port).ptr,
        "INFLUXDB_HTTP_LOG_ENABLED=false",
        "INFLUXDB_REPORTING_DISABLED=true",
        "INFLUXDB_MONITOR_STORE_ENABLED=false",
        NULL,
    };
    peer p = begin("InfluxDB", folder, argv, env, port, "/ping");
    if (p.name)
        load_post(arena, port, "/query?q=CREATE+DATABASE+bench", OQ_STR(""), OQ_STR(""));
    return p;
}

void peer_end(peer *p)
{
    if (!p->name)
        return;
    program_stop(&p->program);
    program_folder_remove(p->folder);
    *p = (peer){0};
}
