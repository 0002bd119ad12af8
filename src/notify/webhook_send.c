/* A signed POST, to an address that was looked at. */
#include "notify/send.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "notify/webhook.h"

#include "base/banned.h"

enum { ANSWER_MAX = 16 * 1024 };

typedef struct attempt {
    const net_ranges *nets;
    bool is_plain; /* http: listed networks alone */
    bool is_refused;
    char refused[INET6_ADDRSTRLEN];
    size_t answer_bytes;
} attempt;

/* --- the address --------------------------------------------------------------------------------*/

static bool read_address(const struct curl_sockaddr *a, net_address *ret_address)
{
    static const uint8_t v4_head[12] = {[10] = 0xff, [11] = 0xff};
    if (a->family == AF_INET) {
        const struct sockaddr_in *in = (const void *)&a->addr;
        memcpy(ret_address->byte, v4_head, sizeof v4_head);
        memcpy(ret_address->byte + sizeof v4_head, &in->sin_addr, 4);
        return true;
    }
    if (a->family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)&a->addr;
        memcpy(ret_address->byte, &in6->sin6_addr, 16);
        return true;
    }
    return false;
}

/* Called for each address that is about to be connected to, after all names were resolved. */
static curl_socket_t open_socket(void *self, curlsocktype purpose, struct curl_sockaddr *a)
{
    attempt *t = self;
    net_address address;
    bool is_known = purpose == CURLSOCKTYPE_IPCXN && read_address(a, &address);
    if (is_known &&
        (net_ranges_have(t->nets, &address) || (!t->is_plain && net_address_is_public(&address))))
        return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
    t->is_refused = true;
    if (is_known && a->family == AF_INET)
        inet_ntop(AF_INET, address.byte + 12, t->refused, sizeof t->refused);
    else if (is_known)
        inet_ntop(AF_INET6, address.byte, t->refused, sizeof t->refused);
    return CURL_SOCKET_BAD;
}

/* What the receiver answers is of no use; a little is read, so that it may end well. */
static size_t swallow(char *text, size_t size, size_t count, void *self)
{
    (void)text;
    attempt *t = self;
    t->answer_bytes += size * count;
    return t->answer_bytes > ANSWER_MAX ? 0 : size * count;
}

/* --- the request --------------------------------------------------------------------------------*/

static struct curl_slist *headers_of(oq_arena *arena, const webhook_post *post)
{
    oq_str id = oq_uuid_text(arena, post->id);
    oq_str at = oq_strf(arena, "%lld", (long long)(post->at / OQ_SECOND));
    oq_str signature = webhook_signature(arena, post->secret, at, post->body);
    struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");
    list = curl_slist_append(list, "Expect:");
    list = curl_slist_append(list, oq_strf(arena, "X-Optria-Id: %.*s", OQ_FMT(id)).ptr);
    list = curl_slist_append(list, oq_strf(arena, "X-Optria-Timestamp: %.*s", OQ_FMT(at)).ptr);
    return curl_slist_append(list,
                             oq_strf(arena, "X-Optria-Signature: %.*s", OQ_FMT(signature)).ptr);
}

static oq_err *outcome(CURLcode code, long status, const attempt *t)
{
    if (status >= 200 && status < 300)
        return NULL;
    if (status >= 300 && status < 400)
        return oq_fail(OQ_UNAVAILABLE, "webhook.redirected", "status=%ld", status);
    if (status >= 400)
        return oq_fail(OQ_UNAVAILABLE, "webhook.answered", "status=%ld", status);
    if (t->is_refused)
        return oq_fail(OQ_UNAVAILABLE, "webhook.address_refused", "address=%s", t->refused);
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return oq_fail(OQ_TIMEOUT, "webhook.timeout");
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return oq_fail(OQ_UNAVAILABLE, "webhook.tls_failed");
    default:
        return oq_err_detail(oq_fail(OQ_UNAVAILABLE, "webhook.unreachable"), "curl %d", (int)code);
    }
}

oq_err *webhook_deliver(oq_arena *arena, const webhook_post *post)
{
    attempt t = {.nets = &channel_get()->nets,
                 .is_plain = !oq_str_starts(post->url, OQ_STR("https://"))};
    void *resolve;
    long status = 0;
    CURL *curl = curl_easy_init();
    if (!curl)
        return oq_fail(OQ_UNAVAILABLE, "webhook.unreachable");
    struct curl_slist *headers = headers_of(arena, post);
    channel_prepare(curl, &resolve);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, t.is_plain ? "http" : "https");
    curl_easy_setopt(curl, CURLOPT_URL, oq_str_c(arena, post->url));
    curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &t);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "OPTRIA-IQ/" OPTRIA_VERSION);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.len);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post->body.ptr);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &t);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    curl_slist_free_all(resolve);
    return outcome(code, status, &t);
}
