#include "base/lang.h"
#include "http/request.h"
#include "ops/health.h"
#include "ops/metrics.h"

#include "base/banned.h"

static oq_err *get_live(http_req *rq)
{
    oq_json *j = http_json(rq, 200);
    oq_json_object(j);
    oq_json_put(j, text, "status", OQ_STR("ok"));
    oq_json_put(j, text, "version", OQ_STR(OPTRIA_VERSION));
    oq_json_object_end(j);
    return NULL;
}

static oq_err *get_ready(http_req *rq)
{
    health_report *report = oq_new(http_arena(rq), health_report);
    health_ask(http_arena(rq), report);
    oq_json *j = http_json(rq, strcmp(report->status, "down") == 0 ? 503 : 200);
    oq_json_object(j);
    oq_json_put(j, text, "status", oq_cstr(report->status));
    oq_json_put(j, text, "version", OQ_STR(OPTRIA_VERSION));
    oq_json_put(j, time, "at", oq_clock_now());
    oq_json_key(j, OQ_STR("components"));
    oq_json_array(j);
    for (size_t i = 0; i < report->count; i++)
        oq_fields_write_json(j, health_finding_fields, &report->part[i]);
    oq_json_array_end(j);
    oq_json_object_end(j);
    return NULL;
}

static oq_err *get_metrics(http_req *rq)
{
    oq_buf out = oq_buf_make(1024 * 1024);
    metrics_write(&out);
    http_answer_buf(rq, 200, "text/plain; version=0.0.4; charset=utf-8", &out);
    return NULL;
}

const http_route health_routes[] = {
    {HTTP_GET, "/health/live", CAP_PUBLIC, .handle_plain = get_live, .is_cheap = true,
     .summary = "The process answers"},
    {HTTP_GET, "/health/ready", CAP_PUBLIC, .handle_plain = get_ready, .limit_s = 10,
     .summary = "Each part by name: ok, degraded or down, with the reason"},
    {HTTP_GET, "/metrics", CAP_METRICS_READ, .handle_plain = get_metrics,
     .summary = "Figures of this process, in the text form of Prometheus"},
    {0},
};
