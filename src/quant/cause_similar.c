/* How alike two cases are. */
#include <math.h>

#include "quant/cause_case.h"

#include "base/banned.h"

enum { ORDER_MAX = 128 }; /* of a case: those nearest to the anchor are put in order */
#define WEIGHT_TYPES 5.0
#define WEIGHT_ORDER 2.0
#define WEIGHT_SHAPE 3.0

/* What tells kinds apart, and how much one says. */
typedef struct kind_key {
    uint64_t key;
    double weight;
} kind_key;

/* --- kinds --------------------------------------------------------------------------------------*/

static uint64_t key_of(const case_item *item)
{
    uint64_t key = oq_hash(item->category);
    key = key * UINT64_C(0x9e3779b97f4a7c15) + oq_hash(item->kind);
    return key * UINT64_C(0x9e3779b97f4a7c15) + oq_hash(item->metric);
}

static double weight_of(const case_item *item)
{
    static const struct {
        const char *category;
        double weight;
    } row[] = {{"FAILURE", 2}, {"SENSOR", 1.5}, {"ALERT", 1.5}, {"SYSTEM", 0.5}};
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        if (oq_str_eq(item->category, oq_cstr(row[i].category)))
            return row[i].weight;
    return 1;
}

static int compare_keys(const void *a, const void *b)
{
    uint64_t x = ((const kind_key *)a)->key, y = ((const kind_key *)b)->key;
    return (x > y) - (x < y);
}

/* The case's kinds, each once, by key. */
static kind_key *kinds_of(oq_arena *arena, const cause_case *c, size_t *ret_count)
{
    kind_key *kind = oq_new_n(arena, kind_key, c->items);
    size_t count = 0;
    for (size_t i = 0; i < c->items; i++)
        kind[i] = (kind_key){key_of(&c->item[i]), weight_of(&c->item[i])};
    qsort(kind, c->items, sizeof *kind, compare_keys);
    for (size_t i = 0; i < c->items; i++)
        if (count == 0 || kind[count - 1].key != kind[i].key)
            kind[count++] = kind[i];
    *ret_count = count;
    return kind;
}

struct case_rarity {
    kind_key *kind; /* by key; weight: in how many cases */
    size_t count, cases;
};

case_rarity *case_rarity_make(oq_arena *arena, const cause_case *c, size_t count)
{
    size_t all = 0;
    for (size_t i = 0; i < count; i++)
        all += c[i].items;
    case_rarity *r = oq_new(arena, case_rarity);
    *r = (case_rarity){oq_new_n(arena, kind_key, all), 0, count};
    for (size_t i = 0; i < count; i++) {
        oq_mark mark = oq_arena_mark(arena);
        size_t kinds;
        kind_key *kind = kinds_of(arena, &c[i], &kinds);
        memcpy(r->kind + r->count, kind, kinds * sizeof *kind);
        r->count += kinds;
        oq_arena_rewind(arena, mark);
    }
    qsort(r->kind, r->count, sizeof *r->kind, compare_keys);
    size_t kept = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (kept && r->kind[kept - 1].key == r->kind[i].key)
            r->kind[kept - 1].weight++;
        else
            r->kind[kept++] = (kind_key){r->kind[i].key, 1};
    }
    r->count = kept;
    return r;
}

/* Inverse document frequency: K. Sparck Jones, J. Documentation 28, 1972; never 0. */
static double rarity_of(const case_rarity *r, uint64_t key)
{
    if (!r)
        return 1;
    const kind_key *found =
        bsearch(&(kind_key){.key = key}, r->kind, r->count, sizeof *r->kind, compare_keys);
    return 1 + log((1 + (double)r->cases) / (1 + (found ? found->weight : 0)));
}

/* Weight of what both have over weight of what either has. False: neither has anything. */
static bool compare_types(oq_arena *arena, const case_rarity *rarity, const cause_case *a,
                          const cause_case *b, double *ret)
{
    size_t left, right;
    kind_key *x = kinds_of(arena, a, &left), *y = kinds_of(arena, b, &right);
    double both = 0, either = 0;
    for (size_t i = 0, k = 0; i < left || k < right;) {
        bool is_left = k == right || (i < left && x[i].key <= y[k].key);
        bool is_right = i == left || (k < right && y[k].key <= x[i].key);
        const kind_key *now = is_left ? &x[i] : &y[k];
        double weight = now->weight * rarity_of(rarity, now->key);
        either += weight;
        both += is_left && is_right ? weight : 0;
        i += is_left;
        k += is_right;
    }
    *ret = either > 0 ? both / either : 0;
    return either > 0;
}

/* --- order --------------------------------------------------------------------------------------*/

