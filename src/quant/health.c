#include "quant/health.h"

#include <math.h>

#include "base/banned.h"

static const double UNKNOWN_MOST = 50, SHARE_ENOUGH = 0.8, SHARE_LEAST = 0.3;

const oq_choice health_part_choices[] = {{HEALTH_LIMITS, "limits"},
                                         {HEALTH_FAILURE, "failure"},
                                         {HEALTH_ANOMALY, "anomaly"},
                                         {HEALTH_INSPECTIONS, "inspections"},
                                         {HEALTH_MAINTENANCE, "maintenance"},
                                         {HEALTH_ORDERS, "orders"},
                                         {HEALTH_ALARMS, "alarms"},
                                         {HEALTH_AGE, "age"},
                                         {0}};
const oq_choice health_input_choices[] = {{HEALTH_GOOD, "good"},
                                          {HEALTH_STALE, "stale"},
                                          {HEALTH_TOO_LITTLE, "too_little"},
                                          {HEALTH_MISSING, "missing"},
                                          {0}};
const oq_choice health_state_choices[] = {
    {HEALTH_ENOUGH, "ENOUGH"}, {HEALTH_PARTIAL, "PARTIAL"}, {HEALTH_NOT_ENOUGH, "NOT_ENOUGH"}, {0}};

double health_part_weight(int part)
{
    static const double weight[HEALTH_PART_END] = {
        [HEALTH_LIMITS] = 25,      [HEALTH_FAILURE] = 20,     [HEALTH_ANOMALY] = 15,
        [HEALTH_INSPECTIONS] = 10, [HEALTH_MAINTENANCE] = 10, [HEALTH_ORDERS] = 10,
        [HEALTH_ALARMS] = 5,       [HEALTH_AGE] = 5,
    };
    assert(part > 0 && part < HEALTH_PART_END);
    return weight[part];
}

bool health_part_is_decisive(int part)
{
    return part == HEALTH_LIMITS || part == HEALTH_FAILURE;
}

/* --- checks and shares -----------------------------------------------------------------------------*/

static oq_err *check_score(health_contributor *c)
{
    if (isnan(c->score)) {
        c->input = c->input == HEALTH_GOOD ? (int)HEALTH_MISSING : c->input;
        return NULL;
    }
    if (c->score < 0 || c->score > 100)
        return oq_fail(OQ_INVALID, "health.score_invalid", "part=%s name=%.*s score=%g",
                       oq_choice_text(health_part_choices, c->part), OQ_FMT(c->name), c->score);
    return NULL;
}

/* Sets the shares; those of a part that weighs nothing are 0. */
static oq_err *share_out(health_contributor *c, size_t count)
{
    double weight[HEALTH_PART_END] = {0}, many[HEALTH_PART_END] = {0}, sum = 0;
    for (size_t i = 0; i < count; i++) {
        double w = c[i].weight != 0 ? c[i].weight : health_part_weight(c[i].part);
        double *of_part = &weight[c[i].part];
        if (!(w >= 0) || isinf(w) || (many[c[i].part] > 0 && *of_part != w))
            return oq_fail(OQ_INVALID, "health.weight_invalid", "part=%s weight=%g",
                           oq_choice_text(health_part_choices, c[i].part), w);
        *of_part = w;
        many[c[i].part]++;
    }
    for (int part = 1; part < HEALTH_PART_END; part++)
        sum += many[part] > 0 ? weight[part] : 0;
    for (size_t i = 0; i < count; i++)
        c[i].share = weight[c[i].part] / many[c[i].part] / sum;
    return NULL;
}

/* --- what is missing -------------------------------------------------------------------------------*/

/* Of one part, or of all (0): what is not good counts with `most` at most. */
static double mean_with(const health_contributor *c, size_t count, int part, double most)
{
    double sum = 0, shares = 0;
    for (size_t i = 0; i < count; i++) {
        if (part && c[i].part != part)
            continue;
        shares += c[i].share;
        sum += c[i].share * (c[i].input == HEALTH_GOOD ? c[i].score : fmin(c[i].counted, most));
    }
    return sum / shares;
}

/* Lets what is not good count with the mean that comes out with it, at most: the largest m with
 * mean_with(m) >= m (the difference falls as m rises). */
