/* Numbers of series by their ids: a table of a few places for each hash, so that it cannot grow.
 * With one place each, two of a hundred series that are asked for together would share one every
 * second time, and put each other out for good. */
#include "historian/reading.h"

#include <pthread.h>

#include "base/banned.h"

enum { SETS = 2048, PLACES = 8 };

typedef struct numbers {
    unsigned next; /* to be overwritten */
    struct {
        oq_uuid tenant, id;
        int32_t no;
    } place[PLACES];
} numbers;

static struct {
    pthread_mutex_t lock;
    numbers set[SETS];
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

static numbers *set_of(oq_uuid id)
{
    return &kept.set[oq_hash(oq_strn((const char *)id.byte, sizeof id.byte)) % SETS];
}

/* PLACES: it is in none. */
static size_t place_in(const numbers *set, oq_uuid tenant, oq_uuid id)
{
    size_t at = 0;
    while (at < PLACES &&
           !(oq_uuid_eq(set->place[at].id, id) && oq_uuid_eq(set->place[at].tenant, tenant)))
        at++;
    return at;
}

void number_keep(oq_uuid tenant, oq_uuid id, int32_t no)
{
    numbers *set = set_of(id);
    pthread_mutex_lock(&kept.lock);
    size_t at = place_in(set, tenant, id);
    if (at == PLACES)
        at = set->next++ % PLACES;
    set->place[at].tenant = tenant;
    set->place[at].id = id;
    set->place[at].no = no;
    pthread_mutex_unlock(&kept.lock);
}

int32_t number_kept(oq_uuid tenant, oq_uuid id)
{
    const numbers *set = set_of(id);
    pthread_mutex_lock(&kept.lock);
    size_t at = place_in(set, tenant, id);
    int32_t no = at < PLACES ? set->place[at].no : 0;
    pthread_mutex_unlock(&kept.lock);
    return no;
}
