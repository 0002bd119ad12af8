/* A letter over SMTP. */
#include "notify/send.h"

#include <curl/curl.h>

#include "base/banned.h"

enum { REPLY_MAX = 200 };

typedef struct talk {
    oq_str rest; /* of the letter */
    char reply[REPLY_MAX];
    size_t reply_len;
} talk;

static size_t give(char *to, size_t size, size_t count, void *self)
{
    talk *t = self;
    size_t len = size * count < t->rest.len ? size * count : t->rest.len;
    memcpy(to, t->rest.ptr, len);
    t->rest = oq_str_sub(t->rest, len, SIZE_MAX);
    return len;
}

/* The server's last line, for people to read why; not its goodbye (221, RFC 5321, 4.2.3). */
static size_t hear(char *line, size_t size, size_t count, void *self)
{
    talk *t = self;
    size_t len = size * count;
    if (oq_str_starts(oq_strn(line, len), OQ_STR("221")))
        return len;
    t->reply_len = 0;
    for (size_t i = 0; i < len && t->reply_len < REPLY_MAX; i++)
        if (line[i] >= ' ' && line[i] <= '~')
            t->reply[t->reply_len++] = line[i];
    return len;
}

static oq_str c_text(oq_arena *arena, oq_str text)
{
    return oq_strf(arena, "%.*s", OQ_FMT(text));
}

static oq_err *outcome(oq_arena *arena, CURLcode code, const talk *t)
{
    oq_str reply = oq_str_copy(arena, oq_strn(t->reply, t->reply_len));
    char first = reply.len > 3 ? reply.ptr[0] : 0;
    switch (code) {
    case CURLE_OK:
        return NULL;
    case CURLE_OPERATION_TIMEDOUT:
        return oq_fail(OQ_TIMEOUT, "mail.timeout");
    case CURLE_LOGIN_DENIED:
        return oq_fail(OQ_UNAVAILABLE, "mail.login_refused");
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return oq_fail(OQ_UNAVAILABLE, "mail.tls_failed");
    case CURLE_SEND_ERROR:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_RECV_ERROR:
        if (first == '5' && code != CURLE_REMOTE_ACCESS_DENIED)
            return oq_fail(OQ_INVALID, "mail.refused", "reply=%.*s", OQ_FMT(reply));
        if (first == '4' || first == '5')
            return oq_fail(OQ_UNAVAILABLE, "mail.refused_for_now", "reply=%.*s", OQ_FMT(reply));
        break;
    default:
        break;
    }
    return oq_err_detail(oq_fail(OQ_UNAVAILABLE, "mail.unreachable"), "curl %d", (int)code);
}

bool mail_server_is_away(const oq_err *err)
{
    return oq_err_is(err, "mail.timeout") || oq_err_is(err, "mail.login_refused") ||
           oq_err_is(err, "mail.tls_failed") || oq_err_is(err, "mail.unreachable") ||
           oq_err_is(err, "mail.not_set_up");
}

oq_err *mail_deliver(oq_arena *arena, const mail_letter *letter)
{
    const channel_state *state = channel_get();
    talk t = {.reply_len = 0};
    void *resolve;
    if (!state->has_mail)
        return oq_fail(OQ_UNAVAILABLE, "mail.not_set_up");
    OQ_TRY(mail_write(arena, letter, &t.rest));
    CURL *curl = curl_easy_init();
    if (!curl)
        return oq_fail(OQ_UNAVAILABLE, "mail.unreachable");
    struct curl_slist *to =
        curl_slist_append(NULL, oq_strf(arena, "<%.*s>", OQ_FMT(letter->to)).ptr);
    channel_prepare(curl, &resolve);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_URL, c_text(arena, state->setup.smtp_url).ptr);
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     state->wants_tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    if (state->setup.smtp_user.len) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, c_text(arena, state->setup.smtp_user).ptr);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, c_text(arena, state->setup.smtp_password).ptr);
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, oq_strf(arena, "<%.*s>", OQ_FMT(letter->from)).ptr);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, &t);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &t);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    curl_slist_free_all(to);
    curl_slist_free_all(resolve);
    return outcome(arena, code, &t);
}
