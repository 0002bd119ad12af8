/* notify/address.h
 *
 * Where a webhook may go. People of a tenant type its address, so it must not become a way into the
 * networks around the server: an address on the network is used when it is public, or when the
 * operator listed it (OPTRIA_WEBHOOK_ALLOW). It is looked at where the socket is opened, after all
 * names were resolved, so that what was checked is what is connected to. Source of the ranges: IANA
 * IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890). */
#ifndef NOTIFY_ADDRESS_H
#define NOTIFY_ADDRESS_H

#include "base/base.h"

/* An IPv4 address stands in ::ffff:0:0/96. */
typedef struct net_address {
    uint8_t byte[16];
} net_address;

typedef struct net_range {
    net_address from;
    int bits; /* of 128 */
} net_range;

typedef struct net_ranges {
    net_range *at;
    size_t count;
} net_ranges;

bool net_address_parse(oq_str text, net_address *ret_address);
/* "10.2.0.0/16, 192.168.7.9 fd00::/8": a single address is a range of one. Fails:
 * webhook.allow_malformed (entry). */
OQ_CHECKED oq_err *net_ranges_parse(oq_arena *arena, oq_str text, net_ranges *ret_ranges);
bool net_ranges_have(const net_ranges *ranges, const net_address *address);
/* Reached over the internet: not loopback, private, link-local (with the clouds' metadata), shared,
 * multicast, reserved, documentation, nor an IPv6 address that carries another one inside. */
bool net_address_is_public(const net_address *address);

/* NULL, or the code of what is wrong with the address of a webhook: webhook.url_malformed,
 * webhook.url_needs_https. http: is for listed networks alone. */
const char *webhook_url_problem(oq_str url, bool allows_http);

#endif
