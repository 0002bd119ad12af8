#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

#include "base/banned.h"

oq_buf oq_buf_make(size_t max)
{
    return (oq_buf){.max = max};
}

void oq_buf_drop(oq_buf *buf)
{
    free(buf->ptr);
    *buf = (oq_buf){.max = buf->max};
}

void oq_buf_clear(oq_buf *buf)
{
    buf->len = 0;
    buf->overflow = false;
}

char *oq_buf_room(oq_buf *buf, size_t more)
{
    if (more > buf->max - buf->len) {
        buf->overflow = true;
        return NULL;
    }
    if (buf->len + more > buf->cap) {
        size_t cap = buf->cap ? buf->cap : 1024;
        while (cap < buf->len + more)
            cap *= 2;
        if (cap > buf->max)
            cap = buf->max;
        char *bigger = realloc(buf->ptr, cap);
        if (!bigger) {
            fprintf(stderr, "out of memory (buffer of %zu bytes)\n", cap);
            abort();
        }
        buf->ptr = bigger;
        buf->cap = cap;
    }
    return buf->ptr + buf->len;
}

void oq_buf_put_slowly(oq_buf *buf, const void *bytes, size_t len)
{
    if (len == 0 || buf->overflow)
        return;
    char *to = oq_buf_room(buf, len);
    if (!to)
        return;
    memcpy(to, bytes, len);
    buf->len += len;
}

void oq_buf_i64(oq_buf *buf, int64_t value)
{
    char text[20], *at = text + sizeof text;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        *--at = '-';
    oq_buf_put(buf, at, (size_t)(text + sizeof text - at));
}

void oq_buf_f(oq_buf *buf, const char *format, ...)
{
    char small[256];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    assert(len >= 0);
    if ((size_t)len < sizeof small) {
        oq_buf_put(buf, small, (size_t)len);
        return;
    }
    if (buf->overflow || !oq_buf_room(buf, (size_t)len + 1)) {
        buf->overflow = true;
        return;
    }
    va_start(args, format);
    vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
}
