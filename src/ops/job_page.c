#include "ops/job_page.h"

#include "base/facts.h"
#include "ops/heartbeat.h"
#include "tenant/tenant.h"
#include "web/link.h"
#include "web/page.h"
#include "web/parts.h"

#include "base/banned.h"

/* "audit.trim" in words, or as it is. */
static oq_str kind_text(const web_page *page, oq_str kind)
{
    oq_str key = oq_strf(page->arena, "job.kind.%.*s", OQ_FMT(kind));
    return oq_text_exists(page->locale.lang, key) ? oq_text(page->locale.lang, key) : kind;
}

static const char *badge_kind(const job *j)
{
    switch ((job_state)j->state) {
    case JOB_READY:
        return j->tries > 0 ? "warn" : "";
    case JOB_RUNNING:
        return "info";
    case JOB_DONE:
        return "ok";
    case JOB_FAILED:
        return "bad";
    case JOB_CANCELLED:
        return "off";
    }
    return "";
}

/* The error's sentence in the reader's language, from the code and facts that were stored. */
static oq_str error_text(const web_page *page, const job *j)
{
    if (!oq_str_given(j->error_code))
        return OQ_NONE;
    oq_str key = oq_strf(page->arena, "error.%.*s", OQ_FMT(j->error_code));
    return oq_text_fill_json(page->arena, page->locale.lang, key, j->error_facts);
}

static oq_str when_text(const web_page *page, const job *j)
{
    oq_us at = j->finished_at != OQ_TIME_NONE  ? j->finished_at
               : j->started_at != OQ_TIME_NONE ? j->started_at
                                               : j->run_at;
    return web_format_ago(page->arena, &page->locale, at, oq_clock_now());
}

static void put_progress(const web_page *page, web_value *row, const job *j)
{
    if (j->state != JOB_RUNNING)
        return;
    web_value *progress = web_put_object(row, "progress");
    web_put_text(progress, "label", kind_text(page, j->kind));
    if (j->progress >= 0)
        web_put_text(progress, "percent", oq_strf(page->arena, "%d", (int)(j->progress * 100)));
}

static void put_job(const web_page *page, web_value *row, const job *j)
{
    const char *state = oq_choice_text(job_state_choices, j->state);
    web_put_text(row, "id", oq_uuid_text(page->arena, j->id));
    web_put_text(row, "kind", j->kind);
    web_put_text(row, "kind_text", kind_text(page, j->kind));
    web_put_badge(row, badge_kind(j), web_choice_label(page->locale.lang, "job_state", state));
    put_progress(page, row, j);
    web_put_text(row, "progress_note", j->progress_note);
    web_put_text(row, "tries_text",
                 oq_strf(page->arena, "%lld / %lld", (long long)j->tries, (long long)j->tries_max));
    web_put_text(row, "when", when_text(page, j));
    web_put_text(row, "error", error_text(page, j));
    web_put_bool(row, "can_cancel", j->state == JOB_READY || j->state == JOB_RUNNING);
    web_put_bool(row, "can_retry", j->state == JOB_FAILED || j->state == JOB_CANCELLED);
}

/* --- list ---------------------------------------------------------------------------------------*/

static void put_kpi(web_page *page, web_value *list, const char *label_key, int64_t value,
                    const char *kind, oq_str note)
{
    web_add_kpi(list, value ? kind : "", web_say(page, label_key),
                web_format_i64(page->arena, &page->locale, value), note);
}

static void put_kpis(web_page *page, const job_counts *c)
{
    web_value *kpis = web_put_list(page->view, "kpis");
    oq_str since =
        c->oldest_ready == OQ_TIME_NONE
            ? OQ_NONE
            : web_format_ago(page->arena, &page->locale, c->oldest_ready, oq_clock_now());
    put_kpi(page, kpis, "jobs.kpi_running", c->running, "", OQ_NONE);
    put_kpi(page, kpis, "jobs.kpi_late", c->late, c->late > 100 ? "warn" : "", since);
    put_kpi(page, kpis, "jobs.kpi_failed", c->failed, "bad", OQ_NONE);
    put_kpi(page, kpis, "jobs.kpi_done", c->done_today, "", OQ_NONE);
}

static oq_str link_to(const web_page *page, job_query query, oq_str cursor)
{
    query.cursor = cursor;
    return web_link(page->arena, "/jobs", job_query_fields, &query);
}

static void put_pager(web_page *page, const job_query *query, const job_list *list)
{
    oq_str text =
        oq_text_count(page->arena, page->locale.lang, OQ_STR("jobs.count"), (int64_t)list->count);
    web_put_pager(page->view, text, query->cursor.len ? link_to(page, *query, OQ_NONE) : OQ_NONE,
                  oq_str_given(list->next) ? link_to(page, *query, list->next) : OQ_NONE);
}

static oq_err *find_processes(http_req *rq, process_list *ret_list)
{
    db_platform *p;
    OQ_TRY(db_platform_open(&(db_platform_options){.pool = http_pool(rq),
                                                   .access = OQ_READ,
                                                   .actor = http_who_of(rq)->actor,
                                                   .request_id = http_request_id(rq),
                                                   .arena = http_arena(rq)},
                            &p));
    oq_err *err = process_find(p, ret_list);
    db_platform_close(p);
    return err;
}

