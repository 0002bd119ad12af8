/* Asset classes, what is measured on them, how they fail, what the manufacturer says. */
#include "plant/class.h"

#include "plant/record_inner.h"

#include "class.sql.h"

#include "base/banned.h"

const oq_choice vibration_group_choices[] = {
    {VIBRATION_GROUP1_RIGID, "group1_rigid"},
    {VIBRATION_GROUP1_FLEXIBLE, "group1_flexible"},
    {VIBRATION_GROUP2_RIGID, "group2_rigid"},
    {VIBRATION_GROUP2_FLEXIBLE, "group2_flexible"},
    {0, NULL},
};

const oq_choice failure_category_choices[] = {
    {FAILURE_MECHANICAL, "mechanical"}, {FAILURE_ELECTRICAL, "electrical"},
    {FAILURE_PROCESS, "process"},       {FAILURE_HUMAN, "human"},
    {FAILURE_EXTERNAL, "external"},     {0, NULL},
};

const oq_choice machine_spec_kind_choices[] = {
    {SPEC_LIMIT, "limit"},
    {SPEC_BEHAVIOUR, "behaviour"},
    {SPEC_INSPECTION, "inspection"},
    {0, NULL},
};

/* --- field tables -------------------------------------------------------------------------------*/

#define VALUE .f64_min = -1e15, .f64_max = 1e15
#define HOURS .f64_min = 0, .f64_max = 1e6

#define CLASS_ROWS(NEED, PRESET)                                                                   \
    OQ_TEXT(asset_class, code, NEED, .max = PLANT_CODE_MAX, .check = plant_check_name,             \
            .help = "centrifugal_pump"),                                                           \
        OQ_TEXT(asset_class, name, NEED, .max = PLANT_NAME_MAX),                                   \
        OQ_TEXT(asset_class, name_ar, .max = PLANT_NAME_MAX),                                      \
        OQ_TEXT(asset_class, iso14224_code, .max = 10, .check = plant_check_name,                  \
                .help = "equipment class: PU, CO, GT"),                                            \
        OQ_F64(asset_class, power_typical_kw, .f64_min = 0, .f64_max = 1e7),                       \
        OQ_CHOICE(asset_class, vibration_group, vibration_group_choices,                           \
                  .help = "machine group of ISO 20816-3"),                                         \
        OQ_I64(asset_class, incident_before_min, .min = 1, .max = 10080,                           \
               .help = "minutes of an incident's window before its trigger"),                      \
        OQ_I64(asset_class, incident_after_min, .min = 1, .max = 10080,                            \
               .help = "minutes of an incident's window after its trigger")
RECORD_FIELDS(asset_class, CLASS_ROWS);

#define METRIC_ROWS(NEED, PRESET)                                                                  \
    OQ_UUID(class_metric, class_id, NEED),                                                         \
        OQ_TEXT(class_metric, metric, NEED, .max = PLANT_CODE_MAX, .check = plant_check_name,      \
                .help = "vibration_rms"),                                                          \
        OQ_TEXT(class_metric, name, NEED, .max = PLANT_NAME_MAX),                                  \
        OQ_TEXT(class_metric, name_ar, .max = PLANT_NAME_MAX),                                     \
        OQ_TEXT(class_metric, unit, NEED, .max = 40, .help = "mm/s; 1 for a bare number"),         \
        OQ_BOOL(class_metric, is_state,                                                            \
                .help = "holds until the next sample, instead of a slope"),                        \
        OQ_F64(class_metric, instrument_min, VALUE), OQ_F64(class_metric, instrument_max, VALUE),  \
        OQ_F64(class_metric, low_low, VALUE), OQ_F64(class_metric, low, VALUE),                    \
        OQ_F64(class_metric, high, VALUE), OQ_F64(class_metric, high_high, VALUE),                 \
        OQ_F64(class_metric, gap_max_s, .f64_min = 0.001, .f64_max = 1e8,                          \
               .help = "a longer silence is a gap"),                                               \
        OQ_I64(class_metric, position, PRESET("0"), .min = 0, .max = 10000)
RECORD_FIELDS(class_metric, METRIC_ROWS);

