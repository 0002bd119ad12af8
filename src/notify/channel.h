/* notify/channel.h
 *
 * The ways out of the program: mail and webhooks. What this process knows of them is set once at
 * start; without it there is no mail, webhooks go to public addresses alone, and what somebody
 * wrote into the outbox waits for a process that can send it. */
#ifndef NOTIFY_CHANNEL_H
#define NOTIFY_CHANNEL_H

#include "base/base.h"
#include "db/pool.h"

typedef struct channel_setup {
    /* mail; without url and from it is "not set up", and no mail is written into the outbox */
    oq_str smtp_url;  /* smtp://host:port, smtps://host:port */
    oq_str smtp_user; /* not given: the server asks for none */
    oq_str smtp_password;
    oq_str mail_from;  /* the address that mail comes from */
    oq_str public_url; /* for the links in it; not given: no links */
    oq_str ca_file;    /* certificates to trust beside the system's, PEM; not given: none */
    /* webhooks */
    oq_str webhook_allow; /* "10.2.0.0/16, fd00::/8": networks of one's own that may be reached */
    /* for tests: names with addresses of their own ("hook.example:443:127.0.0.1", comma between),
     * and how long a peer may take; 0: 30 s */
    oq_str resolve;
    int64_t timeout_ms;
} channel_setup;

/* Texts are kept by the caller. Fails: mail.url_malformed, mail.from_malformed,
 * webhook.allow_malformed (fact: entry). */
OQ_CHECKED oq_err *channel_set_up(const channel_setup *setup);
bool channel_has_mail(void);

/* The pool by which a process that has told something wakes the job that sends it; NULL: the job
 * comes by itself, within seconds. */
void channel_use_pool(db_pool *pool);

#endif
