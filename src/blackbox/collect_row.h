/* blackbox/collect_row.h: rows of collect.sql. */
#ifndef BLACKBOX_COLLECT_ROW_H
#define BLACKBOX_COLLECT_ROW_H

#include "base/base.h"

typedef struct collect_look {
    int64_t series_no;
    oq_str state;
    oq_us looked_to;
} collect_look;
extern const oq_field collect_look_fields[];

typedef struct collect_change {
    oq_uuid id, asset_id;
    oq_us at;
    oq_str actor_label, action, object_type, object_id, object_label, changes;
} collect_change;
extern const oq_field collect_change_fields[];

#endif
