/* identity/device.h
 *
 * Browsers in which somebody has signed in before. Attempts are counted by account, so whoever
 * knows an address could keep its owner out by guessing; a browser that is known counts by itself,
 * whatever strangers do from wherever. The cookie says nothing and lets nobody in: it is signed,
 * good for one person, and only names a count of its own. */
#ifndef IDENTITY_DEVICE_H
#define IDENTITY_DEVICE_H

#include "base/base.h"

#define DEVICE_COOKIE "optria_device"
enum { DEVICE_DAYS = 180 }; /* since the last sign-in */

/* The cookie's value for a browser in which this person has just signed in. */
oq_str device_make(oq_arena *arena, oq_uuid user_id, oq_us now);

/* Whether the cookie is this person's, and still good. Gives the browser's id. */
bool device_is_of(oq_str cookie, oq_uuid user_id, oq_us now, oq_uuid *ret_device_id);

#endif
