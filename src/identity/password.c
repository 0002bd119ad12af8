#include "identity/password.h"

#include <pthread.h>
#include <semaphore.h>
#include <sodium.h>

#include "base/secret.h"

#include "base/banned.h"

enum { MEMORY = 19 * 1024 * 1024, PASSES = 2, AT_ONCE = 4 };

static sem_t turns;
static char nobodys_hash[crypto_pwhash_STRBYTES];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void set_up(void)
{
    if (sodium_init() < 0 || sem_init(&turns, 0, AT_ONCE) != 0 ||
        crypto_pwhash_str(nobodys_hash, "nobody", 6, PASSES, MEMORY) != 0)
        abort(); /* no memory at the very start */
}

/* What attackers try first, beyond rules: kept short, because length does the work. */
static const char *const common[] = {
    "password", "passw0rd", "qwerty",   "123456",   "111111",   "letmein", "welcome",  "admin",
    "iloveyou", "dragon",   "monkey",   "football", "baseball", "master",  "sunshine", "princess",
    "shadow",   "abc123",   "654321",   "changeme", "optria",   "aramco",  "qazwsx",   "asdfgh",
    "zxcvbn",   "trustno1", "superman", "hunter2",  "1q2w3e4r", "secret",  "default",  "operator",
};

/* The text with a common word taken out, so that "Password2026!" is "2026!" and too short. */
static size_t length_without_common(oq_str lower)
{
    size_t length = oq_utf8_count(lower);
    for (size_t i = 0; i < OQ_COUNT(common); i++)
        if (oq_str_find(lower, oq_cstr(common[i])) != SIZE_MAX)
            return length - strlen(common[i]);
    return length;
}

static size_t count_distinct(oq_str text)
{
    bool seen[256] = {false};
    size_t distinct = 0;
    for (size_t i = 0; i < text.len; i++) {
        distinct += !seen[(unsigned char)text.ptr[i]];
        seen[(unsigned char)text.ptr[i]] = true;
    }
    return distinct;
}

static bool holds_name(oq_arena *arena, oq_str lower, oq_str email, oq_str full_name)
{
    oq_str local = oq_str_sub(email, 0, oq_str_find_char(email, '@'));
    if (local.len >= 4 && oq_str_find(lower, oq_str_lower(arena, local)) != SIZE_MAX)
        return true;
    for (oq_str rest = oq_str_lower(arena, full_name), part; oq_str_cut(&rest, ' ', &part);)
        if (part.len >= 4 && oq_str_find(lower, part) != SIZE_MAX)
            return true;
    return false;
}

oq_err *password_check(const char *field, oq_str password, int64_t length_min, oq_str email,
                       oq_str full_name)
{
    if (length_min < PASSWORD_LENGTH_LEAST)
        length_min = PASSWORD_LENGTH_LEAST;
    if (password.len > PASSWORD_BYTES_MAX)
        return oq_fail_field(field, "field.too_long", "max=%d", PASSWORD_BYTES_MAX);
    if ((int64_t)oq_utf8_count(password) < length_min)
        return oq_fail_field(field, "password.too_short", "min=%lld", (long long)length_min);
    if (count_distinct(password) < 5)
        return oq_fail_field(field, "password.monotone");
    oq_arena *arena = oq_arena_open(1024);
    oq_str lower = oq_str_lower(arena, password);
    bool is_common = (int64_t)length_without_common(lower) < length_min - 4;
    bool is_like_name = holds_name(arena, lower, email, full_name);
    oq_arena_close(arena);
    if (is_common)
        return oq_fail_field(field, "password.common");
    return is_like_name ? oq_fail_field(field, "password.like_name") : NULL;
}

oq_str password_hash(oq_arena *arena, oq_str password)
{
    pthread_once(&once, set_up);
    char *hash = oq_alloc(arena, crypto_pwhash_STRBYTES);
    sem_wait(&turns);
    int failed = crypto_pwhash_str(hash, password.ptr, password.len, PASSES, MEMORY);
    sem_post(&turns);
    if (failed)
        abort(); /* no memory */
    return oq_cstr(hash);
}

bool password_is(oq_str hash, oq_str password)
{
    pthread_once(&once, set_up);
    char text[crypto_pwhash_STRBYTES] = {0};
    bool known = oq_str_given(hash) && hash.len < sizeof text;
    memcpy(text, known ? hash.ptr : nobodys_hash, known ? hash.len : sizeof text);
    sem_wait(&turns);
    int wrong = crypto_pwhash_str_verify(text, password.ptr ? password.ptr : "", password.len);
    sem_post(&turns);
    return known && wrong == 0;
}

bool password_needs_rehash(oq_arena *arena, oq_str hash)
{
    return crypto_pwhash_str_needs_rehash(oq_str_c(arena, hash), PASSES, MEMORY) != 0;
}

oq_str password_generate(oq_arena *arena)
{
    static const char letter[] = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY34679";
    char text[23];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 6 == 5 ? '-' : letter[randombytes_uniform(sizeof letter - 1)];
    return oq_str_copy(arena, oq_strn(text, sizeof text));
}
