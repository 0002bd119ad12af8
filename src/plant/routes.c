#include "plant/class.h"
#include "plant/cost.h"
#include "plant/crew.h"
#include "plant/import_api.h"
#include "plant/record_page.h"
#include "plant/source.h"
#include "plant/structure.h"
#include "plant/supply.h"

#include "base/banned.h"

/* --- what lists can be asked for ------------------------------------------------------------------*/

#define BY(member) OQ_UUID(record_query, member)
#define WORDS      OQ_TEXT(record_query, q, .max = 200, .help = "words that all occur; folded")
#define CRITICAL   OQ_CHOICE(record_query, criticality, criticality_choices)
#define PAGED                                                                                      \
    OQ_TEXT(record_query, cursor, .max = 700),                                                     \
        OQ_I64(record_query, limit, .preset = "100", .min = 1, .max = PLANT_LIST_MAX),             \
        OQ_FIELDS_END

const oq_field site_query_fields[] = {WORDS, PAGED};
const oq_field plant_unit_query_fields[] = {BY(site_id), WORDS, PAGED};
const oq_field asset_query_fields[] = {
    BY(site_id), OQ_UUID(record_query, unit_id, .help = "with all below it"), BY(class_id),
    CRITICAL,    OQ_CHOICE(record_query, status, asset_status_choices),       WORDS,
    PAGED};
const oq_field component_query_fields[] = {BY(asset_id), WORDS, PAGED};
const oq_field asset_class_query_fields[] = {WORDS, PAGED};
const oq_field class_metric_query_fields[] = {BY(class_id), WORDS, PAGED};
const oq_field failure_mode_query_fields[] = {BY(class_id), BY(asset_id), WORDS, PAGED};
const oq_field machine_spec_query_fields[] = {BY(class_id), BY(asset_id), WORDS, PAGED};
const oq_field cost_model_query_fields[] = {BY(class_id), WORDS, PAGED};
const oq_field threshold_query_fields[] = {BY(class_id), CRITICAL, WORDS, PAGED};
const oq_field carbon_factor_query_fields[] = {WORDS, PAGED};
const oq_field shift_query_fields[] = {BY(site_id), WORDS, PAGED};
const oq_field user_shift_query_fields[] = {BY(user_id), BY(shift_id), PAGED};
const oq_field absence_query_fields[] = {BY(user_id), PAGED};
const oq_field skill_query_fields[] = {WORDS, PAGED};
const oq_field user_skill_query_fields[] = {BY(user_id), BY(skill_id), PAGED};
const oq_field holiday_query_fields[] = {BY(site_id), WORDS, PAGED};
const oq_field maintenance_window_query_fields[] = {BY(site_id), WORDS, PAGED};
const oq_field spare_part_query_fields[] = {BY(site_id), WORDS, PAGED};
const oq_field source_clock_query_fields[] = {WORDS, PAGED};
const oq_field integration_query_fields[] = {WORDS, PAGED};
const oq_field mapping_query_fields[] = {BY(integration_id), BY(asset_id), WORDS, PAGED};

/* --- routes ---------------------------------------------------------------------------------------*/

#define KIND(noun, rec, READ, MANAGE, one, many)                                                   \
    {HTTP_GET,                                                                                     \
     "/api/" noun,                                                                                 \
     READ,                                                                                         \
     .handle = record_api_list,                                                                    \
     .query = rec##_query_fields,                                                                  \
     .answer = rec##_fields,                                                                       \
     .shape = HTTP_ANSWER_LIST,                                                                    \
     .summary = "List " many},                                                                     \
        {HTTP_POST,                                                                                \
         "/api/" noun,                                                                             \
         MANAGE,                                                                                   \
         .handle = record_api_add,                                                                 \
         .body = rec##_order_fields,                                                               \
         .answer = rec##_fields,                                                                   \
         .shape = HTTP_ANSWER_RECORD,                                                              \
         .status = 201,                                                                            \
         .summary = "Add " one},                                                                   \
        {HTTP_GET,                                                                                 \
         "/api/" noun "/{id}",                                                                     \
         READ,                                                                                     \
         .handle = record_api_get,                                                                 \
         .answer = rec##_fields,                                                                   \
         .shape = HTTP_ANSWER_RECORD,                                                              \
         .summary = "One of the " many},                                                           \
        {HTTP_PATCH,                                                                               \
         "/api/" noun "/{id}",                                                                     \
         MANAGE,                                                                                   \
         .handle = record_api_change,                                                              \
         .body = rec##_patch_fields,                                                               \
         .answer = rec##_fields,                                                                   \
         .shape = HTTP_ANSWER_RECORD,                                                              \
         .summary = "Change " one "; what is not given stays, null takes away"},                   \
    {                                                                                              \
        HTTP_DELETE, "/api/" noun "/{id}", MANAGE,                                                 \
            .handle = record_api_remove, .query = record_version_fields, .status = 204,            \
            .summary = "Remove " one " that nothing refers to"                                     \
    }

