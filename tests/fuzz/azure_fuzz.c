/* Any bytes as the six files of a recorded fleet, parted by the byte 1e: a fleet whose facts lie in
 * the order of time within its days, or a named error. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/base.h"
#include "fleet/fleet.h"

static const char *const names[] = {
    "PdM_machines.csv", "PdM_errors.csv",           "PdM_maint.csv",
    "PdM_failures.csv", "PdM_telemetry_hourly.csv.gz", "PdM_telemetry_daily.csv.gz",
};

static char made[] = "/tmp/optria_fuzz_XXXXXX";

static void remove_all(void)
{
    char path[120];
    for (size_t i = 0; i < OQ_COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/%s", made, names[i]);
        unlink(path);
    }
    rmdir(made);
}

static const char *folder(void)
{
    static bool is_made = false;
    if (!is_made && (!mkdtemp(made) || atexit(remove_all) != 0))
        abort();
    is_made = true;
    return made;
}

static void put(const char *name, oq_str text)
{
    char path[120];
    snprintf(path, sizeof path, "%s/%s", folder(), name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text.ptr, text.len) != (ssize_t)text.len)
        abort();
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_str rest = oq_strn((const char *)data, size), part;
    for (size_t i = 0; i < OQ_COUNT(names); i++)
        put(names[i], oq_str_cut(&rest, 0x1e, &part) ? part : OQ_STR(""));
    oq_arena *arena = oq_arena_open(0);
    fleet *f = NULL;
    oq_err *err = fleet_open(arena, folder(), &f);
    if (err ? !err->code
            : fleet_machines(f) == 0 || fleet_ends(f) < fleet_begins(f) ||
                  fleet_ends(f) - fleet_begins(f) > FLEET_DAYS_MAX * OQ_DAY)
        abort();
    oq_err_reset();
    oq_arena_close(arena);
    return 0;
}
