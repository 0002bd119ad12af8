#include "notify/address.h"

#include <arpa/inet.h>

#include "base/banned.h"

enum { ADDRESS_TEXT_MAX = 45, V4_BITS = 96, RANGES_MAX = 200, PORT_MAX = 65535 };

static const uint8_t v4_head[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool net_address_parse(oq_str text, net_address *ret_address)
{
    char c_text[ADDRESS_TEXT_MAX + 1] = "";
    if (text.len == 0 || text.len > ADDRESS_TEXT_MAX || memchr(text.ptr, 0, text.len))
        return false;
    memcpy(c_text, text.ptr, text.len);
    memcpy(ret_address->byte, v4_head, sizeof v4_head);
    return inet_pton(AF_INET, c_text, ret_address->byte + sizeof v4_head) == 1 ||
           inet_pton(AF_INET6, c_text, ret_address->byte) == 1;
}

/* --- ranges -------------------------------------------------------------------------------------*/

static bool is_in(const net_range *range, const net_address *address)
{
    int bytes = range->bits / 8, rest = range->bits % 8;
    if (memcmp(range->from.byte, address->byte, (size_t)bytes) != 0)
        return false;
    uint8_t mask = (uint8_t)(0xff00 >> rest);
    return !rest || ((range->from.byte[bytes] ^ address->byte[bytes]) & mask) == 0;
}

bool net_ranges_have(const net_ranges *ranges, const net_address *address)
{
    for (size_t i = 0; i < ranges->count; i++)
        if (is_in(&ranges->at[i], address))
            return true;
    return false;
}

static bool parse_range(oq_str text, net_range *ret_range)
{
    oq_str address = text, bits = OQ_NONE;
    size_t slash = oq_str_find_char(text, '/');
    if (slash < text.len) {
        address = oq_str_sub(text, 0, slash);
        bits = oq_str_sub(text, slash + 1, SIZE_MAX);
    }
    if (!net_address_parse(address, &ret_range->from))
        return false;
    bool is_v4 = oq_str_find_char(address, ':') >= address.len;
    int64_t count = is_v4 ? 32 : 128;
    if (slash < text.len &&
        (!oq_parse_i64(bits, &count) || count < 0 || count > (is_v4 ? 32 : 128)))
        return false;
    ret_range->bits = (int)count + (is_v4 ? V4_BITS : 0);
    return true;
}

oq_err *net_ranges_parse(oq_arena *arena, oq_str text, net_ranges *ret_ranges)
{
    net_ranges ranges = {oq_new_n(arena, net_range, RANGES_MAX), 0};
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && text.ptr[end] != ',' && text.ptr[end] != ' ')
            end++;
        oq_str entry = oq_str_sub(text, at, end - at);
        if (entry.len &&
            (ranges.count == RANGES_MAX || !parse_range(entry, &ranges.at[ranges.count++])))
            return oq_fail(OQ_INVALID, "webhook.allow_malformed", "entry=%.*s", OQ_FMT(entry));
        at = end + 1;
    }
    *ret_ranges = ranges;
    return NULL;
}

/* --- what is public -----------------------------------------------------------------------------*/

#define V4(a, b, c, bits)                                                                          \
    {                                                                                              \
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, 0}}, V4_BITS + (bits)                 \
    }
static const net_range special_v4[] = {
    V4(0, 0, 0, 8),      V4(10, 0, 0, 8),     V4(100, 64, 0, 10), V4(127, 0, 0, 8),
    V4(169, 254, 0, 16), V4(172, 16, 0, 12),  V4(192, 0, 0, 24),  V4(192, 0, 2, 24),
    V4(192, 88, 99, 24), V4(192, 168, 0, 16), V4(198, 18, 0, 15), V4(198, 51, 100, 24),
    V4(203, 0, 113, 24), V4(224, 0, 0, 4),    V4(240, 0, 0, 4),
};

static const net_range global_v6 = {{{0x20}}, 3};
static const net_range special_v6[] = {
    {{{0x20, 0x01}}, 23},             /* protocol assignments, Teredo */
    {{{0x20, 0x01, 0x0d, 0xb8}}, 32}, /* documentation */
    {{{0x20, 0x02}}, 16},             /* 6to4: an IPv4 address inside */
    {{{0x3f, 0xff}}, 20},             /* documentation */
};

bool net_address_is_public(const net_address *address)
{
    if (memcmp(address->byte, v4_head, sizeof v4_head) == 0)
        return !net_ranges_have(&(net_ranges){(net_range *)special_v4, OQ_COUNT(special_v4)},
                                address);
    return is_in(&global_v6, address) &&
           !net_ranges_have(&(net_ranges){(net_range *)special_v6, OQ_COUNT(special_v6)}, address);
}

/* --- addresses that people type -----------------------------------------------------------------*/

static bool is_plain(oq_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c <= ' ' || c > '~' || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' ||
            c == '`' || c == '{' || c == '|' || c == '}' || c == '#')
            return false;
    }
    return true;
}

static bool is_host(oq_str host)
{
    net_address address;
    if (host.len && host.ptr[0] == '[')
        return host.len > 2 && host.ptr[host.len - 1] == ']' &&
               net_address_parse(oq_str_sub(host, 1, host.len - 2), &address);
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '_')
            return false;
    }
    return host.len > 0 && host.len < 254;
}

/* "host", "host:443", "[::1]:8443"; no user. */
static bool is_authority(oq_str text)
{
    oq_str host = text;
    size_t bracket = oq_str_find_char(text, ']');
    size_t from = bracket < text.len ? bracket : 0, colon = from;
    while (colon < text.len && text.ptr[colon] != ':')
        colon++;
    if (colon < text.len) {
        int64_t port;
        host = oq_str_sub(text, 0, colon);
        if (!oq_parse_i64(oq_str_sub(text, colon + 1, SIZE_MAX), &port) || port < 1 ||
            port > PORT_MAX)
            return false;
    }
    return is_host(host);
}

const char *webhook_url_problem(oq_str url, bool allows_http)
{
    bool is_https = oq_str_starts(url, OQ_STR("https://"));
    if (!is_https && !oq_str_starts(url, OQ_STR("http://")))
        return "webhook.url_malformed";
    oq_str rest = oq_str_sub(url, is_https ? 8 : 7, SIZE_MAX);
    size_t end = 0;
    while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?')
        end++;
    if (!is_plain(url) || !is_authority(oq_str_sub(rest, 0, end)))
        return "webhook.url_malformed";
    return is_https || allows_http ? NULL : "webhook.url_needs_https";
}