/* Pages. Forms are read by the engine itself: references come as codes, amounts in whole units. */
#define PAGES(noun, rec, READ, MANAGE)                                                             \
    {HTTP_GET, "/plant/" noun "/new", MANAGE, .handle = record_page_new, .is_page = true},         \
        {HTTP_POST,         "/plant/" noun "/new", MANAGE, .handle = record_page_post_new,         \
         .takes_raw = true, .is_page = true},                                                      \
        {HTTP_GET, "/plant/" noun "/{id}", READ, .handle = record_page_one, .is_page = true},      \
        {HTTP_POST,         "/plant/" noun "/{id}", MANAGE, .handle = record_page_post_one,        \
         .takes_raw = true, .is_page = true},                                                      \
    {                                                                                              \
        HTTP_POST, "/plant/" noun "/{id}/delete", MANAGE,                                          \
            .handle = record_page_remove, .body = record_version_fields, .is_page = true           \
    }
#define LIST_PAGE(noun, rec, READ)                                                                 \
    {                                                                                              \
        HTTP_GET, "/plant/" noun, READ, .handle = record_page_list, .query = rec##_query_fields,   \
                                        .is_page = true                                            \
    }
#define APPROVAL_PAGE(noun, verb, CAP)                                                             \
    {                                                                                              \
        HTTP_POST, "/plant/" noun "/{id}/" verb, CAP,                                              \
            .handle = record_page_approve, .body = record_approval_fields, .is_page = true         \
    }

#define APPROVAL(noun, verb, rec, CAP, what)                                                       \
    {                                                                                              \
        HTTP_POST, "/api/" noun "/{id}/" verb, CAP,                                                \
            .handle = record_api_approve, .body = record_approval_fields, .answer = rec##_fields,  \
            .shape = HTTP_ANSWER_RECORD, .summary = what                                           \
    }

