/* The job that sends what waits in the outbox.
 *
 *     transaction: what is due is leased (next_at moves, tries counts) and committed
 *     the network, without a transaction
 *     transaction: sent, later, or given up
 *
 * Whoever dies in between leaves the lease to run out; the message then goes again under the id
 * that it had. */
#include "notify/send.h"

#include <math.h>

#include "base/facts.h"
#include "base/secret.h"
#include "notify/webhook.h"

#include "send.sql.h"
#include "webhook.sql.h"

#include "base/banned.h"

enum { DUE_MAX = 500, TIRED_MAX = WEBHOOKS_MAX };
#define RUN_MAX (4 * OQ_MINUTE) /* then the next run goes on */

const oq_field send_reader_fields[] = {OQ_TEXT(send_reader, email),
                                       OQ_TEXT(send_reader, lang),
                                       OQ_TEXT(send_reader, time_zone),
                                       OQ_BOOL(send_reader, is_active),
                                       OQ_BOOL(send_reader, arabic_digits),
                                       OQ_BOOL(send_reader, hijri),
                                       OQ_I64(send_reader, sent_count),
                                       OQ_TIME(send_reader, sent_first),
                                       OQ_FIELDS_END};

const oq_field mail_waiting_fields[] = {OQ_UUID(mail_waiting, id),
                                        OQ_UUID(mail_waiting, user_id),
                                        OQ_UUID(mail_waiting, digest_id),
                                        OQ_UUID(mail_waiting, trace_id),
                                        OQ_CHOICE(mail_waiting, urgency, notify_urgency_choices),
                                        OQ_I64(mail_waiting, tries),
                                        OQ_BOOL(mail_waiting, was_held),
                                        OQ_JSON(mail_waiting, content),
                                        OQ_FIELDS_END};

/* One message on its way. */
typedef struct sending {
    oq_uuids ids; /* the rows that it is made of */
    oq_uuid id;   /* what it is known by outside */
    oq_uuid trace_id;
    int channel;
    oq_uuid webhook_id;
    oq_str recipient;
    oq_us first_try_at;
    int64_t tries;
    mail_letter letter;
    webhook_post post;
    oq_err *refusal; /* it cannot be sent at all; NULL: it can */
} sending;

/* A run: which targets had better be left alone until the next one. */
typedef struct send_run {
    job_run *run;
    oq_us until; /* monotonic */
    bool mail_is_away;
    oq_uuid tired[TIRED_MAX];
    size_t tired_count;
} send_run;

/* --- taking what is due -------------------------------------------------------------------------*/

static oq_err *lease(oq_scope *s, sending *it, oq_uuid digest_id)
{
    sql_send_lease_rows rows;
    OQ_TRY(sql_send_lease(s,
                          (sql_send_lease_args){
                              .ids = it->ids,
                              .digest_id = digest_id,
                              .until = oq_now(s) + OUTBOX_LEASE,
                              .now = oq_now(s),
                          },
                          &rows));
    it->first_try_at = oq_now(s);
    for (size_t i = 0; i < rows.count; i++) {
        if (rows.at[i].first_try_at < it->first_try_at)
            it->first_try_at = rows.at[i].first_try_at;
        if (rows.at[i].tries > it->tries)
            it->tries = rows.at[i].tries;
    }
    return NULL;
}

static void read_content(oq_arena *arena, oq_str content, notification *to)
{
    oq_err *err = oq_fields_read_json(arena, outbox_content_fields, content, to);
    oq_ignore(err, "we wrote it; what a later version added is not needed here");
}

static oq_err *drop_mail(oq_scope *s, const mail_waiting *due, size_t count, const char *code)
{
    oq_uuid *ids = oq_new_n(oq_scope_arena(s), oq_uuid, count);
    for (size_t i = 0; i < count; i++)
        ids[i] = due[i].id;
    return sql_send_end(s,
                        (sql_send_end_args){
                            .ids = {ids, count},
                            .status = OQ_STR("dropped"),
                            .error_code = oq_cstr(code),
                            .error_facts = OQ_STR("{}"),
                        },
                        NULL);
}

