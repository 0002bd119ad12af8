#include "quant/cause_inputs.h"

#include <math.h>
#include <stdlib.h>

#include "base/banned.h"

/* Hours before the anchor within which an item counts; 0: at any time. Rising. */
static const int within_h[] = {1, 6, 24, 48, 0};

/* An indicator that nearly all or nearly no case has would get a huge scaled value from the few
 * others; 0.2 is the deviation of one in 24. */
static const double INDICATOR_SCALE_MIN = 0.2;
static const double ROW_MAX = 8;

/* With so few cases a rare cause has come once, and what told it apart too. */
enum { FEW_ROWS = 40 };

typedef struct raw {
    oq_str name;
    double value;
    bool is_feature;
    size_t row;
} raw;

typedef struct raws {
    raw *at;
    size_t count;
} raws;

static int compare_raws(const void *a, const void *b)
{
    const raw *x = a, *y = b;
    int by = oq_str_cmp(x->name, y->name);
    by = by ? by : (x->row > y->row) - (x->row < y->row);
    return by ? by : (x->value > y->value) - (x->value < y->value);
}

/* --- one case as named numbers -------------------------------------------------------------------*/

static void put(raws *r, oq_str name, double value, bool is_feature)
{
    r->at[r->count++] = (raw){.name = name, .value = value, .is_feature = is_feature};
}

static oq_str item_name(oq_arena *temp, const case_item *item, int hours)
{
    oq_str within = hours ? oq_strf(temp, "<%dh", hours) : OQ_STR("");
    return oq_strf(temp, "%.*s:%.*s%s%.*s%.*s", OQ_FMT(item->category), OQ_FMT(item->kind),
                   oq_str_given(item->metric) ? ":" : "", OQ_FMT(item->metric), OQ_FMT(within));
}

/* Sorted by name, each name once. */
static raws case_raws(oq_arena *temp, const cause_case *c)
{
    raws r = {.at = oq_new_n(temp, raw, c->items * OQ_COUNT(within_h) + c->features + 1)};
    for (size_t i = 0; i < c->items; i++) {
        oq_us ago = c->anchor - c->item[i].at;
        for (size_t w = 0; w < OQ_COUNT(within_h); w++)
            if (within_h[w] == 0 || ago <= within_h[w] * OQ_HOUR)
                put(&r, item_name(temp, &c->item[i], within_h[w]), 1, false);
    }
    for (size_t i = 0; i < c->features; i++)
        if (isfinite(c->value[i]))
            put(&r, c->feature[i], c->value[i], true);
    if (!oq_str_empty(c->asset_class))
        put(&r, oq_strf(temp, "class:%.*s", OQ_FMT(c->asset_class)), 1, false);
    qsort(r.at, r.count, sizeof *r.at, compare_raws);
    size_t kept = 0;
    for (size_t i = 0; i < r.count; i++)
        if (kept == 0 || !oq_str_eq(r.at[kept - 1].name, r.at[i].name))
            r.at[kept++] = r.at[i];
    r.count = kept;
    return r;
}

/* --- which inputs there are ----------------------------------------------------------------------*/

typedef struct moments {
    size_t count;
    double mean, sd;
} moments;

static moments moments_of(const raw *r, size_t count)
{
    moments m = {.count = count};
    double m2 = 0;
    for (size_t i = 0; i < count; i++) {
        double off = r[i].value - m.mean;
        m.mean += off / (double)(i + 1);
        m2 += off * (r[i].value - m.mean);
    }
    m.sd = count > 1 ? sqrt(m2 / (double)count) : 0;
    return m;
}

static void add_indicator(oq_arena *arena, cause_inputs *in, oq_str name, bool is_missing_mark,
                          double share)
{
    double sd = sqrt(share * (1 - share));
    in->at[in->count++] =
        (cause_input){.name = oq_strf(arena, "%.*s%s", OQ_FMT(name), is_missing_mark ? "?" : ""),
                      .is_indicator = is_missing_mark,
                      .mean = share,
                      .scale = fmax(sd, INDICATOR_SCALE_MIN)};
}

/* All values of one name. */
typedef struct name_group {
    const raw *at;
    size_t count;
} name_group;

static int compare_groups(const void *a, const void *b)
{
    return oq_str_cmp(((const name_group *)a)->at->name, ((const name_group *)b)->at->name);
}

