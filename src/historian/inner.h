/* historian/inner.h: what the files of this folder share. */
#ifndef HISTORIAN_INNER_H
#define HISTORIAN_INNER_H

#include "historian/resolve.h"
#include "quant/samples.h"

/* What the class of an asset says of a metric; the row of SERIES_ASSET. */
typedef struct series_of_asset {
    oq_str asset_code, name, name_ar, unit;
    bool is_state;
    double instrument_min, instrument_max;
    int64_t gap_max_us;
} series_of_asset;
extern const oq_field series_of_asset_fields[];

/* After the commit every process drops what it remembers of the tenant's series. */
OQ_CHECKED oq_err *series_tell(oq_scope *s);

/* The row of SERIES_LOOK. */
typedef struct series_found {
    int64_t place, no;
    bool is_calculated, is_active;
    double instrument_min, instrument_max;
    oq_str unit;
} series_found;
extern const oq_field series_found_fields[];

#endif