static oq_err *hold_mail(oq_scope *s, const mail_waiting *due, const mail_plan *plan)
{
    if (!plan->hold_count)
        return NULL;
    oq_uuid *ids = oq_new_n(oq_scope_arena(s), oq_uuid, plan->hold_count);
    for (size_t i = 0; i < plan->hold_count; i++)
        ids[i] = due[plan->hold[i]].id;
    return sql_send_hold(
        s, (sql_send_hold_args){.ids = {ids, plan->hold_count}, .until = plan->hold_until}, NULL);
}

static void write_letter(oq_arena *arena, const mail_waiting *due, const mail_plan *plan,
                         const send_reader *reader, sending *it)
{
    notification *about = oq_new_n(arena, notification, plan->pick_count);
    oq_uuid *ids = oq_new_n(arena, oq_uuid, plan->pick_count);
    web_locale locale = {.lang = OQ_LANG_AR,
                         .time_zone = reader->time_zone,
                         .arabic_digits = reader->arabic_digits,
                         .hijri = reader->hijri};
    oq_lang_parse(reader->lang, &locale.lang);
    for (size_t i = 0; i < plan->pick_count; i++) {
        ids[i] = due[plan->pick[i]].id;
        read_content(arena, due[plan->pick[i]].content, &about[i]);
    }
    bool is_digest = !oq_uuid_is_zero(plan->digest_id);
    *it = (sending){.ids = {ids, plan->pick_count},
                    .id = is_digest ? plan->digest_id : ids[0],
                    .trace_id = due[plan->pick[0]].trace_id,
                    .channel = CHANNEL_MAIL,
                    .recipient = reader->email};
    it->letter = (mail_letter){.id = it->id,
                               .from = channel_get()->setup.mail_from,
                               .to = reader->email,
                               .at = about[plan->pick_count - 1].created_at};
    compose_letter(arena, about, plan->pick_count, &locale, &it->letter);
}

/* *ret_found: there was something due, which now is taken, held or dropped. */
static oq_err *take_mail(oq_scope *s, sending *it, bool *ret_found)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_send_mail_due_rows due;
    sql_send_reader_rows reader;
    oq_us now = oq_now(s);
    OQ_TRY(sql_send_mail_due(s, (sql_send_mail_due_args){.now = now, .limit = DUE_MAX}, &due));
    *ret_found = due.count > 0;
    if (!due.count)
        return NULL;
    oq_uuid user_id = due.at[0].user_id;
    OQ_TRY(sql_send_reader(s, (sql_send_reader_args){.user_id = user_id, .since = now - OQ_HOUR},
                           &reader));
    if (!reader.count || !reader.at[0].is_active)
        return drop_mail(s, due.at, due.count, "mail.nobody");
    mail_reader limits = {.time_zone = reader.at[0].time_zone,
                          .sent_count = reader.at[0].sent_count,
                          .sent_first = reader.at[0].sent_first};
    OQ_TRY(notify_quiet_get(s, user_id, &limits.quiet));
    mail_plan plan = mail_plan_make(arena, due.at, due.count, &limits, now);
    OQ_TRY(hold_mail(s, due.at, &plan));
    if (!plan.pick_count)
        return NULL;
    write_letter(arena, due.at, &plan, reader.at, it);
    return lease(s, it, plan.digest_id);
}

