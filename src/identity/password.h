/* identity/password.h
 *
 * Passwords: argon2id (RFC 9106) at 19 MiB and two passes, the least that OWASP's password storage
 * guide names for it. At most four are computed at once in a process, so that a storm of sign-ins
 * costs bounded memory; the others wait their turn. */
#ifndef IDENTITY_PASSWORD_H
#define IDENTITY_PASSWORD_H

#include "base/base.h"

enum { PASSWORD_BYTES_MAX = 256, PASSWORD_LENGTH_LEAST = 10 };

/* NULL, or a field error about `field`: password.too_short (fact: min, in characters),
 * field.too_long, password.common, password.like_name (holds the e-mail's or the person's name),
 * password.monotone (a few characters over and over). */
OQ_CHECKED oq_err *password_check(const char *field, oq_str password, int64_t length_min,
                                  oq_str email, oq_str full_name);

oq_str password_hash(oq_arena *arena, oq_str password);
/* `hash` not given: takes as long as a real look, and says no. */
bool password_is(oq_str hash, oq_str password);
/* Made with weaker settings than today's: hash again at the next sign-in. */
bool password_needs_rehash(oq_arena *arena, oq_str hash);

/* A first password for a machine-made account: 20 characters that are hard to mistake for one
 * another, in groups of five, about 95 bits. */
oq_str password_generate(oq_arena *arena);

#endif
