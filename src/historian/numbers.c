/* Numbers of series by their ids: a table of one place for each hash, so that it cannot grow. */
#include "historian/reading.h"

#include <pthread.h>

#include "base/banned.h"

enum { PLACES = 8192 };

static struct {
    pthread_mutex_t lock;
    struct {
        oq_uuid tenant, id;
        int32_t no;
    } place[PLACES];
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

static size_t place_of(oq_uuid id)
{
    return oq_hash(oq_strn((const char *)id.byte, sizeof id.byte)) % PLACES;
}

void number_keep(oq_uuid tenant, oq_uuid id, int32_t no)
{
    size_t at = place_of(id);
    pthread_mutex_lock(&kept.lock);
    kept.place[at].tenant = tenant;
    kept.place[at].id = id;
    kept.place[at].no = no;
    pthread_mutex_unlock(&kept.lock);
}

int32_t number_kept(oq_uuid tenant, oq_uuid id)
{
    size_t at = place_of(id);
    pthread_mutex_lock(&kept.lock);
    bool is_there = oq_uuid_eq(kept.place[at].tenant, tenant) && oq_uuid_eq(kept.place[at].id, id);
    int32_t no = is_there ? kept.place[at].no : 0;
    pthread_mutex_unlock(&kept.lock);
    return no;
}