/* clang-format off */
const http_route plant_routes[] = {
    KIND("sites", site, CAP_ASSET_READ, CAP_ASSET_MANAGE, "a site", "sites"),
    KIND("units", plant_unit, CAP_ASSET_READ, CAP_ASSET_MANAGE, "a unit or line", "units and lines"),
    KIND("assets", asset, CAP_ASSET_READ, CAP_ASSET_MANAGE, "an asset", "assets"),
    KIND("components", component, CAP_ASSET_READ, CAP_ASSET_MANAGE, "a component", "components"),
    KIND("asset-classes", asset_class, CAP_ASSET_READ, CAP_ASSET_MANAGE, "an asset class", "asset classes"),
    KIND("class-metrics", class_metric, CAP_ASSET_READ, CAP_ASSET_MANAGE, "a metric of a class", "metrics of classes"),
    KIND("failure-modes", failure_mode, CAP_ASSET_READ, CAP_ASSET_MANAGE, "a failure mode", "failure modes"),
    KIND("machine-specs", machine_spec, CAP_ASSET_READ, CAP_ASSET_MANAGE, "a machine specification", "machine specifications"),
    KIND("cost-models", cost_model, CAP_ASSET_READ, CAP_SETTINGS_MANAGE, "a cost model", "cost models"),
    KIND("thresholds", threshold, CAP_ASSET_READ, CAP_RCA_CONFIGURE, "a threshold reference", "threshold references"),
    KIND("carbon-factors", carbon_factor, CAP_ASSET_READ, CAP_SETTINGS_MANAGE, "a carbon factor", "carbon factors"),
    KIND("shifts", shift, CAP_ASSET_READ, CAP_ASSET_MANAGE, "a shift", "shifts"),
    KIND("user-shifts", user_shift, CAP_USER_READ, CAP_USER_MANAGE, "a shift assignment", "shift assignments"),
    KIND("absences", absence, CAP_USER_READ, CAP_USER_MANAGE, "an absence", "absences"),
    KIND("skills", skill, CAP_ASSET_READ, CAP_ASSET_MANAGE, "a skill", "skills"),
    KIND("user-skills", user_skill, CAP_USER_READ, CAP_USER_MANAGE, "a person's skill", "people's skills"),
    KIND("holidays", holiday, CAP_ASSET_READ, CAP_ASSET_MANAGE, "a holiday", "holidays"),
    KIND("maintenance-windows", maintenance_window, CAP_ASSET_READ, CAP_ASSET_MANAGE, "a maintenance window", "maintenance windows"),
    KIND("spare-parts", spare_part, CAP_ASSET_READ, CAP_ASSET_MANAGE, "a spare part", "spare parts"),
    KIND("source-clocks", source_clock, CAP_INTEGRATION_READ, CAP_INTEGRATION_MANAGE, "the clock of a source", "clocks of sources"),
    KIND("integrations", integration, CAP_INTEGRATION_READ, CAP_INTEGRATION_MANAGE, "an integration", "integrations"),
    KIND("mappings", mapping, CAP_INTEGRATION_READ, CAP_INTEGRATION_MANAGE, "the mapping of a tag", "mappings of tags"),
    APPROVAL("cost-models", "approve", cost_model, CAP_SETTINGS_MANAGE, "Answer for a cost model's figures"),
    APPROVAL("thresholds", "approve", threshold, CAP_RCA_CONFIGURE, "Answer for a threshold reference"),
    APPROVAL("carbon-factors", "confirm", carbon_factor, CAP_SETTINGS_MANAGE, "Answer for a carbon factor"),
    {HTTP_POST, "/api/plant/import", CAP_ASSET_READ, .handle = import_api_post,
     .query = plant_import_fields, .takes_raw = true, .body_max = PLANT_IMPORT_BYTES_MAX,
     .limit_s = 300,
     .summary = "Records from a CSV or JSON file; the answer tells each row that was added, changed or wrong"},
    {HTTP_GET, "/api/plant/export", CAP_ASSET_READ, .handle = export_get,
     .query = plant_export_fields, .writes = true, .limit_s = 300,
     .summary = "Records as a file that can be imported again"},
    {HTTP_POST, "/api/plant/presets", CAP_ASSET_MANAGE, .handle = import_api_presets, .limit_s = 60,
     .summary = "Classes, failure modes, limits and factors to begin with; what is there stays"},
    PAGES("sites", site, CAP_ASSET_READ, CAP_ASSET_MANAGE),
    LIST_PAGE("sites", site, CAP_ASSET_READ),
    PAGES("units", plant_unit, CAP_ASSET_READ, CAP_ASSET_MANAGE),
    LIST_PAGE("units", plant_unit, CAP_ASSET_READ),
    PAGES("assets", asset, CAP_ASSET_READ, CAP_ASSET_MANAGE),
    PAGES("components", component, CAP_ASSET_READ, CAP_ASSET_MANAGE),
    LIST_PAGE("components", component, CAP_ASSET_READ),
    PAGES("asset-classes", asset_class, CAP_ASSET_READ, CAP_ASSET_MANAGE),
    LIST_PAGE("asset-classes", asset_class, CAP_ASSET_READ),
    PAGES("class-metrics", class_metric, CAP_ASSET_READ, CAP_ASSET_MANAGE),
    LIST_PAGE("class-metrics", class_metric, CAP_ASSET_READ),
    PAGES("failure-modes", failure_mode, CAP_ASSET_READ, CAP_ASSET_MANAGE),
    LIST_PAGE("failure-modes", failure_mode, CAP_ASSET_READ),
    PAGES("machine-specs", machine_spec, CAP_ASSET_READ, CAP_ASSET_MANAGE),
    LIST_PAGE("machine-specs", machine_spec, CAP_ASSET_READ),
    PAGES("cost-models", cost_model, CAP_ASSET_READ, CAP_SETTINGS_MANAGE),
    LIST_PAGE("cost-models", cost_model, CAP_ASSET_READ),
    PAGES("thresholds", threshold, CAP_ASSET_READ, CAP_RCA_CONFIGURE),
    LIST_PAGE("thresholds", threshold, CAP_ASSET_READ),
    PAGES("carbon-factors", carbon_factor, CAP_ASSET_READ, CAP_SETTINGS_MANAGE),
    LIST_PAGE("carbon-factors", carbon_factor, CAP_ASSET_READ),
    PAGES("shifts", shift, CAP_ASSET_READ, CAP_ASSET_MANAGE),
    LIST_PAGE("shifts", shift, CAP_ASSET_READ),
    PAGES("user-shifts", user_shift, CAP_USER_READ, CAP_USER_MANAGE),
    LIST_PAGE("user-shifts", user_shift, CAP_USER_READ),
    PAGES("absences", absence, CAP_USER_READ, CAP_USER_MANAGE),
    LIST_PAGE("absences", absence, CAP_USER_READ),
    PAGES("skills", skill, CAP_ASSET_READ, CAP_ASSET_MANAGE),
    LIST_PAGE("skills", skill, CAP_ASSET_READ),
    PAGES("user-skills", user_skill, CAP_USER_READ, CAP_USER_MANAGE),
    LIST_PAGE("user-skills", user_skill, CAP_USER_READ),
    PAGES("holidays", holiday, CAP_ASSET_READ, CAP_ASSET_MANAGE),
    LIST_PAGE("holidays", holiday, CAP_ASSET_READ),
    PAGES("maintenance-windows", maintenance_window, CAP_ASSET_READ, CAP_ASSET_MANAGE),
    LIST_PAGE("maintenance-windows", maintenance_window, CAP_ASSET_READ),
    PAGES("spare-parts", spare_part, CAP_ASSET_READ, CAP_ASSET_MANAGE),
    LIST_PAGE("spare-parts", spare_part, CAP_ASSET_READ),
    PAGES("source-clocks", source_clock, CAP_INTEGRATION_READ, CAP_INTEGRATION_MANAGE),
    LIST_PAGE("source-clocks", source_clock, CAP_INTEGRATION_READ),
    PAGES("integrations", integration, CAP_INTEGRATION_READ, CAP_INTEGRATION_MANAGE),
    LIST_PAGE("integrations", integration, CAP_INTEGRATION_READ),
    PAGES("mappings", mapping, CAP_INTEGRATION_READ, CAP_INTEGRATION_MANAGE),
    LIST_PAGE("mappings", mapping, CAP_INTEGRATION_READ),
    APPROVAL_PAGE("cost-models", "approve", CAP_SETTINGS_MANAGE),
    APPROVAL_PAGE("thresholds", "approve", CAP_RCA_CONFIGURE),
    APPROVAL_PAGE("carbon-factors", "confirm", CAP_SETTINGS_MANAGE),
    {HTTP_GET, "/plant", CAP_ASSET_READ, .handle = plant_page_index, .is_page = true},
    {HTTP_GET, "/plant/assets", CAP_ASSET_READ, .handle_plain = plant_page_assets, .is_page = true},
    {HTTP_GET, "/plant/import", CAP_ASSET_READ, .handle = import_page, .query = plant_import_fields, .is_page = true},
    {HTTP_POST, "/plant/import", CAP_ASSET_READ, .handle = import_page_post,
     .query = plant_import_fields, .takes_raw = true, .body_max = 3 * PLANT_IMPORT_BYTES_MAX,
     .limit_s = 300, .is_page = true},
    {HTTP_GET, "/plant/sample", CAP_ASSET_READ, .handle_plain = sample_get, .query = plant_sample_fields, .is_page = true},
    {HTTP_GET, "/plant/export", CAP_ASSET_READ, .handle = export_get, .query = plant_export_fields,
     .writes = true, .limit_s = 300, .is_page = true},
    {HTTP_GET, "/tenant/{id}/data-mapping", CAP_INTEGRATION_READ, .handle = plant_page_mapping, .is_page = true},
    {HTTP_POST, "/plant/presets", CAP_ASSET_MANAGE, .handle = preset_page_post, .is_page = true},
    {0},
};
/* clang-format on */
