/* What this process knows of the ways out, and how the job is woken. */
#include "notify/send.h"

#include <curl/curl.h>

#include "base/banned.h"

enum { TIMEOUT_MS = 30000, CONNECT_MS = 10000 };

static channel_state state;
static oq_arena *state_arena;
static db_pool *wake_pool;

const channel_state *channel_get(void)
{
    return &state;
}

bool channel_has_mail(void)
{
    return state.has_mail;
}

bool channel_allows_http(void)
{
    return state.nets.count > 0;
}

void channel_use_pool(db_pool *pool)
{
    wake_pool = pool;
}

/* --- setting up ---------------------------------------------------------------------------------*/

/* The host of smtp://host:port. */
static bool read_smtp_url(oq_str url, oq_str *ret_host, bool *ret_is_smtps)
{
    *ret_is_smtps = oq_str_starts(url, OQ_STR("smtps://"));
    if (!*ret_is_smtps && !oq_str_starts(url, OQ_STR("smtp://")))
        return false;
    oq_str rest = oq_str_sub(url, *ret_is_smtps ? 8 : 7, SIZE_MAX);
    if (rest.len && rest.ptr[rest.len - 1] == '/')
        rest.len--;
    for (size_t i = 0; i < rest.len; i++)
        if (rest.ptr[i] <= ' ' || rest.ptr[i] > '~' || strchr("/@?#\\\"", rest.ptr[i]))
            return false;
    size_t bracket = oq_str_find_char(rest, ']');
    *ret_host = bracket < rest.len ? oq_str_sub(rest, 1, bracket - 1)
                                   : oq_str_sub(rest, 0, oq_str_find_char(rest, ':'));
    return ret_host->len > 0;
}

static bool is_loopback(oq_str host)
{
    net_address address;
    oq_arena *arena = oq_arena_open(0);
    net_ranges ranges;
    oq_err *err = net_ranges_parse(arena, OQ_STR("127.0.0.0/8 ::1"), &ranges);
    bool is_one = !err && net_address_parse(host, &address) && net_ranges_have(&ranges, &address);
    oq_arena_close(arena);
    return is_one || oq_str_eq(host, OQ_STR("localhost"));
}

static oq_err *set_up_mail(const channel_setup *setup, channel_state *to)
{
    oq_str host;
    bool is_smtps;
    if (!setup->smtp_url.len)
        return NULL;
    if (!read_smtp_url(setup->smtp_url, &host, &is_smtps))
        return oq_fail(OQ_INVALID, "mail.url_malformed");
    if (!mail_address_is_plain(setup->mail_from))
        return oq_fail(OQ_INVALID, "mail.from_malformed", "address=%.*s", OQ_FMT(setup->mail_from));
    to->has_mail = true;
    to->wants_tls = !is_smtps && !is_loopback(host);
    return NULL;
}

oq_err *channel_set_up(const channel_setup *setup)
{
    static bool is_curl_ready;
    channel_state made = {.setup = *setup};
    oq_arena *arena = oq_arena_open(0);
    oq_err *err = net_ranges_parse(arena, setup->webhook_allow, &made.nets);
    if (!err)
        err = set_up_mail(setup, &made);
    if (err) {
        oq_arena_close(arena);
        return err;
    }
    if (!is_curl_ready)
        curl_global_init(CURL_GLOBAL_DEFAULT);
    is_curl_ready = true;
    if (state_arena)
        oq_arena_close(state_arena);
    state_arena = arena;
    state = made;
    return NULL;
}

/* --- what both ways have in common --------------------------------------------------------------*/

/* "a:443:127.0.0.1,b:443:10.0.0.1" */
static struct curl_slist *resolve_list(oq_str text)
{
    struct curl_slist *list = NULL;
    char entry[300];
    oq_str one;
    while (text.len && oq_str_cut(&text, ',', &one)) {
        if (one.len >= sizeof entry)
            continue;
        memcpy(entry, one.ptr, one.len);
        entry[one.len] = 0;
        list = curl_slist_append(list, entry);
    }
    return list;
}

void channel_prepare(void *handle, void **ret_resolve)
{
    CURL *curl = handle;
    const channel_setup *setup = &state.setup;
    struct curl_slist *resolve = resolve_list(setup->resolve);
    long timeout = setup->timeout_ms ? (long)setup->timeout_ms : TIMEOUT_MS;
    char ca_file[1000];
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, timeout < CONNECT_MS ? timeout : CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout);
    /* A mail server that hangs is said goodbye to after the time is over, and its answer to that is
     * waited for once more. */
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, timeout > 1000 ? timeout / 1000 : 1L);
    curl_easy_setopt(curl, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    if (resolve)
        curl_easy_setopt(curl, CURLOPT_RESOLVE, resolve);
    if (setup->ca_file.len && setup->ca_file.len < sizeof ca_file) {
        memcpy(ca_file, setup->ca_file.ptr, setup->ca_file.len);
        ca_file[setup->ca_file.len] = 0;
        curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
    }
    *ret_resolve = resolve;
}

/* --- waking the job -----------------------------------------------------------------------------
 * After the commit, in a unit of work of its own: adding a job holds up whoever else adds one in
 * this tenant until the commit, which a telling in the middle of somebody's transaction must not.
 * When it fails, the job comes by itself. */

typedef struct wake {
    const oq_scope *scope;
    oq_us at;
    oq_uuid tenant_id;
} wake;

static oq_err *add_job(const wake *w, oq_arena *arena)
{
    oq_scope *s;
    OQ_TRY(oq_scope_open(
        &(oq_scope_options){
            .pool = wake_pool,
            .tenant_id = w->tenant_id,
            .access = OQ_WRITE,
            .actor = {.kind = ACTOR_SYSTEM, .label = OQ_STR("notify")},
            .arena = arena,
        },
        &s));
    oq_err *err = job_add(
        s, &(job_order){.kind = "notify.send", .is_unique = true, .run_at = OQ_TIME_NONE}, NULL);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

/* However often a unit of work has told something, the first call is enough. */
static void wake_job(void *arg)
{
    static _Thread_local wake last;
    const wake *w = arg;
    if (!wake_pool || (last.scope == w->scope && last.at == w->at))
        return;
    last = *w;
    oq_mark mark = oq_err_mark();
    oq_arena *arena = oq_arena_open(0);
    oq_err *err = add_job(w, arena);
    if (err)
        oq_log_err(OQ_LOG_DEBUG, "notify.not_woken", err, NULL);
    oq_arena_close(arena);
    oq_err_rewind(mark);
}

void outbox_wake(oq_scope *s)
{
    wake w = {s, oq_now(s), oq_scope_tenant(s)};
    oq_scope_after_commit_copy(s, wake_job, &w, sizeof w);
}
