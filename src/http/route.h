/* http/route.h
 *
 * The program's surface as tables. A route says method, path, capability, what it reads and what
 * it answers; the dispatcher does the rest in one place: it finds the route, holds the limits,
 * signs the person in, checks the capability and the CSRF token, opens the scope, calls the
 * handler, commits when it returns NULL, and turns an error into a problem (RFC 9457) or an error
 * page. A handler that returns NULL after answering with a status of 400 or more (a form shown
 * again with its mistakes) is rolled back as well, unless its route keeps_partial. docs/routes.md
 * and /api/openapi.json are made from the same rows. */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include "base/base.h"
#include "core/capability.h"
#include "db/scope.h"

typedef struct http_req http_req;

typedef enum http_method {
    HTTP_GET = 1, /* HEAD is answered from it */
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_METHOD_COUNT
} http_method;

typedef oq_err *http_handler(http_req *rq, oq_scope *s);
typedef oq_err *http_platform_handler(http_req *rq, db_platform *p);
typedef oq_err *http_plain_handler(http_req *rq);

typedef enum http_answer_shape {
    HTTP_ANSWER_NONE,   /* no body described: pages, files */
    HTTP_ANSWER_RECORD, /* one object of `answer` */
    HTTP_ANSWER_LIST,   /* {"items":[...],"next":cursor or null} of `answer` */
} http_answer_shape;

typedef struct http_route {
    http_method method;
    const char *path; /* "/api/users/{id}"; a name in braces is one segment */
    oq_cap cap;
    /* Exactly one of the three: inside the tenant; across tenants (capabilities of the platform
     * only); without the database. */
    http_handler *handle;
    http_platform_handler *handle_platform;
    http_plain_handler *handle_plain;

    const oq_field *query;  /* NULL: no query parameters are looked at */
    const oq_field *body;   /* JSON or form; NULL: no body is accepted */
    bool takes_raw;         /* instead of `body`: any bytes, read by http_body_raw */
    const char *own_coding; /* of raw bodies: a Content-Encoding that the handler undoes itself
                               ("snappy"); gzip is undone before the handler is called */
    bool keeps_partial;     /* what was done is committed even when the handler answers with 400
                               or more: senders that are told so drop the batch instead of sending
                               it again, and its good part is not lost */
    const oq_field *answer;
    http_answer_shape shape;
    int status;          /* of success; 0: 200 */
    size_t body_max;     /* bytes; 0: 64 KiB */
    int limit_s;         /* for the whole request; 0: 30 */
    bool is_page;        /* errors as pages; without a session: to the sign-in page */
    bool is_cheap;       /* of plain, public GETs: answered in the event thread in microseconds;
                            nobody is asked who they are. Files built in, /health/live */
    bool writes;         /* a GET that writes (marks as seen); other methods always may */
    bool skips_csrf;     /* sign-in and machines' doors; each one explained where it is used */
    const char *feature; /* "blackbox": 423 when the setting is off; NULL: always there */
    const char *summary; /* one line for the API page, in English */
} http_route;

/* A list of tables, one per module; ends with NULL. Each table ends with a zero row. */
typedef const http_route *const http_route_list[];

#endif
