/* integration/walls_credentials.h
 *
 * Asking with credentials put in by hand, and what the answer must be. */
#ifndef WALLS_CREDENTIALS_H
#define WALLS_CREDENTIALS_H

#include "identity/session.h"
#include "support/walls.h"

static inline testreply ask_with(walls *w, testclient *c, const char *header, oq_str value)
{
    oq_str line = oq_strf(w->arena, "%s: %.*s", header, OQ_FMT(value));
    return testclient_send(c, "GET", "/api/me", NULL, OQ_NONE, (const char *[]){line.ptr, NULL});
}

static inline testreply ask_with_cookie(walls *w, testclient *c, oq_str cookie)
{
    oq_str pair = oq_strf(w->arena, SESSION_COOKIE "=%.*s", OQ_FMT(cookie));
    return ask_with(w, c, "Cookie", pair);
}

/* `code` NULL: the answer is 200. */
static inline void judge(walls *w, testclient *c, const char *label, const testreply *r,
                         const char *code)
{
    oq_str got = oq_str_copy(w->arena, walls_code(c, r));
    if (r->status != (code ? 401 : 200) || (code && !oq_str_eq(got, oq_cstr(code))))
        WALLS_COMPLAIN("%s: wanted %s, got %d %.*s", label, code ? code : "200", r->status,
                       OQ_FMT(got));
    if (code && !oq_str_given(testreply_header(r, "WWW-Authenticate")))
        WALLS_COMPLAIN("%s: 401 without WWW-Authenticate", label);
}

static inline void cookie_gives(walls *w, const char *label, oq_str cookie, const char *code)
{
    testclient *c = testclient_open(w->app);
    testreply r = ask_with_cookie(w, c, cookie);
    judge(w, c, label, &r, code);
    testclient_close(c);
}

static inline void bearer_gives(walls *w, const char *label, oq_str text, const char *code)
{
    testclient *c = testclient_open(w->app);
    oq_str value = oq_strf(w->arena, "Bearer %.*s", OQ_FMT(text));
    testreply r = ask_with(w, c, "Authorization", value);
    judge(w, c, label, &r, code);
    testclient_close(c);
}

#endif
