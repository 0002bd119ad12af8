/* identity/identity.h: what the program tells this folder at its start. */
#ifndef IDENTITY_IDENTITY_H
#define IDENTITY_IDENTITY_H

#include "base/base.h"

/* The address under which people reach the installation (OPTRIA_PUBLIC_URL): links that are handed
 * over begin with it. Not given: with the address of the request that makes them. Set once, before
 * the first request; the text is copied. */
void identity_use_public_url(oq_str url);

#endif
