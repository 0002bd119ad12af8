/* What stands in headers: cookies, lists with weights, tags, addresses. The first line is the name
 * of the cookie, the second what a proxy said, the rest any header. */
#include <stdlib.h>

#include "http/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_within(oq_str part, oq_str whole)
{
    if (part.ptr && part.len &&
        (part.ptr < whole.ptr || part.ptr + part.len > whole.ptr + whole.len))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str rest = oq_strn((const char *)data, size), name = OQ_STR(""), proxies_said = OQ_STR("");
    oq_str_cut(&rest, '\n', &name);
    oq_str_cut(&rest, '\n', &proxies_said);
    oq_str header = rest.ptr ? rest : OQ_STR("");

    check_within(http_cookie_find(header, name), header);
    http_weighed item;
    for (oq_str list = header; http_weighed_next(&list, &item);) {
        check_within(item.item, header);
        if (item.weight < 0 || item.weight > 1000 || !item.item.len)
            abort();
    }
    oq_lang lang = OQ_LANG_COUNT;
    if (http_accepts_lang(header, &lang) && lang >= OQ_LANG_COUNT)
        abort();
    http_accepts_gzip(header);
    http_accepts_html(header);
    http_etag_matches(header, name);
    http_media_type(arena, header);
    http_request_id_ok(header);

    http_proxies proxies;
    if (!http_proxies_parse(proxies_said, &proxies)) {
        oq_str peer = http_proxies_peer(&proxies, OQ_STR("127.0.0.1"), header);
        http_address address;
        if (!http_address_parse(peer, &address))
            abort();
    }
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}
