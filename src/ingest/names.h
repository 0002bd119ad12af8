/* ingest/names.h
 *
 * What this process remembers of senders' names: the bytes by which a door calls a series, and
 * which series that is. Looked up for every sample, so it is made to be found again quickly: what
 * followed last time is tried first, and most bodies name their series in the same order each time.
 *
 * One table per tenant, made when it is asked for and dropped when a notice says that a series has
 * changed. Who holds it meanwhile works on with the old one to the end of the request, which adds
 * nothing to it: numbers never change; limits and whether a series is active may lag by that, or,
 * while the database cannot tell us, until it can. Nothing is remembered of series that are not
 * there. All tables together stay below NAMES_BYTES_MAX: where they would pass it, the largest one
 * goes. So a tenant that sends endless spellings crowds out itself, and nobody else. */
#ifndef INGEST_NAMES_H
#define INGEST_NAMES_H

#include <stdatomic.h>

#include "historian/resolve.h"

#define NAMES_BYTES_MAX ((size_t)512 * 1024 * 1024)

/* Doors write names in different ways, and each has its own. */
typedef enum names_door { NAMES_LINE = 1, NAMES_REMOTE, NAMES_JSON } names_door;

typedef struct names_group names_group;

/* One series. */
typedef struct names_field names_field;
struct names_field {
    uint64_t hash;
    names_group *group;
    oq_str name;
    _Atomic(names_field *) next; /* whose sample came behind one of this the last time */
    double min, max;             /* of the instrument; infinite: no limit */
    double scale, offset;        /* from the sender's unit to the series' */
    int32_t no;
    bool is_active, is_calculated;
};

/* What the names of several series begin with: measurement and tags of a line. */
struct names_group {
    uint64_t hash;
    oq_str bytes;
    names_door door;
};

typedef struct names names;

/* The tenant's table, held until it is released. */
names *names_hold(oq_uuid tenant);
void names_release(names *n);
/* The tenant's series have changed; or those of anybody may have. */
void names_forget(oq_uuid tenant);
void names_forget_all(void);

/* The same from the notices of the database: the channel SERIES_CHANNEL of main/. */
void names_on_notify(void *self, oq_str payload);
void names_on_gap(void *self);

/* Many may read at once. What is found may be used until names_read_end. */
void names_read(names *n);
void names_read_end(names *n);
/* `last` is the series of the sample before, or NULL. NULL: not known. */
names_group *names_find_group(names *n, names_door door, oq_str bytes, names_field *last);
names_field *names_find_field(names *n, names_group *group, oq_str name, names_field *last);

/* Remembers a series. Not while reading. */
void names_add(names *n, names_door door, oq_str bytes, oq_str field, const series_facts *facts);

/* Of two texts, from a beginning that only this process knows. */
uint64_t names_hash(oq_str a, oq_str b);
/* For tests: bytes of all tables that can be asked for. */
size_t names_bytes(void);

#endif
