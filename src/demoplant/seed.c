/* The demo's plants as records. */
#include "demoplant/demoplant.h"

#include <math.h>

#include "base/embed.h"
#include "demoplant/plan.h"
#include "historian/series.h"
#include "plant/class.h"
#include "plant/import.h"
#include "plant/preset.h"
#include "plant/record.h"
#include "plant/source.h"
#include "plant/structure.h"
#include "rca/rule.h"

#include "demoplant.sql.h"

#include "base/banned.h"

enum { SEED = 20260101 };

typedef struct planting {
    oq_scope *s;
    oq_arena *arena;
    const demo_site *site;
    oq_uuid site_id, integration_id;
    oq_us epoch;
    int64_t days;
    demo_planted *done;
} planting;

static oq_err *add(planting *p, const char *kind, const void *order, void **ret_record)
{
    return record_add(p->s, record_kind_find(oq_cstr(kind)), order, ret_record);
}

/* The tables use words that the choices have. */
static void assert_known(bool is_known)
{
    assert(is_known);
    (void)is_known;
}

/* --- structure ----------------------------------------------------------------------------------*/

static oq_err *plant_site(planting *p)
{
    const demo_site *d = p->site;
    site order = {.code = oq_cstr(d->code),
                  .name = oq_cstr(d->name),
                  .name_ar = oq_cstr(d->name_ar),
                  .country = oq_cstr(d->country),
                  .latitude = d->latitude,
                  .longitude = d->longitude,
                  .capacity = d->capacity,
                  .capacity_unit = oq_cstr(d->capacity_unit),
                  .impact_factor = 1,
                  .work_days = OQ_I64_NONE};
    void *made;
    OQ_TRY(add(p, "sites", &order, &made));
    p->site_id = ((site *)made)->id;
    p->done->sites++;
    return NULL;
}

static size_t unit_index(const demo_site *d, const char *code)
{
    size_t i = 0;
    while (strcmp(d->units[i].code, code) != 0)
        i++;
    return i;
}

enum { UNITS_MAX = 16 };

/* A unit stands behind its parent in the table. */
static oq_err *plant_units(planting *p, oq_uuid *unit_id)
{
    for (size_t i = 0; p->site->units[i].code; i++) {
        const demo_unit *u = &p->site->units[i];
        plant_unit order = {.site_id = p->site_id,
                            .code = oq_cstr(u->code),
                            .name = oq_cstr(u->name),
                            .name_ar = oq_cstr(u->name_ar)};
        if (u->parent)
            order.parent_id = unit_id[unit_index(p->site, u->parent)];
        void *made;
        assert_known(oq_choice_value(plant_unit_kind_choices, oq_cstr(u->kind), &order.kind));
        OQ_TRY(add(p, "units", &order, &made));
        unit_id[i] = ((plant_unit *)made)->id;
    }
    return NULL;
}

static oq_err *class_id(planting *p, const char *code, oq_uuid *ret_id)
{
    sql_demo_tenant_classes_rows rows;
    OQ_TRY(sql_demo_tenant_classes(p->s, &rows));
    for (size_t i = 0; i < rows.count; i++)
        if (oq_str_eq(rows.at[i].code, oq_cstr(code)))
            *ret_id = rows.at[i].id;
    return NULL;
}

/* The parts of a rotating machine that wear. */
static const struct {
    const char *code, *parent, *name, *name_ar;
} parts[] = {
    {"DRV", NULL, "Driver", "المحرك القائد"},
    {"DE-BRG", NULL, "Drive-end bearing", "محمل جهة القيادة"},
    {"NDE-BRG", NULL, "Non-drive-end bearing", "محمل الجهة الحرة"},
    {"SEAL", NULL, "Mechanical seal", "مانع التسرب الميكانيكي"},
    {"CPL", "DRV", "Coupling", "القارنة"},
};

static oq_err *plant_components(planting *p, oq_uuid asset_id)
{
    oq_uuid id[OQ_COUNT(parts)];
    for (size_t i = 0; i < OQ_COUNT(parts); i++) {
        component order = {.asset_id = asset_id,
                           .code = oq_cstr(parts[i].code),
                           .name = oq_cstr(parts[i].name),
                           .name_ar = oq_cstr(parts[i].name_ar),
                           .installed_on = OQ_DATE_NONE};
        for (size_t k = 0; parts[i].parent && k < i; k++)
            if (strcmp(parts[k].code, parts[i].parent) == 0)
                order.parent_id = id[k];
        void *made;
        OQ_TRY(add(p, "components", &order, &made));
        id[i] = ((component *)made)->id;
    }
    return NULL;
}

/* --- signals ------------------------------------------------------------------------------------*/

