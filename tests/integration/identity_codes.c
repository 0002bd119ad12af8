#include "integration/identity_codes.h"

#include "identity/totp.h"

#include "base/banned.h"

oq_str code_secret(oq_arena *arena, oq_str typed)
{
    char *bytes = oq_alloc(arena, TOTP_SECRET_BYTES);
    uint32_t bits = 0;
    size_t len = 0, held = 0;
    for (size_t i = 0; i < typed.len && len < TOTP_SECRET_BYTES; i++) {
        char c = typed.ptr[i];
        if (c == ' ')
            continue;
        bits = bits << 5 | (uint32_t)(c >= 'A' ? c - 'A' : c - '2' + 26);
        held += 5;
        if (held >= 8) {
            held -= 8;
            bytes[len++] = (char)(bits >> held & 0xff);
        }
    }
    return oq_strn(bytes, len);
}
