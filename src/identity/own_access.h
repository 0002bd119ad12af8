/* identity/own_access.h
 *
 * How a person gets in: one's own password and second factor, and what an administrator may do
 * about another's. All inside the person's home tenant, audited, and voiding what processes
 * remember. */
#ifndef IDENTITY_OWN_ACCESS_H
#define IDENTITY_OWN_ACCESS_H

#include "base/base.h"
#include "db/scope.h"
#include "identity/user.h"

/* Changes the actor's own password. Ends all other sessions of the person.
 * Fails: password.wrong_current, and what password_check finds. */
OQ_CHECKED oq_err *access_change_password(oq_scope *s, oq_str current, oq_str wanted,
                                          oq_uuid keep_session);

/* Sets a password without asking for the old one: reset links, first accounts, the command line.
 * Links that were handed out before it are worthless from here on. */
OQ_CHECKED oq_err *access_set_password(oq_scope *s, oq_uuid user_id, const char *field,
                                       oq_str password, bool must_change);

/* Begins the set-up of a second factor: a fresh secret, good once confirmed. Asking again before
 * that gives another one. Fails: totp.is_on. */
typedef struct totp_offer {
    oq_str secret_text, uri, qr_path;
    int qr_size;
} totp_offer;
OQ_CHECKED oq_err *access_totp_begin(oq_scope *s, totp_offer *ret_offer);
/* Shows the pending offer again. Fails: totp.not_begun. */
OQ_CHECKED oq_err *access_totp_pending(oq_scope *s, totp_offer *ret_offer);
/* Fails: totp.not_begun, totp.wrong (field totp). */
OQ_CHECKED oq_err *access_totp_confirm(oq_scope *s, oq_str code);
/* Needs the password. Fails: password.wrong_current, totp.is_required (the tenant's rule). */
OQ_CHECKED oq_err *access_totp_disable(oq_scope *s, oq_str password);
/* An administrator, for a person who lost the device: CAP_USER_MANAGE. Ends the sessions. */
OQ_CHECKED oq_err *access_totp_reset(oq_scope *s, oq_uuid user_id);

/* Whether `code` is the second factor's, now, for the first time. Used by sign-in. */
OQ_CHECKED oq_err *access_totp_accept(oq_scope *s, oq_uuid user_id, oq_str sealed_secret,
                                      oq_str code, bool *ret_accepted);

#endif