static void count_at_most_mean(health_contributor *c, size_t count, int part)
{
    const double round = 1e-11;
    double low = 0, high = 100;
    for (int i = 0; i < 50; i++) {
        double middle = (low + high) / 2;
        if (mean_with(c, count, part, middle) >= middle - round)
            low = middle;
        else
            high = middle;
    }
    for (size_t i = 0; i < count; i++)
        if (c[i].input != HEALTH_GOOD && (!part || c[i].part == part))
            c[i].counted = fmin(c[i].counted, low);
}

/* First within its part, as those of a part share a weight, then of all. */
static void count_missing(health_contributor *c, size_t count)
{
    bool has_missing[HEALTH_PART_END] = {0};
    for (size_t i = 0; i < count; i++) {
        bool is_good = c[i].input == HEALTH_GOOD;
        double last = isnan(c[i].score) ? 100 : c[i].score;
        c[i].counted = is_good ? c[i].score : fmin(UNKNOWN_MOST, last);
        has_missing[0] = has_missing[0] || !is_good;
        has_missing[c[i].part] = has_missing[c[i].part] || !is_good;
    }
    for (int part = 1; part < HEALTH_PART_END; part++)
        if (has_missing[part])
            count_at_most_mean(c, count, part);
    if (has_missing[0])
        count_at_most_mean(c, count, 0);
}

static double ceiling(double score)
{
    return 20 + 0.8 * score;
}

static void band(const health_contributor *c, size_t count, health *h)
{
    h->low = h->high = 0;
    double low_most = 100, high_most = 100;
    for (size_t i = 0; i < count; i++) {
        bool is_good = c[i].input == HEALTH_GOOD, is_decisive = health_part_is_decisive(c[i].part);
        h->low += c[i].share * (is_good ? c[i].score : 0);
        h->high += c[i].share * (is_good ? c[i].score : 100);
        if (is_decisive)
            low_most = fmin(low_most, ceiling(is_good ? c[i].score : 0));
        if (is_decisive && is_good)
            high_most = fmin(high_most, ceiling(c[i].score));
    }
    h->low = fmin(h->low, low_most);
    h->high = fmin(fmin(h->high, high_most), 100);
}

/* Counts, losses, and the score; `least` is the one whose ceiling is lowest. */
static void settle(health_contributor *c, size_t count, health *h)
{
    double most = 100, sum = 0;
    size_t least = count;
    count_missing(c, count);
    for (size_t i = 0; i < count; i++) {
        c[i].loss = c[i].share * (100 - c[i].counted);
        sum += c[i].share * c[i].counted;
        if (!health_part_is_decisive(c[i].part) || isnan(c[i].score))
            continue;
        if (ceiling(c[i].score) < most) {
            most = ceiling(c[i].score);
            least = i;
        }
    }
    h->score = fmin(sum, most);
    if (least < count && sum > most)
        c[least].loss += sum - most;
    h->score = fmin(fmax(h->score, h->low), h->high); /* sums in another order */
}

static int compare_loss(const void *a, const void *b)
{
    const health_contributor *x = a, *y = b;
    if (x->loss != y->loss)
        return x->loss < y->loss ? 1 : -1;
    return x->part != y->part ? x->part - y->part : oq_str_cmp(x->name, y->name);
}

oq_err *health_assess(health_contributor *io_contributor, size_t count, health *ret_health)
{
    health h = {.state = HEALTH_NOT_ENOUGH, .score = NAN, .low = 0, .high = 100};
    for (size_t i = 0; i < count; i++)
        OQ_TRY(check_score(&io_contributor[i]));
    if (!count) {
        *ret_health = h;
        return NULL;
    }
    OQ_TRY(share_out(io_contributor, count));
    bool has_needed = true;
    for (size_t i = 0; i < count; i++) {
        const health_contributor *c = &io_contributor[i];
        bool is_good = c->input == HEALTH_GOOD;
        h.good_share += is_good ? c->share : 0;
        h.missing += !is_good;
        has_needed = has_needed && (is_good || !c->is_needed);
    }
    h.good_share = fmin(h.good_share, 1);
    band(io_contributor, count, &h);
    settle(io_contributor, count, &h);
    const double round = 1e-9;
    if (h.good_share < SHARE_LEAST - round)
        h.score = NAN;
    else if (h.good_share >= SHARE_ENOUGH - round && has_needed)
        h.state = HEALTH_ENOUGH;
    else
        h.state = HEALTH_PARTIAL;
    qsort(io_contributor, count, sizeof *io_contributor, compare_loss);
    *ret_health = h;
    return NULL;
}
