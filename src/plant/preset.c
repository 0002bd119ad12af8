#include "plant/preset.h"

#include <math.h>

#include "http/request.h"
#include "plant/cost.h"
#include "plant/preset_data.h"
#include "plant/record.h"
#include "web/page.h"

#include "preset.sql.h"

#include "base/banned.h"

const oq_field preset_done_fields[] = {OQ_I64(preset_done, made), OQ_I64(preset_done, kept),
                                       OQ_FIELDS_END};

typedef struct applying {
    oq_scope *s;
    preset_done done;
} applying;

static oq_err *add(applying *a, const char *kind, const void *order, void **ret_record)
{
    void *made;
    OQ_TRY(
        record_add(a->s, record_kind_find(oq_cstr(kind)), order, ret_record ? ret_record : &made));
    a->done.made++;
    return NULL;
}

/* --- a class with all that belongs to it ----------------------------------------------------------*/

static oq_err *add_metrics(applying *a, oq_uuid class_id, const preset_metric *m)
{
    for (int64_t position = 1; m->metric; m++, position++)
        OQ_TRY(add(a, "class-metrics",
                   &(class_metric){.class_id = class_id,
                                   .metric = oq_cstr(m->metric),
                                   .name = oq_cstr(m->name),
                                   .name_ar = oq_cstr(m->name_ar),
                                   .unit = oq_cstr(m->unit),
                                   .is_state = m->is_state,
                                   .instrument_min = (double)NAN,
                                   .instrument_max = (double)NAN,
                                   .low_low = m->low_low,
                                   .low = m->low,
                                   .high = m->high,
                                   .high_high = m->high_high,
                                   .gap_max_s = (double)NAN,
                                   .position = position},
                   NULL));
    return NULL;
}

static oq_err *add_modes(applying *a, oq_uuid class_id, const preset_mode *m)
{
    for (; m->code; m++)
        OQ_TRY(add(a, "failure-modes",
                   &(failure_mode){.class_id = class_id,
                                   .code = oq_cstr(m->code),
                                   .iso14224_code = oq_cstr(m->iso),
                                   .mechanism = oq_cstr(m->mechanism),
                                   .category = m->category,
                                   .name = oq_cstr(m->name),
                                   .name_ar = oq_cstr(m->name_ar),
                                   .effect = oq_cstr(m->effect),
                                   .effect_ar = oq_cstr(m->effect_ar),
                                   .action = oq_cstr(m->action),
                                   .action_ar = oq_cstr(m->action_ar),
                                   .severity = m->severity,
                                   .occurrence = m->occurrence,
                                   .detection = m->detection,
                                   .pf_interval_h = m->pf_interval_h,
                                   .repair_h = m->repair_h},
                   NULL));
    return NULL;
}

static oq_err *add_inspections(applying *a, oq_uuid class_id, const preset_inspection *i)
{
    for (int64_t position = 1; i->title; i++, position++)
        OQ_TRY(add(a, "machine-specs",
                   &(machine_spec){.class_id = class_id,
                                   .kind = SPEC_INSPECTION,
                                   .position = position,
                                   .title = oq_cstr(i->title),
                                   .title_ar = oq_cstr(i->title_ar),
                                   .value_min = (double)NAN,
                                   .value_max = (double)NAN,
                                   .text = oq_cstr(i->text),
                                   .text_ar = oq_cstr(i->text_ar)},
                   NULL));
    return NULL;
}

/* The upper limits of zones B and C: plan work above the one, stop above the other. */
static oq_err *add_zone(applying *a, oq_uuid class_id, vibration_group group)
{
    for (const preset_zone *z = preset_zones; z->group; z++)
        if (z->group == group)
            return add(a, "thresholds",
                       &(threshold){.class_id = class_id,
                                    .metric = OQ_STR("vibration_rms"),
                                    .unit = OQ_STR("mm/s"),
                                    .low_low = (double)NAN,
                                    .low = (double)NAN,
                                    .high = z->b_c,
                                    .high_high = z->c_d,
                                    .cost_reference_minor = OQ_I64_NONE,
                                    .source = oq_strf(oq_scope_arena(a->s),
                                                      "ISO 20816-3:2022, %s, zones B/C and C/D",
                                                      z->machine)},
                       NULL);
    return NULL;
}

