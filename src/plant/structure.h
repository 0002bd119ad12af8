/* plant/structure.h
 *
 * What lies between a site and an asset, and what an asset is made of. */
#ifndef PLANT_STRUCTURE_H
#define PLANT_STRUCTURE_H

#include "plant/plant.h"

/* An area, unit or line of a site (ISA-95), a tree of any depth. */
typedef enum plant_unit_kind {
    UNIT_AREA = 1,
    UNIT_PROCESS_CELL,
    UNIT_PRODUCTION_UNIT,
    UNIT_PRODUCTION_LINE,
    UNIT_STORAGE_ZONE,
    UNIT_UNIT,
    UNIT_WORK_CELL,
    UNIT_STORAGE_UNIT
} plant_unit_kind;
extern const oq_choice plant_unit_kind_choices[];

typedef struct plant_unit {
    oq_uuid id, site_id;
    oq_uuid parent_id; /* of the same site; zero: directly below it */
    int kind;          /* plant_unit_kind */
    oq_str code, name, name_ar;
    int64_t version;
    oq_us created_at, updated_at;
} plant_unit;
extern const oq_field plant_unit_fields[];

/* A subunit or maintainable item of an asset (ISO 14224 levels 7 and 8), a tree of any depth. */
typedef struct component {
    oq_uuid id, asset_id;
    oq_uuid parent_id;          /* of the same asset; zero: directly below it */
    oq_str code, name, name_ar; /* the code is unique in its asset */
    oq_str manufacturer, model;
    oq_date installed_on;
    int64_t version;
    oq_us created_at, updated_at;
} component;
extern const oq_field component_fields[];

#endif
