#include "db/fault.h"

#ifdef OPTRIA_FAULTS

#include <stdatomic.h>
#include <string.h>

static struct {
    const char *place;
    atomic_int passes_left; /* until it fails; 0: not armed */
} faults[] = {{"db.connect", 0}, {"db.send", 0}, {"db.commit", 0}};

static int find(const char *place)
{
    for (int i = 0; i < (int)(sizeof faults / sizeof faults[0]); i++)
        if (strcmp(faults[i].place, place) == 0)
            return i;
    return -1;
}

bool db_fault_arm(const char *place, int nth)
{
    int i = find(place);
    if (i >= 0)
        atomic_store(&faults[i].passes_left, nth);
    return i >= 0;
}

bool db_fault_hits(const char *place)
{
    int i = find(place);
    int left = i >= 0 ? atomic_load(&faults[i].passes_left) : 0;
    while (left > 0)
        if (atomic_compare_exchange_weak(&faults[i].passes_left, &left, left - 1))
            return left == 1;
    return false;
}

#else

bool db_fault_arm(const char *place, int nth)
{
    (void)place;
    (void)nth;
    return false;
}

#endif
