#include "recipe/series_target.h"

#include <math.h>

#include "historian/inner.h"
#include "quant/unit.h"

#include "base/banned.h"

/* A series, by the number that the rows have. */
typedef struct place {
    int32_t no; /* 0: refused */
    bool as_it_is;
    double scale, offset, min, max;
} place;

struct series_target {
    bool may_create, dry_run;
    oq_lang lang;
    place *at;
    size_t count, room, used, created;
};

series_target *series_target_open(bool may_create, bool dry_run, oq_lang lang)
{
    series_target *t = calloc(1, sizeof *t);
    if (!t)
        abort();
    *t = (series_target){.may_create = may_create, .dry_run = dry_run, .lang = lang};
    return t;
}

void series_target_close(series_target *t)
{
    if (t)
        free(t->at);
    free(t);
}

size_t series_target_used(const series_target *t)
{
    return t->used;
}

size_t series_target_created(const series_target *t)
{
    return t->created;
}

/* --- meeting -----------------------------------------------------------------------------------*/

static oq_str refused_place(oq_arena *arena, oq_str text)
{
    return oq_str_given(text) ? oq_str_copy(arena, text) : OQ_NONE;
}

static void refuse(const series_target *t, oq_arena *arena, const rows_name *name,
                   const oq_err *err, target_refusals *r)
{
    r->at[r->count++] = (rows_refusal){
        .line = name->line,
        .column = refused_place(arena, name->column),
        .value = refused_place(arena, name->key),
        .code = err->code,
        .reason = oq_str_copy(arena, oq_err_sentence(arena, t->lang, err)),
    };
}

/* What stops a series from taking samples; NULL: nothing. */
static oq_err *obstacle(const series_target *t, const rows_name *name, const series_facts *facts,
                        place *p)
{
    if (!facts->no && !(t->dry_run && t->may_create))
        return oq_fail(OQ_NOT_FOUND, "import.series_unknown", "key=%.*s", OQ_FMT(name->key));
    if (facts->is_calculated)
        return oq_fail(OQ_INVALID, "import.series_calculated", "key=%.*s", OQ_FMT(name->key));
    if (facts->no && !facts->is_active)
        return oq_fail(OQ_INVALID, "import.series_inactive", "key=%.*s", OQ_FMT(name->key));
    double scale = 1, offset = 0;
    if (name->unit.len && facts->no)
        OQ_TRY(unit_conversion(name->unit, facts->unit, &scale, &offset));
    p->scale = name->scale * scale;
    p->offset = name->offset * scale + offset;
    p->as_it_is = p->scale == 1 && p->offset == 0;
    return NULL;
}

static void add_place(series_target *t, place p)
{
    if (t->count == t->room) {
        t->room = 2 * t->room + 256;
        t->at = realloc(t->at, t->room * sizeof *t->at);
        if (!t->at)
            abort();
    }
    t->at[t->count++] = p;
}

/* A series that was made just now becomes a state where the mapping says so. */
static oq_err *make_state(oq_scope *s, const rows_name *name)
{
    series *e, *after;
    OQ_TRY(series_find_by_key(s, name->key, &e));
    if (!e || e->is_state || e->version != 1 || e->created_at != oq_now(s))
        return NULL;
    series_order order = {.asset_id = e->asset_id,
                          .component_id = e->component_id,
                          .name = e->name,
                          .name_ar = e->name_ar,
                          .unit = e->unit,
                          .is_state = true,
                          .state_texts = e->state_texts,
                          .instrument_min = e->instrument_min,
                          .instrument_max = e->instrument_max,
                          .gap_max_us = e->gap_max_us,
                          .exception_deviation = e->exception_deviation,
                          .exception_max_us = e->exception_max_us,
                          .compression_deviation = e->compression_deviation,
                          .compression_max_us = e->compression_max_us,
                          .retention_days = e->retention_days,
                          .is_active = true,
                          .version = e->version};
    return series_update(s, e->id, &order, &after);
}

/* A unit that is none would stop all of them: such names are refused before. */
static bool has_good_unit(const series_target *t, oq_arena *arena, const rows_name *name,
                          target_refusals *r)
{
    unit parsed;
    oq_err *err = name->unit.len ? unit_parse(name->unit, &parsed) : NULL;
    if (err)
        refuse(t, arena, name, err, r);
    return !err;
}

static oq_err *resolve(series_target *t, oq_scope *s, const rows_name *name, const bool *is_asked,
                       size_t count, series_facts *facts)
{
    oq_arena *arena = oq_scope_arena(s);
    series_name *asked = oq_new_n(arena, series_name, count);
    series_facts *found = oq_new_n(arena, series_facts, count);
    size_t n = 0, created = 0;
    for (size_t i = 0; i < count; i++)
        if (is_asked[i])
            asked[n++] = (series_name){.key = name[i].key,
                                       .asset_code = name[i].asset_code,
                                       .metric = name[i].metric,
                                       .unit = name[i].unit};
    OQ_TRY(series_resolve_facts(s, asked, n, t->may_create && !t->dry_run, OQ_STR("csv"), found,
                                &created));
    t->created += created;
    n = 0;
    for (size_t i = 0; i < count; i++)
        if (is_asked[i])
            facts[i] = found[n++];
    return NULL;
}

oq_err *series_target_meet(series_target *t, oq_scope *s, const rows_name *name, size_t count,
                           target_refusals *ret_refusals)
{
    oq_arena *arena = oq_scope_arena(s);
    if (!count)
        return NULL;
    target_refusals r = {.at = oq_new_n(arena, rows_refusal, count)};
    bool *is_asked = oq_new_n(arena, bool, count);
    series_facts *facts = oq_new_n(arena, series_facts, count);
    for (size_t i = 0; i < count; i++)
        is_asked[i] = has_good_unit(t, arena, &name[i], &r);
    OQ_TRY(resolve(t, s, name, is_asked, count, facts));
    for (size_t i = 0; i < count; i++) {
        place p = {.no = facts[i].no ? facts[i].no : 1, .min = facts[i].min, .max = facts[i].max};
        if (!facts[i].no) {
            p.min = -INFINITY;
            p.max = INFINITY;
            t->created += is_asked[i] && t->dry_run && t->may_create;
        }
        oq_err *err = is_asked[i] ? obstacle(t, &name[i], &facts[i], &p) : NULL;
        if (err)
            refuse(t, arena, &name[i], err, &r);
        if (err || !is_asked[i])
            p.no = 0;
        else if (name[i].is_state && !t->dry_run)
            OQ_TRY(make_state(s, &name[i]));
        t->used += p.no != 0;
        add_place(t, p);
    }
    *ret_refusals = r;
    return NULL;
}

/* --- applying ----------------------------------------------------------------------------------*/

oq_err *series_target_apply(series_target *t, batch_row *row, size_t count, size_t *ret_count,
                            target_refusals *ret_refusals)
{
    size_t stay = 0;
    for (size_t i = 0; i < count; i++) {
        batch_row r = row[i];
        const place *p = &t->at[r.series_no - 1];
        if (!p->as_it_is)
            r.value = r.value * p->scale + p->offset;
        if (!p->no || !isfinite(r.value))
            continue;
        if ((r.value < p->min || r.value > p->max) && r.quality == QUALITY_GOOD)
            r.quality = QUALITY_UNITS_EXCEEDED;
        r.series_no = p->no;
        row[stay++] = r;
    }
    *ret_refusals = (target_refusals){.rows = (int64_t)(count - stay)};
    *ret_count = stay;
    return NULL;
}
