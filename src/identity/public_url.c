/* Under which address people reach us: links that are handed over begin with it. */
#include "identity/identity.h"
#include "identity/inner.h"

#include "base/banned.h"

enum { URL_MAX = 500 };

static char set_url[URL_MAX + 1];

void identity_use_public_url(oq_str url)
{
    while (url.len && url.ptr[url.len - 1] == '/')
        url.len--;
    assert(url.len <= URL_MAX);
    if (url.len)
        memcpy(set_url, url.ptr, url.len);
    set_url[url.len] = '\0';
}

/* Host and port as RFC 3986 writes them and nothing else: the client's header becomes part of a
 * link that somebody will open. */
static bool is_host(oq_str host)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && (c == '\0' || !strchr("-.:[]", c)))
            return false;
    }
    return host.len > 0 && host.len <= 255;
}

oq_err *identity_link(http_req *rq, oq_str path, oq_str *ret_link)
{
    oq_arena *arena = http_arena(rq);
    oq_str host = http_header(rq, "Host");
    if (set_url[0])
        *ret_link = oq_strf(arena, "%s%.*s", set_url, OQ_FMT(path));
    else if (is_host(host))
        *ret_link = oq_strf(arena, "%s://%.*s%.*s", http_is_tls(rq) ? "https" : "http",
                            OQ_FMT(host), OQ_FMT(path));
    else
        return oq_fail(OQ_MALFORMED, "http.header_malformed");
    return NULL;
}

/* "https://optria.example" and "optria.example:8080" are compared by what follows the scheme. */
static oq_str without_scheme(oq_str url)
{
    size_t at = oq_str_find(url, OQ_STR("://"));
    return at == SIZE_MAX ? url : oq_str_sub(url, at + 3, SIZE_MAX);
}

bool identity_form_is_ours(http_req *rq)
{
    oq_str site = http_header(rq, "Sec-Fetch-Site"), origin = http_header(rq, "Origin");
    if (oq_str_given(site))
        return oq_str_eq(site, OQ_STR("same-origin")) || oq_str_eq(site, OQ_STR("none"));
    if (!oq_str_given(origin))
        return true; /* no browser of today, or a program: neither has a victim's cookies */
    oq_str from = without_scheme(origin);
    return oq_str_eq_ascii_nocase(from, http_header(rq, "Host")) ||
           (set_url[0] && oq_str_eq_ascii_nocase(from, without_scheme(oq_cstr(set_url))));
}
