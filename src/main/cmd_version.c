#include "main/command.h"

static oq_err *version(command_run *run)
{
    printf("optria %s\n", OPTRIA_VERSION);
    return NULL;
}

const command cmd_version = {
    .name = "version",
    .summary = "Print the version",
    .needs_no_settings = true,
    .run = version,
};
