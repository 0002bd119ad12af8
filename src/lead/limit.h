/* lead/limit.h
 *
 * How often the public form is taken: LEAD_PER_ADDRESS an hour from one address, LEAD_PER_HOUR in
 * all. Counted in this process's memory, not in the database: what is at stake is a table filled
 * with rubbish, not an account. So a refused request costs no write, no address of a visitor is
 * stored, N servers simply take N times as much, and a restart forgives. Memory is fixed; when many
 * addresses press, the oldest are forgotten first and the count for all holds the line. */
#ifndef LEAD_LIMIT_H
#define LEAD_LIMIT_H

#include "base/base.h"

enum { LEAD_PER_ADDRESS = 10, LEAD_PER_HOUR = 300 };

/* Takes one of an address's share. Fails: lead.too_many (fact: retry_after_s). IPv6 addresses
 * count by their first 64 bits: that is one customer. Thread-safe. */
OQ_CHECKED oq_err *lead_limit_take(oq_str address, oq_us now);
/* Forgets everything; for tests. */
void lead_limit_reset(void);

#endif
