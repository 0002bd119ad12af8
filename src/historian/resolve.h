/* historian/resolve.h
 *
 * Series as senders name them: how a key is put together, and what has to be known of a series to
 * take samples for it. For src/ingest. */
#ifndef HISTORIAN_RESOLVE_H
#define HISTORIAN_RESOLVE_H

#include "historian/series.h"

/* What stands behind a backslash in each part of a key (series.h). */
#define SERIES_MARKED_ASSET  ",\\"
#define SERIES_MARKED_TAG    ",=\\"
#define SERIES_MARKED_METRIC ".\\"
void series_key_part(oq_buf *key, oq_str text, const char *marked);

/* Fails: series.key_invalid (facts: key, max), about the field `key`. */
OQ_CHECKED oq_err *series_check_key(oq_str key);

/* What a sender has to know of a series. */
typedef struct series_facts {
    int32_t no; /* 0: there is none */
    bool is_active, is_calculated;
    double min, max; /* of the instrument; infinite: no limit */
    oq_str unit;
    double scale, offset; /* for who sends in another unit: value * scale + offset; 1 and 0 */
} series_facts;

/* series_resolve, with all that ingest asks. */
OQ_CHECKED oq_err *series_resolve_facts(oq_scope *s, const series_name *name, size_t count,
                                        bool may_create, oq_str source, series_facts *ret_facts,
                                        size_t *ret_created);

#endif
