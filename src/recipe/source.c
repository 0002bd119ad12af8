#include "recipe/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/banned.h"

enum { RAW_BYTES = 256 * 1024, PART_BYTES = 1024 * 1024 };

struct source {
    char *path;
    int fd;
    int64_t size, taken;     /* of the file: bytes, and how many were read */
    bool is_packed, is_open; /* is_open: within a member of the packed file */
    z_stream z;
    bool has_z;
    unsigned char raw[RAW_BYTES];
};

static oq_err *unreadable(const char *path, int error)
{
    return oq_fail(OQ_NOT_FOUND, "import.file_unreadable", "file=%s reason=%s", path,
                   strerror(error));
}

/* As many bytes as there are, up to `room`. */
static oq_err *read_raw(source *s, void *to, size_t room, size_t *ret_len)
{
    ssize_t got;
    do
        got = read(s->fd, to, room);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return unreadable(s->path, errno);
    s->taken += got;
    *ret_len = (size_t)got;
    return NULL;
}

/* --- opening -----------------------------------------------------------------------------------*/

static oq_err *open_file(source *s)
{
    struct stat st;
    unsigned char magic[2];
    s->fd = open(s->path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0 || fstat(s->fd, &st))
        return unreadable(s->path, errno);
    if (S_ISDIR(st.st_mode))
        return unreadable(s->path, EISDIR);
    s->size = st.st_size;
    s->is_packed = pread(s->fd, magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
    if (s->is_packed && inflateInit2(&s->z, 15 + 16) != Z_OK)
        abort(); /* no memory */
    s->has_z = s->is_packed;
    return NULL;
}

oq_err *source_open(const char *path, source **ret_source)
{
    source *s = calloc(1, sizeof *s);
    if (!s || !(s->path = strdup(path)))
        abort();
    s->fd = -1;
    oq_err *err = open_file(s);
    if (err) {
        source_close(s);
        return err;
    }
    *ret_source = s;
    return NULL;
}

void source_close(source *s)
{
    if (!s)
        return;
    if (s->has_z)
        inflateEnd(&s->z);
    if (s->fd >= 0)
        close(s->fd);
    free(s->path);
    free(s);
}

/* --- reading -----------------------------------------------------------------------------------*/

static oq_err *broken(const source *s)
{
    return oq_fail(OQ_INVALID, "import.gzip_broken", "file=%s", s->path);
}

/* More packed bytes; at the end of the file the stream must be at the end of a member. */
static oq_err *refill(source *s, bool *ret_is_end)
{
    size_t len;
    OQ_TRY(read_raw(s, s->raw, RAW_BYTES, &len));
    s->z.next_in = s->raw;
    s->z.avail_in = (uInt)len;
    *ret_is_end = len == 0;
    if (len == 0 && s->is_open)
        return oq_fail(OQ_INVALID, "import.gzip_cut", "file=%s", s->path);
    return NULL;
}

/* Packed files may hold several members, one behind the other. */
static oq_err *read_packed(source *s, char *to, size_t room, size_t *ret_len)
{
    s->z.next_out = (Bytef *)to;
    s->z.avail_out = (uInt)(room < UINT_MAX ? room : UINT_MAX);
    uInt wanted = s->z.avail_out;
    while (s->z.avail_out == wanted) {
        bool is_end = false;
        if (!s->z.avail_in)
            OQ_TRY(refill(s, &is_end));
        if (is_end)
            break;
        s->is_open = true;
        int status = inflate(&s->z, Z_NO_FLUSH);
        if (status == Z_STREAM_END) {
            s->is_open = false;
            if (inflateReset(&s->z) != Z_OK)
                return broken(s);
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            return broken(s);
        }
    }
    *ret_len = wanted - s->z.avail_out;
    return NULL;
}

oq_err *source_read(source *s, char *to, size_t room, size_t *ret_len)
{
    return s->is_packed ? read_packed(s, to, room, ret_len) : read_raw(s, to, room, ret_len);
}

oq_err *source_skip(source *s, int64_t bytes)
{
    if (!s->is_packed) {
        if (bytes > s->size - s->taken)
            return oq_fail(OQ_INVALID, "import.file_shorter", "file=%s", s->path);
        if (lseek(s->fd, bytes, SEEK_CUR) < 0)
            return unreadable(s->path, errno);
        s->taken += bytes;
        return NULL;
    }
    char *scratch = malloc(RAW_BYTES);
    if (!scratch)
        abort();
    oq_err *err = NULL;
    while (bytes > 0 && !err) {
        size_t len = 0;
        err = source_read(s, scratch, bytes < RAW_BYTES ? (size_t)bytes : RAW_BYTES, &len);
        if (!err && !len)
            err = oq_fail(OQ_INVALID, "import.file_shorter", "file=%s", s->path);
        bytes -= (int64_t)len;
    }
    free(scratch);
    return err;
}

static oq_err *read_all(source *s, char *to, size_t max, size_t *ret_len)
{
    size_t len = 0, got = 1;
    while (got && len <= max) {
        OQ_TRY(source_read(s, to + len, max + 1 - len, &got));
        len += got;
        if (len > max)
            return oq_fail(OQ_TOO_LARGE, "import.file_too_large", "file=%s max=%zu", s->path, max);
    }
    *ret_len = len;
    return NULL;
}

oq_err *source_text(oq_arena *arena, const char *path, size_t max, oq_str *ret_text)
{
    source *s;
    size_t len = 0;
    OQ_TRY(source_open(path, &s));
    char *text = oq_alloc(arena, max + 1);
    oq_err *err = read_all(s, text, max, &len);
    source_close(s);
    *ret_text = oq_strn(text, len);
    return err;
}

double source_share(const source *s)
{
    int64_t done = s->taken - (s->is_packed ? (int64_t)s->z.avail_in : 0);
    return s->size ? (double)done / (double)s->size : 1;
}

int64_t source_size(const source *s)
{
    return s->size;
}

/* --- telling files apart -----------------------------------------------------------------------*/

static oq_err *add_part(crypto_generichash_state *hash, const source *s, int64_t at, char *room)
{
    ssize_t got = pread(s->fd, room, PART_BYTES, at);
    if (got < 0)
        return unreadable(s->path, errno);
    crypto_generichash_update(hash, (const unsigned char *)room, (unsigned long long)got);
    return NULL;
}

static oq_err *add_parts(crypto_generichash_state *hash, const source *s, char *room)
{
    int64_t size = s->size, last = size > PART_BYTES ? size - PART_BYTES : 0;
    crypto_generichash_update(hash, (const unsigned char *)&size, sizeof size);
    OQ_TRY(add_part(hash, s, 0, room));
    OQ_TRY(add_part(hash, s, size / 2, room));
    return add_part(hash, s, last, room);
}

oq_err *source_fingerprint(oq_arena *arena, const char *path, oq_str also, oq_str *ret_fingerprint)
{
    enum { HASH_BYTES = 32 };
    unsigned char bytes[HASH_BYTES];
    crypto_generichash_state hash;
    source *s;
    OQ_TRY(source_open(path, &s));
    char *room = malloc(PART_BYTES);
    if (!room)
        abort();
    crypto_generichash_init(&hash, NULL, 0, HASH_BYTES);
    crypto_generichash_update(&hash, (const unsigned char *)also.ptr, also.len);
    oq_err *err = add_parts(&hash, s, room);
    crypto_generichash_final(&hash, bytes, HASH_BYTES);
    free(room);
    source_close(s);
    if (!err)
        *ret_fingerprint = oq_hex(arena, bytes, HASH_BYTES);
    return err;
}
