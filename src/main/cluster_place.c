#include "main/cluster_place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Where a cluster goes whose own folder the account cannot reach. Not /var/tmp: what is old there
 * is cleared away file by file, which ruins a database. */
#define ELSEWHERE        "/var/lib/optria"

#define TEMPORARY_PREFIX "optria-test-"
#define SOCKET_PREFIX    "optria-run-"

enum {
    SOCKET_FOLDER_MAX = 107 - (int)sizeof("/.s.PGSQL.5432") + 1,
    LOCK_WAIT_MS = 20000, /* for a server to stop whose program was killed */
    SWEEP_AGE_S = 60,     /* younger temporary folders may be in the making */
};

static oq_err *folder_failed(const char *folder, int why)
{
    if (why == ENOSPC || why == EDQUOT)
        return oq_fail(OQ_UNAVAILABLE, "cluster.disk_full", "folder=%s free_mb=%d", folder, 0);
    return oq_fail(OQ_UNAVAILABLE, "cluster.folder", "folder=%s reason=%s", folder, strerror(why));
}

/* --- the server's programs and account ----------------------------------------------------- */

oq_err *cluster_find_server(oq_arena *arena, const char *root, int version,
                            cluster_server *ret_server)
{
    int best = 0;
    DIR *dir = opendir(root);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        int64_t found;
        if (!oq_parse_i64(oq_cstr(entry->d_name), &found) || found < CLUSTER_VERSION_MIN ||
            found > 999 || (version && found != version) || found <= best)
            continue;
        const char *initdb = oq_strf(arena, "%s/%s/bin/initdb", root, entry->d_name).ptr;
        if (access(initdb, X_OK) == 0)
            best = (int)found;
    }
    if (dir)
        closedir(dir);
    if (best == 0)
        return oq_fail(OQ_UNAVAILABLE, "cluster.no_server", "wanted=%d root=%s",
                       version ? version : CLUSTER_VERSION_MIN, root);
    *ret_server = (cluster_server){best, oq_strf(arena, "%s/%d/bin", root, best).ptr};
    return NULL;
}

static process_user user_of(oq_arena *arena, const struct passwd *pw)
{
    return (process_user){true, pw->pw_uid, pw->pw_gid, oq_str_copy(arena, oq_cstr(pw->pw_name))};
}

/* What to call the owner of a file in a message. */
static oq_str owner_name(oq_arena *arena, uid_t uid)
{
    const struct passwd *pw = getpwuid(uid);
    return pw ? oq_str_copy(arena, oq_cstr(pw->pw_name)) : oq_strf(arena, "%ld", (long)uid);
}

oq_err *cluster_find_user(oq_arena *arena, const char *data, process_user *ret_user)
{
    *ret_user = (process_user){0};
    struct stat st;
    bool exists = stat(data, &st) == 0;
    if (exists && st.st_uid != geteuid() && (geteuid() != 0 || st.st_uid == 0))
        return oq_fail(OQ_CONFLICT, "cluster.wrong_owner", "folder=%s owner=%s", data,
                       owner_name(arena, st.st_uid).ptr);
    if (geteuid() != 0)
        return NULL;
    if (exists && st.st_uid == 0)
        return oq_fail(OQ_CONFLICT, "cluster.wrong_owner", "folder=%s owner=%s", data, "root");
    const struct passwd *pw = exists ? getpwuid(st.st_uid) : getpwnam("postgres");
    if (!pw && !exists)
        pw = getpwnam("nobody");
    if (!pw)
        return oq_fail(OQ_UNAVAILABLE, "cluster.no_account");
    *ret_user = user_of(arena, pw);
    return NULL;
}

/* --- folders ------------------------------------------------------------------------------- */

/* Gives an open folder to the account. By descriptor, so that nobody can put a link in between. */
static oq_err *give_to(const char *path, int flags, const process_user *user)
{
    int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return folder_failed(path, errno);
    int failed = user->given ? fchown(fd, user->uid, user->gid) : 0;
    int why = errno;
    close(fd);
    return failed ? folder_failed(path, why) : NULL;
}

oq_err *cluster_make_inner(oq_arena *arena, const char *folder, const char *name,
                           const process_user *user, const char **ret_path)
{
    const char *path = oq_strf(arena, "%s/%s", folder, name).ptr;
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return folder_failed(path, errno);
    OQ_TRY(give_to(path, O_RDONLY | O_DIRECTORY, user));
    *ret_path = path;
    return NULL;
}

/* Every folder above `path`. Others may pass through what is made here, not look into it: the
 * account of the server has to reach its own folder. */
static oq_err *make_parents(oq_arena *arena, const char *path)
{
    char *walk = oq_str_c(arena, oq_cstr(path));
    for (char *slash = strchr(walk + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(walk, 0711) == 0)
            chmod(walk, 0711);
        else if (errno != EEXIST)
            return folder_failed(walk, errno);
        *slash = '/';
    }
    return NULL;
}

