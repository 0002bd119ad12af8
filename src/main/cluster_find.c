/* A cluster that another process runs, seen from outside. */
#include <limits.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "main/cluster.h"

#include "base/banned.h"

static bool somebody_listens(const char *folder)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int len = snprintf(at.sun_path, sizeof at.sun_path, "%s/.s.PGSQL.5432", folder);
    if (len < 0 || (size_t)len >= sizeof at.sun_path)
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool answers = fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0;
    if (fd >= 0)
        close(fd);
    return answers;
}

/* As a value of key=value words. */
static oq_str quoted(oq_arena *arena, const char *text)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(2 * PATH_MAX + 2);
    oq_buf_char(&out, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            oq_buf_char(&out, '\\');
        oq_buf_char(&out, *text);
    }
    oq_buf_char(&out, '\'');
    return oq_str_copy(arena, oq_buf_view(&out));
}

bool cluster_find_running(oq_arena *arena, oq_str folder, cluster_addresses *ret_addresses)
{
    char socket_folder[PATH_MAX];
    if (!realpath(oq_strf(arena, "%.*s/run", OQ_FMT(folder)).ptr, socket_folder) ||
        !somebody_listens(socket_folder))
        return false;
    oq_str host = quoted(arena, socket_folder);
    ret_addresses->server = oq_strf(arena, "host=%s user=optria_server dbname=optria", host.ptr);
    ret_addresses->owner = oq_strf(arena, "host=%s user=optria_owner dbname=optria", host.ptr);
    return true;
}
