#include "identity/totp.h"

#include <liboath/oath.h>
#include <qrencode.h>

#include "base/secret.h"

#include "base/banned.h"

enum { STEP_S = 30, DIGITS = 6, QUIET = 4 };

oq_str totp_new_secret(oq_arena *arena)
{
    uint8_t bytes[TOTP_SECRET_BYTES];
    oq_random(bytes, sizeof bytes);
    return oq_strn(oq_copy(arena, bytes, sizeof bytes), sizeof bytes);
}

/* RFC 4648 section 6, without padding: 20 bytes are 32 characters exactly. */
static oq_str base32(oq_arena *arena, oq_str bytes, size_t group)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    OQ_AUTO(oq_buf) out = oq_buf_make(256);
    uint32_t bits = 0;
    int held = 0;
    size_t count = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        bits = bits << 8 | (unsigned char)bytes.ptr[i];
        for (held += 8; held >= 5; held -= 5) {
            if (group && count && count % group == 0)
                oq_buf_char(&out, ' ');
            oq_buf_char(&out, digit[bits >> (held - 5) & 31]);
            count++;
        }
    }
    return oq_str_copy(arena, oq_buf_view(&out));
}

oq_str totp_secret_text(oq_arena *arena, oq_str secret)
{
    return base32(arena, secret, 4);
}

oq_str totp_uri(oq_arena *arena, oq_str secret, oq_str email)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(2048);
    oq_buf_lit(&out, "otpauth://totp/OPTRIA%20IQ:");
    oq_buf_str(&out, oq_percent(arena, email, ""));
    oq_buf_lit(&out, "?secret=");
    oq_buf_str(&out, base32(arena, secret, 0));
    oq_buf_lit(&out, "&issuer=OPTRIA%20IQ&algorithm=SHA1&digits=6&period=30");
    return oq_str_copy(arena, oq_buf_view(&out));
}

oq_str totp_qr_path(oq_arena *arena, oq_str uri, int *ret_size)
{
    QRcode *code = QRcode_encodeString8bit(oq_str_c(arena, uri), 0, QR_ECLEVEL_M);
    if (!code) { /* longer than any code holds; e-mail addresses are bounded */
        *ret_size = 0;
        return OQ_STR("");
    }
    OQ_AUTO(oq_buf) out = oq_buf_make(256 * 1024);
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width; x++) {
            int run = 0; /* dark modules side by side are one bar */
            while (x + run < code->width && (code->data[y * code->width + x + run] & 1))
                run++;
            if (run)
                oq_buf_f(&out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
            x += run;
        }
    *ret_size = code->width + 2 * QUIET;
    QRcode_free(code);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static bool code_of_step(oq_str secret, int64_t step, char out[DIGITS + 1])
{
    return oath_hotp_generate(secret.ptr, secret.len, (uint64_t)step, DIGITS, false,
                              OATH_HOTP_DYNAMIC_TRUNCATION, out) == OATH_OK;
}

bool totp_check(oq_str secret, oq_str code, oq_us now, int64_t *ret_step)
{
    char typed[DIGITS], right[DIGITS + 1];
    size_t count = 0;
    for (size_t i = 0; i < code.len; i++) {
        if (code.ptr[i] == ' ')
            continue;
        if (code.ptr[i] < '0' || code.ptr[i] > '9' || count == DIGITS)
            return false;
        typed[count++] = code.ptr[i];
    }
    if (count != DIGITS)
        return false;
    int64_t step = now / OQ_SECOND / STEP_S;
    for (int64_t off = -1; off <= 1; off++)
        if (code_of_step(secret, step + off, right) &&
            oq_same_secret(oq_strn(typed, DIGITS), oq_strn(right, DIGITS))) {
            *ret_step = step + off;
            return true;
        }
    return false;
}

oq_str totp_code(oq_arena *arena, oq_str secret, oq_us now)
{
    char out[DIGITS + 1] = "";
    bool made = code_of_step(secret, now / OQ_SECOND / STEP_S, out);
    return made ? oq_str_copy(arena, oq_cstr(out)) : OQ_NONE;
}
