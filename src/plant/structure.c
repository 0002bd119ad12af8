/* Sites, units and lines, assets, components. */
#include "plant/structure.h"

#include "plant/record_inner.h"

#include "structure.sql.h"

#include "base/banned.h"

const oq_choice criticality_choices[] = {
    {CRITICALITY_CRITICAL, "critical"},
    {CRITICALITY_HIGH, "high"},
    {CRITICALITY_MEDIUM, "medium"},
    {CRITICALITY_LOW, "low"},
    {0, NULL},
};

const oq_choice asset_status_choices[] = {
    {ASSET_IN_SERVICE, "in_service"},
    {ASSET_STANDBY, "standby"},
    {ASSET_OUT_OF_SERVICE, "out_of_service"},
    {ASSET_RETIRED, "retired"},
    {0, NULL},
};

const oq_choice plant_unit_kind_choices[] = {
    {UNIT_AREA, "area"},
    {UNIT_PROCESS_CELL, "process_cell"},
    {UNIT_PRODUCTION_UNIT, "production_unit"},
    {UNIT_PRODUCTION_LINE, "production_line"},
    {UNIT_STORAGE_ZONE, "storage_zone"},
    {UNIT_UNIT, "unit"},
    {UNIT_WORK_CELL, "work_cell"},
    {UNIT_STORAGE_UNIT, "storage_unit"},
    {0, NULL},
};

/* --- field tables -------------------------------------------------------------------------------*/

#define SITE_ROWS(NEED, PRESET)                                                                    \
    OQ_TEXT(site, code, NEED, .max = PLANT_CODE_MAX, .check = plant_check_code),                   \
        OQ_TEXT(site, name, NEED, .max = PLANT_NAME_MAX),                                          \
        OQ_TEXT(site, name_ar, .max = PLANT_NAME_MAX),                                             \
        OQ_TEXT(site, time_zone, .max = 60, .check = oq_check_timezone,                            \
                .help = "IANA name; not given: the tenant's"),                                     \
        OQ_TEXT(site, country, .max = 2, .check = plant_check_country,                             \
                .help = "ISO 3166-1 alpha-2: SA"),                                                 \
        OQ_F64(site, latitude, .f64_min = -90, .f64_max = 90),                                     \
        OQ_F64(site, longitude, .f64_min = -180, .f64_max = 180),                                  \
        OQ_F64(site, capacity, .f64_min = 0, .f64_max = 1e15,                                      \
               .help = "basic production capacity"),                                               \
        OQ_TEXT(site, capacity_unit, .max = 40),                                                   \
        OQ_F64(site, impact_factor, .f64_min = 0, .f64_max = 1,                                    \
               .help = "share of the production lost with the site"),                              \
        OQ_I64(site, work_days, .min = 1, .max = 127,                                              \
               .help = "bit 0: Sunday ... bit 6: Saturday; not given: Sunday to Thursday")
RECORD_FIELDS(site, SITE_ROWS);

#define UNIT_ROWS(NEED, PRESET)                                                                    \
    OQ_TEXT(plant_unit, code, NEED, .max = PLANT_CODE_MAX, .check = plant_check_code),             \
        OQ_UUID(plant_unit, site_id, NEED),                                                        \
        OQ_UUID(plant_unit, parent_id, .help = "of the same site; not given: directly below it"),  \
        OQ_CHOICE(plant_unit, kind, plant_unit_kind_choices, NEED),                                \
        OQ_TEXT(plant_unit, name, NEED, .max = PLANT_NAME_MAX),                                    \
        OQ_TEXT(plant_unit, name_ar, .max = PLANT_NAME_MAX)
RECORD_FIELDS(plant_unit, UNIT_ROWS);

