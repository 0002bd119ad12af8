/* main/http_caller.h
 *
 * Somebody who calls a server of ours from outside, over HTTP or HTTPS, as a browser does: keeps
 * the session's cookie and sends the token against forged requests. For commands that look at an
 * installation without its database. */
#ifndef MAIN_HTTP_CALLER_H
#define MAIN_HTTP_CALLER_H

#include "base/base.h"
#include "quant/json_tree.h"

typedef struct http_caller http_caller;

/* `url`: of the server, "https://optria.plant.example". Lives until http_caller_close. */
OQ_CHECKED oq_err *http_caller_open(oq_arena *arena, oq_str url, http_caller **ret_caller);
void http_caller_close(http_caller *caller); /* accepts NULL */

typedef struct http_answer {
    int status;
    oq_str body, redirected_to; /* the latter: as an address, or not given */
    const json_node *json;      /* NULL: it is none */
} http_answer;

/* Any answer is one. `body` not given: none. Fails: smoke.unreachable (url, reason). */
OQ_CHECKED oq_err *http_caller_ask(http_caller *caller, const char *method, oq_str path,
                                   const char *type, oq_str body, http_answer *ret_answer);
/* JSON out and in; an answer of 300 and more is an error. Fails besides: smoke.redirected (url,
 * to), smoke.answered (method, path, status, code). `ret_json` may be NULL. */
OQ_CHECKED oq_err *http_caller_do(http_caller *caller, const char *method, oq_str path, oq_str json,
                                  const json_node **ret_json);

/* Afterwards the caller acts for this person. Fails besides: smoke.sign_in_refused (email, code).
 */
OQ_CHECKED oq_err *http_caller_sign_in(http_caller *caller, oq_str email, oq_str password);

#endif