static oq_err *plant_signal(planting *p, const demo_asset *a, const asset *made,
                            const demo_signal *g)
{
    oq_str tag = oq_strf(p->arena, "PI:%s.%s", a->code, g->mapped);
    mapping order = {.integration_id = p->integration_id,
                     .external_source_type = INTEGRATION_DEMO,
                     .external_tag = tag,
                     .asset_id = made->id,
                     .internal_metric_name = oq_cstr(g->metric),
                     .scaling_factor = 1,
                     .unit = oq_cstr(g->unit),
                     .is_active = true};
    void *mapped;
    series *e;
    OQ_TRY(add(p, "mappings", &order, &mapped));
    p->done->mappings++;
    OQ_TRY(series_create(p->s,
                         &(series_order){.asset_id = made->id,
                                         .metric = oq_cstr(g->metric),
                                         .unit = oq_cstr(g->unit),
                                         .kind = SERIES_SIMULATED,
                                         .is_state = g->is_state,
                                         .instrument_min = g->low,
                                         .instrument_max = g->high,
                                         .gap_max_us = 15 * OQ_MINUTE,
                                         .exception_deviation = (double)NAN,
                                         .exception_max_us = OQ_I64_NONE,
                                         .compression_deviation = (double)NAN,
                                         .compression_max_us = OQ_I64_NONE,
                                         .retention_days = OQ_I64_NONE,
                                         .source = OQ_STR("demo"),
                                         .is_active = true},
                         &e));
    p->done->series++;
    return NULL;
}

static oq_err *plant_asset(planting *p, const demo_asset *a, oq_uuid unit_id)
{
    asset order = {.site_id = p->site_id,
                   .unit_id = unit_id,
                   .code = oq_cstr(a->code),
                   .name = oq_cstr(a->name),
                   .name_ar = oq_cstr(a->name_ar),
                   .status = ASSET_IN_SERVICE,
                   .impact_factor = a->impact,
                   .capacity = (double)NAN,
                   .power_rated_kw = a->power_kw > 0 ? a->power_kw : (double)NAN,
                   .installed_on = OQ_DATE_NONE};
    OQ_TRY(class_id(p, a->of->code, &order.class_id));
    assert_known(oq_choice_value(criticality_choices, oq_cstr(a->criticality), &order.criticality));
    void *made;
    OQ_TRY(add(p, "assets", &order, &made));
    p->done->assets++;
    bool rotates = false;
    for (const demo_signal *g = a->of->signal; g->metric; g++) {
        OQ_TRY(plant_signal(p, a, made, g));
        rotates |= g->is_state;
    }
    return rotates ? plant_components(p, ((asset *)made)->id) : NULL;
}

static oq_err *plant_integration(planting *p, oq_str tenant_code)
{
    oq_str rest = tenant_code, word;
    oq_str_cut(&rest, '_', &word);
    integration order = {
        .type = INTEGRATION_DEMO,
        .name = oq_strf(p->arena, "Demo %.*s Connector", OQ_FMT(word)),
        .config =
            oq_strf(p->arena,
                    "{\"mode\":\"demo\",\"seed\":%d,\"begins_at\":\"%.*s\",\"history_days\":%lld}",
                    SEED, OQ_FMT(oq_time_text(p->arena, p->epoch)), (long long)p->days),
        .is_active = true};
    void *made;
    OQ_TRY(add(p, "integrations", &order, &made));
    p->integration_id = ((integration *)made)->id;
    return NULL;
}

static oq_err *plant_all(planting *p, oq_str tenant_code)
{
    oq_uuid unit_id[UNITS_MAX];
    OQ_TRY(plant_integration(p, tenant_code));
    OQ_TRY(plant_site(p));
    OQ_TRY(plant_units(p, unit_id));
    for (const demo_asset *a = p->site->assets; a->code; a++)
        OQ_TRY(plant_asset(p, a, unit_id[unit_index(p->site, a->unit)]));
    return NULL;
}

/* What the plant's things cost, shifts, skills, holidays. A demo may have other people than the
 * ones that the file knows: rows about somebody who is not there are left out. */
static oq_err *plant_records(oq_scope *s, const demo_site *d)
{
    import_report *report;
    oq_str file = oq_embedded_find(oq_cstr(d->records));
    return plant_import(s, file, &(plant_import_options){.skip_bad = true, .add_only = true},
                        &report);
}

static const demo_site *site_of(oq_str tenant_code)
{
    for (const demo_site *d = demo_sites; d->code; d++)
        if (oq_str_eq(tenant_code, oq_cstr(d->tenant)))
            return d;
    return NULL;
}

oq_err *demo_plant(oq_scope *s, oq_str tenant_code, oq_us epoch, int64_t days,
                   demo_planted *ret_planted)
{
    demo_planted done = {0};
    const demo_site *d = site_of(tenant_code);
    asset *there = NULL;
    if (d)
        OQ_TRY(asset_find_by_code(s, oq_cstr(d->assets[0].code), &there));
    if (d && !there) {
        OQ_TRY(plant_presets_apply(s, NULL));
        planting p = {.s = s,
                      .arena = oq_scope_arena(s),
                      .site = d,
                      .epoch = epoch,
                      .days = days,
                      .done = &done};
        OQ_TRY(plant_all(&p, tenant_code));
        OQ_TRY(plant_records(s, d));
        OQ_TRY(demo_hold_scores(s));
    }
    if (d) {
        sql_demo_has_rules_rows rules;
        OQ_TRY(sql_demo_has_rules(s, &rules));
        if (!rules.at[0].has)
            OQ_TRY(demo_rules(s));
        rule_report known_causes;
        OQ_TRY(rule_presets_apply(s, &known_causes));
    }
    *ret_planted = done;
    return NULL;
}
