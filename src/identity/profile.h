/* identity/profile.h
 *
 * What concerns oneself: name, language and reading habits, password, second factor, open sessions.
 * All of it lives in the person's home tenant, also while a platform owner looks into another. */
#ifndef IDENTITY_PROFILE_H
#define IDENTITY_PROFILE_H

#include "http/route.h"

extern const http_route profile_routes[]; /* /api/me..., /profile... */

#endif
