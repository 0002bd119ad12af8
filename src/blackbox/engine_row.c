/* Field tables of the engine's rows. */
#include "blackbox/engine.h"

#include "plant/plant.h"

#include "base/banned.h"

const oq_field engine_fresh_fields[] = {
    OQ_UUID(engine_fresh, id),
    OQ_UUID(engine_fresh, asset_id),
    OQ_UUID(engine_fresh, unit_id),
    OQ_UUID(engine_fresh, site_id),
    OQ_TIME(engine_fresh, event_time),
    OQ_BOOL(engine_fresh, is_trigger),
    OQ_FIELDS_END,
};

const oq_field engine_trigger_fields[] = {
    OQ_UUID(engine_trigger, id),
    OQ_UUID(engine_trigger, asset_id),
    OQ_UUID(engine_trigger, unit_id),
    OQ_UUID(engine_trigger, site_id),
    OQ_UUID(engine_trigger, trace_id),
    OQ_TIME(engine_trigger, event_time),
    OQ_TEXT(engine_trigger, source_system),
    OQ_TEXT(engine_trigger, source_id),
    OQ_TEXT(engine_trigger, kind),
    OQ_TEXT(engine_trigger, summary),
    OQ_TEXT(engine_trigger, summary_ar),
    OQ_CHOICE(engine_trigger, severity, event_severity_choices),
    OQ_CHOICE(engine_trigger, event_category, event_category_choices),
    OQ_CHOICE(engine_trigger, criticality, criticality_choices),
    OQ_I64(engine_trigger, before_min),
    OQ_I64(engine_trigger, after_min),
    OQ_FIELDS_END,
};

const oq_field engine_frozen_fields[] = {
    OQ_UUID(engine_frozen, id),        OQ_UUID(engine_frozen, asset_id),
    OQ_UUID(engine_frozen, unit_id),   OQ_UUID(engine_frozen, site_id),
    OQ_I64(engine_frozen, number),     OQ_TIME(engine_frozen, window_from),
    OQ_TIME(engine_frozen, window_to), OQ_FIELDS_END,
};

const oq_field engine_stored_fields[] = {
    OQ_UUID(engine_stored, id),
    OQ_UUID(engine_stored, trigger_event_id),
    OQ_UUID(engine_stored, asset_id),
    OQ_UUID(engine_stored, unit_id),
    OQ_UUID(engine_stored, site_id),
    OQ_UUID(engine_stored, trace_id),
    OQ_UUID(engine_stored, merged_into),
    OQ_I64(engine_stored, number),
    OQ_I64(engine_stored, version),
    OQ_CHOICE(engine_stored, status, incident_status_choices),
    OQ_CHOICE(engine_stored, incident_type, incident_type_choices),
    OQ_CHOICE(engine_stored, severity, incident_severity_choices),
    OQ_TEXT(engine_stored, title),
    OQ_TEXT(engine_stored, title_ar),
    OQ_TIME(engine_stored, anchor_time),
    OQ_TIME(engine_stored, window_from),
    OQ_TIME(engine_stored, window_to),
    OQ_TIME(engine_stored, start_time),
    OQ_TIME(engine_stored, created_at),
    OQ_FIELDS_END,
};

const oq_field engine_place_fields[] = {
    OQ_UUID(engine_place, asset_id), OQ_UUID(engine_place, unit_id),
    OQ_UUID(engine_place, site_id),  OQ_I64(engine_place, before_min),
    OQ_I64(engine_place, after_min), OQ_FIELDS_END,
};

const oq_field engine_member_fields[] = {
    OQ_UUID(engine_member, id),
    OQ_UUID(engine_member, asset_id),
    OQ_UUID(engine_member, unit_id),
    OQ_UUID(engine_member, site_id),
    OQ_TIME(engine_member, event_time),
    OQ_CHOICE(engine_member, severity, event_severity_choices),
    OQ_CHOICE(engine_member, event_category, event_category_choices),
    OQ_FIELDS_END,
};