static oq_err *take_post(oq_scope *s, const send_run *r, sending *it, bool *ret_found)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_send_post_due_rows due;
    sql_webhook_target_rows target;
    notification about = {0};
    OQ_TRY(sql_send_post_due(
        s,
        (sql_send_post_due_args){.now = oq_now(s), .tired = {(oq_uuid *)r->tired, r->tired_count}},
        &due));
    *ret_found = due.count > 0;
    if (!due.count)
        return NULL;
    const outbox_message *m = due.at;
    oq_uuid *id = oq_new(arena, oq_uuid);
    *id = m->id;
    OQ_TRY(sql_webhook_target(s, (sql_webhook_target_args){.id = m->webhook_id}, &target));
    if (!target.count || !target.at[0].is_active)
        return sql_send_end(s,
                            (sql_send_end_args){.ids = {id, 1},
                                                .status = OQ_STR("dropped"),
                                                .error_code = OQ_STR("webhook.is_stopped"),
                                                .error_facts = OQ_STR("{}")},
                            NULL);
    read_content(arena, m->content, &about);
    *it = (sending){.ids = {id, 1},
                    .id = m->id,
                    .trace_id = m->trace_id,
                    .channel = CHANNEL_WEBHOOK,
                    .webhook_id = m->webhook_id,
                    .recipient = target.at[0].name};
    it->post = (webhook_post){.id = m->id,
                              .url = target.at[0].url,
                              .body = compose_post(arena, m, &about),
                              .at = oq_now(s)};
    it->refusal = oq_unseal(arena, target.at[0].secret,
                            webhook_secret_context(arena, oq_scope_tenant(s), m->webhook_id),
                            &it->post.secret);
    return lease(s, it, OQ_UUID_ZERO);
}

/* --- what became of it --------------------------------------------------------------------------*/

/* In the app alone: by the way that does not work nobody would hear of it. Once a day and target.
 */
static oq_err *tell_admins(oq_scope *s, const sending *it, const char *type)
{
    oq_arena *arena = oq_scope_arena(s);
    bool is_mail = it->channel == CHANNEL_MAIL;
    oq_str id = oq_uuid_text(arena, it->webhook_id);
    const oq_arg fact[] = {{"recipient", it->recipient}};
    return notify_role(
        s, ROLE_TENANT_ADMIN,
        &(notify_order){
            .type = type,
            .fact = fact,
            .fact_count = 1,
            .entity_type = is_mail ? "outbox" : "webhook",
            .entity_id = is_mail ? OQ_STR("mail") : id,
            .urgency = URGENCY_HIGH,
            .once_key = oq_strf(arena, "%s:%.*s:%lld", type, is_mail ? 0 : (int)id.len, id.ptr,
                                (long long)(oq_now(s) / OQ_DAY)),
            .trace_id = it->trace_id,
            .stays_inside = true,
        });
}

static oq_err *note_webhook(oq_scope *s, const sending *it, const oq_err *err, oq_str facts)
{
    sql_webhook_refused_rows rows;
    if (!err)
        return sql_webhook_took(s, (sql_webhook_took_args){.id = it->webhook_id, .now = oq_now(s)},
                                NULL);
    OQ_TRY(sql_webhook_refused(s,
                               (sql_webhook_refused_args){
                                   .id = it->webhook_id,
                                   .error_code = oq_cstr(err->code),
                                   .error_facts = facts,
                                   .stop_before = oq_now(s) - WEBHOOK_STOP_AFTER,
                                   .now = oq_now(s),
                               },
                               &rows));
    if (!rows.count || !rows.at[0].is_stopped)
        return NULL;
    OQ_TRY(sql_webhook_drop_waiting(s,
                                    (sql_webhook_drop_waiting_args){
                                        .id = it->webhook_id,
                                        .error_code = OQ_STR("webhook.is_stopped"),
                                    },
                                    NULL));
    return tell_admins(s, it, "webhook.stopped");
}