/* Who works off the queue, on whatever machine: for the platform's owner at home. */
static oq_err *put_processes(web_page *page, const oq_scope *s)
{
    process_list list = {0};
    const oq_actor *actor = oq_scope_actor(s);
    if (oq_caps_have(actor->caps, CAP_TENANT_MANAGE) &&
        oq_uuid_eq(oq_scope_tenant(s), TENANT_PLATFORM))
        OQ_TRY(find_processes(page->rq, &list));
    web_put_bool(page->view, "has_processes", list.count > 0);
    web_value *rows = web_put_list(page->view, "processes");
    for (size_t i = 0; i < list.count; i++) {
        const process_row *p = &list.at[i];
        web_value *row = web_add_object(rows);
        web_put_text(row, "name", p->name);
        web_put_text(
            row, "role_text",
            web_choice_label(page->locale.lang, "process_role", oq_str_c(page->arena, p->role)));
        web_put_text(row, "version", p->version);
        web_put_text(row, "started",
                     web_format_time_exact(page->arena, &page->locale, p->started_at));
        web_put_text(row, "beat",
                     web_format_ago(page->arena, &page->locale, p->beat_at, oq_clock_now()));
    }
    return NULL;
}

static oq_err *get_list(http_req *rq, oq_scope *s)
{
    job_query query = {0};
    job_list list = {0};
    job_counts counts;
    oq_err *err = http_query(rq, &query);
    if (!err)
        err = job_view_find(s, &query, &list);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_MALFORMED)
        return err;
    OQ_TRY(job_view_counts(s, &counts));
    web_page page = web_page_begin(rq, "jobs/list", "jobs.title", "jobs");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "jobs.title"), NULL);
    put_kpis(&page, &counts);
    web_page_form(&page, job_query_fields, &query, err);
    web_value *rows = web_put_list(page.view, "jobs");
    for (size_t i = 0; i < list.count; i++)
        put_job(&page, web_add_object(rows), &list.at[i]);
    web_put_bool(page.view, "has_jobs", list.count > 0);
    put_pager(&page, &query, &list);
    OQ_TRY(put_processes(&page, s));
    return web_page_send(&page);
}

/* --- one ----------------------------------------------------------------------------------------*/

static web_value *put_fact(web_page *page, web_value *facts, const char *label_key, oq_str value)
{
    if (value.len == 0)
        return NULL;
    web_value *fact = web_add_object(facts);
    web_put_text(fact, "label", web_say(page, label_key));
    web_put_text(fact, "value", value);
    return fact;
}

static void put_code(web_page *page, web_value *facts, const char *label_key, oq_str value)
{
    web_value *fact = put_fact(page, facts, label_key, value);
    if (fact)
        web_put_bool(fact, "is_code", true);
}

static void put_moment(web_page *page, web_value *facts, const char *label_key, oq_us at)
{
    if (at != OQ_TIME_NONE)
        put_fact(page, facts, label_key, web_format_time_exact(page->arena, &page->locale, at));
}

static oq_err *get_one(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    job *j;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(job_get(s, id, &j));
    web_page page = web_page_begin(rq, "jobs/one", "jobs.title", "jobs");
    page.title = kind_text(&page, j->kind);
    web_page_crumb(&page, web_say(&page, "jobs.title"), "/jobs");
    web_page_crumb(&page, page.title, NULL);
    put_job(&page, page.view, j);
    web_value *facts = web_put_list(page.view, "facts");
    web_value *state = put_fact(&page, facts, "jobs.state", OQ_STR(" "));
    web_put(state, "badge", (web_value *)web_get(page.view, OQ_STR("badge")));
    put_code(&page, facts, "jobs.kind", j->kind);
    put_code(&page, facts, "jobs.key", j->key);
    put_fact(&page, facts, "jobs.tries",
             oq_strf(page.arena, "%lld / %lld", (long long)j->tries, (long long)j->tries_max));
    put_fact(&page, facts, "jobs.created_by", j->created_by);
    put_moment(&page, facts, "jobs.created", j->created_at);
    put_moment(&page, facts, "jobs.run_at", j->run_at);
    put_moment(&page, facts, "jobs.started", j->started_at);
    put_moment(&page, facts, "jobs.finished", j->finished_at);
    put_code(&page, facts, "jobs.worker", j->worker);
    web_put_text(page.view, "result", j->result);
    return web_page_send(&page);
}

/* --- deeds --------------------------------------------------------------------------------------*/

static oq_err *change_and_return(http_req *rq, oq_scope *s,
                                 oq_err *(*change)(oq_scope *s, oq_uuid id), const char *action,
                                 const char *toast_key)
{
    job *changed;
    OQ_TRY(job_change(rq, s, change, action, &changed));
    web_toast(rq, "ok", toast_key);
    oq_str id = oq_uuid_text(http_arena(rq), changed->id);
    http_redirect(rq, oq_strf(http_arena(rq), "/jobs/%.*s", OQ_FMT(id)));
    return NULL;
}

static oq_err *post_cancel(http_req *rq, oq_scope *s)
{
    return change_and_return(rq, s, job_cancel, "job.cancelled", "jobs.cancelled");
}

static oq_err *post_retry(http_req *rq, oq_scope *s)
{
    return change_and_return(rq, s, job_retry, "job.retried", "jobs.retried");
}

const http_route job_page_routes[] = {
    {HTTP_GET, "/jobs", CAP_JOB_READ, get_list, .query = job_query_fields, .is_page = true},
    {HTTP_GET, "/jobs/{id}", CAP_JOB_READ, get_one, .is_page = true},
    {HTTP_POST, "/jobs/{id}/cancel", CAP_JOB_MANAGE, post_cancel, .is_page = true},
    {HTTP_POST, "/jobs/{id}/retry", CAP_JOB_MANAGE, post_retry, .is_page = true},
    {0},
};
