#include "quant/maintenance_priority.h"

#include <math.h>

#include "base/banned.h"

static bool is_priced(const maintenance_priority_item *i)
{
    return isfinite(i->avoided_cost) && i->work_hours > 0;
}

double maintenance_hour_cost(const maintenance_priority_item *item, size_t count)
{
    double cost = 0, hours = 0;
    for (size_t i = 0; i < count; i++)
        if (item[i].work_cost >= 0 && item[i].work_hours > 0)
            cost += item[i].work_cost, hours += item[i].work_hours;
    return hours > 0 && cost > 0 ? cost / hours : NAN;
}

static double score_of(double value_per_hour, double hour_cost)
{
    if (!(hour_cost > 0) || isnan(value_per_hour))
        return NAN;
    return value_per_hour > 0 ? 100 * value_per_hour / (value_per_hour + hour_cost) : 0;
}

static double known_or_1(double share)
{
    return isnan(share) ? 1 : share;
}

/* Of its own work, where that is known. */
static double hour_of(const maintenance_priority_item *i, double hour_cost)
{
    return i->work_cost > 0 && i->work_hours > 0 ? i->work_cost / i->work_hours : hour_cost;
}

static double risk_of(const maintenance_priority_item *i)
{
    double criticality = i->criticality > 0 ? i->criticality / 5.0 : 1;
    return known_or_1(i->failure_probability) * criticality * known_or_1(i->production_impact);
}

/* --- order --------------------------------------------------------------------------------------*/

typedef struct entry {
    maintenance_priority priority;
    const maintenance_priority_item *item;
} entry;

/* Larger first, what is not known last. */
static int by_size(double x, double y)
{
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return (x < y) - (x > y);
}

static int entry_cmp(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    int order = by_size(x->priority.score, y->priority.score);
    /* Scores round to 100 where values still differ. */
    if (!order && !isnan(x->priority.score))
        order = by_size(x->priority.value_per_hour, y->priority.value_per_hour);
    if (!order && isnan(x->priority.score))
        order = by_size(x->priority.risk, y->priority.risk);
    if (!order)
        order = y->item->criticality - x->item->criticality;
    if (!order)
        order = by_size(x->item->failure_probability, y->item->failure_probability);
    return order ? order : x->priority.item < y->priority.item ? -1 : 1;
}

void maintenance_rank(oq_arena *arena, const maintenance_priority_item *item, size_t count,
                      double hour_cost, maintenance_priority **ret_rank)
{
    entry *list = oq_new_n(arena, entry, count);
    for (size_t i = 0; i < count; i++) {
        double value = is_priced(&item[i]) ? item[i].avoided_cost / item[i].work_hours : NAN;
        list[i].item = &item[i];
        list[i].priority = (maintenance_priority){.item = (uint32_t)i,
                                                  .score = score_of(value,
                                                                    hour_of(&item[i], hour_cost)),
                                                  .value_per_hour = value,
                                                  .risk = risk_of(&item[i])};
    }
    if (count)
        qsort(list, count, sizeof *list, entry_cmp);
    maintenance_priority *rank = oq_new_n(arena, maintenance_priority, count);
    for (size_t i = 0; i < count; i++) {
        rank[i] = list[i].priority;
        rank[i].rank = (uint32_t)i + 1;
    }
    *ret_rank = rank;
}

/* --- sites --------------------------------------------------------------------------------------*/

static int site_cmp(const void *a, const void *b)
{
    const maintenance_site_priority *x = a, *y = b;
    int order = by_size(x->score, y->score);
    if (!order)
        order = by_size(x->avoided_cost, y->avoided_cost);
    return order ? order : x->site < y->site ? -1 : x->site > y->site;
}

static maintenance_site_priority *site_of(maintenance_site_priority *list, size_t *count,
                                          uint32_t site)
{
    for (size_t i = 0; i < *count; i++)
        if (list[i].site == site)
            return &list[i];
    list[*count] = (maintenance_site_priority){.site = site};
    return &list[(*count)++];
}

void maintenance_rank_sites(oq_arena *arena, const maintenance_priority_item *item, size_t count,
                            double hour_cost, maintenance_site_priority **ret_rank,
                            size_t *ret_count)
{
    maintenance_site_priority *list = oq_new_n(arena, maintenance_site_priority, count);
    size_t sites = 0;
    for (size_t i = 0; i < count; i++) {
        maintenance_site_priority *s = site_of(list, &sites, item[i].site);
        s->items++;
        if (!is_priced(&item[i])) {
            s->unpriced++;
            continue;
        }
        s->avoided_cost += item[i].avoided_cost;
        s->work_hours += item[i].work_hours;
    }
    for (size_t i = 0; i < sites; i++) {
        double value = list[i].work_hours > 0 ? list[i].avoided_cost / list[i].work_hours : NAN;
        list[i].score = score_of(value, hour_cost);
    }
    if (sites)
        qsort(list, sites, sizeof *list, site_cmp);
    for (size_t i = 0; i < sites; i++)
        list[i].rank = (uint32_t)i + 1;
    *ret_rank = list;
    *ret_count = sites;
}
