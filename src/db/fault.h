/* db/fault.h
 *
 * Places where a test can make the database fail, so that error paths run too:
 *
 *     db.connect   the next connection cannot be made        -> db.unreachable
 *     db.send      the connection breaks as a unit is sent   -> db.lost
 *     db.commit    the answer to a COMMIT is lost             -> db.commit_unknown
 *
 * Compiled in where the build has tests (meson's option `tests`); elsewhere a place costs nothing
 * and cannot be armed. Armed places belong to the process, not to a thread. */
#ifndef DB_FAULT_H
#define DB_FAULT_H

#include <stdbool.h>

/* The `nth` pass of `place` from now on fails, once; 0 disarms. False when this build has no
 * faults or the place does not exist. */
bool db_fault_arm(const char *place, int nth);

#ifdef OPTRIA_FAULTS
bool db_fault_hits(const char *place);
#define DB_FAULT(place) db_fault_hits(place)
#else
#define DB_FAULT(place) false
#endif

#endif