#define ASSET_ROWS(NEED, PRESET)                                                                   \
    OQ_TEXT(asset, code, NEED, .max = PLANT_CODE_MAX, .check = plant_check_code,                   \
            .help = "the tag plate, and the name in signals: P-101"),                              \
        OQ_UUID(asset, site_id, NEED), OQ_UUID(asset, unit_id), OQ_UUID(asset, class_id),          \
        OQ_TEXT(asset, name, NEED, .max = PLANT_NAME_MAX),                                         \
        OQ_TEXT(asset, name_ar, .max = PLANT_NAME_MAX),                                            \
        OQ_CHOICE(asset, criticality, criticality_choices, PRESET("medium")),                      \
        OQ_CHOICE(asset, status, asset_status_choices, PRESET("in_service")),                      \
        OQ_F64(asset, impact_factor, .f64_min = 0, .f64_max = 1,                                   \
               .help = "share of the site's production lost with it"),                             \
        OQ_F64(asset, capacity, .f64_min = 0, .f64_max = 1e15),                                    \
        OQ_TEXT(asset, capacity_unit, .max = 40),                                                  \
        OQ_F64(asset, power_rated_kw, .f64_min = 0, .f64_max = 1e7),                               \
        OQ_TEXT(asset, manufacturer, .max = PLANT_NAME_MAX),                                       \
        OQ_TEXT(asset, model, .max = PLANT_NAME_MAX),                                              \
        OQ_TEXT(asset, serial, .max = PLANT_NAME_MAX), OQ_DATE(asset, installed_on),               \
        OQ_UUID(asset, cost_model_id, .help = "not given: by class, then the tenant's default")
RECORD_FIELDS(asset, ASSET_ROWS);

#define COMPONENT_ROWS(NEED, PRESET)                                                               \
    OQ_UUID(component, asset_id, NEED),                                                            \
        OQ_TEXT(component, code, NEED, .max = PLANT_CODE_MAX, .check = plant_check_code,           \
                .help = "unique in its asset: DE-BRG"),                                            \
        OQ_UUID(component, parent_id, .help = "of the same asset; not given: directly below it"),  \
        OQ_TEXT(component, name, NEED, .max = PLANT_NAME_MAX),                                     \
        OQ_TEXT(component, name_ar, .max = PLANT_NAME_MAX),                                        \
        OQ_TEXT(component, manufacturer, .max = PLANT_NAME_MAX),                                   \
        OQ_TEXT(component, model, .max = PLANT_NAME_MAX), OQ_DATE(component, installed_on)
RECORD_FIELDS(component, COMPONENT_ROWS);

/* --- checks -------------------------------------------------------------------------------------*/

static oq_err *check_capacity(double capacity, oq_str unit)
{
    if (capacity == capacity && !unit.len)
        return oq_fail_field("capacity_unit", "plant.capacity_without_unit");
    return record_check_unit("capacity_unit", unit);
}

static oq_err *check_site(oq_scope *s, const void *before, void *record)
{
    const site *it = record;
    oq_err *err = check_capacity(it->capacity, it->capacity_unit);
    if ((it->latitude == it->latitude) != (it->longitude == it->longitude))
        err = oq_err_join(err, oq_fail_field("longitude", "plant.place_half"));
    return err;
}

static oq_err *check_asset(oq_scope *s, const void *before, void *record)
{
    const asset *it = record;
    return check_capacity(it->capacity, it->capacity_unit);
}

/* --- kinds --------------------------------------------------------------------------------------*/

#define STATEMENTS(name)                                                                           \
    .get = &sql_##name##_get_stmt, .find = &sql_##name##_find_stmt, .add = &sql_##name##_add_stmt, \
    .update = &sql_##name##_update_stmt, .remove = &sql_##name##_remove_stmt,                      \
    .labels = &sql_##name##_labels_stmt, .uses = &sql_##name##_uses_stmt

const record_kind kind_site = {
    .name = "site",
    .path = "sites",
    .group = "structure",
    .size = sizeof(site),
    .fields = site_fields,
    .order = site_order_fields,
    .key = RECORD_NAMES("code"),
    .label = "code",
    .sort = "code",
    .columns = RECORD_NAMES("code", "name", "country", "time_zone", "capacity"),
    STATEMENTS(site),
    .check = check_site,
    .read = CAP_ASSET_READ,
    .manage = CAP_ASSET_MANAGE,
};

const record_kind kind_plant_unit = {
    .name = "unit",
    .path = "units",
    .group = "structure",
    .size = sizeof(plant_unit),
    .fields = plant_unit_fields,
    .order = plant_unit_order_fields,
    .refs = RECORD_REFS({"site_id", "site", "site"}, {"parent_id", "parent", "unit", "site_id"}),
    .key = RECORD_NAMES("code"),
    .label = "code",
    .sort = "code",
    .columns = RECORD_NAMES("code", "name", "kind", "site_id", "parent_id"),
    .fixed = RECORD_NAMES("site_id"),
    .parent = "parent_id",
    STATEMENTS(plant_unit),
    .read = CAP_ASSET_READ,
    .manage = CAP_ASSET_MANAGE,
};

