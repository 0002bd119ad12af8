/* What limits the work: people, parts, windows, the order of orders. */
#include <math.h>
#include <stdlib.h>

#include "duty/roster.h"
#include "optimize/gather_inner.h"
#include "plant/supply.h"

#include "optimize_gather.sql.h"

#include "base/banned.h"

enum { DAY_MINUTES = 24 * 60 };

/* --- assets -------------------------------------------------------------------------------------*/

typedef struct placed {
    oq_uuid id;
    uint32_t place;
} placed;

static int compare_placed(const void *a, const void *b)
{
    return memcmp(&((const placed *)a)->id, &((const placed *)b)->id, sizeof(oq_uuid));
}

oq_err *gather_assets(gathering *g)
{
    sql_optimize_assets_rows rows;
    OQ_TRY(sql_optimize_assets(g->s, (sql_optimize_assets_args){g->run->site_id}, &rows));
    placed *by_id = oq_new_n(g->arena, placed, rows.count);
    oq_uuid *id = oq_new_n(g->arena, oq_uuid, rows.count);
    uint32_t *place = oq_new_n(g->arena, uint32_t, rows.count);
    for (size_t i = 0; i < rows.count; i++)
        by_id[i] = (placed){rows.at[i].id, (uint32_t)i};
    if (rows.count)
        qsort(by_id, rows.count, sizeof *by_id, compare_placed);
    for (size_t i = 0; i < rows.count; i++) {
        id[i] = by_id[i].id;
        place[i] = by_id[i].place;
    }
    g->asset = rows.at;
    g->assets = rows.count;
    g->asset_id = id;
    g->asset_place = place;
    return NULL;
}

uint32_t gather_asset(const gathering *g, oq_uuid id)
{
    uint32_t at = gather_place(g->asset_id, g->assets, id);
    return at == UINT32_MAX ? at : g->asset_place[at];
}

/* --- people -------------------------------------------------------------------------------------*/

oq_err *gather_skills(gathering *g)
{
    sql_optimize_skills_rows rows;
    OQ_TRY(sql_optimize_skills(g->s, &rows));
    if (rows.count > MAINTENANCE_SKILLS_MAX)
        return oq_fail(OQ_CONFLICT, "optimize.too_many_skills", "count=%zu most=%d", rows.count,
                       MAINTENANCE_SKILLS_MAX);
    gather_skill *skill = oq_new_n(g->arena, gather_skill, rows.count);
    for (size_t i = 0; i < rows.count; i++)
        skill[i] = (gather_skill){rows.at[i].id, rows.at[i].code};
    g->skill = skill;
    g->skills = rows.count;
    return NULL;
}

static uint64_t skills_of(const gathering *g, const sql_optimize_user_skills_rows *has,
                          oq_uuid user)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < has->count; i++)
        for (size_t k = 0; oq_uuid_eq(has->at[i].user_id, user) && k < g->skills; k++)
            if (oq_uuid_eq(g->skill[k].id, has->at[i].skill_id))
                bits |= 1ULL << k;
    return bits;
}

/* Minutes that somebody works on a day, and (if asked for) at which sites. Who is on call waits,
 * and does not work. */
static int32_t minutes_on(const gathering *g, const roster *r, const roster_person *p, oq_date day,
                          bool *works_at, bool *ret_anywhere)
{
    int64_t minutes = 0;
    oq_date until;
    for (size_t i = 0; i < r->shifts; i++) {
        const roster_shift *f = &r->shift[i];
        if (f->is_on_call || !oq_uuid_eq(f->user_id, p->id) || !roster_begins(f, day) ||
            roster_rests(r, f, day) || roster_is_absent(r, p->id, day, &until))
            continue;
        minutes += f->length_min;
        uint32_t at = gather_place(g->in->site, g->in->problem.sites, f->site_id);
        if (oq_uuid_is_zero(f->site_id))
            *ret_anywhere = true;
        else if (at != UINT32_MAX)
            works_at[at] = true;
    }
    return (int32_t)(minutes < DAY_MINUTES ? minutes : DAY_MINUTES);
}

static bool put_crew(gathering *g, const roster *r, const roster_person *p, double share,
                     maintenance_crew *crew)
{
    bool anywhere = false, works = false;
    bool *works_at = oq_new_n(g->arena, bool, g->in->problem.sites);
    int32_t *minutes = oq_new_n(g->arena, int32_t, g->in->problem.days);
    for (int32_t d = 0; d < g->in->problem.days; d++) {
        minutes[d] =
            (int32_t)lround(minutes_on(g, r, p, g->in->from_day + d, works_at, &anywhere) * share);
        works = works || minutes[d] > 0;
    }
    crew->minutes = minutes;
    crew->site = anywhere ? NULL : works_at;
    return works;
}

