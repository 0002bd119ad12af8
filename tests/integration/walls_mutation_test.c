/* Ten thousand requests that no well-meaning client sends, over all routes: none is answered with a
 * fault of ours, every problem can be read, nothing of what was sent comes back as markup or as a
 * header, and the server is as well and as small afterwards as before.
 *
 *     WALLS_SEED=7 WALLS_COUNT=100000 walls_mutation_integration     other ones, or more
 *     WALLS_ONLY=4711 walls_mutation_integration                     one of them again
 */
#include <jansson.h>
#include <malloc.h>

#include "http/parse.h"
#include "http/test_client.h"
#include "support/mutate.h"
#include "support/walls.h"

#include "base/banned.h"

/* Where less comes than was announced, the server waits for the rest, and we do not wait for it. */
enum { COUNT = 10000, WAIT_MS = 5000, WAIT_IN_VAIN_MS = 20, HEAL_EVERY = 500, COMPLAINTS_MAX = 20 };

/* --- who asks -----------------------------------------------------------------------------------*/

typedef struct crowd {
    walls *w;
    testclient *client[2]; /* of the first two */
    mutate_who who[4];
} crowd;

static void sign_in(crowd *c, size_t i, const char *email)
{
    testclient_sign_in(c->client[i], email);
    testreply me = testclient_get(c->client[i], "/api/me");
    c->who[i].csrf = oq_str_copy(c->w->arena, testclient_member(c->client[i], &me, "csrf_token"));
    c->who[i].cookie = testclient_cookie(c->client[i], "optria_session");
}

static crowd gather(walls *w)
{
    crowd c = {.w = w, .client = {testclient_open(w->app), testclient_open(w->app)}};
    c.who[0] = (mutate_who){.name = "admin"};
    c.who[1] = (mutate_who){.name = "owner"};
    c.who[2] = (mutate_who){
        .name = "machine",
        .bearer = walls_token(w, WALLS_ADMIN_A, "mutation", walls_all_caps(w->arena).ptr)};
    c.who[3] = (mutate_who){.name = "nobody"};
    sign_in(&c, 0, WALLS_ADMIN_A);
    sign_in(&c, 1, WALLS_OWNER);
    return c;
}

/* Some requests hit: they sign out, suspend, and fail to sign in. */
static void heal(crowd *c)
{
    testdb_exec(testapp_db(c->w->app),
                "UPDATE tenants SET status = 'active' WHERE status <> 'active';"
                "UPDATE users SET is_active = true, totp_enabled_at = NULL, must_change_password ="
                " false WHERE NOT is_active OR totp_enabled_at IS NOT NULL OR must_change_password;"
                "UPDATE tenant_settings SET settings = '{}' WHERE settings <> '{}';"
                "UPDATE api_tokens SET revoked_at = NULL WHERE revoked_at IS NOT NULL;"
                "DELETE FROM login_throttle");
    static const char *const emails[] = {WALLS_ADMIN_A, WALLS_OWNER};
    for (size_t i = 0; i < OQ_COUNT(emails); i++)
        if (testclient_get(c->client[i], "/api/me").status != 200)
            sign_in(c, i, emails[i]);
}

/* --- one answer ---------------------------------------------------------------------------------*/

/* Head and body of the first final answer; of a stream the head alone. */
static seen hear(client *c, oq_arena *arena, bool head_only, int wait_ms)
{
    size_t end;
    for (;;) {
        while ((end = oq_str_find(oq_str_sub(oq_buf_view(&c->in), c->read_to, SIZE_MAX),
                                  OQ_STR("\r\n\r\n"))) == SIZE_MAX)
            if (!client_hear(c, wait_ms) || c->is_over)
                return (seen){.status = c->is_over ? 0 : -2};
        oq_str head = oq_strn(c->in.ptr + c->read_to, end);
        if (!oq_str_starts(head, OQ_STR("HTTP/1.1 ")))
            return (seen){.status = -1, .head = oq_str_copy(arena, head)};
        bool is_interim = oq_str_starts(head, OQ_STR("HTTP/1.1 1"));
        bool is_stream = oq_str_find(head, OQ_STR("text/event-stream")) != SIZE_MAX;
        if (!is_interim)
            return client_answer_to(c, arena, head_only || is_stream);
        c->read_to += end + 4;
    }
}