static oq_err *absolute(oq_arena *arena, oq_str folder, const char **ret_path)
{
    char here[PATH_MAX];
    while (folder.len > 1 && oq_str_ends(folder, OQ_STR("/")))
        folder.len--;
    if (oq_str_starts(folder, OQ_STR("/")))
        *ret_path = oq_str_c(arena, folder);
    else if (getcwd(here, sizeof(here)))
        *ret_path = oq_strf(arena, "%s/%.*s", here, OQ_FMT(folder)).ptr;
    else
        return folder_failed(".", errno);
    return NULL;
}

/* A place that the account can reach, and a link to it from where it should have been. */
static oq_err *make_elsewhere(oq_arena *arena, const char *link, const process_user *user,
                              const char **ret_folder)
{
    char *place = oq_str_c(arena, OQ_STR(ELSEWHERE "/pg-XXXXXX"));
    OQ_TRY(make_parents(arena, place));
    if (!mkdtemp(place))
        return folder_failed(place, errno);
    OQ_TRY(give_to(place, O_RDONLY | O_DIRECTORY, user));
    if (!process_may_use(user, place))
        return folder_failed(place, EACCES);
    if (symlink(place, link) < 0)
        return folder_failed(link, errno);
    oq_log_info("cluster.elsewhere", OQ_F_CSTR("folder", place), OQ_F_CSTR("link", link),
                OQ_F_STR("account", user->name));
    *ret_folder = place;
    return NULL;
}

oq_err *cluster_make_folder(oq_arena *arena, oq_str folder, const process_user *user,
                            const char **ret_folder)
{
    const char *path = NULL;
    OQ_TRY(absolute(arena, folder, &path));
    OQ_TRY(make_parents(arena, path));

    struct stat st;
    bool is_link = lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
    char real[PATH_MAX];
    if (is_link && !realpath(path, real)) {
        if (errno != ENOENT || unlink(path) < 0)
            return folder_failed(path, errno);
        oq_log_warn("cluster.link_is_dead", OQ_F_CSTR("link", path));
        is_link = false;
    }
    if (is_link)
        path = oq_str_c(arena, oq_cstr(real));

    bool is_new = mkdir(path, 0700) == 0;
    if (!is_new && errno != EEXIST)
        return folder_failed(path, errno);
    if (is_new)
        OQ_TRY(give_to(path, O_RDONLY | O_DIRECTORY, user));
    if (process_may_use(user, path)) {
        *ret_folder = path;
        return NULL;
    }
    /* Nothing is in it yet: it can as well stand where the account reaches it. */
    if (user->given && !is_link && rmdir(path) == 0)
        return make_elsewhere(arena, path, user, ret_folder);
    return folder_failed(path, EACCES);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

void cluster_remove_folder(const char *path)
{
    if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) < 0 && errno != ENOENT)
        oq_log_warn("cluster.not_removed", OQ_F_CSTR("folder", path),
                    OQ_F_CSTR("reason", strerror(errno)));
}

/* Removes what is left of a temporary cluster whose program was killed: ours by owner, and with a
 * lock that nobody holds. */
static void sweep_one(oq_arena *arena, const char *path, const process_user *user)
{
    struct stat st;
    if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode) ||
        st.st_uid != (user->given ? user->uid : geteuid()))
        return;
    int fd = open(oq_strf(arena, "%s/lock", path).ptr, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    bool is_old = fstat(fd, &st) == 0 && time(NULL) - st.st_mtime > SWEEP_AGE_S;
    if (is_old && flock(fd, LOCK_EX | LOCK_NB) == 0)
        cluster_remove_folder(path);
    close(fd);
}

static void sweep(oq_arena *arena, const char *root, const process_user *user)
{
    DIR *dir = opendir(root);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (oq_str_starts(oq_cstr(entry->d_name), OQ_STR(TEMPORARY_PREFIX)))
            sweep_one(arena, oq_strf(arena, "%s/%s", root, entry->d_name).ptr, user);
    if (dir)
        closedir(dir);
}

/* A new folder `root`/`prefix`XXXXXX of the account, or NULL where that cannot be. */
static const char *try_temporary(oq_arena *arena, const char *root, const char *prefix,
                                 const process_user *user)
{
    char *path = oq_str_c(arena, oq_strf(arena, "%s/%sXXXXXX", root, prefix));
    if (!root || root[0] != '/' || !mkdtemp(path))
        return NULL;
    if (!give_to(path, O_RDONLY | O_DIRECTORY, user) && process_may_use(user, path))
        return path;
    rmdir(path);
    return NULL;
}

