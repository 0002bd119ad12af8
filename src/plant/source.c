/* Clocks of sources, integrations, and what their tags mean here. */
#include "plant/source.h"

#include "plant/record_inner.h"

#include "source.sql.h"

#include "base/banned.h"

const oq_choice integration_type_choices[] = {
    {INTEGRATION_PI, "pi"},       {INTEGRATION_OPCUA, "opcua"},
    {INTEGRATION_SCADA, "scada"}, {INTEGRATION_SQL, "sql"},
    {INTEGRATION_REST, "rest"},   {INTEGRATION_WEBHOOK, "webhook"},
    {INTEGRATION_SAP, "sap"},     {INTEGRATION_ORACLE_EAM, "oracle_eam"},
    {INTEGRATION_DEMO, "demo"},   {0, NULL},
};

/* --- field tables -------------------------------------------------------------------------------*/

#define CLOCK_ROWS(NEED, PRESET)                                                                   \
    OQ_TEXT(source_clock, source, NEED, .max = PLANT_NAME_MAX, .help = "PI, OPC_UA:boiler-2"),     \
        OQ_I64(source_clock, offset_ms, NEED, .min = -31622400000, .max = 31622400000,             \
               .help = "added to the times that the source sends"),                                \
        OQ_TIME(source_clock, valid_from, NEED),                                                   \
        OQ_TEXT(source_clock, note, .max = PLANT_TEXT_MAX)
RECORD_FIELDS(source_clock, CLOCK_ROWS);

#define INTEGRATION_ROWS(NEED, PRESET)                                                             \
    OQ_CHOICE(integration, type, integration_type_choices, NEED),                                  \
        OQ_TEXT(integration, name, NEED, .max = PLANT_NAME_MAX),                                   \
        OQ_JSON(integration, config, PRESET("{}"), .help = "an object; never a secret"),           \
        OQ_BOOL(integration, is_active, PRESET("true"))
RECORD_FIELDS(integration, INTEGRATION_ROWS);

#define MAPPING_ROWS(NEED, PRESET)                                                                 \
    OQ_UUID(mapping, integration_id, NEED),                                                        \
        OQ_TEXT(mapping, external_tag, NEED, .max = 400, .help = "PI:P-101.VIB"),                  \
        OQ_UUID(mapping, asset_id, NEED), OQ_UUID(mapping, component_id),                          \
        OQ_TEXT(mapping, internal_metric_name, NEED, .max = PLANT_CODE_MAX,                        \
                .check = plant_check_name, .help = "vibration_rms"),                               \
        OQ_F64(mapping, scaling_factor, PRESET("1"), .f64_min = -1e12, .f64_max = 1e12,            \
               .help = "value = external x scaling_factor + offset_value"),                        \
        OQ_F64(mapping, offset_value, PRESET("0"), .f64_min = -1e15, .f64_max = 1e15),             \
        OQ_TEXT(mapping, unit, NEED, .max = 40), OQ_BOOL(mapping, is_active, PRESET("true"))
RECORD_FIELDS(mapping, MAPPING_ROWS,
              OQ_CHOICE(mapping, external_source_type, integration_type_choices,
                        .help = "the integration's type when the row was made"));

/* --- checks -------------------------------------------------------------------------------------*/

/* Names that a secret goes by: it belongs into the safe of the integration, not into a document
 * that everybody with the right to read integrations sees. */
static bool names_a_secret(oq_arena *arena, oq_str config)
{
    static const oq_str words[] = {
        OQ_STR_INIT("\"password"),      OQ_STR_INIT("\"passwd"),      OQ_STR_INIT("\"secret"),
        OQ_STR_INIT("\"client_secret"), OQ_STR_INIT("\"token"),       OQ_STR_INIT("\"api_key"),
        OQ_STR_INIT("\"apikey"),        OQ_STR_INIT("\"private_key"),
    };
    oq_str lower = oq_str_lower(arena, config);
    for (size_t i = 0; i < OQ_COUNT(words); i++)
        if (oq_str_find(lower, words[i]) != SIZE_MAX)
            return true;
    return false;
}

static oq_err *check_integration(oq_scope *s, const void *before, void *record)
{
    integration *it = record;
    if (!it->config.len)
        it->config = OQ_STR("{}");
    if (it->config.ptr[0] != '{')
        return oq_fail_field("config", "plant.config_not_an_object");
    if (names_a_secret(oq_scope_arena(s), it->config))
        return oq_fail_field("config", "plant.config_with_secret");
    return NULL;
}

static oq_err *check_mapping(oq_scope *s, const void *before, void *record)
{
    mapping *it = record;
    const mapping *was = before;
    OQ_TRY(record_check_unit("unit", it->unit));
    if (it->scaling_factor == 0)
        return oq_fail_field("scaling_factor", "plant.scaling_zero");
    if (was && oq_uuid_eq(was->integration_id, it->integration_id)) {
        it->external_source_type = was->external_source_type;
        return NULL;
    }
    sql_integration_get_rows rows;
    OQ_TRY(sql_integration_get(s, (sql_integration_get_args){it->integration_id}, &rows));
    if (rows.count)
        it->external_source_type = rows.at[0].type;
    return NULL;
}

/* --- kinds --------------------------------------------------------------------------------------*/

#define STATEMENTS(name)                                                                           \
    .get = &sql_##name##_get_stmt, .find = &sql_##name##_find_stmt, .add = &sql_##name##_add_stmt, \
    .update = &sql_##name##_update_stmt, .remove = &sql_##name##_remove_stmt

const record_kind kind_source_clock = {
    .name = "source_clock",
    .path = "source-clocks",
    .group = "sources",
    .size = sizeof(source_clock),
    .fields = source_clock_fields,
    .order = source_clock_order_fields,
    .key = RECORD_NAMES("source", "valid_from"),
    .label = "source",
    .sort = "source",
    .columns = RECORD_NAMES("source", "offset_ms", "valid_from", "note"),
    STATEMENTS(source_clock),
    .read = CAP_INTEGRATION_READ,
    .manage = CAP_INTEGRATION_MANAGE,
};

const record_kind kind_integration = {
    .name = "integration",
    .path = "integrations",
    .group = "sources",
    .size = sizeof(integration),
    .fields = integration_fields,
    .order = integration_order_fields,
    .key = RECORD_NAMES("name"),
    .label = "name",
    .sort = "name",
    .columns = RECORD_NAMES("name", "type", "is_active"),
    STATEMENTS(integration),
    .labels = &sql_integration_labels_stmt,
    .uses = &sql_integration_uses_stmt,
    .check = check_integration,
    .read = CAP_INTEGRATION_READ,
    .manage = CAP_INTEGRATION_MANAGE,
};

const record_kind kind_mapping = {
    .name = "mapping",
    .path = "mappings",
    .group = "sources",
    .size = sizeof(mapping),
    .fields = mapping_fields,
    .order = mapping_order_fields,
    .refs = RECORD_REFS({"integration_id", "integration", "integration"},
                        {"asset_id", "asset", "asset"},
                        {"component_id", "component", "component", "asset_id"}),
    .key = RECORD_NAMES("integration_id", "external_tag"),
    .label = "external_tag",
    .sort = "external_tag",
    .columns = RECORD_NAMES("external_tag", "integration_id", "asset_id", "component_id",
                            "internal_metric_name", "unit", "is_active"),
    STATEMENTS(mapping),
    .check = check_mapping,
    .read = CAP_INTEGRATION_READ,
    .manage = CAP_INTEGRATION_MANAGE,
};