/* Who leaves in the middle leaves at once: with a plain end the server would keep the place until
 * its time limit, and what it holds for that would look like a leak. */
static void leave_at_once(const client *c)
{
    struct linger now = {.l_onoff = 1};
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static seen send_it(int port, oq_arena *arena, const mutated *m)
{
    OQ_AUTO(client) c = client_open(port);
    bool is_cut = m->cut_at < m->bytes.len;
    if (is_cut || m->may_wait)
        leave_at_once(&c);
    client_say_n(&c, m->bytes.ptr, is_cut ? m->cut_at : m->bytes.len);
    if (is_cut && m->cut_at % 2)
        return (seen){0}; /* gone without waiting */
    if (is_cut || m->may_wait)
        shutdown(c.fd, SHUT_WR);
    return hear(&c, arena, m->is_head, is_cut || m->may_wait ? WAIT_IN_VAIN_MS : WAIT_MS);
}

/* --- judging ------------------------------------------------------------------------------------*/

static const char *judge_problem(const seen *s)
{
    json_t *root = json_loadb(s->body.ptr, s->body.len, JSON_REJECT_DUPLICATES, NULL);
    const char *wrong = NULL;
    static const char *const texts[] = {"type", "title", "detail", "code", "instance"};
    for (size_t i = 0; i < OQ_COUNT(texts); i++)
        if (!json_string_length(json_object_get(root, texts[i])))
            wrong = texts[i];
    if (json_integer_value(json_object_get(root, "status")) != s->status)
        wrong = "status";
    json_t *errors = json_object_get(root, "errors"), *one;
    size_t i;
    if (errors && !json_array_size(errors))
        wrong = "errors";
    json_array_foreach(errors, i, one)
    {
        if (!json_string_length(json_object_get(one, "code")) ||
            !json_is_string(json_object_get(one, "field")) ||
            !json_string_length(json_object_get(one, "message")))
            wrong = "errors";
    }
    json_decref(root);
    return root ? wrong : "JSON";
}

static bool holds(oq_str text, const char *what)
{
    return oq_str_find(text, oq_cstr(what)) != SIZE_MAX;
}

/* NULL: nothing wrong with it. */
static const char *judge(const mutated *m, const seen *s)
{
    bool is_cut = m->cut_at < m->bytes.len;
    if (s->status == -2)
        return is_cut || m->may_wait ? NULL : "neither answered nor cut off";
    if (s->status == 0)
        return is_cut || m->may_close ? NULL : "no answer";
    /* The library's own words for what it does not know. */
    bool is_foreign = s->status == 501 || s->status == 505;
    if (s->status < 200 || (s->status >= 500 && !(is_foreign && m->may_close)))
        return "a fault of ours";
    oq_str type = seen_header(s, "Content-Type"), location = seen_header(s, "Location");
    if (holds(s->head, "\n" MUTATE_HEADER))
        return "a header of the client's";
    if (oq_str_given(location) && !http_path_is_own(location))
        return "a redirect elsewhere";
    if (m->is_head)
        return s->body.len ? "a body to HEAD" : NULL;
    if (oq_str_given(seen_header(s, "Content-Encoding")))
        return NULL; /* what is inside, the same request without the header shows */
    if (oq_str_starts(type, OQ_STR("text/html")) && holds(s->body, MUTATE_TAG))
        return "markup of the client's";
    bool is_text = oq_str_starts(type, OQ_STR("text/")) || holds(type, "json");
    if (is_text && !oq_utf8_valid(s->body))
        return "not UTF-8";
    if (oq_str_starts(type, OQ_STR("application/problem+json")))
        return judge_problem(s);
    if (oq_str_starts(type, OQ_STR("application/json"))) {
        json_t *root = json_loadb(s->body.ptr, s->body.len, JSON_DECODE_ANY, NULL);
        json_decref(root);
        return root ? NULL : "no JSON";
    }
    return NULL;
}

/* As C writes a text, so that it can be sent again by hand. */
static void print_request(uint64_t seed, size_t number, const char *who, const http_route *route,
                          const mutated *m, const seen *s, const char *wrong)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(64 * 1024);
    oq_str bytes = oq_str_sub(m->bytes, 0, m->cut_at);
    for (size_t i = 0; i < bytes.len && out.len < 6000; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        if (c == '\r' || c == '\n')
            oq_buf_f(&out, "\\%c%s", c == '\r' ? 'r' : 'n', c == '\n' ? "\n    " : "");
        else if (c < 0x20 || c >= 0x7f || c == '\\')
            oq_buf_f(&out, "\\x%02x", c);
        else
            oq_buf_char(&out, (char)c);
    }
    WALLS_COMPLAIN("WALLS_SEED=%llu WALLS_ONLY=%zu: %s: %s as %s (%s): %d\n%.*s\n%.*s\n    %.*s%s",
                   (unsigned long long)seed, number, wrong, route->path, who, m->what, s->status,
                   OQ_FMT(oq_str_sub(s->head, 0, 200)), OQ_FMT(oq_str_sub(s->body, 0, 400)),
                   OQ_FMT(oq_buf_view(&out)), out.len < 6000 ? "" : " ...");
}

