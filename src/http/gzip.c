/* Zipping answers and unzipping bodies. Each thread keeps its two zlib states: making one costs
 * more than zipping a page. */
#include <zlib.h>

#include "http/inner.h"

/* Level 2 zips a page of HTML to within some 12 % of level 6 in a third of the time. */
enum { LEVEL = 2, WINDOW_GZIP = 15 + 16, MEMORY_LEVEL = 8 };

typedef struct zip_state {
    z_stream deflate, inflate;
    bool has_deflate, has_inflate;
} zip_state;

static pthread_key_t state_key;
static pthread_once_t state_once = PTHREAD_ONCE_INIT;

static void state_close(void *arg)
{
    zip_state *z = arg;
    if (z->has_deflate)
        deflateEnd(&z->deflate);
    if (z->has_inflate)
        inflateEnd(&z->inflate);
    free(z);
}

static void state_make_key(void)
{
    if (pthread_key_create(&state_key, state_close))
        abort();
}

static zip_state *state_get(void)
{
    pthread_once(&state_once, state_make_key);
    zip_state *z = pthread_getspecific(state_key);
    if (!z) {
        z = calloc(1, sizeof *z);
        if (!z)
            abort();
        pthread_setspecific(state_key, z);
    }
    return z;
}

bool http_gzip(oq_str in, oq_buf *ret_out)
{
    zip_state *z = state_get();
    if (in.len > UINT32_MAX)
        return false;
    if (!z->has_deflate) {
        if (deflateInit2(&z->deflate, LEVEL, Z_DEFLATED, WINDOW_GZIP, MEMORY_LEVEL,
                         Z_DEFAULT_STRATEGY) != Z_OK)
            return false;
        z->has_deflate = true;
    } else {
        deflateReset(&z->deflate);
    }
    /* Room for one byte less than came in: what does not get smaller is sent as it is. */
    oq_buf out = oq_buf_make(in.len - 1);
    char *room = oq_buf_room(&out, in.len - 1);
    z->deflate.next_in = (Bytef *)(uintptr_t)in.ptr;
    z->deflate.avail_in = (uInt)in.len;
    z->deflate.next_out = (Bytef *)room;
    z->deflate.avail_out = (uInt)(in.len - 1);
    if (!room || deflate(&z->deflate, Z_FINISH) != Z_STREAM_END) {
        oq_buf_drop(&out);
        return false;
    }
    out.len = in.len - 1 - z->deflate.avail_out;
    *ret_out = out;
    return true;
}

oq_err *http_gunzip(oq_str in, size_t max, oq_buf *ret_out)
{
    enum { STEP = 16 * 1024 };
    zip_state *z = state_get();
    if (!z->has_inflate) {
        if (inflateInit2(&z->inflate, WINDOW_GZIP) != Z_OK)
            return oq_fail(OQ_INTERNAL, "http.gzip_failed");
        z->has_inflate = true;
    } else {
        inflateReset(&z->inflate);
    }
    z->inflate.next_in = (Bytef *)(uintptr_t)in.ptr;
    z->inflate.avail_in = (uInt)in.len;
    OQ_AUTO(oq_buf) out = oq_buf_make(max);
    for (int state = Z_OK; state != Z_STREAM_END;) {
        /* One byte past the limit is asked for, to tell "exactly full" from "more to come". */
        char step[STEP];
        size_t room = max - out.len + 1 < STEP ? max - out.len + 1 : STEP;
        z->inflate.next_out = (Bytef *)step;
        z->inflate.avail_out = (uInt)room;
        state = inflate(&z->inflate, Z_NO_FLUSH);
        size_t got = room - z->inflate.avail_out;
        if (got > max - out.len)
            return oq_fail(OQ_TOO_LARGE, "http.body_too_large", "max=%zu", max);
        oq_buf_put(&out, step, got);
        if (state == Z_BUF_ERROR && !z->inflate.avail_in)
            return oq_fail(OQ_MALFORMED, "http.gzip_truncated");
        if (state != Z_OK && state != Z_STREAM_END)
            return oq_fail(OQ_MALFORMED, "http.gzip_malformed");
    }
    if (z->inflate.avail_in)
        return oq_fail(OQ_MALFORMED, "http.gzip_malformed");
    *ret_out = out;
    out = (oq_buf){0};
    return NULL;
}
