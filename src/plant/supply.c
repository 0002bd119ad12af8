/* Windows for maintenance, spare parts. */
#include "plant/supply.h"

#include "plant/record_inner.h"

#include "supply.sql.h"

#include "base/banned.h"

const oq_choice window_kind_choices[] = {
    {WINDOW_ALLOWED, "allowed"},
    {WINDOW_BLOCKED, "blocked"},
    {WINDOW_SHUTDOWN, "shutdown"},
    {0, NULL},
};

#define MAINTENANCE_WINDOW_ROWS(NEED, PRESET)                                                      \
    OQ_TEXT(maintenance_window, code, NEED, .max = PLANT_CODE_MAX, .check = plant_check_code),     \
        OQ_TEXT(maintenance_window, name, NEED, .max = PLANT_NAME_MAX),                            \
        OQ_TEXT(maintenance_window, name_ar, .max = PLANT_NAME_MAX),                               \
        OQ_UUID(maintenance_window, site_id, NEED),                                                \
        OQ_UUID(maintenance_window, unit_id, .help = "not given: the whole site"),                 \
        OQ_UUID(maintenance_window, asset_id, .help = "not given: the whole unit or site"),        \
        OQ_CHOICE(maintenance_window, kind, window_kind_choices, NEED,                             \
                  .help = "allowed: work that stops it is done then alone; blocked: no such work " \
                          "then; shutdown: it stands anyway"),                                     \
        OQ_TIME(maintenance_window, from_time, NEED), OQ_TIME(maintenance_window, to_time, NEED)
RECORD_FIELDS(maintenance_window, MAINTENANCE_WINDOW_ROWS);

#define SPARE_PART_ROWS(NEED, PRESET)                                                              \
    OQ_TEXT(spare_part, part_number, NEED, .max = PLANT_CODE_MAX, .check = plant_check_code),      \
        OQ_TEXT(spare_part, name, NEED, .max = PLANT_NAME_MAX),                                    \
        OQ_TEXT(spare_part, name_ar, .max = PLANT_NAME_MAX),                                       \
        OQ_UUID(spare_part, site_id, .help = "not given: of every site"),                          \
        OQ_TEXT(spare_part, unit, NEED, .max = 20, .help = "pcs, l, set"),                         \
        OQ_F64(spare_part, in_stock, NEED, .f64_min = 0, .f64_max = 1e9),                          \
        OQ_F64(spare_part, stock_min, .f64_min = 0, .f64_max = 1e9),                               \
        OQ_F64(spare_part, arriving, .f64_min = 0, .f64_max = 1e9,                                 \
               .help = "on its way, there on arrives_on"),                                         \
        OQ_DATE(spare_part, arrives_on),                                                           \
        OQ_I64(spare_part, lead_days, .min = 0, .max = 3650, .help = "from ordering to arrival"),  \
        OQ_I64(spare_part, price_minor, .min = 0),                                                 \
        OQ_TEXT(spare_part, currency, .check = oq_check_currency, .max = 3)
RECORD_FIELDS(spare_part, SPARE_PART_ROWS);

static oq_err *check_window(oq_scope *s, const void *before, void *record)
{
    const maintenance_window *it = record;
    return it->to_time <= it->from_time ? oq_fail_field("to_time", "plant.times_reversed") : NULL;
}

static oq_err *check_part(oq_scope *s, const void *before, void *record)
{
    const spare_part *it = record;
    if (it->price_minor != OQ_I64_NONE && !it->currency.len)
        return oq_fail_field("currency", "plant.cost_without_currency");
    if (it->arriving > 0 && it->arrives_on == OQ_DATE_NONE)
        return oq_fail_field("arrives_on", "plant.arrival_missing");
    return NULL;
}

#define STATEMENTS(name)                                                                           \
    .get = &sql_##name##_get_stmt, .find = &sql_##name##_find_stmt, .add = &sql_##name##_add_stmt, \
    .update = &sql_##name##_update_stmt, .remove = &sql_##name##_remove_stmt

const record_kind kind_maintenance_window = {
    .name = "maintenance_window",
    .path = "maintenance-windows",
    .group = "supply",
    .size = sizeof(maintenance_window),
    .fields = maintenance_window_fields,
    .order = maintenance_window_order_fields,
    .refs = RECORD_REFS({"site_id", "site", "site"}, {"unit_id", "unit", "unit", "site_id"},
                        {"asset_id", "asset", "asset"}),
    .key = RECORD_NAMES("code"),
    .label = "code",
    .sort = "code",
    .columns = RECORD_NAMES("code", "name", "kind", "site_id", "unit_id", "asset_id", "from_time",
                            "to_time"),
    STATEMENTS(maintenance_window),
    .check = check_window,
    .read = CAP_ASSET_READ,
    .manage = CAP_ASSET_MANAGE,
};

const record_kind kind_spare_part = {
    .name = "spare_part",
    .path = "spare-parts",
    .group = "supply",
    .size = sizeof(spare_part),
    .fields = spare_part_fields,
    .order = spare_part_order_fields,
    .refs = RECORD_REFS({"site_id", "site", "site"}),
    .key = RECORD_NAMES("part_number"),
    .label = "part_number",
    .sort = "part_number",
    .columns = RECORD_NAMES("part_number", "name", "site_id", "in_stock", "stock_min", "arriving",
                            "arrives_on"),
    STATEMENTS(spare_part),
    .check = check_part,
    .read = CAP_ASSET_READ,
    .manage = CAP_ASSET_MANAGE,
};
