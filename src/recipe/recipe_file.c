#include "recipe/recipe_file.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/secret.h"

#include "base/banned.h"

enum { ZLIB_BUFFER = 256 * 1024, DIGEST_SLICE = 256 * 1024, PATH_BYTES_MAX = 4096 };

struct recipe_file {
    gzFile gz;
    char *name;
    int64_t size; /* as it lies there */
};

bool recipe_file_is_inside(oq_str file)
{
    oq_str part, rest = file;
    if (!file.len || file.ptr[0] == '/' || file.len >= PATH_BYTES_MAX)
        return false;
    while (oq_str_cut(&rest, '/', &part))
        if (oq_str_eq(part, OQ_STR("..")))
            return false;
    return true;
}

/* --- names --------------------------------------------------------------------------------------*/

static bool is_pattern(oq_str name)
{
    return oq_str_find_char(name, '*') != SIZE_MAX || oq_str_find_char(name, '?') != SIZE_MAX ||
           oq_str_find_char(name, '[') != SIZE_MAX;
}

/* The folder's own name is no pattern, whatever is in it. */
static char *escaped(oq_arena *arena, oq_str folder)
{
    char *to = oq_alloc(arena, 2 * folder.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < folder.len; i++) {
        if (strchr("*?[]\\", folder.ptr[i]))
            to[len++] = '\\';
        to[len++] = folder.ptr[i];
    }
    return to;
}

oq_err *recipe_file_find(oq_arena *arena, oq_str data, oq_str pattern, oq_strs *ret_names)
{
    oq_strs names = {oq_new(arena, oq_str), 1};
    names.at[0] = pattern;
    if (is_pattern(pattern)) {
        glob_t found = {0};
        char *path =
            oq_str_c(arena, oq_strf(arena, "%s/%.*s", escaped(arena, data), OQ_FMT(pattern)));
        if (glob(path, 0, NULL, &found) != 0)
            found.gl_pathc = 0;
        names = (oq_strs){oq_new_n(arena, oq_str, found.gl_pathc), found.gl_pathc};
        for (size_t i = 0; i < names.count; i++)
            names.at[i] =
                oq_str_copy(arena, oq_str_sub(oq_cstr(found.gl_pathv[i]), data.len + 1, SIZE_MAX));
        globfree(&found);
    }
    *ret_names = names;
    return names.count
               ? NULL
               : oq_fail(OQ_NOT_FOUND, "recipe.nothing_matches", "file=%.*s", OQ_FMT(pattern));
}

/* --- reading ------------------------------------------------------------------------------------*/

static oq_err *unreadable(const char *name, int number)
{
    char reason[256];
    const char *text = strerror_r(number, reason, sizeof reason);
    return oq_fail(OQ_INVALID, "recipe.file_unreadable", "file=%s reason=%s", name, text);
}

static oq_err *open_at(oq_str data, oq_str name, int *ret_fd, int64_t *ret_size)
{
    char path[PATH_BYTES_MAX];
    struct stat about;
    if (snprintf(path, sizeof path, "%.*s/%.*s", OQ_FMT(data), OQ_FMT(name)) >= (int)sizeof path)
        return oq_fail(OQ_NOT_FOUND, "recipe.file_missing", "file=%.*s", OQ_FMT(name));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return oq_fail(OQ_NOT_FOUND, "recipe.file_missing", "file=%s", path);
    if (fd < 0)
        return unreadable(path, errno);
    int number = fstat(fd, &about) ? errno : S_ISREG(about.st_mode) ? 0 : EISDIR;
    if (number) {
        close(fd);
        return unreadable(path, number);
    }
    *ret_fd = fd;
    *ret_size = about.st_size;
    return NULL;
}

oq_err *recipe_file_open(oq_str data, oq_str name, recipe_file **ret_file)
{
    int fd;
    int64_t size;
    OQ_TRY(open_at(data, name, &fd, &size));
    recipe_file *f = calloc(1, sizeof *f);
    char *copy = strndup(name.ptr, name.len);
    gzFile gz = gzdopen(fd, "rb");
    if (!f || !copy || !gz)
        abort(); /* no memory: as an arena does */
    gzbuffer(gz, ZLIB_BUFFER);
    *f = (recipe_file){gz, copy, size};
    *ret_file = f;
    return NULL;
}

void recipe_file_close(recipe_file *f)
{
    if (!f)
        return;
    gzclose_r(f->gz);
    free(f->name);
    free(f);
}

/* At the end of a packed file zlib tells a cut-off one by Z_BUF_ERROR alone. */
static oq_err *check_end(recipe_file *f)
{
    int number = Z_OK;
    const char *text = gzerror(f->gz, &number);
    if (number == Z_OK || number == Z_STREAM_END)
        return NULL;
    if (number == Z_ERRNO)
        return unreadable(f->name, errno);
    return oq_err_detail(oq_fail(OQ_INVALID, "recipe.file_damaged", "file=%s", f->name), "%s",
                         text);
}

oq_err *recipe_file_read(recipe_file *f, char *to, size_t room, size_t *ret_len)
{
    int got = gzread(f->gz, to, (unsigned)(room > INT32_MAX ? INT32_MAX : room));
    if (got <= 0)
        OQ_TRY(check_end(f));
    *ret_len = got > 0 ? (size_t)got : 0;
    return NULL;
}

double recipe_file_share(const recipe_file *f)
{
    int64_t at = gzoffset(f->gz);
    return f->size > 0 && at >= 0 ? (double)at / (double)f->size : 1;
}

/* A chain of digests, so that files of any size need one buffer. */
static oq_err *digest(int fd, char *buffer, const char *name, uint8_t sum[OQ_DIGEST])
{
    for (bool more = true; more;) {
        size_t len = 0;
        while (len < DIGEST_SLICE && more) {
            ssize_t got = read(fd, buffer + OQ_DIGEST + len, DIGEST_SLICE - len);
            if (got < 0 && errno != EINTR)
                return unreadable(name, errno);
            more = got != 0;
            len += got > 0 ? (size_t)got : 0;
        }
        memcpy(buffer, sum, OQ_DIGEST);
        oq_digest(oq_strn(buffer, OQ_DIGEST + len), sum);
    }
    return NULL;
}

oq_err *recipe_file_digest(oq_arena *arena, oq_str data, oq_str name, oq_str *ret_hex)
{
    int fd;
    int64_t size;
    uint8_t sum[OQ_DIGEST] = {0};
    OQ_TRY(open_at(data, name, &fd, &size));
    char *buffer = oq_alloc(arena, OQ_DIGEST + DIGEST_SLICE);
    oq_err *err = digest(fd, buffer, oq_str_c(arena, name), sum);
    close(fd);
    OQ_TRY(err);
    *ret_hex = oq_hex(arena, sum, sizeof sum);
    return NULL;
}
