#include "notify/mail_text.h"

#include "base/banned.h"

enum {
    ADDRESS_MAX = 254,
    RAW_MAX = 60,    /* characters of a header that need no folding */
    WORD_BYTES = 39, /* of an encoded word: 52 characters of base64 and 12 around them, so that
                        it fits behind a header's name (RFC 2047, 2: 76 in a line) */
    LINE_BYTES = 57, /* of a line: 76 characters of base64 */
    LETTER_MAX = 4 * 1024 * 1024,
};

/* --- base64 -------------------------------------------------------------------------------------*/

static void put_base64(oq_buf *out, const char *text, size_t len)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *in = (const uint8_t *)text;
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        uint32_t bits = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
                        (left > 2 ? in[i + 2] : 0);
        oq_buf_char(out, digit[bits >> 18]);
        oq_buf_char(out, digit[bits >> 12 & 63]);
        oq_buf_char(out, left > 1 ? digit[bits >> 6 & 63] : '=');
        oq_buf_char(out, left > 2 ? digit[bits & 63] : '=');
    }
}

static void put_lines(oq_buf *out, oq_str text)
{
    for (size_t at = 0; at < text.len; at += LINE_BYTES) {
        size_t len = text.len - at < LINE_BYTES ? text.len - at : LINE_BYTES;
        put_base64(out, text.ptr + at, len);
        oq_buf_lit(out, "\r\n");
    }
}

/* --- headers ------------------------------------------------------------------------------------*/

bool mail_address_is_plain(oq_str address)
{
    size_t at = oq_str_find_char(address, '@');
    if (address.len > ADDRESS_MAX || at == 0 || at >= address.len - 1 || !address.len)
        return false;
    for (size_t i = 0; i < address.len; i++)
        if (address.ptr[i] <= ' ' || address.ptr[i] > '~' ||
            strchr("<>()[]\\,;:\"", address.ptr[i]))
            return false;
    return oq_str_find_char(oq_str_sub(address, at + 1, SIZE_MAX), '@') >= address.len - at - 1;
}

static bool is_raw(oq_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < ' ' || text.ptr[i] > '~')
            return false;
    return text.len <= RAW_MAX && oq_str_find(text, OQ_STR("=?")) >= text.len;
}

/* How many bytes of the text fit into a word without cutting a character. */
static size_t word_length(oq_str text)
{
    if (text.len <= WORD_BYTES)
        return text.len;
    size_t len = WORD_BYTES;
    while (len > WORD_BYTES - 4 && ((uint8_t)text.ptr[len] & 0xc0) == 0x80)
        len--;
    return len;
}

void mail_put_words(oq_buf *out, oq_str text)
{
    if (is_raw(text)) {
        oq_buf_str(out, text);
        return;
    }
    char part[WORD_BYTES];
    for (bool is_first = true; text.len; is_first = false) {
        size_t len = word_length(text);
        for (size_t i = 0; i < len; i++)
            part[i] = (uint8_t)text.ptr[i] < ' ' || text.ptr[i] == 0x7f ? ' ' : text.ptr[i];
        oq_buf_str(out, is_first ? OQ_STR("=?UTF-8?B?") : OQ_STR("\r\n =?UTF-8?B?"));
        put_base64(out, part, len);
        oq_buf_lit(out, "?=");
        text = oq_str_sub(text, len, SIZE_MAX);
    }
}

static void put_date(oq_buf *out, oq_us at)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t day = at / OQ_DAY - (at % OQ_DAY < 0), second = (at - day * OQ_DAY) / OQ_SECOND;
    int year, month, date;
    oq_civil_from_days(day, &year, &month, &date);
    oq_buf_f(out, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[(day % 7 + 7) % 7], date,
             months[month - 1], year, (int)(second / 3600), (int)(second / 60 % 60),
             (int)(second % 60));
}

static oq_str host_of(oq_str address)
{
    return oq_str_sub(address, oq_str_find_char(address, '@') + 1, SIZE_MAX);
}

static void put_headers(oq_buf *out, const mail_letter *l, oq_str id)
{
    oq_buf_lit(out, "Date: ");
    put_date(out, l->at);
    oq_buf_lit(out, "\r\nFrom: ");
    mail_put_words(out, l->from_name);
    oq_buf_f(out, " <%.*s>\r\nTo: <%.*s>\r\nSubject: ", OQ_FMT(l->from), OQ_FMT(l->to));
    mail_put_words(out, l->subject);
    oq_buf_f(out,
             "\r\nMessage-ID: <%.*s@%.*s>\r\nX-Optria-Id: %.*s\r\nContent-Language: %.*s\r\n"
             "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
             "Content-Type: multipart/alternative;\r\n boundary=\"=_%.*s\"\r\n\r\n",
             OQ_FMT(id), OQ_FMT(host_of(l->from)), OQ_FMT(id), OQ_FMT(oq_lang_code(l->lang)),
             OQ_FMT(id));
}

static void put_part(oq_buf *out, oq_str id, const char *type, oq_str text)
{
    oq_buf_f(out,
             "--=_%.*s\r\nContent-Type: %s; charset=utf-8\r\n"
             "Content-Transfer-Encoding: base64\r\n\r\n",
             OQ_FMT(id), type);
    put_lines(out, text);
}

oq_err *mail_write(oq_arena *arena, const mail_letter *l, oq_str *ret_text)
{
    if (!mail_address_is_plain(l->from) || !mail_address_is_plain(l->to))
        return oq_fail(OQ_INVALID, "mail.address_refused", "address=%.*s",
                       OQ_FMT(mail_address_is_plain(l->from) ? l->to : l->from));
    OQ_AUTO(oq_buf) out = oq_buf_make(LETTER_MAX);
    oq_str id = oq_uuid_text(arena, l->id);
    put_headers(&out, l, id);
    put_part(&out, id, "text/plain", l->text);
    put_part(&out, id, "text/html", l->html);
    oq_buf_f(&out, "--=_%.*s--\r\n", OQ_FMT(id));
    *ret_text = oq_str_copy(arena, oq_buf_view(&out));
    return NULL;
}

void mail_put_html(oq_buf *out, oq_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '<')
            oq_buf_lit(out, "&lt;");
        else if (c == '>')
            oq_buf_lit(out, "&gt;");
        else if (c == '&')
            oq_buf_lit(out, "&amp;");
        else if (c == '"')
            oq_buf_lit(out, "&quot;");
        else if (c == '\n')
            oq_buf_lit(out, "<br>");
        else
            oq_buf_char(out, c);
    }
}
