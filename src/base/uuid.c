#include "base/uuid.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/banned.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t last_ms;
static uint32_t counter; /* 18 bits in use: rand_a (12) and the top of rand_b (6) */

enum { COUNTER_BITS = 18, COUNTER_START_BITS = 16 };

/* Random bytes from a stock, under the lock: a call of the kernel for each identifier was a
 * hundredth of a server's time. What is handed out is wiped. */
static void random_bytes(void *to, size_t len)
{
    static uint8_t stock[256];
    static size_t left;
    if (left < len) {
        if (getrandom(stock, sizeof stock, 0) != sizeof stock)
            abort(); /* never for so few bytes once the kernel's pool is ready */
        left = sizeof stock;
    }
    left -= len;
    memcpy(to, stock + left, len);
    memset(stock + left, 0, len);
}

/* RFC 9562 section 6.2, method 1: a counter behind the millisecond, begun at a random value in
 * the lower quarter, so that it has room to rise; when it runs over, the clock is borrowed from. */
oq_uuid oq_uuid_new(oq_us now)
{
    oq_uuid id;
    uint64_t ms = now < 0 ? 0 : (uint64_t)(now / OQ_MS);

    pthread_mutex_lock(&lock);
    random_bytes(&id, sizeof id);
    if (ms > last_ms) {
        last_ms = ms;
        uint32_t start;
        random_bytes(&start, sizeof start);
        counter = start & ((1u << COUNTER_START_BITS) - 1);
    } else if (++counter >> COUNTER_BITS) {
        last_ms++;
        counter = 0;
    }
    ms = last_ms;
    uint32_t order = counter;
    pthread_mutex_unlock(&lock);

    for (int i = 0; i < 6; i++)
        id.byte[i] = (uint8_t)(ms >> (40 - 8 * i));
    id.byte[6] = (uint8_t)(0x70 | order >> 14);
    id.byte[7] = (uint8_t)(order >> 6);
    id.byte[8] = (uint8_t)(0x80 | (order & 0x3f));
    return id;
}

bool oq_uuid_eq(oq_uuid a, oq_uuid b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

bool oq_uuid_is_zero(oq_uuid id)
{
    return oq_uuid_eq(id, OQ_UUID_ZERO);
}

bool oq_uuid_parse(oq_str s, oq_uuid *ret_id)
{
    static const size_t part[] = {8, 4, 4, 4, 12};
    oq_uuid id;
    size_t at = 0, byte = 0;
    if (s.len != OQ_UUID_TEXT)
        return false;
    for (size_t i = 0; i < 5; i++) {
        size_t got;
        if (i && s.ptr[at++] != '-')
            return false;
        if (!oq_hex_parse(oq_str_sub(s, at, part[i]), id.byte + byte, part[i] / 2, &got))
            return false;
        at += part[i];
        byte += got;
    }
    *ret_id = id;
    return true;
}

void oq_uuid_format(oq_uuid id, char out[OQ_UUID_TEXT])
{
    static const char digit[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < sizeof id; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[at++] = '-';
        out[at++] = digit[id.byte[i] >> 4];
        out[at++] = digit[id.byte[i] & 15];
    }
}

oq_str oq_uuid_text(oq_arena *arena, oq_uuid id)
{
    char *to = oq_alloc(arena, OQ_UUID_TEXT + 1);
    oq_uuid_format(id, to);
    return (oq_str){to, OQ_UUID_TEXT};
}
