#include <curl/curl.h>
#include <jansson.h>

#include "base/test.h"
#include "support/testapp.h"

#include "base/banned.h"

enum { REPLY_MAX = 64 * 1024 * 1024 };

struct testclient {
    testapp *app;
    CURL *curl;
    oq_arena *arena;
    oq_buf body, headers;
    oq_arena *kept; /* tokens: longer than one request */
    oq_str csrf, bearer;
};

testclient *testclient_open(testapp *app)
{
    testclient *c = calloc(1, sizeof *c);
    c->app = app;
    c->arena = oq_arena_open(0);
    c->kept = oq_arena_open(0);
    c->body = oq_buf_make(REPLY_MAX);
    c->headers = oq_buf_make(256 * 1024);
    c->curl = curl_easy_init();
    curl_easy_setopt(c->curl, CURLOPT_COOKIEFILE, "");
    return c;
}

void testclient_close(testclient *c)
{
    if (!c)
        return;
    curl_easy_cleanup(c->curl);
    oq_buf_drop(&c->body);
    oq_buf_drop(&c->headers);
    oq_arena_close(c->arena);
    oq_arena_close(c->kept);
    free(c);
}

static size_t keep(char *bytes, size_t size, size_t count, void *self)
{
    oq_buf_put(self, bytes, size * count);
    return size * count;
}

static struct curl_slist *header_lines(testclient *c, const char *type, const char *const *more)
{
    struct curl_slist *lines = curl_slist_append(NULL, "Expect:");
    if (type) {
        oq_str line = oq_strf(c->arena, "Content-Type: %s", type);
        lines = curl_slist_append(lines, line.ptr);
    }
    if (c->csrf.len) {
        oq_str line = oq_strf(c->arena, "X-CSRF-Token: %.*s", OQ_FMT(c->csrf));
        lines = curl_slist_append(lines, line.ptr);
    }
    if (c->bearer.len) {
        oq_str line = oq_strf(c->arena, "Authorization: Bearer %.*s", OQ_FMT(c->bearer));
        lines = curl_slist_append(lines, line.ptr);
    }
    for (; more && *more; more++)
        lines = curl_slist_append(lines, *more);
    return lines;
}

testreply testclient_send(testclient *c, const char *method, const char *path, const char *type,
                          oq_str body, const char *const *headers)
{
    oq_arena_reset(c->arena);
    oq_buf_clear(&c->body);
    oq_buf_clear(&c->headers);
    struct curl_slist *lines = header_lines(c, type, headers);
    oq_str url = oq_strf(c->arena, "http://127.0.0.1:%d%s", testapp_port(c->app), path);
    curl_easy_setopt(c->curl, CURLOPT_URL, url.ptr);
    curl_easy_setopt(c->curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(c->curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, &c->body);
    curl_easy_setopt(c->curl, CURLOPT_HEADERFUNCTION, keep);
    curl_easy_setopt(c->curl, CURLOPT_HEADERDATA, &c->headers);
    curl_easy_setopt(c->curl, CURLOPT_NOBODY, strcmp(method, "HEAD") == 0 ? 1L : 0L);
    if (body.ptr) {
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, body.ptr);
    } else {
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, NULL);
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
        curl_easy_setopt(c->curl, CURLOPT_HTTPGET, strcmp(method, "HEAD") == 0 ? 0L : 1L);
    }
    curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, method);
    CURLcode sent = curl_easy_perform(c->curl);
    curl_slist_free_all(lines);

    testreply r = {.body = oq_buf_view(&c->body), .headers = oq_buf_view(&c->headers)};
    long status = 0;
    if (sent == CURLE_OK || r.headers.len)
        curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    r.status = (int)status;
    r.type = testreply_header(&r, "Content-Type");
    r.location = testreply_header(&r, "Location");
    return r;
}

testreply testclient_get(testclient *c, const char *path)
{
    return testclient_send(c, "GET", path, NULL, OQ_NONE, NULL);
}

testreply testclient_json(testclient *c, const char *method, const char *path, const char *json)
{
    return testclient_send(c, method, path, json ? "application/json" : NULL, oq_cstr(json), NULL);
}