/* The keys in the order of time, repetitions once, of the items nearest to the anchor. */
static size_t sequence_of(const cause_case *c, uint64_t key[ORDER_MAX])
{
    size_t from = 0, end = c->items, count = 0;
    while (end - from > ORDER_MAX) {
        bool is_early = c->anchor - c->item[from].at > c->item[end - 1].at - c->anchor;
        from += is_early;
        end -= !is_early;
    }
    for (size_t i = from; i < end; i++) {
        uint64_t now = key_of(&c->item[i]);
        if (count == 0 || key[count - 1] != now)
            key[count++] = now;
    }
    return count;
}

/* Longest common subsequence: R. A. Wagner, M. J. Fischer, J. ACM 21, 1974. */
static size_t common_length(const uint64_t *a, size_t left, const uint64_t *b, size_t right)
{
    size_t row[2][ORDER_MAX + 1] = {0};
    for (size_t i = 1; i <= left; i++)
        for (size_t k = 1; k <= right; k++) {
            size_t *now = row[i % 2], *last = row[1 - i % 2];
            now[k] = a[i - 1] == b[k - 1]   ? last[k - 1] + 1
                     : last[k] > now[k - 1] ? last[k]
                                            : now[k - 1];
        }
    return row[left % 2][right];
}

static bool compare_order(const cause_case *a, const cause_case *b, double *ret)
{
    uint64_t x[ORDER_MAX], y[ORDER_MAX];
    size_t left = sequence_of(a, x), right = sequence_of(b, y);
    *ret = 0;
    if (left < 2 || right < 2)
        return false;
    *ret = (double)common_length(x, left, y, right) / (double)(left > right ? left : right);
    return true;
}

/* --- shape --------------------------------------------------------------------------------------*/

static const case_item *strongest(const cause_case *c, oq_str metric)
{
    const case_item *best = NULL;
    for (size_t i = 0; i < c->items; i++) {
        const case_item *item = &c->item[i];
        if (item->finding && oq_str_eq(item->metric, metric) &&
            (!best || item->score > best->score))
            best = item;
    }
    return best;
}

/* +1 up, -1 down, 0 neither. */
static int direction(int kind)
{
    switch (kind) {
    case FINDING_SPIKE:
    case FINDING_STEP_UP:
    case FINDING_DRIFT_UP:
        return 1;
    case FINDING_DROP:
    case FINDING_STEP_DOWN:
    case FINDING_DRIFT_DOWN:
        return -1;
    default:
        return 0;
    }
}

static void add_findings(const cause_case *a, const cause_case *b, double *sum, double *count)
{
    for (size_t i = 0; i < a->items; i++) {
        const case_item *item = &a->item[i];
        if (!item->finding || item != strongest(a, item->metric))
            continue;
        const case_item *other = strongest(b, item->metric);
        if (!other)
            continue;
        int way = direction(item->finding);
        *count += 1;
        *sum += item->finding == other->finding                ? 1
                : way != 0 && way == direction(other->finding) ? 0.7
                                                               : 0;
    }
}

/* A distance that needs no scale: G. N. Lance, W. T. Williams (Canberra), twice, cut at 1. */
static double nearness(double a, double b)
{
    if (a == b)
        return 1;
    return fmax(0, 1 - 2 * fabs(a - b) / (fabs(a) + fabs(b)));
}

static void add_features(const cause_case *a, const cause_case *b, double *sum, double *count)
{
    for (size_t i = 0; i < a->features; i++) {
        size_t k = 0;
        while (k < b->features && !oq_str_eq(a->feature[i], b->feature[k]))
            k++;
        if (k == b->features || (isnan(a->value[i]) && isnan(b->value[k])))
            continue;
        *count += 1; /* missing in one of them: not alike */
        if (!isnan(a->value[i]) && !isnan(b->value[k]))
            *sum += nearness(a->value[i], b->value[k]);
    }
}

static bool compare_shape(const cause_case *a, const cause_case *b, double *ret)
{
    double sum = 0, count = 0;
    add_findings(a, b, &sum, &count);
    add_features(a, b, &sum, &count);
    *ret = count > 0 ? sum / count : 0;
    return count > 0;
}

/* --- all three ----------------------------------------------------------------------------------*/

case_likeness cause_similar_by(oq_arena *temp, const case_rarity *rarity, const cause_case *a,
                               const cause_case *b)
{
    oq_mark mark = oq_arena_mark(temp);
    case_likeness like;
    double weight = 0, sum = 0;
    if (compare_types(temp, rarity, a, b, &like.types)) {
        weight += WEIGHT_TYPES;
        sum += WEIGHT_TYPES * like.types;
    }
    if (compare_order(a, b, &like.order)) {
        weight += WEIGHT_ORDER;
        sum += WEIGHT_ORDER * like.order;
    }
    if (compare_shape(a, b, &like.shape)) {
        weight += WEIGHT_SHAPE;
        sum += WEIGHT_SHAPE * like.shape;
    }
    like.total = weight > 0 ? sum / weight : 0;
    oq_arena_rewind(temp, mark);
    return like;
}

case_likeness cause_similar(oq_arena *temp, const cause_case *a, const cause_case *b)
{
    return cause_similar_by(temp, NULL, a, b);
}
