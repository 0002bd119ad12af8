#include "base/uuid_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

static int by_id_and_place(const void *a, const void *b)
{
    const oq_uuid_at *x = a, *y = b;
    int order = memcmp(&x->id, &y->id, sizeof x->id);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

void oq_uuid_index(oq_uuid_at *at, size_t count)
{
    if (count)
        qsort(at, count, sizeof *at, by_id_and_place);
}

const oq_uuid_at *oq_uuid_find(const oq_uuid_at *at, size_t count, oq_uuid id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(&at[middle].id, &id, sizeof id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && oq_uuid_eq(at[low].id, id) ? &at[low] : NULL;
}