const record_kind kind_asset = {
    .name = "asset",
    .path = "assets",
    .group = "structure",
    .size = sizeof(asset),
    .fields = asset_fields,
    .order = asset_order_fields,
    .refs = RECORD_REFS({"site_id", "site", "site"}, {"unit_id", "unit", "unit", "site_id"},
                        {"class_id", "class", "asset_class"},
                        {"cost_model_id", "cost_model", "cost_model"}),
    .key = RECORD_NAMES("code"),
    .label = "code",
    .sort = "code",
    .columns =
        RECORD_NAMES("code", "name", "class_id", "site_id", "unit_id", "criticality", "status"),
    .not_found = "asset.not_found",
    STATEMENTS(asset),
    .check = check_asset,
    .read = CAP_ASSET_READ,
    .manage = CAP_ASSET_MANAGE,
};

const record_kind kind_component = {
    .name = "component",
    .path = "components",
    .group = "structure",
    .size = sizeof(component),
    .fields = component_fields,
    .order = component_order_fields,
    .refs = RECORD_REFS({"asset_id", "asset", "asset"},
                        {"parent_id", "parent", "component", "asset_id"}),
    .key = RECORD_NAMES("asset_id", "code"),
    .label = "code",
    .sort = "code",
    .columns = RECORD_NAMES("code", "name", "asset_id", "parent_id", "model"),
    .fixed = RECORD_NAMES("asset_id"),
    .parent = "parent_id",
    STATEMENTS(component),
    .read = CAP_ASSET_READ,
    .manage = CAP_ASSET_MANAGE,
};

/* --- assets, for other modules --------------------------------------------------------------------*/

oq_err *site_find(oq_scope *s, oq_uuid id, site **ret_site)
{
    sql_site_get_rows rows;
    OQ_TRY(sql_site_get(s, (sql_site_get_args){id}, &rows));
    *ret_site = rows.count ? rows.at : NULL;
    return NULL;
}

oq_err *asset_get(oq_scope *s, oq_uuid id, asset **ret_asset)
{
    sql_asset_get_rows rows;
    OQ_TRY(sql_asset_get(s, (sql_asset_get_args){id}, &rows));
    if (!rows.count)
        return oq_fail(OQ_NOT_FOUND, "asset.not_found");
    *ret_asset = rows.at;
    return NULL;
}

oq_err *asset_find_by_code(oq_scope *s, oq_str code, asset **ret_asset)
{
    sql_asset_get_by_code_rows rows;
    OQ_TRY(sql_asset_get_by_code(s, (sql_asset_get_by_code_args){code}, &rows));
    *ret_asset = rows.count ? rows.at : NULL;
    return NULL;
}

oq_err *asset_find(oq_scope *s, const asset_filter *filter, size_t limit, assets *ret_assets)
{
    sql_asset_find_rows rows;
    OQ_TRY(sql_asset_find(
        s,
        (sql_asset_find_args){
            .site_id = filter->site_id,
            .unit_id = filter->unit_id,
            .class_id = filter->class_id,
            .criticality = oq_cstr(oq_choice_text(criticality_choices, filter->criticality)),
            .status = oq_cstr(oq_choice_text(asset_status_choices, filter->status)),
            .words = plant_patterns(oq_scope_arena(s), filter->q),
            .after_key = filter->after_code.len ? filter->after_code : OQ_NONE,
            .limit = (int64_t)limit,
        },
        &rows));
    *ret_assets = (assets){rows.at, rows.count};
    return NULL;
}

oq_err *asset_count(oq_scope *s, const asset_filter *filter, int64_t *ret_count)
{
    sql_asset_count_rows rows;
    OQ_TRY(sql_asset_count(
        s,
        (sql_asset_count_args){
            .site_id = filter->site_id,
            .unit_id = filter->unit_id,
            .class_id = filter->class_id,
            .criticality = oq_cstr(oq_choice_text(criticality_choices, filter->criticality)),
            .status = oq_cstr(oq_choice_text(asset_status_choices, filter->status)),
            .words = plant_patterns(oq_scope_arena(s), filter->q),
        },
        &rows));
    *ret_count = rows.at[0].count;
    return NULL;
}