oq_err *cluster_make_temporary(oq_arena *arena, const process_user *user, const char **ret_folder)
{
    const char *root[] = {getenv("TMPDIR"), "/tmp"};
    for (size_t i = 0; i < OQ_COUNT(root); i++) {
        if (!root[i])
            continue;
        sweep(arena, root[i], user);
        *ret_folder = try_temporary(arena, root[i], TEMPORARY_PREFIX, user);
        if (*ret_folder)
            return NULL;
    }
    return folder_failed("/tmp", EACCES);
}

/* --- lock ---------------------------------------------------------------------------------- */

/* What a process calls itself; everybody may ask that of any process. */
static bool read_line(const char *path, char *line, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, line, size - 1);
    if (fd >= 0)
        close(fd);
    line[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* The process id in the lock, when it is a living copy of this program; else 0. */
static long lock_holder(oq_arena *arena, int fd)
{
    char text[32] = "", ours[64], theirs[64];
    int64_t pid = 0;
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
    if (n <= 0 || !oq_parse_i64(oq_str_trim(oq_strn(text, (size_t)n)), &pid) || pid <= 0)
        return 0;
    bool is_ours =
        read_line("/proc/self/comm", ours, sizeof(ours)) &&
        read_line(oq_strf(arena, "/proc/%ld/comm", (long)pid).ptr, theirs, sizeof(theirs)) &&
        strcmp(ours, theirs) == 0;
    return is_ours ? (long)pid : 0;
}

oq_err *cluster_take_lock(oq_arena *arena, const char *folder, int *ret_fd)
{
    const char *path = oq_strf(arena, "%s/lock", folder).ptr;
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return folder_failed(path, errno);
    struct stat st;
    if (geteuid() == 0 && (stat(folder, &st) < 0 || fchown(fd, st.st_uid, st.st_gid) < 0)) {
        int why = errno;
        close(fd);
        return folder_failed(path, why);
    }
    oq_us deadline = oq_monotonic() + LOCK_WAIT_MS * OQ_MS;
    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        long holder = lock_holder(arena, fd);
        bool asked = process_wait_stop(50).signal != 0;
        if (holder || asked || oq_monotonic() > deadline) {
            close(fd);
            return asked ? oq_fail(OQ_CONFLICT, "cluster.stopped")
                   : holder
                       ? oq_fail(OQ_CONFLICT, "cluster.in_use", "folder=%s pid=%ld", folder, holder)
                       : oq_fail(OQ_UNAVAILABLE, "cluster.still_stopping", "folder=%s", folder);
        }
    }
    char text[32];
    int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)len, 0) != len) {
        int why = errno;
        close(fd);
        return folder_failed(path, why);
    }
    *ret_fd = fd;
    return NULL;
}

/* --- socket -------------------------------------------------------------------------------- */

static void clear_socket_folder(oq_arena *arena, const char *path)
{
    unlink(oq_strf(arena, "%s/.s.PGSQL.5432", path).ptr);
    unlink(oq_strf(arena, "%s/.s.PGSQL.5432.lock", path).ptr);
    rmdir(path);
}

/* Removes a link that an earlier life left, and the folder it leads to. */
static void drop_old_link(oq_arena *arena, const char *link)
{
    char target[PATH_MAX];
    ssize_t n = readlink(link, target, sizeof(target) - 1);
    if (n <= 0)
        return;
    target[n] = '\0';
    const char *name = strrchr(target, '/');
    if (name && oq_str_starts(oq_cstr(name + 1), OQ_STR(SOCKET_PREFIX)))
        clear_socket_folder(arena, target);
    unlink(link);
}

oq_err *cluster_make_socket_folder(oq_arena *arena, const char *folder, const process_user *user,
                                   const char **ret_path)
{
    const char *inner = oq_strf(arena, "%s/run", folder).ptr;
    drop_old_link(arena, inner);
    if (strlen(inner) <= SOCKET_FOLDER_MAX)
        return cluster_make_inner(arena, folder, "run", user, ret_path);

    rmdir(inner);
    const char *root[] = {user->given ? NULL : getenv("XDG_RUNTIME_DIR"), "/tmp"};
    for (size_t i = 0; i < OQ_COUNT(root); i++) {
        const char *path = root[i] ? try_temporary(arena, root[i], SOCKET_PREFIX, user) : NULL;
        if (path && strlen(path) > SOCKET_FOLDER_MAX) {
            rmdir(path);
            path = NULL;
        }
        if (path && symlink(path, inner) < 0) {
            int why = errno;
            rmdir(path);
            return folder_failed(inner, why);
        }
        *ret_path = path;
        if (path)
            return NULL;
    }
    return folder_failed("/tmp", EACCES);
}

void cluster_drop_socket_folder(oq_arena *arena, const char *folder, const char *path)
{
    drop_old_link(arena, oq_strf(arena, "%s/run", folder).ptr);
    clear_socket_folder(arena, path);
}
