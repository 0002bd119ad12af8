#include "ops/metrics.h"

#include "historian/backlog.h"

#include <sys/resource.h>
#include <unistd.h>

#include "base/banned.h"

static http_server *watched_server;
static db_pool *watched_pool;
static oq_us started_at;

void metrics_watch(http_server *server, db_pool *pool)
{
    watched_server = server;
    watched_pool = pool;
    started_at = oq_clock_now();
}

int64_t metrics_resident_bytes(void)
{
    char text[128];
    long long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f)
        return 0;
    /* size resident shared ...: the second word. */
    if (fgets(text, sizeof text, f)) {
        oq_str rest = oq_str_trim(oq_cstr(text)), word;
        int64_t value = 0;
        if (oq_str_cut(&rest, ' ', &word) && oq_str_cut(&rest, ' ', &word) &&
            oq_parse_i64(word, &value))
            pages = value;
    }
    fclose(f);
    return pages * sysconf(_SC_PAGESIZE);
}

static void head(oq_buf *out, const char *name, const char *type, const char *help)
{
    oq_buf_f(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void figure(oq_buf *out, const char *name, const char *type, const char *help, double value)
{
    head(out, name, type, help);
    oq_buf_f(out, "%s %.17g\n", name, value);
}

static void write_times(oq_buf *out, const http_stats *st)
{
    const char *name = "optria_http_request_seconds";
    head(out, name, "histogram", "Time from the first byte of a request to its answer.");
    int64_t below = 0;
    for (size_t i = 0; i < OQ_COUNT(st->took_us_bucket); i++) {
        below += st->took_us_bucket[i];
        if (i < OQ_COUNT(http_took_bounds_us))
            oq_buf_f(out, "%s_bucket{le=\"%g\"} %lld\n", name, (double)http_took_bounds_us[i] / 1e6,
                     (long long)below);
        else
            oq_buf_f(out, "%s_bucket{le=\"+Inf\"} %lld\n", name, (long long)below);
    }
    oq_buf_f(out, "%s_sum %.6f\n%s_count %lld\n", name, (double)st->took_us_sum / 1e6, name,
             (long long)below);
}

static void write_server(oq_buf *out)
{
    http_stats st = http_stats_get(watched_server);
    head(out, "optria_http_requests_total", "counter", "Requests answered, by class of status.");
    for (int class = 1; class <= 5; class ++)
        oq_buf_f(out, "optria_http_requests_total{class=\"%dxx\"} %lld\n", class,
                 (long long)st.by_class[class]);
    write_times(out, &st);
    figure(out, "optria_http_bytes_out_total", "counter", "Bytes of answers as sent.",
           (double)st.bytes_out_total);
    figure(out, "optria_http_refused_total", "counter",
           "Requests refused because the queue was full.", (double)st.refused_total);
    figure(out, "optria_http_connections", "gauge", "Open connections.", st.connections);
    figure(out, "optria_http_streams", "gauge", "Open event streams.", st.streams);
    figure(out, "optria_http_queued", "gauge", "Requests that wait for a worker.", st.queued);
    figure(out, "optria_http_working", "gauge", "Requests in work.", st.working);
}

static void write_pool(oq_buf *out)
{
    db_pool_stats st = db_pool_stats_get(watched_pool);
    figure(out, "optria_db_connections", "gauge", "Open connections to the database.", st.open);
    figure(out, "optria_db_connections_busy", "gauge", "Connections in use.", st.busy);
    figure(out, "optria_db_connections_max", "gauge", "Connections at most.", st.size_max);
    figure(out, "optria_db_connections_opened_total", "counter", "Connections opened.",
           (double)st.opened_total);
    figure(out, "optria_db_connections_failed_total", "counter", "Attempts to connect that failed.",
           (double)st.failed_total);
    figure(out, "optria_db_connections_lost_total", "counter", "Connections that broke.",
           (double)st.lost_total);
    figure(out, "optria_db_waits_total", "counter",
           "Times that a unit of work waited for a connection.", (double)st.waits_total);
}

static void write_history(oq_buf *out)
{
    backlog_figures f = backlog_look();
    figure(out, "optria_history_waiting_batches", "gauge",
           "Batches that wait to be folded, of tenants that sent to this process within a minute.",
           (double)f.batches);
    figure(out, "optria_history_waiting_bytes", "gauge", "The bytes of these batches.",
           (double)f.bytes);
    figure(out, "optria_history_refused_total", "counter",
           "Requests with samples that were refused because too much waited.", (double)f.refused);
}

static void write_process(oq_buf *out)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                 (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    head(out, "optria_info", "gauge", "The program.");
    oq_buf_f(out, "optria_info{version=\"%s\"} 1\n", OPTRIA_VERSION);
    figure(out, "process_cpu_seconds_total", "counter", "Processor time, user and system.", cpu);
    figure(out, "process_resident_memory_bytes", "gauge", "Resident memory.",
           (double)metrics_resident_bytes());
    figure(out, "process_start_time_seconds", "gauge", "Start, in seconds since 1970.",
           (double)started_at / 1e6);
}

void metrics_write(oq_buf *out)
{
    write_process(out);
    if (watched_server)
        write_server(out);
    if (watched_server)
        write_history(out);
    if (watched_pool)
        write_pool(out);
}
