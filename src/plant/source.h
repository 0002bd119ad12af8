/* plant/source.h
 *
 * Where signals come from, what their tags mean here, and how far a source's clock is off. */
#ifndef PLANT_SOURCE_H
#define PLANT_SOURCE_H

#include "plant/plant.h"

/* Added to the times that a source sends, from valid_from on until the next row of that source. */
typedef struct source_clock {
    oq_uuid id;
    oq_str source; /* "PI", "OPC_UA:boiler-2" */
    int64_t offset_ms;
    oq_us valid_from;
    oq_str note;
    int64_t version;
    oq_us created_at, updated_at;
} source_clock;
extern const oq_field source_clock_fields[];

typedef enum integration_type {
    INTEGRATION_PI = 1,
    INTEGRATION_OPCUA,
    INTEGRATION_SCADA,
    INTEGRATION_SQL,
    INTEGRATION_REST,
    INTEGRATION_WEBHOOK,
    INTEGRATION_SAP,
    INTEGRATION_ORACLE_EAM,
    INTEGRATION_DEMO
} integration_type;
extern const oq_choice integration_type_choices[];

typedef struct integration {
    oq_uuid id;
    int type;
    oq_str name;
    oq_str config; /* a JSON object; never a secret */
    bool is_active;
    int64_t version;
    oq_us created_at, updated_at;
} integration;
extern const oq_field integration_fields[];

/* What a tag of an integration is here: value = external * scaling_factor + offset_value. */
typedef struct mapping {
    oq_uuid id, integration_id;
    int external_source_type; /* integration_type, as it was when the row was made */
    oq_str external_tag;      /* "PI:P-101.VIB"; unique in its integration */
    oq_uuid asset_id, component_id;
    oq_str internal_metric_name; /* "vibration_rms" */
    double scaling_factor, offset_value;
    oq_str unit;
    bool is_active;
    int64_t version;
    oq_us created_at, updated_at;
} mapping;
extern const oq_field mapping_fields[];

#endif
