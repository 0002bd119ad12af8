/* Cost models, safe ranges, carbon factors: figures that somebody approved. */
#include "plant/cost.h"

#include "plant/record_inner.h"
#include "quant/unit.h"

#include "cost.sql.h"

#include "base/banned.h"

/* --- field tables -------------------------------------------------------------------------------*/

#define VALUE         .f64_min = -1e15, .f64_max = 1e15
#define MONEY_MAX     INT64_C(1000000000000000)
#define MONEY         .min = 0, .max = MONEY_MAX
#define APPROVED(rec) OQ_UUID(rec, approved_by), OQ_TIME(rec, approved_at)

#define COST_ROWS(NEED, PRESET)                                                                    \
    OQ_TEXT(cost_model, code, NEED, .max = PLANT_CODE_MAX, .check = plant_check_code),             \
        OQ_TEXT(cost_model, name, NEED, .max = PLANT_NAME_MAX),                                    \
        OQ_TEXT(cost_model, name_ar, .max = PLANT_NAME_MAX),                                       \
        OQ_UUID(cost_model, class_id, .help = "of assets of this class; not given: of any"),       \
        OQ_BOOL(cost_model, is_default, .help = "where nothing else is said; one at most"),        \
        OQ_TEXT(cost_model, currency, NEED, .max = 3, .check = oq_check_currency),                 \
        OQ_I64(cost_model, failure_minor, MONEY,                                                   \
               .help = "repair after a failure, in minor units"),                                  \
        OQ_I64(cost_model, maintenance_minor, MONEY, .help = "the same work, planned"),            \
        OQ_I64(cost_model, downtime_per_hour_minor, MONEY, .help = "production lost"),             \
        OQ_I64(cost_model, secondary_minor, MONEY,                                                 \
               .help = "what a failure damages beside itself"),                                    \
        OQ_F64(cost_model, failure_delay_h, .f64_min = 0, .f64_max = 8760,                         \
               .help = "from failing until the repair begins: call-out, finding, parts"),          \
        OQ_I64(cost_model, planned_stop_per_hour_minor, MONEY,                                     \
               .help = "production lost in an hour of a planned stop; not given: as unplanned"),   \
        OQ_F64(cost_model, discount_percent, .f64_min = 0, .f64_max = 100,                         \
               .help = "a year: what it is worth to spend later"),                                 \
        OQ_I64(cost_model, energy_per_mwh_minor, MONEY),                                           \
        OQ_I64(cost_model, labour_per_hour_minor, MONEY),                                          \
        OQ_I64(cost_model, carbon_per_tonne_minor, MONEY),                                         \
        OQ_TEXT(cost_model, source, .max = 500, .help = "where the figures are from")
RECORD_FIELDS(cost_model, COST_ROWS, APPROVED(cost_model));

#define THRESHOLD_ROWS(NEED, PRESET)                                                               \
    OQ_UUID(threshold, class_id, NEED),                                                            \
        OQ_CHOICE(threshold, criticality, criticality_choices, .help = "not given: any"),          \
        OQ_TEXT(threshold, metric, NEED, .max = PLANT_CODE_MAX, .check = plant_check_name),        \
        OQ_TEXT(threshold, unit, NEED, .max = 40), OQ_F64(threshold, low_low, VALUE),              \
        OQ_F64(threshold, low, VALUE), OQ_F64(threshold, high, VALUE),                             \
        OQ_F64(threshold, high_high, VALUE),                                                       \
        OQ_I64(threshold, cost_reference_minor, MONEY, .help = "per hour outside the range"),      \
        OQ_TEXT(threshold, currency, .max = 3, .check = oq_check_currency),                        \
        OQ_TEXT(threshold, source, .max = 500, .help = "standard, manual, own experience")
RECORD_FIELDS(threshold, THRESHOLD_ROWS, APPROVED(threshold));

#define FACTOR_ROWS(NEED, PRESET)                                                                  \
    OQ_TEXT(carbon_factor, energy_type, NEED, .max = PLANT_CODE_MAX, .check = plant_check_name,    \
            .help = "electricity, natural_gas"),                                                   \
        OQ_TEXT(carbon_factor, country, .max = 2, .check = plant_check_country,                    \
                .help = "ISO 3166-1 alpha-2, for electricity"),                                    \
        OQ_F64(carbon_factor, value, NEED, .f64_min = 0, .f64_max = 1e9),                          \
        OQ_F64(carbon_factor, value_low, .f64_min = 0, .f64_max = 1e9,                             \
               .help = "the range its sources give"),                                              \
        OQ_F64(carbon_factor, value_high, .f64_min = 0, .f64_max = 1e9),                           \
        OQ_TEXT(carbon_factor, unit, NEED, .max = 40, .help = "mass per energy: g/kWh, kg/GJ"),    \
        OQ_I64(carbon_factor, year, NEED, .min = 1990, .max = 2100),                               \
        OQ_I64(carbon_factor, scope, NEED, .min = 1, .max = 3,                                     \
               .help = "1: burnt here, 2: bought energy, 3: elsewhere"),                           \
        OQ_TEXT(carbon_factor, source, NEED, .max = 500), OQ_DATE(carbon_factor, valid_from, NEED)
RECORD_FIELDS(carbon_factor, FACTOR_ROWS, OQ_UUID(carbon_factor, confirmed_by),
              OQ_TIME(carbon_factor, confirmed_at));

/* --- checks -------------------------------------------------------------------------------------*/

static oq_err *check_cost_model(oq_scope *s, const void *before, void *record)
{
    const cost_model *it = record;
    sql_cost_model_default_rows rows;
    if (!it->is_default)
        return NULL;
    if (!oq_uuid_is_zero(it->class_id))
        return oq_fail_field("is_default", "plant.default_of_class");
    OQ_TRY(sql_cost_model_default(s, (sql_cost_model_default_args){it->id}, &rows));
    return rows.count ? oq_fail_field("is_default", "plant.default_taken") : NULL;
}

