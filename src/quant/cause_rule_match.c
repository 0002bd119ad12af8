/* A rule held against a case. Conditions form trees by "after"; from the leaves up each item that
 * a condition could take gets the best that what hangs on it can reach, so that the choice of an
 * early item never spoils a later condition. */
#include <jansson.h>

#include "quant/cause_rule_inner.h"

#include "base/banned.h"

#define MUST 1000.0 /* above all optional weights together */

enum { NO_ITEM = -1 };

/* What a condition can take: items in the order of time, each with what it is worth. */
typedef struct candidates {
    size_t *item;
    double *worth;
    size_t count;
} candidates;

typedef struct matcher {
    oq_arena *arena;
    const cause_rule *rule;
    const cause_case *c;
    candidates of[RULE_CONDITIONS_MAX];
    bool holds[RULE_CONDITIONS_MAX];
    ptrdiff_t taken[RULE_CONDITIONS_MAX]; /* candidate; NO_ITEM: none */
} matcher;

/* --- one item against one condition -------------------------------------------------------------*/

static bool is_one_of(oq_str text, const rule_texts *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (oq_str_eq_ascii_nocase(text, list->at[i]))
            return true;
    return list->count == 0;
}

/* One of the words stands in the text, in large or small letters. */
static bool has_word(oq_arena *arena, oq_str text, const rule_texts *list)
{
    oq_mark mark = oq_arena_mark(arena);
    oq_str low = oq_str_lower(arena, text);
    bool has = list->count == 0;
    for (size_t i = 0; i < list->count && !has; i++)
        has = oq_str_find(low, oq_str_lower(arena, list->at[i])) != SIZE_MAX;
    oq_arena_rewind(arena, mark);
    return has;
}

static const json_t *follow_path(const json_t *json, oq_str path)
{
    oq_str part;
    while (json && oq_str_cut(&path, '.', &part)) {
        uint64_t index;
        if (json_is_array(json) && oq_parse_u64(part, &index))
            json = json_array_get(json, (size_t)index);
        else
            json = json_object_getn(json, part.ptr, part.len);
    }
    return json;
}

static bool is_number(const json_t *json, double *ret)
{
    if (json_is_number(json)) {
        *ret = json_number_value(json);
        return true;
    }
    return json_is_string(json) &&
           oq_parse_f64(oq_strn(json_string_value(json), json_string_length(json)), ret);
}

/* A value as the text that it is compared as; lists and objects are none. */
static oq_str scalar_text(const json_t *json, char number[OQ_F64_TEXT_MAX])
{
    if (json_is_string(json))
        return oq_strn(json_string_value(json), json_string_length(json));
    if (json_is_boolean(json))
        return json_is_true(json) ? OQ_STR("true") : OQ_STR("false");
    if (json_is_number(json))
        return oq_strn(number, oq_f64_format(json_number_value(json), number));
    return OQ_NONE;
}

static bool contains(oq_arena *arena, const json_t *value, const rule_texts *wanted)
{
    char number[OQ_F64_TEXT_MAX];
    if (!json_is_array(value))
        return has_word(arena, scalar_text(value, number), wanted);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (is_one_of(scalar_text(json_array_get(value, i), number), wanted))
            return true;
    return false;
}

static bool test_value(oq_arena *arena, const json_t *value, const rule_condition *c)
{
    char number[OQ_F64_TEXT_MAX];
    double of;
    switch (c->test) {
    case PAYLOAD_EXISTS:
        return true;
    case PAYLOAD_ABOVE:
        return is_number(value, &of) && of > c->limit;
    case PAYLOAD_BELOW:
        return is_number(value, &of) && of < c->limit;
    case PAYLOAD_CONTAINS:
        return contains(arena, value, &c->value);
    default: {
        oq_str text = scalar_text(value, number);
        return oq_str_given(text) && is_one_of(text, &c->value);
    }
    }
}

static bool has_payload(oq_arena *arena, oq_str payload, const rule_condition *c)
{
    if (c->test == PAYLOAD_NONE)
        return true;
    if (!oq_str_given(payload))
        return false;
    json_t *root = json_loadb(payload.ptr, payload.len, 0, NULL);
    const json_t *value = follow_path(root, c->path);
    bool holds = value && !json_is_null(value) && test_value(arena, value, c);
    json_decref(root);
    return holds;
}

static bool agrees(int wanted, bool is_so)
{
    return wanted == TRUTH_ANY || (wanted == TRUTH_YES) == is_so;
}

static bool fits(const matcher *m, const rule_condition *c, const case_item *item)
{
    if (c->change && !(item->finding && (c->change >> item->finding & 1)))
        return false;
    if (!isnan(c->score_min) && !(item->score >= c->score_min))
        return false;
    return is_one_of(item->category, &c->category) && is_one_of(item->metric, &c->metric) &&
           is_one_of(item->kind, &c->kind) && agrees(c->beyond_limit, item->beyond_limit) &&
           agrees(c->root_asset, item->is_root_asset) &&
           has_word(m->arena, item->summary, &c->summary) &&
           has_payload(m->arena, item->payload, c);
}

/* --- candidates ---------------------------------------------------------------------------------*/

static bool is_in_time(const matcher *m, const rule_condition *c, const case_item *item)
{
    if (c->after != RULE_NO_CONDITION || c->within == OQ_TIME_NONE)
        return true;
    return item->at <= m->c->anchor && item->at >= m->c->anchor - c->within;
}

static oq_us distance(const matcher *m, size_t item)
{
    oq_us off = m->c->item[item].at - m->c->anchor;
    return off < 0 ? -off : off;
}