static oq_err *add_class(applying *a, const preset_class *c)
{
    void *made;
    OQ_TRY(add(a, "asset-classes",
               &(asset_class){.code = oq_cstr(c->code),
                              .name = oq_cstr(c->name),
                              .name_ar = oq_cstr(c->name_ar),
                              .iso14224_code = oq_cstr(c->iso),
                              .power_typical_kw = c->power_typical_kw,
                              .vibration_group = (int)c->group},
               &made));
    oq_uuid id = ((asset_class *)made)->id;
    OQ_TRY(add_metrics(a, id, c->metric));
    OQ_TRY(add_modes(a, id, c->mode));
    OQ_TRY(add_inspections(a, id, c->inspection));
    return add_zone(a, id, c->group);
}

/* --- carbon factors -------------------------------------------------------------------------------*/

static oq_err *add_carbon(applying *a, const preset_carbon *c)
{
    carbon_factor order = {.energy_type = oq_cstr(c->energy_type),
                           .country = oq_cstr(c->country),
                           .value = c->value,
                           .value_low = c->low,
                           .value_high = c->high,
                           .unit = oq_cstr(c->unit),
                           .year = c->year,
                           .scope = c->scope,
                           .source = oq_cstr(c->source)};
    oq_str day = oq_strf(oq_scope_arena(a->s), "%d-01-01", c->year);
    bool is_day = oq_date_parse(day, &order.valid_from);
    assert(is_day);
    (void)is_day;
    return add(a, "carbon-factors", &order, NULL);
}

/* --- what is there already --------------------------------------------------------------------------*/

static bool is_there(const sql_preset_there_rows *there, const char *kind, const char *code)
{
    for (size_t i = 0; i < there->count; i++)
        if (oq_str_eq(there->at[i].kind, oq_cstr(kind)) &&
            oq_str_eq(there->at[i].code, oq_cstr(code)))
            return true;
    return false;
}

oq_err *plant_presets_apply(oq_scope *s, preset_done *ret_done)
{
    applying a = {.s = s};
    sql_preset_there_rows there;
    OQ_TRY(sql_preset_there(s, &there));
    for (const preset_class *c = preset_classes; c->code; c++)
        if (is_there(&there, "class", c->code))
            a.done.kept++;
        else
            OQ_TRY(add_class(&a, c));
    for (const preset_carbon *c = preset_carbons; c->energy_type; c++) {
        const char *code =
            oq_strf(oq_scope_arena(s), "%s:%s", c->energy_type, c->country ? c->country : "").ptr;
        if (is_there(&there, "carbon", code))
            a.done.kept++;
        else
            OQ_TRY(add_carbon(&a, c));
    }
    if (ret_done)
        *ret_done = a.done;
    return NULL;
}

/* --- routes -----------------------------------------------------------------------------------------*/

static oq_err *post_presets(http_req *rq, oq_scope *s)
{
    preset_done done;
    OQ_TRY(plant_presets_apply(s, &done));
    http_answer_record(rq, 0, &done);
    return NULL;
}

static oq_err *page_presets(http_req *rq, oq_scope *s)
{
    OQ_TRY(plant_presets_apply(s, NULL));
    web_toast(rq, "ok", "plant.presets_made");
    http_redirect(rq, OQ_STR("/plant"));
    return NULL;
}

const http_route preset_routes[] = {
    {HTTP_POST, "/api/plant/presets", CAP_ASSET_MANAGE, post_presets, .answer = preset_done_fields,
     .shape = HTTP_ANSWER_RECORD,
     .summary = "Begin with the usual classes, failure modes, limits and carbon factors"},
    {HTTP_POST, "/plant/presets", CAP_ASSET_MANAGE, page_presets, .is_page = true},
    {0},
};
