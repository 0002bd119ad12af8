/* What an authenticator app does with the text it is given. */
#ifndef INTEGRATION_IDENTITY_CODES_H
#define INTEGRATION_IDENTITY_CODES_H

#include "base/base.h"

/* The secret of "ABCD EFGH ...": base32 with blanks. */
oq_str code_secret(oq_arena *arena, oq_str typed);

#endif
