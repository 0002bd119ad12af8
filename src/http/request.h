/* http/request.h
 *
 * What a handler may ask and say. Everything lives in the request's arena. */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/base.h"
#include "base/lang.h"
#include "http/route.h"

/* --- asking ----------------------------------------------------------------------------------*/
oq_arena *http_arena(http_req *rq);
const http_route *http_route_of(const http_req *rq);
http_method http_method_of(const http_req *rq);
oq_str http_path(const http_req *rq);   /* as asked for, decoded, without the query */
oq_str http_target(const http_req *rq); /* path and query as they came, for links back */
oq_str http_request_id(const http_req *rq);
oq_str http_peer(const http_req *rq); /* address; from X-Forwarded-For only when the direct peer
                                         is in OPTRIA_TRUSTED_PROXIES */
/* For the few that open scopes of their own: sign-in, reset links, the session's home tenant. */
db_pool *http_pool(const http_req *rq);
bool http_is_tls(const http_req *rq); /* by the proxy's X-Forwarded-Proto, under the same rule */
oq_str http_header(http_req *rq, const char *name); /* any case; not given: OQ_NONE */
oq_str http_cookie(http_req *rq, const char *name);
oq_lang http_lang(const http_req *rq); /* ?lang=, then the cookie, then the person's own setting,
                                          then Accept-Language, then Arabic. A page asked for with
                                          ?lang= also sets the cookie */
#define HTTP_LANG_COOKIE "lang"

/* A segment of the path. A malformed id is "not found", like one of another tenant. */
OQ_CHECKED oq_err *http_path_uuid(http_req *rq, const char *name, oq_uuid *ret_id);
oq_str http_path_text(http_req *rq, const char *name);

/* Reads the query string / the body into the struct of the route's `query` / `body` table.
 * A JSON body or a form, by Content-Type; anything else: http.media_type (facts: got). After an
 * error the struct holds what could be read, and presets: a page may show it again. */
OQ_CHECKED oq_err *http_query(http_req *rq, void *record);
OQ_CHECKED oq_err *http_body(http_req *rq, void *record);
/* A JSON body over what `record` holds: what is not given stays, null takes away. */
OQ_CHECKED oq_err *http_body_over(http_req *rq, void *record);
oq_str http_body_raw(http_req *rq); /* the bytes as they came (unzipped) */
/* One parameter of the query string, decoded; not given, or not text: OQ_NONE. */
oq_str http_query_text(http_req *rq, const char *name);

/* For a handler whose scope met an error and whose page still has to read (lists to choose from):
 * rolls the unit of work back and gives a reading one of the same tenant and actor in its place.
 * Only inside routes with `handle`. */
OQ_CHECKED oq_err *http_scope_again(http_req *rq, oq_scope **ret_scope);

/* Who asks; a session's facts for pages. Anonymous: actor kind ACTOR_SYSTEM, no caps. */
typedef struct http_who {
    bool is_signed_in;
    bool by_cookie; /* a person's session: CSRF is checked */
    oq_actor actor;
    oq_uuid tenant_id; /* the tenant this request works in */
    oq_uuid session_id;
    oq_str csrf_token;
    oq_str full_name;
    oq_str tenant_name, tenant_code;
    oq_str time_zone; /* IANA name */
    oq_str currency;  /* ISO 4217 */
    oq_us stands_at;  /* of a tenant that is a record of the past; OQ_TIME_NONE or 0: it lives */
    oq_lang lang;
    bool has_lang;             /* the person chose a language */
    bool arabic_digits, hijri; /* how the person reads numbers and dates (web/format.h) */
    bool must_change_password, must_enroll_totp; /* pages lead there first */
} http_who;
const http_who *http_who_of(const http_req *rq);

/* --- answering: the last call wins ----------------------------------------------------------
 * A status of 0 is the one of the route. */

/* A JSON body; the writer keeps its first error and the dispatcher asks for it. */
oq_json *http_json(http_req *rq, int status);
/* A problem (RFC 9457) with members of its own: the object is begun, its end is the caller's. For
 * errors that are more than a sentence; all others are returned. */
oq_json *http_problem(http_req *rq, const oq_err *err);
/* The whole answer from a record by the route's `answer` table. */
void http_answer_record(http_req *rq, int status, const void *record);
/* {"items":[...],"next":...} of `count` records `size` apart; `next` not given: null. */
void http_answer_list(http_req *rq, const void *records, size_t size, size_t count, oq_str next);
void http_answer_empty(http_req *rq, int status);
/* 303, and only to a path of our own: what may lead elsewhere ("//host", "https:...") leads to "/"
 * instead, so that a `next` from a link can be handed over as it came. */
void http_redirect(http_req *rq, oq_str path);
/* An answer of any length, made piece by piece while it is sent (chunked, zipped when the client
 * takes that). `produce` puts the next piece behind `out`, some hundred kilobytes, HTTP_PIECE_MAX
 * at most, and says when that was the last. It runs in a worker, after the handler has returned,
 * and only when the client has taken what came before; its unit of work, if it needs one, it gets
 * from http_scope_again. `self` was made in the request's arena; what a piece makes there is gone
 * after it. Before each piece but the first the person's rights are looked at again
 * (authenticate_again of http/server.h). An error in the first piece is answered as usual; later
 * the answer breaks off: text (text/...) ends with a line "# broken off: <sentence> [<code>]", and
 * the connection is cut without the end of the answer, so that nobody takes the beginning for the
 * whole. */
enum { HTTP_PIECE_MAX = 8 * 1024 * 1024 };
typedef oq_err *http_producer(void *self, http_req *rq, oq_buf *out, bool *ret_is_last);
void http_answer_pieces(http_req *rq, int status, const char *content_type, http_producer *produce,
                        void *self);
/* Text of any type; `buf` is taken over and must not be dropped by the caller. */
void http_answer_buf(http_req *rq, int status, const char *content_type, oq_buf *buf);
/* Bytes that outlive the server (files built in), with `etag` (no quotes) and If-None-Match;
 * `gz_bytes`, when given, goes to those who accept gzip. `is_immutable`: the name holds a hash of
 * the content, so it may be kept for a year. Else it may be kept, but is asked for again. */
void http_answer_static(http_req *rq, const char *content_type, oq_str bytes, oq_str gz_bytes,
                        oq_str etag, bool is_immutable);
/* A download: sets Content-Disposition. */
void http_as_file(http_req *rq, oq_str file_name);
void http_set_header(http_req *rq, const char *name, oq_str value);
/* HttpOnly, SameSite=Lax, Path=/, and Secure when the request came by TLS. max_age_s 0 deletes, -1
 * is until the browser closes. */
void http_set_cookie(http_req *rq, const char *name, oq_str value, int64_t max_age_s,
                     bool script_may_read);

/* --- paging ---------------------------------------------------------------------------------
 * Lists page by key. A cursor is opaque text: base64url of the last row's key. */
oq_str http_cursor_make(oq_arena *arena, oq_us at, oq_uuid id);
/* An empty cursor gives OQ_TIME_NONE and zero. Fails: list.cursor_malformed. */
OQ_CHECKED oq_err *http_cursor_read(oq_str cursor, oq_us *ret_at, oq_uuid *ret_id);

#endif
