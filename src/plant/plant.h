/* plant/plant.h
 *
 * The plant as a tree (ISA-95): site, units and lines of any depth, assets, components of any
 * depth; classes that say what their assets have in common; how assets fail, what that costs, who
 * is there. Everything works inside the tenant of `s`; another tenant's id is simply not found.
 *
 * All of it is records of a few kinds that are read, written, listed, imported and exported by the
 * same code (plant/record.h); here are the ones that other modules ask for by name. */
#ifndef PLANT_PLANT_H
#define PLANT_PLANT_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"

enum { PLANT_CODE_MAX = 80, PLANT_NAME_MAX = 200, PLANT_TEXT_MAX = 4000, PLANT_LIST_MAX = 500 };

/* What codes look like, as .check of a field. Of things with a plate (sites, assets, shifts): any
 * letters and digits, and - _ . / : # + ( ), so that a code can stand in a signal's key, in a file
 * and in an address. Of things with a name for programs (classes, metrics, failure modes, skills):
 * letters a-z and A-Z, digits and _, a letter or _ first. */
const char *plant_check_code(oq_str text);    /* plant.code_malformed */
const char *plant_check_name(oq_str text);    /* plant.name_malformed */
const char *plant_check_country(oq_str text); /* plant.country_malformed: ISO 3166-1 alpha-2 */

typedef enum criticality {
    CRITICALITY_CRITICAL = 1,
    CRITICALITY_HIGH,
    CRITICALITY_MEDIUM,
    CRITICALITY_LOW
} criticality;
extern const oq_choice criticality_choices[];
typedef enum asset_status {
    ASSET_IN_SERVICE = 1,
    ASSET_STANDBY,
    ASSET_OUT_OF_SERVICE,
    ASSET_RETIRED
} asset_status;
extern const oq_choice asset_status_choices[];

typedef struct site {
    oq_uuid id;
    oq_str code, name, name_ar;
    oq_str time_zone; /* not given: the tenant's */
    oq_str country;
    double latitude, longitude;
    double capacity;
    oq_str capacity_unit;
    double impact_factor; /* 0..1 */
    int64_t work_days;    /* bit 0: Sunday; OQ_I64_NONE: the tenant's, Sunday to Thursday */
    int64_t version;
    oq_us created_at, updated_at;
} site;
extern const oq_field site_fields[];

/* *ret_site is NULL when there is none. */
OQ_CHECKED oq_err *site_find(oq_scope *s, oq_uuid id, site **ret_site);

typedef struct asset {
    oq_uuid id, site_id, unit_id, class_id, cost_model_id;
    oq_str code, name, name_ar;
    int criticality, status;
    double impact_factor, capacity;
    oq_str capacity_unit;
    double power_rated_kw;
    oq_str manufacturer, model, serial;
    oq_date installed_on;
    int64_t version;
    oq_us created_at, updated_at;
} asset;
extern const oq_field asset_fields[];
typedef struct assets {
    asset *at;
    size_t count;
} assets;

/* Fails: asset.not_found. */
OQ_CHECKED oq_err *asset_get(oq_scope *s, oq_uuid id, asset **ret_asset);
/* *ret_asset is NULL when there is none. */
OQ_CHECKED oq_err *asset_find_by_code(oq_scope *s, oq_str code, asset **ret_asset);

typedef struct asset_filter {
    oq_uuid site_id, unit_id, class_id; /* zero: any; a unit with all below it */
    int criticality, status;            /* 0: any */
    oq_str q;          /* words that all occur in code, names, maker, model or serial; folded, so
                          that أحمد finds احمد and ٣ finds 3 */
    oq_str after_code; /* list by code, behind this one */
} asset_filter;
OQ_CHECKED oq_err *asset_find(oq_scope *s, const asset_filter *filter, size_t limit,
                              assets *ret_assets);
OQ_CHECKED oq_err *asset_count(oq_scope *s, const asset_filter *filter, int64_t *ret_count);

/* Text as search_fold of the database folds it: see migration 0009. */
oq_str plant_fold(oq_arena *arena, oq_str text);
/* The words of a query as patterns for LIKE, each folded and escaped; none: nothing to look for. */
oq_strs plant_patterns(oq_arena *arena, oq_str q);
enum { PLANT_WORDS_MAX = 16 };

extern const http_route plant_routes[]; /* /api/sites, /api/assets, ... and their pages */

#endif