static candidates gather(const matcher *m, const rule_condition *c)
{
    size_t *item = oq_new_n(m->arena, size_t, m->c->items), from = 0, count = 0;
    for (size_t i = 0; i < m->c->items; i++)
        if (is_in_time(m, c, &m->c->item[i]) && fits(m, c, &m->c->item[i]))
            item[count++] = i;
    while (count - from > RULE_CANDIDATES_MAX) {
        bool is_early = distance(m, item[from]) > distance(m, item[count - 1]);
        from += is_early;
        count -= !is_early;
    }
    return (candidates){item + from, oq_new_n(m->arena, double, count - from), count - from};
}

static double own_worth(const rule_condition *c)
{
    return (c->is_optional ? 0 : MUST) + c->weight;
}

/* The best that condition `k` can take once its "after" has taken `item` (NO_ITEM: it hangs on the
 * anchor); NO_ITEM: nothing. Of equals the one nearest to the anchor. */
static ptrdiff_t best_of(const matcher *m, size_t k, ptrdiff_t item)
{
    const candidates *list = &m->of[k];
    const rule_condition *c = &m->rule->condition[k];
    ptrdiff_t best = NO_ITEM;
    for (size_t i = 0; i < list->count; i++) {
        if (item != NO_ITEM) {
            oq_us off = m->c->item[list->item[i]].at - m->c->item[item].at;
            if (off < 0 || (ptrdiff_t)list->item[i] == item ||
                (c->within != OQ_TIME_NONE && off > c->within))
                continue;
        }
        if (best == NO_ITEM || list->worth[i] > list->worth[best] ||
            (list->worth[i] == list->worth[best] &&
             distance(m, list->item[i]) < distance(m, list->item[best])))
            best = (ptrdiff_t)i;
    }
    return best;
}

/* What condition `k` adds to the item that it hangs on. */
static double worth_of(const matcher *m, size_t k, ptrdiff_t item)
{
    ptrdiff_t best = best_of(m, k, item);
    if (m->rule->condition[k].is_absent)
        return best == NO_ITEM ? own_worth(&m->rule->condition[k]) : 0;
    return best == NO_ITEM ? 0 : m->of[k].worth[best];
}

/* --- the choice ---------------------------------------------------------------------------------*/

/* Children before their parents. */
static void value_candidates(matcher *m, size_t k)
{
    const rule_condition *c = &m->rule->condition[k];
    m->of[k] = gather(m, c);
    for (size_t child = 0; child < m->rule->conditions; child++)
        if (m->rule->condition[child].after == k)
            value_candidates(m, child);
    for (size_t i = 0; i < m->of[k].count; i++) {
        m->of[k].worth[i] = own_worth(c);
        for (size_t child = 0; child < m->rule->conditions; child++)
            if (m->rule->condition[child].after == k)
                m->of[k].worth[i] += worth_of(m, child, (ptrdiff_t)m->of[k].item[i]);
    }
}

/* `parent_holds` false: nothing to hang on. */
static void choose(matcher *m, size_t k, ptrdiff_t item, bool parent_holds)
{
    const rule_condition *c = &m->rule->condition[k];
    m->taken[k] = parent_holds ? best_of(m, k, item) : NO_ITEM;
    m->holds[k] = (m->taken[k] == NO_ITEM) == c->is_absent;
    ptrdiff_t mine = m->taken[k] == NO_ITEM ? NO_ITEM : (ptrdiff_t)m->of[k].item[m->taken[k]];
    for (size_t child = 0; child < m->rule->conditions; child++)
        if (m->rule->condition[child].after == k)
            choose(m, child, mine, mine != NO_ITEM);
}

static int compare_sizes(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static void tell(const matcher *m, rule_hit *hit)
{
    const cause_rule *r = m->rule;
    size_t *item = oq_new_n(m->arena, size_t, r->conditions);
    size_t *missed = oq_new_n(m->arena, size_t, r->conditions);
    double all = 0, held = 0;
    hit->hits = true;
    for (size_t k = 0; k < r->conditions; k++) {
        const rule_condition *c = &r->condition[k];
        if (!c->is_absent || c->is_optional) {
            all += c->weight;
            held += m->holds[k] ? c->weight : 0;
        }
        if (!m->holds[k]) {
            missed[hit->misses++] = k;
            hit->hits &= c->is_optional;
        } else if (!c->is_absent) {
            item[hit->items++] = m->of[k].item[m->taken[k]];
        }
    }
    qsort(item, hit->items, sizeof *item, compare_sizes);
    size_t kept = 0;
    for (size_t i = 0; i < hit->items; i++)
        if (kept == 0 || item[kept - 1] != item[i])
            item[kept++] = item[i];
    hit->items = kept;
    hit->item = item;
    hit->missed = missed;
    hit->weight = hit->hits ? r->confidence * (all > 0 ? held / all : 1) : 0;
}

void cause_rule_match(oq_arena *arena, const cause_rule *r, const cause_case *c, rule_hit *ret_hit)
{
    *ret_hit = (rule_hit){.applies = is_one_of(c->asset_class, &r->classes)};
    if (!ret_hit->applies)
        return;
    matcher *m = oq_new(arena, matcher);
    *m = (matcher){.arena = arena, .rule = r, .c = c};
    for (size_t k = 0; k < r->conditions; k++)
        if (r->condition[k].after == RULE_NO_CONDITION)
            value_candidates(m, k);
    for (size_t k = 0; k < r->conditions; k++)
        if (r->condition[k].after == RULE_NO_CONDITION)
            choose(m, k, NO_ITEM, true);
    tell(m, ret_hit);
}
