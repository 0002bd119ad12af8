#include "base/secret.h"

#include <assert.h>
#include <sodium.h>

#include "base/banned.h"

static_assert(OQ_DIGEST == crypto_generichash_BYTES, "one size of digest");

static uint8_t seal_key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
static uint8_t sign_key[crypto_generichash_KEYBYTES];
static bool is_set_up;

/* The first byte of a sealed text names its form, so that another one can come later. */
enum {
    SEAL_FORM = 1,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES
};

static void derive(oq_str master_key, const char *purpose, uint8_t *key, size_t len)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, len);
    crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose) + 1);
    crypto_generichash_update(&state, (const uint8_t *)master_key.ptr, master_key.len);
    crypto_generichash_final(&state, key, len);
}

oq_err *oq_secret_setup(oq_str master_key)
{
    if (master_key.len < OQ_MASTER_KEY_MIN)
        return oq_fail(OQ_INVALID, "secret.key_too_short", "min=%d", OQ_MASTER_KEY_MIN);
    if (sodium_init() < 0)
        return oq_fail(OQ_INTERNAL, "secret.unavailable");
    derive(master_key, "optria seal", seal_key, sizeof seal_key);
    derive(master_key, "optria sign", sign_key, sizeof sign_key);
    is_set_up = true;
    return NULL;
}

void oq_random(void *bytes, size_t len)
{
    randombytes_buf(bytes, len);
}

oq_str oq_seal(oq_arena *arena, oq_str plain, oq_str context)
{
    assert(is_set_up);
    uint8_t *out = oq_alloc(arena, 1 + NONCE + plain.len + TAG);
    out[0] = SEAL_FORM;
    oq_random(out + 1, NONCE);
    unsigned long long sealed_len;
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        out + 1 + NONCE, &sealed_len, (const uint8_t *)plain.ptr, plain.len,
        (const uint8_t *)context.ptr, context.len, NULL, out + 1, seal_key);
    return oq_strn((char *)out, 1 + NONCE + (size_t)sealed_len);
}

oq_err *oq_unseal(oq_arena *arena, oq_str sealed, oq_str context, oq_str *ret_plain)
{
    assert(is_set_up);
    const uint8_t *in = (const uint8_t *)sealed.ptr;
    if (sealed.len < 1 + NONCE + TAG || in[0] != SEAL_FORM)
        return oq_fail(OQ_INTERNAL, "secret.not_openable");
    size_t body = sealed.len - 1 - NONCE;
    char *plain = oq_alloc(arena, body - TAG + 1);
    unsigned long long plain_len;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            (uint8_t *)plain, &plain_len, NULL, in + 1 + NONCE, body, (const uint8_t *)context.ptr,
            context.len, in + 1, seal_key) != 0)
        return oq_fail(OQ_INTERNAL, "secret.not_openable");
    *ret_plain = oq_strn(plain, (size_t)plain_len);
    return NULL;
}

void oq_digest(oq_str text, uint8_t out[OQ_DIGEST])
{
    crypto_generichash(out, OQ_DIGEST, (const uint8_t *)text.ptr, text.len, NULL, 0);
}

void oq_sign(oq_str purpose, oq_str text, uint8_t out[OQ_DIGEST])
{
    assert(is_set_up);
    crypto_generichash_state state;
    crypto_generichash_init(&state, sign_key, sizeof sign_key, OQ_DIGEST);
    crypto_generichash_update(&state, (const uint8_t *)purpose.ptr, purpose.len);
    crypto_generichash_update(&state, (const uint8_t *)"", 1);
    crypto_generichash_update(&state, (const uint8_t *)text.ptr, text.len);
    crypto_generichash_final(&state, out, OQ_DIGEST);
}

void oq_hmac_sha256(oq_str key, oq_str text, uint8_t out[OQ_DIGEST])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const uint8_t *)key.ptr, key.len);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)text.ptr, text.len);
    crypto_auth_hmacsha256_final(&state, out);
}

bool oq_same_secret(oq_str a, oq_str b)
{
    return a.len == b.len && sodium_memcmp(a.ptr, b.ptr, a.len) == 0;
}
