/* base/secret.h
 *
 * Randomness, sealing, hashing and signing; the algorithms are libsodium's. One master key
 * (OPTRIA_MASTER_KEY) is set once at start; each purpose works with a key of its own derived from
 * it, so that a leak of one is not a leak of all. */
#ifndef OQ_SECRET_H
#define OQ_SECRET_H

#include "base/err.h"
#include "base/str.h"

enum { OQ_DIGEST = 32, OQ_MASTER_KEY_MIN = 32 };

/* Once, before any thread starts. Fails: secret.key_too_short (fact: min). */
OQ_CHECKED oq_err *oq_secret_setup(oq_str master_key);

void oq_random(void *bytes, size_t len);

/* Encrypts and authenticates (XChaCha20-Poly1305). `context` says what it is and whose
 * ("totp:<tenant>:<user>"): a sealed text copied to another row does not open there. */
oq_str oq_seal(oq_arena *arena, oq_str plain, oq_str context);
/* Fails: secret.not_openable (another master key, another context, or altered bytes). */
OQ_CHECKED oq_err *oq_unseal(oq_arena *arena, oq_str sealed, oq_str context, oq_str *ret_plain);

/* BLAKE2b, 32 bytes: for texts that are random already (tokens), not for passwords. */
void oq_digest(oq_str text, uint8_t out[OQ_DIGEST]);
/* Keyed: signs a text for a purpose ("form", "setup"). */
void oq_sign(oq_str purpose, oq_str text, uint8_t out[OQ_DIGEST]);

/* HMAC-SHA256 (RFC 2104, FIPS 180-4), for what others must be able to compute too. */
void oq_hmac_sha256(oq_str key, oq_str text, uint8_t out[OQ_DIGEST]);

/* In a time that does not depend on where they differ. */
bool oq_same_secret(oq_str a, oq_str b);

#endif
