#include "main/home.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"

#include "base/banned.h"

static oq_err *folder_failed(const char *folder, int why)
{
    return oq_fail(OQ_UNAVAILABLE, "home.folder", "folder=%s reason=%s", folder, strerror(why));
}

static oq_err *file_failed(const char *file, int why)
{
    return oq_fail(OQ_UNAVAILABLE, "home.file", "file=%s reason=%s", file, strerror(why));
}

/* --- the folder ---------------------------------------------------------------------------- */

/* Folders above are made so that others may pass, as the umask says; the last one with `mode`. */
static oq_err *make_path(char *path, mode_t mode)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int failed = mkdir(path, 0755) < 0 && errno != EEXIST ? errno : 0;
        oq_err *err = failed ? folder_failed(path, failed) : NULL;
        *slash = '/';
        OQ_TRY(err);
    }
    if (mkdir(path, 0700) == 0)
        return chmod(path, mode) == 0 ? NULL : folder_failed(path, errno);
    struct stat st;
    if (errno != EEXIST || stat(path, &st) < 0)
        return folder_failed(path, errno);
    return S_ISDIR(st.st_mode) ? NULL : folder_failed(path, ENOTDIR);
}

oq_err *home_make(oq_arena *arena, oq_str folder, bool others_pass, const char **ret_path)
{
    char *path = oq_str_c(arena, folder), real[PATH_MAX];
    while (folder.len > 1 && path[folder.len - 1] == '/')
        path[--folder.len] = '\0';
    OQ_TRY(make_path(path, others_pass ? 0711 : 0700));
    if (access(path, R_OK | W_OK | X_OK) < 0 || !realpath(path, real))
        return folder_failed(path, errno);
    *ret_path = oq_str_c(arena, oq_cstr(real));
    return NULL;
}

/* --- one at a time ------------------------------------------------------------------------- */

static int64_t pid_in(int fd)
{
    char text[32];
    int64_t pid = 0;
    ssize_t n = pread(fd, text, sizeof text, 0);
    return n > 0 && oq_parse_i64(oq_str_trim(oq_strn(text, (size_t)n)), &pid) ? pid : 0;
}

oq_err *home_lock(oq_arena *arena, const char *home, int *ret_fd, bool *ret_was_cut_off)
{
    const char *path = oq_strf(arena, "%s/lock", home).ptr;
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return folder_failed(path, errno);
    int64_t before = pid_in(fd);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        int why = errno;
        close(fd);
        return why == EWOULDBLOCK ? oq_fail(OQ_CONFLICT, "home.in_use", "folder=%s pid=%lld", home,
                                            (long long)before)
                                  : folder_failed(path, why);
    }
    char text[32];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)len, 0) != len) {
        int why = errno;
        close(fd);
        return folder_failed(path, why);
    }
    *ret_fd = fd;
    *ret_was_cut_off = before != 0;
    return NULL;
}

void home_unlock(int fd)
{
    if (fd < 0)
        return;
    if (ftruncate(fd, 0) < 0)
        oq_log_warn("home.lock_not_emptied", OQ_F_CSTR("reason", strerror(errno)));
    close(fd);
}

/* --- small files --------------------------------------------------------------------------- */

/* What is secret and was left open to others (a copied folder) is closed again. */
static void close_to_others(int fd, const char *path)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && st.st_mode & 077 && fchmod(fd, 0600) == 0)
        oq_log_warn("home.was_open_to_others", OQ_F_CSTR("file", path));
}

oq_err *home_read(oq_arena *arena, const char *home, const char *name, oq_str *ret_text)
{
    const char *path = oq_strf(arena, "%s/%s", home, name).ptr;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        *ret_text = OQ_NONE;
        return NULL;
    }
    if (fd < 0)
        return file_failed(path, errno);
    close_to_others(fd, path);
    char *text = oq_alloc(arena, HOME_TEXT_MAX);
    ssize_t n = read(fd, text, HOME_TEXT_MAX);
    int why = errno;
    close(fd);
    if (n < 0)
        return file_failed(path, why);
    *ret_text = oq_str_copy(arena, oq_str_trim(oq_strn(text, (size_t)n)));
    return NULL;
}

static bool write_all(int fd, oq_str text)
{
    while (text.len) {
        ssize_t n = write(fd, text.ptr, text.len);
        if (n < 0 && errno != EINTR)
            return false;
        text = oq_str_sub(text, n > 0 ? (size_t)n : 0, SIZE_MAX);
    }
    return true;
}

static bool sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return done;
}

oq_err *home_write(oq_arena *arena, const char *home, const char *name, oq_str text)
{
    const char *path = oq_strf(arena, "%s/%s", home, name).ptr;
    const char *fresh = oq_strf(arena, "%s.new", path).ptr;
    unlink(fresh); /* of a start that was killed */
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return file_failed(fresh, errno);
    oq_str line = oq_strf(arena, "%.*s\n", OQ_FMT(text));
    bool done = write_all(fd, line) && fsync(fd) == 0;
    int why = errno;
    close(fd);
    if (done && (rename(fresh, path) < 0 || !sync_folder(home))) {
        done = false;
        why = errno;
    }
    return done ? NULL : file_failed(path, why);
}

oq_err *home_keep(oq_arena *arena, const char *home, const char *name,
                  oq_str (*make)(oq_arena *arena), oq_str *ret_text)
{
    OQ_TRY(home_read(arena, home, name, ret_text));
    if (ret_text->len)
        return NULL;
    *ret_text = make(arena);
    return home_write(arena, home, name, *ret_text);
}

oq_str home_new_key(oq_arena *arena)
{
    uint8_t bits[32];
    oq_random(bits, sizeof bits);
    return oq_hex(arena, bits, sizeof bits);
}
