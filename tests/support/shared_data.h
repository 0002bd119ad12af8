/* support/shared_data.h
 *
 * Published data sets, which are not part of this project: OPTRIA_DATA_DIR names the folder that
 * holds theirs, else OPTRIA_SHARED the one that holds data/ (./run sets it to shared/ beside the
 * checkout). */
#ifndef SUPPORT_SHARED_DATA_H
#define SUPPORT_SHARED_DATA_H

#include "base/base.h"

/* The folder of one; NULL: it is not there, which is said on standard error. */
const char *shared_data(oq_arena *arena, const char *name);

#endif
