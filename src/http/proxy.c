#include "http/parse.h"

#include <arpa/inet.h>

static const uint8_t v4_in_v6[12] = {[10] = 0xff, [11] = 0xff};

bool http_address_parse(oq_str text, http_address *ret_address)
{
    char copy[INET6_ADDRSTRLEN];
    if (text.len == 0 || text.len >= sizeof copy)
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    http_address found;
    memcpy(found.byte, v4_in_v6, sizeof v4_in_v6);
    if (inet_pton(AF_INET, copy, found.byte + 12) != 1 &&
        inet_pton(AF_INET6, copy, found.byte) != 1)
        return false;
    *ret_address = found;
    return true;
}

oq_str http_address_customer(oq_arena *arena, oq_str address)
{
    enum { NETWORK = 8 };
    http_address found;
    char text[INET6_ADDRSTRLEN];
    if (!http_address_parse(address, &found))
        return oq_str_copy(arena, address);
    bool is_v4 = memcmp(found.byte, v4_in_v6, sizeof v4_in_v6) == 0;
    if (!is_v4)
        memset(found.byte + NETWORK, 0, sizeof found.byte - NETWORK);
    inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? found.byte + sizeof v4_in_v6 : found.byte, text,
              sizeof text);
    return oq_str_copy(arena, oq_cstr(text));
}

oq_err *http_proxies_parse(oq_str list, http_proxies *ret_proxies)
{
    http_proxies found = {0};
    oq_str part;
    for (oq_str rest = list; oq_str_cut(&rest, ',', &part);) {
        part = oq_str_trim(part);
        if (!part.len)
            continue;
        size_t slash = oq_str_find_char(part, '/');
        oq_str address = oq_str_sub(part, 0, slash);
        bool is_v4 = oq_str_find_char(address, ':') == SIZE_MAX;
        int64_t bits = is_v4 ? 32 : 128;
        bool ok = found.count < HTTP_PROXIES_MAX &&
                  http_address_parse(address, &found.at[found.count].net);
        if (ok && slash != SIZE_MAX) {
            int64_t most = bits;
            ok = oq_parse_i64(oq_str_sub(part, slash + 1, SIZE_MAX), &bits) && bits >= 0 &&
                 bits <= most;
        }
        if (!ok)
            return oq_fail(OQ_INVALID, "server.bad_proxies", "text=%.*s", OQ_FMT(part));
        found.at[found.count++].bits = (int)bits + (is_v4 ? 96 : 0);
    }
    *ret_proxies = found;
    return NULL;
}

static bool in_network(http_address address, http_address net, int bits)
{
    size_t whole = (size_t)bits / 8;
    if (memcmp(address.byte, net.byte, whole) != 0)
        return false;
    int rest = bits % 8;
    return rest == 0 || (address.byte[whole] ^ net.byte[whole]) >> (8 - rest) == 0;
}

bool http_proxies_trust(const http_proxies *proxies, oq_str address)
{
    http_address asked;
    if (!http_address_parse(address, &asked))
        return false;
    for (size_t i = 0; i < proxies->count; i++)
        if (in_network(asked, proxies->at[i].net, proxies->at[i].bits))
            return true;
    return false;
}

oq_str http_proxies_peer(const http_proxies *proxies, oq_str direct, oq_str forwarded_for)
{
    oq_str peer = direct;
    while (http_proxies_trust(proxies, peer) && forwarded_for.len) {
        size_t comma = forwarded_for.len;
        while (comma > 0 && forwarded_for.ptr[comma - 1] != ',')
            comma--;
        oq_str last = oq_str_trim(oq_str_sub(forwarded_for, comma, SIZE_MAX));
        http_address ignored;
        if (!http_address_parse(last, &ignored))
            break; /* what a proxy we trust wrote is not an address: believe the proxy itself */
        peer = last;
        forwarded_for = oq_str_sub(forwarded_for, 0, comma ? comma - 1 : 0);
    }
    return peer;
}