static oq_err *record_failure(oq_scope *s, const sending *it, const oq_err *err, oq_str facts)
{
    bool is_final =
        it->refusal || err->kind == OQ_INVALID || oq_now(s) - it->first_try_at >= OUTBOX_GIVE_UP;
    if (!is_final)
        return sql_send_later(s,
                              (sql_send_later_args){
                                  .ids = it->ids,
                                  .next_at = oq_now(s) + outbox_back_off(it->tries),
                                  .error_code = oq_cstr(err->code),
                                  .error_facts = facts,
                              },
                              NULL);
    OQ_TRY(sql_send_end(s,
                        (sql_send_end_args){
                            .ids = it->ids,
                            .status = OQ_STR("failed"),
                            .error_code = oq_cstr(err->code),
                            .error_facts = facts,
                        },
                        NULL));
    return tell_admins(s, it, it->channel == CHANNEL_MAIL ? "mail.failed" : "webhook.failed");
}

static oq_err *record(oq_scope *s, const sending *it, const oq_err *err)
{
    oq_str facts = err ? oq_facts_json(oq_scope_arena(s), err->arg, err->arg_count) : OQ_STR("{}");
    if (!err)
        OQ_TRY(sql_send_done(s, (sql_send_done_args){.ids = it->ids, .now = oq_now(s)}, NULL));
    else
        OQ_TRY(record_failure(s, it, err, facts));
    return it->channel == CHANNEL_WEBHOOK ? note_webhook(s, it, err, facts) : NULL;
}

static void put_log(const send_run *r, const sending *it, const oq_err *err)
{
    bool is_mail = it->channel == CHANNEL_MAIL;
    if (err)
        oq_log_warn(is_mail ? "mail.not_sent" : "webhook.not_sent",
                    OQ_F_UUID("trace", it->trace_id), OQ_F_UUID("tenant", job_tenant(r->run)),
                    OQ_F_UUID("id", it->id), OQ_F_CSTR("code", err->code),
                    OQ_F_INT("tries", it->tries), OQ_F_CSTR("detail", err->detail));
    else
        oq_log_info(is_mail ? "mail.sent" : "webhook.sent", OQ_F_UUID("trace", it->trace_id),
                    OQ_F_UUID("tenant", job_tenant(r->run)), OQ_F_UUID("id", it->id),
                    OQ_F_INT("parts", (int64_t)it->ids.count), OQ_F_INT("tries", it->tries));
}

static void get_tired(send_run *r, const sending *it, const oq_err *err)
{
    if (!err)
        return;
    if (it->channel == CHANNEL_MAIL)
        r->mail_is_away |= mail_server_is_away(err);
    else if (r->tired_count < TIRED_MAX)
        r->tired[r->tired_count++] = it->webhook_id;
}

/* --- the run ------------------------------------------------------------------------------------*/

static oq_err *take(send_run *r, sending *it, bool *ret_found)
{
    oq_scope *s;
    OQ_TRY(job_scope(r->run, OQ_WRITE, &s));
    oq_err *err = NULL;
    *ret_found = false;
    if (channel_has_mail() && !r->mail_is_away)
        err = take_mail(s, it, ret_found);
    if (!err && !*ret_found)
        err = take_post(s, r, it, ret_found);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

static oq_err *send_one(send_run *r, sending *it)
{
    oq_scope *s;
    oq_arena *arena = job_arena(r->run);
    oq_err *failure = it->refusal                   ? it->refusal
                      : it->channel == CHANNEL_MAIL ? mail_deliver(arena, &it->letter)
                                                    : webhook_deliver(arena, &it->post);
    put_log(r, it, failure);
    get_tired(r, it, failure);
    OQ_TRY(job_scope(r->run, OQ_WRITE, &s));
    oq_err *err = record(s, it, failure);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

oq_err *notify_send(job_run *run)
{
    send_run r = {.run = run, .until = oq_monotonic() + RUN_MAX};
    for (bool found = true; found && oq_monotonic() < r.until;) {
        sending it = {0};
        oq_mark mark = oq_arena_mark(job_arena(run));
        OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
        OQ_TRY(take(&r, &it, &found));
        if (it.ids.count)
            OQ_TRY(send_one(&r, &it));
        oq_arena_rewind(job_arena(run), mark);
    }
    return NULL;
}
