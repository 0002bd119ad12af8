/* What a fit of a class rests on. */
#include "ai/fit.h"

#include <math.h>

#include "tenant/settings.h"

#include "ai_fit.sql.h"

#include "base/banned.h"

enum { RECORDS_AT_ONCE = 200 };
#define PIECE (60 * OQ_DAY) /* of samples, read at once */

oq_err *ai_fit_checkpoint(const ai_fit *f, double progress, const char *note)
{
    return f->run ? job_checkpoint(f->run, progress, oq_cstr(note)) : NULL;
}

/* --- records -----------------------------------------------------------------------------------*/

/* Of more assets than a fit takes, as many are left out as it needs, spread evenly by id. */
static oq_err *find_assets(ai_fit *f, oq_uuids *ret_ids)
{
    sql_ai_class_assets_rows rows;
    OQ_TRY(sql_ai_class_assets(f->s, (sql_ai_class_assets_args){f->class_id}, &rows));
    size_t every = (rows.count + AI_FIT_ASSETS_MAX - 1) / AI_FIT_ASSETS_MAX;
    oq_uuids ids = {oq_new_n(f->arena, oq_uuid, rows.count + 1), 0};
    for (size_t i = 0; i < rows.count; i += every)
        ids.at[ids.count++] = rows.at[i].id;
    f->is_sampled = every > 1;
    *ret_ids = ids;
    return NULL;
}

oq_err *ai_fit_open(ai_fit *f)
{
    oq_uuids ids;
    tenant_settings *settings;
    OQ_TRY(tenant_settings_get(f->s, &settings));
    f->horizon = settings->ai_horizon_hours * OQ_HOUR;
    OQ_TRY(find_assets(f, &ids));
    f->all = (ai_asset_list){oq_new_n(f->arena, ai_asset, ids.count), 0};
    for (size_t from = 0; from < ids.count; from += RECORDS_AT_ONCE) {
        ai_asset_list some;
        size_t count = ids.count - from < RECORDS_AT_ONCE ? ids.count - from : RECORDS_AT_ONCE;
        OQ_TRY(ai_fit_checkpoint(f, 0.05 * (double)from / (double)ids.count, "records"));
        OQ_TRY(ai_gather(f->s,
                         &(ai_gather_order){.id = ids.at + from,
                                            .count = count,
                                            .at = f->at,
                                            .known_at = OQ_TIME_NONE,
                                            .records_from = f->at - AI_FIT_BACK},
                         &some));
        for (size_t i = 0; i < some.count; i++)
            f->all.at[f->all.count++] = some.at[i];
    }
    ai_sights_find(f->arena, f->all.at, f->all.count, &f->sights);
    return NULL;
}

/* --- samples -----------------------------------------------------------------------------------*/

static oq_us whole_hour(oq_us at)
{
    oq_us rest = at % OQ_HOUR;
    return at - (rest < 0 ? rest + OQ_HOUR : rest);
}

/* So far back that the items of all assets have room. */
static oq_us span_of(const ai_fit *f)
{
    double hours = (double)AI_FIT_ITEMS_MAX /
                   fmax(1, (double)f->all.count * (double)f->sights.metrics);
    double days = fmax(floor(hours / 24), AI_FIT_DAYS_MIN);
    oq_us span = (oq_us)days * OQ_DAY;
    return span < AI_FIT_BACK ? span : AI_FIT_BACK;
}

/* One asset's grid, piece after piece, so that its buckets are never there all at once. */
static oq_err *read_samples(ai_fit *f, size_t which, oq_us from, oq_us to)
{
    oq_arena *arena = oq_scope_arena(f->s);
    for (oq_us at = from; at < to; at += PIECE) {
        oq_mark mark = oq_arena_mark(arena);
        oq_us end = to - at < PIECE ? to : at + PIECE;
        buckets grid;
        ai_asset_list one = {&f->all.at[which], 1};
        OQ_TRY(buckets_even(arena, at, end, OQ_HOUR, 0, &grid));
        OQ_TRY(ai_gather_grid(f->s, &one, grid, OQ_TIME_NONE));
        ai_items_samples(f->arena, &f->sights, one.at, &f->items[which]);
        one.at->grid = (buckets){0};
        for (size_t i = 0; i < one.at->signals; i++)
            one.at->signal[i].bucket = NULL;
        oq_arena_rewind(arena, mark);
    }
    return NULL;
}

oq_err *ai_fit_read(ai_fit *f)
{
    oq_us to = whole_hour(f->at);
    f->from = to - span_of(f);
    f->items = oq_new_n(f->arena, ai_items, f->all.count);
    f->known_from = oq_new_n(f->arena, oq_us, f->all.count);
    for (size_t i = 0; i < f->all.count; i++) {
        OQ_TRY(ai_fit_checkpoint(f, 0.05 + 0.35 * (double)i / (double)f->all.count, "samples"));
        OQ_TRY(read_samples(f, i, f->from, to));
        ai_asset *a = &f->all.at[i];
        oq_us first = f->items[i].count ? f->items[i].at[0].at : OQ_TIME_NONE;
        if (first != OQ_TIME_NONE && (a->watched_from == OQ_TIME_NONE || first < a->watched_from))
            a->watched_from = first;
        f->known_from[i] = first;
        ai_items_records(f->arena, &f->sights, a, &f->items[i]);
    }
    return NULL;
}
