#include "main/http_caller.h"

#include <curl/curl.h>

#include "base/banned.h"

enum { ANSWER_MAX = 8 * 1024 * 1024, LIMIT_S = 30, DEPTH_MAX = 64 };

struct http_caller {
    oq_arena *arena;
    oq_str url, csrf;
    CURL *curl;
    oq_buf answer;
};

oq_err *http_caller_open(oq_arena *arena, oq_str url, http_caller **ret_caller)
{
    http_caller *c = oq_new(arena, http_caller);
    while (url.len && url.ptr[url.len - 1] == '/')
        url.len--;
    *c = (http_caller){.arena = arena, .url = url, .answer = oq_buf_make(ANSWER_MAX)};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    c->curl = curl_easy_init();
    if (!c->curl)
        return oq_fail(OQ_UNAVAILABLE, "smoke.unreachable", "url=%.*s reason=%s", OQ_FMT(url),
                       "no curl");
    curl_easy_setopt(c->curl, CURLOPT_COOKIEFILE, ""); /* keeps cookies, in memory */
    *ret_caller = c;
    return NULL;
}

void http_caller_close(http_caller *c)
{
    if (!c)
        return;
    curl_easy_cleanup(c->curl);
    oq_buf_drop(&c->answer);
}

static size_t take(char *bytes, size_t one, size_t count, void *self)
{
    http_caller *c = self;
    oq_buf_put(&c->answer, bytes, one * count);
    return one * count;
}

static struct curl_slist *headers_of(const http_caller *c, const char *type)
{
    struct curl_slist *list = curl_slist_append(NULL, "Accept: application/json");
    list = curl_slist_append(list, "Accept-Language: en");
    list = curl_slist_append(list, "Expect:");
    list = curl_slist_append(list, oq_strf(c->arena, "Content-Type: %s", type).ptr);
    if (c->csrf.len)
        list =
            curl_slist_append(list, oq_strf(c->arena, "X-CSRF-Token: %.*s", OQ_FMT(c->csrf)).ptr);
    return list;
}

oq_err *http_caller_ask(http_caller *c, const char *method, oq_str path, const char *type,
                        oq_str body, http_answer *ret_answer)
{
    char why[CURL_ERROR_SIZE] = "";
    long status = 0;
    char *redirect = NULL;
    oq_str url = oq_strf(c->arena, "%.*s%.*s", OQ_FMT(c->url), OQ_FMT(path));
    struct curl_slist *headers = headers_of(c, type);
    oq_buf_clear(&c->answer);
    curl_easy_setopt(c->curl, CURLOPT_URL, url.ptr);
    curl_easy_setopt(c->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c->curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(c->curl, CURLOPT_TIMEOUT, (long)LIMIT_S);
    curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, why);
    curl_easy_setopt(c->curl, CURLOPT_USERAGENT, "OPTRIA-IQ/" OPTRIA_VERSION);
    bool has_body = oq_str_given(body) || strcmp(method, "GET") != 0;
    curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS,
                     has_body ? oq_str_c(c->arena, oq_str_given(body) ? body : OQ_STR("")) : NULL);
    if (!has_body)
        curl_easy_setopt(c->curl, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, c);
    CURLcode code = curl_easy_perform(c->curl);
    curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(c->curl, CURLINFO_REDIRECT_URL, &redirect);
    curl_slist_free_all(headers);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, NULL);
    if (code != CURLE_OK)
        return oq_fail(OQ_UNAVAILABLE, "smoke.unreachable", "url=%.*s reason=%s", OQ_FMT(url),
                       *why ? why : curl_easy_strerror(code));
    *ret_answer = (http_answer){.status = (int)status,
                                .body = oq_str_copy(c->arena, oq_buf_view(&c->answer)),
                                .redirected_to =
                                    redirect ? oq_str_copy(c->arena, oq_cstr(redirect)) : OQ_NONE};
    if (json_tree_parse(c->arena, ret_answer->body, DEPTH_MAX, &ret_answer->json))
        ret_answer->json = NULL; /* a page, or nothing */
    return NULL;
}

static oq_str code_of(const http_answer *a)
{
    oq_str code = json_tree_text(a->json, "code");
    return oq_str_given(code) ? code : OQ_STR("-");
}

/* An address of a server is wanted, without the path that was asked. */
static oq_err *redirected(const http_caller *c, oq_str path, oq_str to)
{
    if (oq_str_ends(to, path))
        to = oq_str_sub(to, 0, to.len - path.len);
    return oq_fail(OQ_CONFLICT, "smoke.redirected", "url=%.*s to=%.*s", OQ_FMT(c->url), OQ_FMT(to));
}

oq_err *http_caller_do(http_caller *c, const char *method, oq_str path, oq_str json,
                       const json_node **ret_json)
{
    http_answer a;
    OQ_TRY(http_caller_ask(c, method, path, "application/json", json, &a));
    if (a.status >= 300 && a.status < 400 && a.redirected_to.len)
        return redirected(c, path, a.redirected_to);
    if (a.status >= 300 || (a.status == 200 && !a.json))
        return oq_fail(OQ_CONFLICT, "smoke.answered", "method=%s path=%.*s status=%d code=%.*s",
                       method, OQ_FMT(path), a.status, OQ_FMT(code_of(&a)));
    if (ret_json)
        *ret_json = a.json;
    return NULL;
}

oq_err *http_caller_sign_in(http_caller *c, oq_str email, oq_str password)
{
    http_answer a;
    OQ_AUTO(oq_buf) body = oq_buf_make(4096);
    oq_json j = oq_json_to(&body);
    oq_json_object(&j);
    oq_json_put(&j, text, "email", email);
    oq_json_put(&j, text, "password", password);
    oq_json_object_end(&j);
    OQ_TRY(http_caller_ask(c, "POST", OQ_STR("/api/auth/login"), "application/json",
                           oq_buf_view(&body), &a));
    oq_str csrf = json_tree_text(a.json, "csrf_token");
    if (a.status != 200 || !oq_str_given(csrf))
        return oq_fail(OQ_FORBIDDEN, "smoke.sign_in_refused", "email=%.*s code=%.*s", OQ_FMT(email),
                       OQ_FMT(code_of(&a)));
    c->csrf = oq_str_copy(c->arena, csrf);
    return NULL;
}