testreply testclient_form(testclient *c, const char *path, const char *form)
{
    /* The token's letters need no encoding. */
    char *whole;
    if (asprintf(&whole, "csrf_token=%.*s&%s", OQ_FMT(c->csrf), form) < 0)
        abort();
    testreply r =
        testclient_send(c, "POST", path, "application/x-www-form-urlencoded", oq_cstr(whole), NULL);
    free(whole);
    return r;
}

oq_str testreply_header(const testreply *r, const char *name)
{
    oq_str found = OQ_NONE, line;
    for (oq_str rest = r->headers; oq_str_cut(&rest, '\n', &line);) {
        size_t colon = oq_str_find_char(line, ':');
        if (!found.ptr && colon != SIZE_MAX &&
            oq_str_eq_ascii_nocase(oq_str_sub(line, 0, colon), oq_cstr(name)))
            found = oq_str_trim(oq_str_sub(line, colon + 1, SIZE_MAX));
    }
    return found;
}

/* --- JSON ---------------------------------------------------------------------------------------*/

static const json_t *step_into(const json_t *at, oq_str word)
{
    int64_t index;
    char key[200];
    if (json_is_array(at) && oq_parse_i64(word, &index))
        return json_array_get(at, (size_t)index);
    snprintf(key, sizeof key, "%.*s", OQ_FMT(word));
    return json_object_get(at, key);
}

oq_str testclient_member(testclient *c, const testreply *r, const char *path)
{
    json_t *root = json_loadb(r->body.ptr, r->body.len, JSON_DECODE_ANY, NULL);
    const json_t *at = root;
    oq_str word, text = OQ_STR("");
    for (oq_str rest = oq_cstr(path); at && oq_str_cut(&rest, '.', &word);)
        at = step_into(at, word);
    if (json_is_string(at))
        text = oq_str_copy(c->arena, oq_strn(json_string_value(at), json_string_length(at)));
    else if (json_is_integer(at))
        text = oq_strf(c->arena, "%lld", (long long)json_integer_value(at));
    else if (json_is_boolean(at))
        text = json_is_true(at) ? OQ_STR("true") : OQ_STR("false");
    else if (json_is_array(at) || json_is_object(at))
        text = oq_strf(c->arena, "%zu",
                       json_is_array(at) ? json_array_size(at) : json_object_size(at));
    json_decref(root);
    return text;
}

/* --- who asks -----------------------------------------------------------------------------------*/

void testclient_sign_in(testclient *c, const char *email)
{
    char json[400];
    testclient_forget(c);
    snprintf(json, sizeof json, "{\"email\":\"%s\",\"password\":\"%s\"}", email, TESTAPP_PASSWORD);
    testreply r = testclient_json(c, "POST", "/api/auth/login", json);
    if (r.status != 200)
        fail_msg("sign-in as %s: %d %.*s", email, r.status, OQ_FMT(r.body));
    testclient_use_csrf(c, testclient_member(c, &r, "csrf_token"));
}

void testclient_forget(testclient *c)
{
    curl_easy_setopt(c->curl, CURLOPT_COOKIELIST, "ALL");
    c->csrf = c->bearer = OQ_NONE;
}

void testclient_use_bearer(testclient *c, oq_str token)
{
    c->bearer = oq_str_copy(c->kept, token);
}

void testclient_use_csrf(testclient *c, oq_str token)
{
    c->csrf = oq_str_copy(c->kept, token);
}

/* A line of libcurl's jar: domain, subdomains, path, secure, expiry, name, value, tabs between. */
oq_str testclient_cookie(testclient *c, const char *name)
{
    struct curl_slist *jar = NULL;
    oq_str value = OQ_STR("");
    curl_easy_getinfo(c->curl, CURLINFO_COOKIELIST, &jar);
    for (struct curl_slist *line = jar; line; line = line->next) {
        oq_str rest = oq_cstr(line->data), word, last = OQ_NONE, before = OQ_NONE;
        while (oq_str_cut(&rest, '\t', &word)) {
            before = last;
            last = word;
        }
        if (oq_str_eq(before, oq_cstr(name)))
            value = oq_str_copy(c->kept, last);
    }
    curl_slist_free_all(jar);
    return value;
}

void testclient_set_cookie(testclient *c, const char *name, oq_str value)
{
    oq_str line =
        oq_strf(c->kept, "Set-Cookie: %s=%.*s; domain=127.0.0.1; path=/", name, OQ_FMT(value));
    curl_easy_setopt(c->curl, CURLOPT_COOKIELIST, line.ptr);
}
