/* notify/mail_text.h
 *
 * A mail as it goes over the wire (RFC 5322, MIME): headers whose words are encoded where they must
 * be (RFC 2047), text and HTML side by side, both as base64, so that no line is too long, no
 * boundary can stand in a text, and nothing in a text can become a header. */
#ifndef NOTIFY_MAIL_TEXT_H
#define NOTIFY_MAIL_TEXT_H

#include "base/base.h"
#include "base/lang.h"

typedef struct mail_letter {
    oq_uuid id;             /* makes the Message-ID: the same at a second delivery */
    oq_str from, from_name; /* an address; what is shown for it */
    oq_str to;
    oq_str subject;
    oq_str text, html;
    oq_lang lang;
    oq_us at;
} mail_letter;

/* Fails: mail.address_refused (address), for what is no plain address: it could hold a header. */
OQ_CHECKED oq_err *mail_write(oq_arena *arena, const mail_letter *letter, oq_str *ret_text);

/* Whether a text may stand between < and > of a header and of SMTP: "name@host", printable ASCII
 * without blanks, brackets, quotes and commas. */
bool mail_address_is_plain(oq_str address);
/* A header's text: as it is, or as encoded words of at most 75 characters, folded. Control
 * characters become blanks. */
void mail_put_words(oq_buf *out, oq_str text);
/* One piece of HTML text. */
void mail_put_html(oq_buf *out, oq_str text);

#endif