oq_err *gather_crews(gathering *g, double hours_share)
{
    roster r;
    sql_optimize_user_skills_rows has;
    oq_us from = (oq_us)g->in->from_day * OQ_DAY, days = g->in->problem.days;
    OQ_TRY(duty_roster(g->s, &(duty_need){.site_id = g->run->site_id, .at = from},
                       from + days * OQ_DAY, &r));
    OQ_TRY(sql_optimize_user_skills(
        g->s, (sql_optimize_user_skills_args){g->in->from_day, SKILL_LEVEL_ALONE}, &has));
    const cost_model *preset = optimize_cost_of(g->prices, &(optimize_asset){0});
    bool is_priced = preset && oq_str_eq(preset->currency, g->in->currency) &&
                     preset->labour_per_hour_minor != OQ_I64_NONE;
    size_t count = 0;
    maintenance_crew *crew = oq_new_n(g->arena, maintenance_crew, r.persons);
    optimize_crew_names *names = oq_new_n(g->arena, optimize_crew_names, r.persons);
    for (size_t i = 0; i < r.persons && count < MAINTENANCE_CREWS_MAX; i++) {
        crew[count] = (maintenance_crew){
            .skills = skills_of(g, &has, r.person[i].id),
            .cost_per_hour = is_priced ? preset->labour_per_hour_minor : 0,
        };
        names[count] = (optimize_crew_names){r.person[i].id, r.person[i].name};
        count += put_crew(g, &r, &r.person[i], hours_share, &crew[count]);
    }
    g->crew = crew;
    g->in->problem.crew = crew;
    g->in->problem.crews = count;
    g->in->crew = names;
    g->time_zone = r.time_zone;
    return NULL;
}

/* --- windows ------------------------------------------------------------------------------------*/

oq_err *gather_windows(gathering *g)
{
    sql_optimize_windows_rows rows;
    sql_optimize_units_rows units;
    sql_optimize_limited_rows limited;
    oq_us from = (oq_us)g->in->from_day * OQ_DAY;
    OQ_TRY(sql_optimize_windows(
        g->s, (sql_optimize_windows_args){from - OQ_DAY, from + (g->in->problem.days + 1) * OQ_DAY,
                                     g->run->as_of},
        &rows));
    OQ_TRY(sql_optimize_units(g->s, &units));
    OQ_TRY(sql_optimize_limited(g->s, (sql_optimize_limited_args){g->run->as_of}, &limited));
    oq_uuid *unit = oq_new_n(g->arena, oq_uuid, units.count);
    oq_uuid *parent = oq_new_n(g->arena, oq_uuid, units.count);
    oq_uuid *where = oq_new_n(g->arena, oq_uuid, limited.count);
    for (size_t i = 0; i < units.count; i++) {
        unit[i] = units.at[i].id;
        parent[i] = units.at[i].parent_id;
    }
    for (size_t i = 0; i < limited.count; i++)
        where[i] = !oq_uuid_is_zero(limited.at[i].asset_id)  ? limited.at[i].asset_id
                   : !oq_uuid_is_zero(limited.at[i].unit_id) ? limited.at[i].unit_id
                                                             : limited.at[i].site_id;
    g->window = rows.at;
    g->windows = rows.count;
    g->unit = unit;
    g->unit_parent = parent;
    g->units = units.count;
    g->limited = where;
    g->limits = limited.count;
    return NULL;
}

/* Whether an asset is, or lies within, this asset, unit or site. */
static bool is_within(const gathering *g, const optimize_asset *a, oq_uuid place)
{
    if (oq_uuid_eq(a->id, place) || oq_uuid_eq(a->site_id, place))
        return true;
    oq_uuid at = a->unit_id;
    for (size_t steps = 0; !oq_uuid_is_zero(at) && steps <= g->units; steps++) {
        if (oq_uuid_eq(at, place))
            return true;
        uint32_t i = gather_place(g->unit, g->units, at);
        at = i == UINT32_MAX ? OQ_UUID_ZERO : g->unit_parent[i];
    }
    return false;
}

static oq_uuid place_of_window(const optimize_window_row *w)
{
    return !oq_uuid_is_zero(w->asset_id)  ? w->asset_id
           : !oq_uuid_is_zero(w->unit_id) ? w->unit_id
                                          : w->site_id;
}

/* Sets the minutes of a day of the horizon that lie in a window, by the clock on the wall. */
static void mark_within(const gathering *g, const optimize_window_row *w, int32_t day, bool value,
                        bool *minute)
{
    int64_t begin = ((int64_t)g->in->from_day + day) * DAY_MINUTES;
    roster_local from = roster_local_of(w->from_time, g->time_zone);
    roster_local to = roster_local_of(w->to_time, g->time_zone);
    int64_t a = (int64_t)from.day * DAY_MINUTES + from.minute - begin;
    int64_t b = (int64_t)to.day * DAY_MINUTES + to.minute - begin;
    for (int64_t m = a > 0 ? a : 0; m < b && m < DAY_MINUTES; m++)
        minute[m] = value;
}

