/* historian/inner.h: what the files of this folder share. */
#ifndef HISTORIAN_INNER_H
#define HISTORIAN_INNER_H

#include "historian/series.h"
#include "quant/samples.h"

/* What the class of an asset says of a metric; the row of SERIES_ASSET. */
typedef struct series_of_asset {
    oq_str asset_code, name, name_ar, unit;
    bool is_state;
    double instrument_min, instrument_max;
    int64_t gap_max_us;
} series_of_asset;
extern const oq_field series_of_asset_fields[];

/* What stands behind a backslash in each part of a key (series.h). */
#define SERIES_MARKED_ASSET  ",\\"
#define SERIES_MARKED_TAG    ",=\\"
#define SERIES_MARKED_METRIC ".\\"
void series_key_part(oq_buf *key, oq_str text, const char *marked);

/* Fails: series.key_invalid (facts: key, max), about the field `key`. */
OQ_CHECKED oq_err *series_check_key(oq_str key);
/* After the commit every process drops what it remembers of the tenant's series. */
OQ_CHECKED oq_err *series_tell(oq_scope *s);

/* What a sender has to know of a series. */
typedef struct series_facts {
    int32_t no; /* 0: there is none */
    bool is_active, is_calculated;
    double min, max; /* of the instrument; infinite: no limit */
    oq_str unit;
    double scale, offset; /* for who sends in another unit: value * scale + offset; 1 and 0 */
} series_facts;
/* The row of SERIES_LOOK. */
typedef struct series_found {
    int64_t place, no;
    bool is_calculated, is_active;
    double instrument_min, instrument_max;
    oq_str unit;
} series_found;
extern const oq_field series_found_fields[];

/* series_resolve, with all that ingest asks. */
OQ_CHECKED oq_err *series_resolve_facts(oq_scope *s, const series_name *name, size_t count,
                                        bool may_create, oq_str source, series_facts *ret_facts,
                                        size_t *ret_created);

#endif
