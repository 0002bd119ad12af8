/* http/parse.h
 *
 * Reading what clients send: pure functions over bytes, each with a fuzz target. Inside http/. */
#ifndef HTTP_PARSE_H
#define HTTP_PARSE_H

#include "base/base.h"
#include "base/lang.h"

/* --- paths (path.c) --------------------------------------------------------------------------*/

enum { HTTP_SEGMENTS_MAX = 16 };

/* "/a/b%20c" is the segments "a" and "b c"; "/" has none. */
typedef struct http_segments {
    oq_str at[HTTP_SEGMENTS_MAX];
    size_t count;
    bool is_too_deep; /* more than HTTP_SEGMENTS_MAX: no route is like that */
} http_segments;

/* Path and query of a request target: "/a?b=c", or "http://host/a?b=c" as proxies ask. False when
 * it is neither. */
bool http_target_split(oq_str target, oq_str *ret_path, oq_str *ret_query);

/* Takes a path apart and decodes it. *ret_path is the decoded whole. "." and "..", also encoded,
 * are ordinary names here, and no route takes them. Fails with http.path_malformed: a bad %XX, a
 * byte that is not UTF-8, a control character, a slash or backslash hidden in a segment. */
OQ_CHECKED oq_err *http_path_parse(oq_arena *arena, oq_str path, oq_str *ret_path,
                                   http_segments *ret_segments);

/* Whether a redirect may go there: a path of this server and nothing else. */
bool http_path_is_own(oq_str path);

/* The byte that "%XX" at `at` stands for. */
bool http_percent_read(oq_str text, size_t at, int *ret_byte);

/* --- forms and query strings (form.c) --------------------------------------------------------*/

enum { HTTP_PAIRS_MAX = 1000 };

typedef struct http_pairs {
    oq_pair *at;
    size_t count;
} http_pairs;

/* application/x-www-form-urlencoded. Values may hold any bytes; names are text. Fails:
 * http.form_malformed, http.form_too_many (fact: max). */
OQ_CHECKED oq_err *http_form_parse(oq_arena *arena, oq_str text, http_pairs *ret_pairs);

/* The first value of that name, or OQ_NONE. */
oq_str http_pairs_find(http_pairs pairs, oq_str name);

/* --- headers (cookie.c, negotiate.c) ---------------------------------------------------------*/

/* The value of the first cookie of that name, or OQ_NONE. */
oq_str http_cookie_find(oq_str header, oq_str name);

/* What cookie names and values may consist of (RFC 6265, 4.1.1). */
bool http_cookie_name_ok(oq_str name);
bool http_cookie_value_ok(oq_str value);

/* A header's value without line ends and other control characters. */
bool http_header_value_ok(oq_str value);
bool http_token_ok(oq_str text); /* RFC 9110, 5.6.2 */

/* One item of a list with weights: "text/html;q=0.8" is "text/html" and 800. */
typedef struct http_weighed {
    oq_str item;
    int weight; /* thousandths; 0: unwanted; a malformed weight counts as 0 */
} http_weighed;
bool http_weighed_next(oq_str *rest, http_weighed *ret_item);

bool http_accepts_gzip(oq_str accept_encoding);
/* A browser: text/html stands in it by name. */
bool http_accepts_html(oq_str accept);
bool http_accepts_lang(oq_str accept_language, oq_lang *ret_lang);

/* "application/json; charset=utf-8" without what follows, in lower case. */
oq_str http_media_type(oq_arena *arena, oq_str content_type);

/* Whether an If-None-Match names this tag (weak comparison; RFC 9110, 13.1.2). */
bool http_etag_matches(oq_str if_none_match, oq_str etag);

/* 8 to 64 characters of [A-Za-z0-9_-]. */
bool http_request_id_ok(oq_str id);

/* --- proxies (proxy.c) -----------------------------------------------------------------------*/

enum { HTTP_PROXIES_MAX = 64 };

typedef struct http_address {
    uint8_t byte[16]; /* IPv4 as ::ffff:a.b.c.d, so that there is one kind */
} http_address;

typedef struct http_proxies {
    struct {
        http_address net;
        int bits;
    } at[HTTP_PROXIES_MAX];
    size_t count;
} http_proxies;

bool http_address_parse(oq_str text, http_address *ret_address);

/* Whom to count as one: an IPv4 address by itself, of an IPv6 address its network
 * ("2001:db8:1:2::"), for a customer has 2^64 addresses in it to choose from. What is no address
 * stays as it is. */
oq_str http_address_customer(oq_arena *arena, oq_str address);

/* "127.0.0.1, 10.0.0.0/8". Fails: server.bad_proxies (fact: text). */
OQ_CHECKED oq_err *http_proxies_parse(oq_str list, http_proxies *ret_proxies);

bool http_proxies_trust(const http_proxies *proxies, oq_str address);

/* Who really asks, when `direct` is the connection's other end and `forwarded_for` the header: the
 * list is read from its end, and the first address that is no trusted proxy is believed. */
oq_str http_proxies_peer(const http_proxies *proxies, oq_str direct, oq_str forwarded_for);

#endif
