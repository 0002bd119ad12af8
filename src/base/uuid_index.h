/* base/uuid_index.h
 *
 * Identifiers, each with a place in some list, to look them up in: sorted once. */
#ifndef OQ_UUID_INDEX_H
#define OQ_UUID_INDEX_H

#include <stddef.h>

#include "base/uuid.h"

typedef struct oq_uuid_at {
    oq_uuid id;
    size_t place;
} oq_uuid_at;

/* By identifier; the same one several times: by place. */
void oq_uuid_index(oq_uuid_at *at, size_t count);
/* The first one of an identifier; NULL: it is not there. */
const oq_uuid_at *oq_uuid_find(const oq_uuid_at *at, size_t count, oq_uuid id);

#endif
