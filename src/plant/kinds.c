#include "plant/record_inner.h"

#include "base/banned.h"

/* What others refer to stands before them: files are taken in this order. */
const record_kind *const record_kinds[] = {
    &kind_site,
    &kind_plant_unit,
    &kind_asset_class,
    &kind_class_metric,
    &kind_cost_model,
    &kind_asset,
    &kind_component,
    &kind_skill,
    &kind_failure_mode,
    &kind_machine_spec,
    &kind_threshold,
    &kind_carbon_factor,
    &kind_shift,
    &kind_user_shift,
    &kind_absence,
    &kind_user_skill,
    &kind_holiday,
    &kind_maintenance_window,
    &kind_spare_part,
    &kind_source_clock,
    &kind_integration,
    &kind_mapping,
    NULL,
};