#define MODE_ROWS(NEED, PRESET)                                                                    \
    OQ_UUID(failure_mode, class_id, .help = "of every asset of the class; or"),                    \
        OQ_UUID(failure_mode, asset_id, .help = "of this asset alone"),                            \
        OQ_TEXT(failure_mode, code, NEED, .max = PLANT_CODE_MAX, .check = plant_check_name,        \
                .help = "bearing_fault"),                                                          \
        OQ_TEXT(failure_mode, iso14224_code, .max = 10, .check = plant_check_name,                 \
                .help = "failure mode: VIB, ELP"),                                                 \
        OQ_TEXT(failure_mode, mechanism, .max = 10, .check = plant_check_code,                     \
                .help = "failure mechanism of ISO 14224: 2.4"),                                    \
        OQ_CHOICE(failure_mode, category, failure_category_choices, NEED),                         \
        OQ_TEXT(failure_mode, name, NEED, .max = PLANT_NAME_MAX),                                  \
        OQ_TEXT(failure_mode, name_ar, .max = PLANT_NAME_MAX),                                     \
        OQ_TEXT(failure_mode, effect, .max = PLANT_TEXT_MAX),                                      \
        OQ_TEXT(failure_mode, effect_ar, .max = PLANT_TEXT_MAX),                                   \
        OQ_TEXT(failure_mode, action, .max = PLANT_TEXT_MAX),                                      \
        OQ_TEXT(failure_mode, action_ar, .max = PLANT_TEXT_MAX),                                   \
        OQ_I64(failure_mode, severity, NEED, .min = 1, .max = 10),                                 \
        OQ_I64(failure_mode, occurrence, NEED, .min = 1, .max = 10),                               \
        OQ_I64(failure_mode, detection, NEED, .min = 1, .max = 10,                                 \
               .help = "1: always noticed ... 10: never"),                                         \
        OQ_F64(failure_mode, pf_interval_h, HOURS, .help = "hours from detectable to failed"),     \
        OQ_F64(failure_mode, repair_h, HOURS),                                                     \
        OQ_UUID(failure_mode, skill_id, .help = "that mends it; decides who is asked")
RECORD_FIELDS(failure_mode, MODE_ROWS,
              OQ_I64(failure_mode, rpn, .help = "severity x occurrence x detection"));

#define SPEC_ROWS(NEED, PRESET)                                                                    \
    OQ_UUID(machine_spec, class_id, .help = "of every asset of the class; or"),                    \
        OQ_UUID(machine_spec, asset_id, .help = "of this asset alone"),                            \
        OQ_CHOICE(machine_spec, kind, machine_spec_kind_choices, NEED),                            \
        OQ_I64(machine_spec, position, PRESET("0"), .min = 0, .max = 10000),                       \
        OQ_TEXT(machine_spec, title, NEED, .max = PLANT_NAME_MAX),                                 \
        OQ_TEXT(machine_spec, title_ar, .max = PLANT_NAME_MAX),                                    \
        OQ_TEXT(machine_spec, metric, .max = PLANT_CODE_MAX, .check = plant_check_name,            \
                .help = "of a limit"),                                                             \
        OQ_F64(machine_spec, value_min, VALUE), OQ_F64(machine_spec, value_max, VALUE),            \
        OQ_TEXT(machine_spec, unit, .max = 40),                                                    \
        OQ_TEXT(machine_spec, text, .max = PLANT_TEXT_MAX),                                        \
        OQ_TEXT(machine_spec, text_ar, .max = PLANT_TEXT_MAX),                                     \
        OQ_TEXT(machine_spec, reference, .max = PLANT_NAME_MAX, .help = "Manual, page 22")
RECORD_FIELDS(machine_spec, SPEC_ROWS);

/* --- checks -------------------------------------------------------------------------------------*/

static oq_err *check_metric(oq_scope *s, const void *before, void *record)
{
    const class_metric *it = record;
    oq_err *err = record_check_unit("unit", it->unit);
    err = oq_err_join(err,
                      record_check_range("instrument_max", it->instrument_min, it->instrument_max));
    return oq_err_join(err, record_check_limits(it->low_low, it->low, it->high, it->high_high));
}

/* Of a class, or of an asset: not of both, and not of nothing. */
static oq_err *check_owner(oq_uuid class_id, oq_uuid asset_id)
{
    if (oq_uuid_is_zero(class_id) != oq_uuid_is_zero(asset_id))
        return NULL;
    return oq_fail_field("class_id", "plant.owner_unclear");
}

static oq_err *check_mode(oq_scope *s, const void *before, void *record)
{
    failure_mode *it = record;
    it->rpn = it->severity * it->occurrence * it->detection;
    return check_owner(it->class_id, it->asset_id);
}

static bool is_nan(double x)
{
    return x != x;
}

static oq_err *check_spec(oq_scope *s, const void *before, void *record)
{
    const machine_spec *it = record;
    oq_err *err = check_owner(it->class_id, it->asset_id);
    bool has_value = !is_nan(it->value_min) || !is_nan(it->value_max);
    if (it->kind == SPEC_LIMIT && !has_value)
        err = oq_err_join(err, oq_fail_field("value_max", "plant.limit_without_value"));
    if (it->kind != SPEC_LIMIT && (has_value || it->metric.len))
        err = oq_err_join(err, oq_fail_field("kind", "plant.value_without_limit"));
    if (has_value && !it->unit.len)
        err = oq_err_join(err, oq_fail_field("unit", "plant.limit_without_unit"));
    err = oq_err_join(err, record_check_unit("unit", it->unit));
    return oq_err_join(err, record_check_range("value_max", it->value_min, it->value_max));
}

