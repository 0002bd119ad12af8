/* identity/totp.h
 *
 * Second factor: time-based one-time passwords (RFC 6238: SHA-1, 30 s, six digits, as every
 * authenticator application speaks them). Pure: time and secret come in, no database. */
#ifndef IDENTITY_TOTP_H
#define IDENTITY_TOTP_H

#include "base/base.h"

enum { TOTP_SECRET_BYTES = 20 };

/* A new secret of 160 random bits, as bytes. */
oq_str totp_new_secret(oq_arena *arena);

/* The secret as people type it: base32 in groups of four. */
oq_str totp_secret_text(oq_arena *arena, oq_str secret);

/* otpauth://totp/OPTRIA%20IQ:anna%40example.com?secret=...&issuer=OPTRIA%20IQ */
oq_str totp_uri(oq_arena *arena, oq_str secret, oq_str email);

/* The URI as a QR code: the path data ("M0 0h1v1...") of an SVG whose view box is
 * 0 0 size size, with the quiet zone of four modules around it. */
oq_str totp_qr_path(oq_arena *arena, oq_str uri, int *ret_size);

/* Whether `code` (six digits, blanks allowed) is right now, one step early or one late.
 * *ret_step is the step it belongs to: accept each step once. */
bool totp_check(oq_str secret, oq_str code, oq_us now, int64_t *ret_step);

/* The code of a moment, for tests and the demo's scripts. */
oq_str totp_code(oq_arena *arena, oq_str secret, oq_us now);

#endif