/* --- all of them --------------------------------------------------------------------------------*/

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    uint64_t value;
    return oq_parse_u64(oq_cstr(getenv(name)), &value) ? value : otherwise;
}

static oq_str choose_id(walls *w, const http_route *route, uint64_t *seed)
{
    static const char *const others[] = {"01890000-0000-7000-8000-00000000abcd",
                                         "00000000-0000-0000-0000-000000000000",
                                         "x",
                                         "%D9%85",
                                         "-1",
                                         "1'%20OR%20'1'='1",
                                         "%00",
                                         "..",
                                         "9223372036854775808"};
    oq_str noun = walls_noun(route);
    oq_str own = oq_str_given(noun) ? walls_object(w, noun) : OQ_NONE;
    if (oq_str_given(own) && mutate_pick(seed, 3))
        return own;
    return oq_cstr(others[mutate_pick(seed, OQ_COUNT(others))]);
}

static void one(crowd *c, oq_arena *arena, uint64_t seed, size_t number)
{
    uint64_t own = seed * 1000003 + number;
    const http_route *route = walls_route(mutate_pick(&own, walls_route_count()));
    const mutate_who *who = &c->who[mutate_pick(&own, OQ_COUNT(c->who))];
    oq_str id = choose_id(c->w, route, &own);
    mutated m = mutate_request(arena, own, route, id, who);
    seen s = send_it(testapp_port(c->w->app), arena, &m);
    const char *wrong = judge(&m, &s);
    if (wrong)
        print_request(seed, number, who->name, route, &m, &s, wrong);
    oq_arena_reset(arena);
}

/* Bytes that the program holds now. */
static size_t held(void)
{
#if defined(__SANITIZE_ADDRESS__)
    size_t __sanitizer_get_current_allocated_bytes(void);
    return __sanitizer_get_current_allocated_bytes();
#else
    return mallinfo2().uordblks;
#endif
}

static void test_mutated_requests(void **state)
{
    walls *w = *state;
    crowd c = gather(w);
    oq_arena *arena = oq_arena_open(0);
    uint64_t seed = number_of("WALLS_SEED", 20260131), only = number_of("WALLS_ONLY", 0);
    size_t count = (size_t)number_of("WALLS_COUNT", COUNT), early = 0;
    for (const char *const *noun = walls_nouns; *noun; noun++)
        walls_object(w, oq_cstr(*noun));
    for (size_t i = 1; i <= count && walls_complaints < COMPLAINTS_MAX; i++) {
        if (only && i != only)
            continue;
        one(&c, arena, seed, i);
        if (i % HEAL_EVERY == 0)
            heal(&c);
        if (i == count / 5)
            early = held();
    }
    if (!only) {
        CHECK("as small as before", held() < early + 4 * 1024 * 1024);
        testreply r = testclient_get(c.client[0], "/health/ready");
        CHECK("as well as before", r.status == 200);
    }
    testclient_close(c.client[0]);
    testclient_close(c.client[1]);
    oq_arena_close(arena);
    WALLS_NO_COMPLAINTS();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_mutated_requests)};
    return cmocka_run_group_tests(tests, walls_open, walls_close);
}