static bool is_nan(double x)
{
    return x != x;
}

static oq_err *check_threshold(oq_scope *s, const void *before, void *record)
{
    const threshold *it = record;
    oq_err *err = record_check_unit("unit", it->unit);
    err = oq_err_join(err, record_check_limits(it->low_low, it->low, it->high, it->high_high));
    if (is_nan(it->low_low) && is_nan(it->low) && is_nan(it->high) && is_nan(it->high_high))
        err = oq_err_join(err, oq_fail_field("high", "plant.threshold_without_limit"));
    if (it->cost_reference_minor != OQ_I64_NONE && !it->currency.len)
        err = oq_err_join(err, oq_fail_field("currency", "plant.cost_without_currency"));
    return err;
}

/* Grams per kilowatt-hour and kilograms per gigajoule are what a factor can be: mass per energy. */
static oq_err *check_mass_per_energy(oq_str text)
{
    unit given, wanted;
    OQ_TRY(record_blame(unit_parse(text, &given), "unit"));
    OQ_TRY(unit_parse(OQ_STR("kg/GJ"), &wanted));
    if (unit_same_dimension(&given, &wanted))
        return NULL;
    return oq_fail_field("unit", "plant.unit_not_mass_per_energy", "unit=%.*s", OQ_FMT(text));
}

static oq_err *check_carbon_factor(oq_scope *s, const void *before, void *record)
{
    const carbon_factor *it = record;
    oq_err *err = check_mass_per_energy(it->unit);
    if (!is_nan(it->value_low) && it->value_low > it->value)
        err = oq_err_join(err, oq_fail_field("value_low", "plant.factor_outside_range"));
    if (!is_nan(it->value_high) && it->value_high < it->value)
        err = oq_err_join(err, oq_fail_field("value_high", "plant.factor_outside_range"));
    return err;
}

/* --- kinds --------------------------------------------------------------------------------------*/

#define STATEMENTS(name)                                                                           \
    .get = &sql_##name##_get_stmt, .find = &sql_##name##_find_stmt, .add = &sql_##name##_add_stmt, \
    .update = &sql_##name##_update_stmt, .remove = &sql_##name##_remove_stmt
#define CLASS_REF                                                                                  \
    {                                                                                              \
        "class_id", "class", "asset_class"                                                         \
    }

const record_kind kind_cost_model = {
    .name = "cost_model",
    .path = "cost-models",
    .group = "cost",
    .size = sizeof(cost_model),
    .fields = cost_model_fields,
    .order = cost_model_order_fields,
    .refs = RECORD_REFS(CLASS_REF),
    .key = RECORD_NAMES("code"),
    .label = "code",
    .sort = "code",
    .columns = RECORD_NAMES("code", "name", "class_id", "is_default", "failure_minor",
                            "downtime_per_hour_minor", "approved_by"),
    STATEMENTS(cost_model),
    .labels = &sql_cost_model_labels_stmt,
    .uses = &sql_cost_model_uses_stmt,
    .approval = &(const record_approval){.by = "approved_by",
                                         .at = "approved_at",
                                         .verb = "approve",
                                         .but = RECORD_NAMES("code", "name", "name_ar"),
                                         .cap = CAP_SETTINGS_MANAGE},
    .check = check_cost_model,
    .read = CAP_ASSET_READ,
    .manage = CAP_SETTINGS_MANAGE,
};

const record_kind kind_threshold = {
    .name = "threshold",
    .path = "thresholds",
    .group = "cost",
    .size = sizeof(threshold),
    .fields = threshold_fields,
    .order = threshold_order_fields,
    .refs = RECORD_REFS(CLASS_REF),
    .key = RECORD_NAMES("class_id", "metric", "criticality"),
    .label = "metric",
    .sort = "metric",
    .columns = RECORD_NAMES("metric", "class_id", "criticality", "unit", "low_low", "low", "high",
                            "high_high", "approved_by"),
    STATEMENTS(threshold),
    .approval =
        &(const record_approval){
            .by = "approved_by", .at = "approved_at", .verb = "approve", .cap = CAP_RCA_CONFIGURE},
    .check = check_threshold,
    .read = CAP_ASSET_READ,
    .manage = CAP_RCA_CONFIGURE,
};

const record_kind kind_carbon_factor = {
    .name = "carbon_factor",
    .path = "carbon-factors",
    .group = "cost",
    .size = sizeof(carbon_factor),
    .fields = carbon_factor_fields,
    .order = carbon_factor_order_fields,
    .key = RECORD_NAMES("energy_type", "country", "valid_from"),
    .label = "energy_type",
    .sort = "energy_type",
    .columns = RECORD_NAMES("energy_type", "country", "value", "unit", "year", "valid_from",
                            "confirmed_by"),
    STATEMENTS(carbon_factor),
    .approval = &(const record_approval){.by = "confirmed_by",
                                         .at = "confirmed_at",
                                         .verb = "confirm",
                                         .cap = CAP_SETTINGS_MANAGE},
    .check = check_carbon_factor,
    .read = CAP_ASSET_READ,
    .manage = CAP_SETTINGS_MANAGE,
};

oq_err *cost_model_of(oq_scope *s, const asset *a, cost_model **ret_model)
{
    sql_cost_model_of_rows rows;
    OQ_TRY(sql_cost_model_of(s, (sql_cost_model_of_args){a->cost_model_id, a->class_id}, &rows));
    *ret_model = rows.count ? rows.at : NULL;
    return NULL;
}
