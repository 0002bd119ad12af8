/* plant/supply.h
 *
 * What planned work depends on beside people: when it may be done, and with which parts. */
#ifndef PLANT_SUPPLY_H
#define PLANT_SUPPLY_H

#include "plant/plant.h"

typedef enum window_kind {
    WINDOW_ALLOWED = 1, /* work that stops it is done in windows of this kind alone */
    WINDOW_BLOCKED,     /* no work that stops it */
    WINDOW_SHUTDOWN     /* it stands anyway: work costs no production */
} window_kind;
extern const oq_choice window_kind_choices[];

/* Of an asset, else of a unit with all below it, else of a site. */
typedef struct maintenance_window {
    oq_uuid id, site_id, unit_id, asset_id; /* zero: the whole of what stands before it */
    oq_str code, name, name_ar;
    int kind;
    oq_us from_time, to_time; /* [from, to) */
    int64_t version;
    oq_us created_at, updated_at;
} maintenance_window;
extern const oq_field maintenance_window_fields[];

typedef struct spare_part {
    oq_uuid id, site_id; /* zero: of every site */
    oq_str part_number, name, name_ar, unit;
    double in_stock, stock_min;
    double arriving; /* on its way, there on arrives_on */
    oq_date arrives_on;
    int64_t lead_days; /* from ordering to arrival */
    int64_t price_minor;
    oq_str currency;
    int64_t version;
    oq_us created_at, updated_at;
} spare_part;
extern const oq_field spare_part_fields[];

#endif