/* --- kinds --------------------------------------------------------------------------------------*/

#define STATEMENTS(name)                                                                           \
    .get = &sql_##name##_get_stmt, .find = &sql_##name##_find_stmt, .add = &sql_##name##_add_stmt, \
    .update = &sql_##name##_update_stmt, .remove = &sql_##name##_remove_stmt
#define CLASS_REF                                                                                  \
    {                                                                                              \
        "class_id", "class", "asset_class"                                                         \
    }
#define ASSET_REF                                                                                  \
    {                                                                                              \
        "asset_id", "asset", "asset"                                                               \
    }

const record_kind kind_asset_class = {
    .name = "asset_class",
    .path = "asset-classes",
    .group = "classes",
    .size = sizeof(asset_class),
    .fields = asset_class_fields,
    .order = asset_class_order_fields,
    .key = RECORD_NAMES("code"),
    .label = "code",
    .sort = "code",
    .columns = RECORD_NAMES("code", "name", "iso14224_code", "power_typical_kw", "vibration_group"),
    STATEMENTS(asset_class),
    .labels = &sql_asset_class_labels_stmt,
    .uses = &sql_asset_class_uses_stmt,
    .read = CAP_ASSET_READ,
    .manage = CAP_ASSET_MANAGE,
};

const record_kind kind_class_metric = {
    .name = "class_metric",
    .path = "class-metrics",
    .group = "classes",
    .size = sizeof(class_metric),
    .fields = class_metric_fields,
    .order = class_metric_order_fields,
    .refs = RECORD_REFS(CLASS_REF),
    .key = RECORD_NAMES("class_id", "metric"),
    .label = "metric",
    .sort = "position",
    .columns =
        RECORD_NAMES("metric", "name", "class_id", "unit", "low_low", "low", "high", "high_high"),
    STATEMENTS(class_metric),
    .check = check_metric,
    .read = CAP_ASSET_READ,
    .manage = CAP_ASSET_MANAGE,
};

const record_kind kind_failure_mode = {
    .name = "failure_mode",
    .path = "failure-modes",
    .group = "classes",
    .size = sizeof(failure_mode),
    .fields = failure_mode_fields,
    .order = failure_mode_order_fields,
    .refs = RECORD_REFS(CLASS_REF, ASSET_REF, {"skill_id", "skill", "skill"}),
    .key = RECORD_NAMES("class_id", "asset_id", "code"),
    .label = "code",
    .sort = "code",
    .columns =
        RECORD_NAMES("code", "name", "class_id", "asset_id", "category", "rpn", "pf_interval_h"),
    STATEMENTS(failure_mode),
    .uses = &sql_failure_mode_uses_stmt,
    .check = check_mode,
    .read = CAP_ASSET_READ,
    .manage = CAP_ASSET_MANAGE,
};

const record_kind kind_machine_spec = {
    .name = "machine_spec",
    .path = "machine-specs",
    .group = "classes",
    .size = sizeof(machine_spec),
    .fields = machine_spec_fields,
    .order = machine_spec_order_fields,
    .refs = RECORD_REFS(CLASS_REF, ASSET_REF),
    .key = RECORD_NAMES("class_id", "asset_id", "kind", "title"),
    .label = "title",
    .sort = "position",
    .columns = RECORD_NAMES("title", "kind", "class_id", "asset_id", "value_min", "value_max",
                            "unit", "reference"),
    STATEMENTS(machine_spec),
    .check = check_spec,
    .read = CAP_ASSET_READ,
    .manage = CAP_ASSET_MANAGE,
};

/* --- metrics, for other modules -------------------------------------------------------------------*/

oq_err *asset_class_find(oq_scope *s, oq_uuid id, asset_class **ret_class)
{
    sql_asset_class_get_rows rows;
    OQ_TRY(sql_asset_class_get(s, (sql_asset_class_get_args){id}, &rows));
    *ret_class = rows.count ? rows.at : NULL;
    return NULL;
}

oq_err *class_metric_find(oq_scope *s, oq_uuid class_id, oq_str metric, class_metric **ret_metric)
{
    sql_class_metric_get_by_name_rows rows;
    OQ_TRY(sql_class_metric_get_by_name(s, (sql_class_metric_get_by_name_args){class_id, metric},
                                        &rows));
    *ret_metric = rows.count ? rows.at : NULL;
    return NULL;
}

oq_err *class_metrics_of(oq_scope *s, oq_uuid class_id, class_metrics *ret_metrics)
{
    sql_class_metric_of_rows rows;
    OQ_TRY(sql_class_metric_of(s, (sql_class_metric_of_args){class_id}, &rows));
    *ret_metrics = (class_metrics){rows.at, rows.count};
    return NULL;
}
