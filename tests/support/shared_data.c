#include "support/shared_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

const char *shared_data(oq_arena *arena, const char *name)
{
    const char *data = getenv("OPTRIA_DATA_DIR"), *shared = getenv("OPTRIA_SHARED");
    oq_str folder = data && *data ? oq_strf(arena, "%s/%s", data, name)
                                  : oq_strf(arena, "%s/data/%s", shared ? shared : "", name);
    const char *path = oq_str_c(arena, folder);
    if (access(path, R_OK | X_OK) == 0)
        return path;
    fprintf(stderr, "the data set %s is not there (%s): set OPTRIA_DATA_DIR\n", name, path);
    return NULL;
}
