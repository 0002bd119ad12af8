/* notify/send.h: how a message leaves, for the files of this folder. Nothing here knows the
 * database: a letter or a body goes in, what became of it comes out as an error or NULL. An error
 * of the kind OQ_INVALID is final; any other one may go away. */
#ifndef NOTIFY_SEND_H
#define NOTIFY_SEND_H

#include "notify/address.h"
#include "notify/inner.h"
#include "notify/mail_text.h"

/* --- what the process knows (channel.c) ---------------------------------------------------------*/
typedef struct channel_state {
    channel_setup setup;
    bool has_mail;
    bool wants_tls;  /* smtp: without STARTTLS is refused */
    net_ranges nets; /* of one's own, which webhooks may reach */
} channel_state;
const channel_state *channel_get(void);
/* Whether some network is listed: there a webhook may go without TLS. */
bool channel_allows_http(void);
/* What mail and webhooks have in common: limits, trust, no proxy, names of tests. `handle` is a
 * CURL, `*ret_resolve` a curl_slist of the caller's. */
void channel_prepare(void *handle, void **ret_resolve);

/* --- sending ------------------------------------------------------------------------------------*/

/* Fails: mail.address_refused, mail.refused (reply), both final; mail.refused_for_now (reply),
 * mail.login_refused, mail.tls_failed, mail.timeout, mail.unreachable, mail.not_set_up. */
OQ_CHECKED oq_err *mail_deliver(oq_arena *arena, const mail_letter *letter);
/* Whether the server itself is the matter, so that other mail need not be tried now. */
bool mail_server_is_away(const oq_err *err);

typedef struct webhook_post {
    oq_uuid id;
    oq_str url, secret, body;
    oq_us at;
} webhook_post;
/* Fails: webhook.address_refused (address), webhook.answered (status), webhook.redirected (status),
 * webhook.timeout, webhook.tls_failed, webhook.unreachable. */
OQ_CHECKED oq_err *webhook_deliver(oq_arena *arena, const webhook_post *post);
oq_str webhook_secret_context(oq_arena *arena, oq_uuid tenant_id, oq_uuid id);

/* --- what is said (compose.c) -------------------------------------------------------------------*/
/* One notification, or several as one mail. */
void compose_letter(oq_arena *arena, const notification *about, size_t count,
                    const web_locale *locale, mail_letter *letter);
/* JSON of a webhook. */
oq_str compose_post(oq_arena *arena, const outbox_message *m, const notification *about);

/* --- what goes next (mail_plan.c): pure ---------------------------------------------------------*/
typedef struct mail_waiting {
    oq_uuid id, user_id, digest_id, trace_id;
    int urgency;
    int64_t tries;
    bool was_held;
    oq_str content;
} mail_waiting;

extern const oq_field mail_waiting_fields[];

/* Whom it goes to, as the database knows it. */
typedef struct send_reader {
    oq_str email, lang, time_zone;
    bool is_active, arabic_digits, hijri;
    int64_t sent_count;
    oq_us sent_first;
} send_reader;
extern const oq_field send_reader_fields[];

typedef struct mail_reader {
    notify_quiet quiet;
    oq_str time_zone;
    int64_t sent_count; /* mails of the last hour, and when the first of them went */
    oq_us sent_first;
} mail_reader;

typedef struct mail_plan {
    size_t *pick; /* places in the list: they go now, as one mail */
    size_t pick_count;
    oq_uuid digest_id; /* zero: a mail of its own */
    size_t *hold;      /* these wait until `hold_until` */
    size_t hold_count;
    oq_us hold_until;
} mail_plan;
/* Of one person's mail that is due, in the order of its making. A group that was put together once
 * stays as it is, and what was tried alone is tried alone again: its id may be known at the
 * receiver. Urgent mail is never held, but joined when it is too much. */
mail_plan mail_plan_make(oq_arena *arena, const mail_waiting *due, size_t count,
                         const mail_reader *reader, oq_us now);

/* The job notify.send. */
OQ_CHECKED oq_err *notify_send(job_run *run);

#endif