/* An item within 24 h is there in the very cases in which it is there within 6 h: one input says as
 * much as two, and two would count double. Windows are nested, so equal counts mean equal cases. */
static bool is_repeated(oq_arena *temp, const name_group *g, size_t groups, const name_group *of)
{
    oq_str base = of->at->name;
    size_t window = OQ_COUNT(within_h) - 1;
    for (size_t w = 0; w + 1 < OQ_COUNT(within_h); w++) {
        oq_str end = oq_strf(temp, "<%dh", within_h[w]);
        if (oq_str_ends(of->at->name, end)) {
            base.len -= end.len;
            window = w;
            break;
        }
    }
    if (window == 0)
        return false;
    raw wanted = {.name = oq_strf(temp, "%.*s<%dh", OQ_FMT(base), within_h[window - 1])};
    name_group key = {.at = &wanted};
    const name_group *narrower = bsearch(&key, g, groups, sizeof *g, compare_groups);
    return narrower && narrower->count == of->count;
}

static void learn_name(oq_arena *arena, cause_inputs *in, const raw *r, size_t count, size_t rows)
{
    moments m = moments_of(r, count);
    double share = (double)count / (double)rows;
    if (!r->is_feature) {
        if (count >= (rows < FEW_ROWS ? 1 : 2) && count < rows)
            add_indicator(arena, in, r->name, false, share);
        return;
    }
    if (m.sd > 1e-12 * (1 + fabs(m.mean)))
        in->at[in->count++] = (cause_input){
            .name = oq_str_copy(arena, r->name), .is_feature = true, .mean = m.mean, .scale = m.sd};
    if (count < rows)
        add_indicator(arena, in, r->name, true, 1 - share);
}

void cause_inputs_learn(oq_arena *arena, const cause_case *const *c, size_t count,
                        cause_inputs *ret_inputs)
{
    oq_arena *temp = oq_arena_open(0);
    raws *of = oq_new_n(temp, raws, count);
    size_t total = 0;
    for (size_t n = 0; n < count; n++) {
        of[n] = case_raws(temp, c[n]);
        total += of[n].count;
    }
    raw *all = oq_new_n(temp, raw, total);
    size_t filled = 0, names = 0;
    for (size_t n = 0; n < count; n++)
        for (size_t i = 0; i < of[n].count; i++) {
            all[filled] = of[n].at[i];
            all[filled++].row = n;
        }
    qsort(all, total, sizeof *all, compare_raws);
    for (size_t i = 0; i < total; i++)
        names += i == 0 || !oq_str_eq(all[i].name, all[i - 1].name);
    name_group *group = oq_new_n(temp, name_group, names);
    size_t groups = 0;
    for (size_t i = 0, end; i < total; i = end) {
        for (end = i + 1; end < total && oq_str_eq(all[end].name, all[i].name);)
            end++;
        group[groups++] = (name_group){all + i, end - i};
    }
    *ret_inputs = (cause_inputs){.at = oq_new_n(arena, cause_input, 2 * names)};
    for (size_t i = 0; i < groups; i++)
        if (group[i].at->is_feature || !is_repeated(temp, group, groups, &group[i]))
            learn_name(arena, ret_inputs, group[i].at, group[i].count, count);
    oq_arena_close(temp);
}

/* --- a case as a row -----------------------------------------------------------------------------*/

static double input_value(const raws *r, const cause_input *in)
{
    raw wanted = {.name = in->name};
    if (in->is_indicator)
        wanted.name.len--; /* without its "?" */
    size_t low = 0, high = r->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (oq_str_cmp(r->at[middle].name, wanted.name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_there = low < r->count && oq_str_eq(r->at[low].name, wanted.name);
    if (in->is_indicator)
        return is_there ? 0 : 1;
    if (!is_there)
        return in->is_feature ? in->mean : 0;
    return r->at[low].value;
}

void cause_inputs_row(oq_arena *temp, const cause_inputs *inputs, const cause_case *c,
                      double *ret_row)
{
    oq_mark mark = oq_arena_mark(temp);
    raws r = case_raws(temp, c);
    for (size_t i = 0; i < inputs->count; i++) {
        const cause_input *in = &inputs->at[i];
        double z = (input_value(&r, in) - in->mean) / in->scale;
        ret_row[i] = fmin(fmax(z, -ROW_MAX), ROW_MAX);
    }
    oq_arena_rewind(temp, mark);
}