/* The windows of an asset, those that block last. */
static size_t windows_of(gathering *g, const optimize_asset *a,
                         const optimize_window_row ***ret_window)
{
    const optimize_window_row **own = oq_new_n(g->arena, const optimize_window_row *, g->windows);
    size_t count = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < g->windows; i++)
            if ((g->window[i].kind == WINDOW_BLOCKED) == (pass == 1) &&
                is_within(g, a, place_of_window(&g->window[i])))
                own[count++] = &g->window[i];
    *ret_window = own;
    return count;
}

static int32_t longest_run(const bool *minute)
{
    int32_t longest = 0, run = 0;
    for (size_t m = 0; m < DAY_MINUTES; m++) {
        run = minute[m] ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* A day is open when the work fits into it without a break: within the windows it needs, if it
 * needs any, and outside of blocks. */
const bool *gather_window(gathering *g, const optimize_asset *a, int32_t minutes)
{
    bool is_limited = false, is_touched = false;
    for (size_t i = 0; i < g->limits; i++)
        is_limited = is_limited || is_within(g, a, g->limited[i]);
    const optimize_window_row **own;
    size_t count = windows_of(g, a, &own);
    if (!is_limited && !count)
        return NULL;
    int32_t days = g->in->problem.days;
    bool *open = oq_new_n(g->arena, bool, days);
    bool minute[DAY_MINUTES];
    for (int32_t d = 0; d < days; d++) {
        memset(minute, !is_limited, sizeof minute);
        for (size_t i = 0; i < count; i++)
            mark_within(g, own[i], d, own[i]->kind != WINDOW_BLOCKED, minute);
        open[d] = longest_run(minute) >= (minutes < DAY_MINUTES ? minutes : DAY_MINUTES);
        is_touched = is_touched || !open[d];
    }
    return is_touched ? open : NULL;
}

/* Minutes of a day in a row that an asset stands anyway: the most, those it begins
 * with, those it ends with. */
typedef struct standing {
    int32_t longest, head, tail;
} standing;

static standing stands_on(const gathering *g, const optimize_window_row **own, size_t count,
                          int32_t day)
{
    bool minute[DAY_MINUTES];
    memset(minute, 0, sizeof minute);
    for (size_t i = 0; i < count; i++)
        if (own[i]->kind == WINDOW_SHUTDOWN)
            mark_within(g, own[i], day, true, minute);
    standing s = {.longest = longest_run(minute)};
    while (s.head < DAY_MINUTES && minute[s.head])
        s.head++;
    while (s.tail < DAY_MINUTES && minute[DAY_MINUTES - 1 - s.tail])
        s.tail++;
    return s;
}

/* The most minutes in a row within some days. */
static int32_t stands_within(const standing *day, int32_t days)
{
    int32_t longest = 0, run = 0;
    for (int32_t d = 0; d < days; d++) {
        run += day[d].head;
        longest = run > longest ? run : longest;
        longest = day[d].longest > longest ? day[d].longest : longest;
        run = day[d].head == DAY_MINUTES ? run : day[d].tail;
    }
    return longest;
}

/* Work of more than a day stops the asset on the days after too, and may find it standing there. */
const double *gather_stop_cost(gathering *g, const optimize_asset *a, double per_hour, double hours)
{
    int32_t days = g->in->problem.days;
    if (isnan(per_hour))
        return NULL;
    const optimize_window_row **own;
    size_t count = windows_of(g, a, &own);
    double *cost = oq_new_n(g->arena, double, days);
    for (int32_t d = 0; d < days; d++)
        cost[d] = per_hour;
    if (!count || !(hours > 0))
        return cost;
    oq_mark mark = oq_arena_mark(g->arena);
    int32_t span = (int32_t)fmin(fmax(1, ceil(hours / 24)), days);
    standing *day = oq_new_n(g->arena, standing, days + span);
    for (int32_t d = 0; d < days + span; d++)
        day[d] = stands_on(g, own, count, d);
    for (int32_t d = 0; d < days; d++)
        cost[d] = per_hour * fmax(0, hours - stands_within(&day[d], span) / 60.0) / hours;
    oq_arena_rewind(g->arena, mark);
    return cost;
}

/* --- parts --------------------------------------------------------------------------------------*/

static int64_t thousandths(double quantity)
{
    return isnan(quantity) ? 0 : llround(quantity * OPTIMIZE_PARTS_UNIT);
}

static oq_err *gather_stock(gathering *g, oq_strs numbers, sql_optimize_stock_rows *ret_rows)
{
    OQ_TRY(sql_optimize_stock(g->s, (sql_optimize_stock_args){numbers}, ret_rows));
    maintenance_part *part = oq_new_n(g->arena, maintenance_part, ret_rows->count);
    oq_str *name = oq_new_n(g->arena, oq_str, ret_rows->count);
    for (size_t i = 0; i < ret_rows->count; i++) {
        const optimize_stock_row *row = &ret_rows->at[i];
        int32_t day = row->arrives_on == OQ_DATE_NONE ? -1 : row->arrives_on - g->in->from_day;
        part[i].stock = thousandths(row->in_stock);
        name[i] = row->part_number;
        if (row->arriving > 0 && day >= 0 && day < g->in->problem.days) {
            int64_t *arrival = oq_new_n(g->arena, int64_t, g->in->problem.days);
            arrival[day] = thousandths(row->arriving);
            part[i].arrival = arrival;
        } else if (row->arriving > 0 && row->arrives_on != OQ_DATE_NONE && day < 0) {
            part[i].stock += thousandths(row->arriving); /* it is there, and nobody wrote it down */
        }
    }
    g->in->problem.part = part;
    g->in->problem.parts = ret_rows->count;
    g->in->part = name;
    return NULL;
}

static size_t find_stock(const sql_optimize_stock_rows *stock, oq_str number)
{
    size_t i = 0;
    while (i < stock->count && !oq_str_eq(stock->at[i].part_number, number))
        i++;
    return i;
}

/* A part that the store knows is counted; one that somebody marked as there, or as missing, is
 * taken at that word; of one that nobody knows anything the plan must be told. */
static void need_parts(gathering *g, maintenance_job *task, oq_uuid order,
                       const sql_optimize_needs_rows *needs, const sql_optimize_stock_rows *stock)
{
    size_t own = 0;
    for (size_t i = 0; i < needs->count; i++)
        own += oq_uuid_eq(needs->at[i].work_order_id, order);
    maintenance_need *need = oq_new_n(g->arena, maintenance_need, own);
    for (size_t i = 0; own && i < needs->count; i++) {
        const optimize_need_row *n = &needs->at[i];
        if (!oq_uuid_eq(n->work_order_id, order))
            continue;
        size_t at = n->part_number.len ? find_stock(stock, n->part_number) : stock->count;
        if (at < stock->count)
            need[task->needs++] = (maintenance_need){(uint32_t)at, thousandths(n->quantity)};
        else if (!oq_str_eq(n->is_available, OQ_STR("true")))
            task->missing |= MAINTENANCE_MISSING_STOCK;
    }
    task->need = need;
}

static oq_uuids ordered(const gathering *g)
{
    oq_uuids ids = {oq_new_n(g->arena, oq_uuid, g->ordered), g->ordered};
    for (size_t i = 0; i < g->ordered; i++)
        ids.at[i] = g->names[i].order_id;
    return ids;
}

oq_err *gather_parts(gathering *g)
{
    sql_optimize_needs_rows needs;
    sql_optimize_stock_rows stock;
    OQ_TRY(sql_optimize_needs(g->s, (sql_optimize_needs_args){ordered(g)}, &needs));
    oq_strs numbers = {oq_new_n(g->arena, oq_str, needs.count), 0};
    for (size_t i = 0; i < needs.count; i++)
        if (needs.at[i].part_number.len)
            numbers.at[numbers.count++] = needs.at[i].part_number;
    OQ_TRY(gather_stock(g, numbers, &stock));
    for (size_t i = 0; needs.count && i < g->ordered; i++)
        need_parts(g, &g->job[i], g->names[i].order_id, &needs, &stock);
    return NULL;
}

/* --- one after the other ------------------------------------------------------------------------*/

static uint32_t job_of(const gathering *g, oq_uuid order)
{
    for (size_t i = 0; i < g->ordered; i++)
        if (oq_uuid_eq(g->names[i].order_id, order))
            return (uint32_t)i;
    return UINT32_MAX;
}

oq_err *gather_after(gathering *g)
{
    sql_optimize_after_rows rows;
    OQ_TRY(sql_optimize_after(g->s, (sql_optimize_after_args){ordered(g), g->run->as_of}, &rows));
    maintenance_order *order = oq_new_n(g->arena, maintenance_order, rows.count);
    size_t count = 0;
    for (size_t i = 0; i < rows.count; i++) {
        uint32_t after = job_of(g, rows.at[i].work_order_id);
        uint32_t before = job_of(g, rows.at[i].after_id);
        if (after != UINT32_MAX && before != UINT32_MAX)
            order[count++] = (maintenance_order){before, after, 0};
    }
    g->in->problem.order = order;
    g->in->problem.orders = count;
    return NULL;
}
