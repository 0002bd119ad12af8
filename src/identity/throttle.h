/* identity/throttle.h
 *
 * How often somebody may try: attempts are counted in the database, by account and by address, so
 * that several servers count together. An attempt is counted before it is judged, so that a
 * thousand at once cannot slip past the count; success takes the count back. An address that has
 * to wait no longer counts against accounts; of IPv6 the network is the address. Keys are hashes:
 * the table tells nobody who tried. */
#ifndef IDENTITY_THROTTLE_H
#define IDENTITY_THROTTLE_H

#include "base/base.h"
#include "db/scope.h"

/* Failures in a quarter of an hour before a pause begins; the pause doubles with each further
 * one, from 2 s to 15 min. */
enum { THROTTLE_FREE_BY_ACCOUNT = 5, THROTTLE_FREE_BY_ADDRESS = 30 };
#define THROTTLE_WINDOW (15 * OQ_MINUTE)

typedef struct throttle {
    db_pool *pool;
    oq_arena *arena;
    oq_str request_id;
    oq_str account_key;
    oq_str address;       /* of the peer */
    bool is_known_device; /* account_key is a browser's own: who else is at the address is nothing
                             to it */
} throttle;

/* What is tried is an account: an e-mail in any case, or the name of a page ("setup"). */
enum { THROTTLE_KEY_MAX = 40 };
oq_str throttle_account_key(oq_arena *arena, oq_str account);

/* Counts one attempt; the count stays also when the attempt is turned away.
 * Fails: auth.too_many_attempts (OQ_LIMIT; fact: retry_after_s). */
OQ_CHECKED oq_err *throttle_count(const throttle *t);

/* After a success the account starts afresh. */
OQ_CHECKED oq_err *throttle_forget(const throttle *t);
/* Takes back this attempt and no more: a right password that still lacks its second factor must
 * not wash away the guesses at the factor. */
OQ_CHECKED oq_err *throttle_uncount(const throttle *t);
/* Changes nothing, and takes as long as writing something down. */
OQ_CHECKED oq_err *throttle_touch(const throttle *t);

#endif
