/* Conditions from JSON and back. */
#include "quant/alarm.h"

#include <float.h>
#include <math.h>

#include "base/banned.h"

const oq_choice alarm_is_choices[] = {
    {ALARM_ABOVE, "above"},         {ALARM_BELOW, "below"},
    {ALARM_RISING, "rising"},       {ALARM_FALLING, "falling"},
    {ALARM_STALE, "stale"},         {ALARM_BAD, "bad"},
    {ALARM_AWAY_FROM, "away_from"}, {0, NULL},
};
const oq_choice alarm_limit_choices[] = {
    {ALARM_LIMIT_HIGH_HIGH, "high_high"},
    {ALARM_LIMIT_HIGH, "high"},
    {ALARM_LIMIT_LOW, "low"},
    {ALARM_LIMIT_LOW_LOW, "low_low"},
    {0, NULL},
};

/* --- what each kind of leaf takes --------------------------------------------------------------*/

enum { TAKES_LIMIT = 1, TAKES_BY = 2, TAKES_WITHIN = 4, TAKES_AFTER = 8, TAKES_DEADBAND = 16 };

static unsigned needs(int is)
{
    switch (is) {
    case ALARM_ABOVE:
    case ALARM_BELOW:
        return TAKES_LIMIT;
    case ALARM_AWAY_FROM:
        return TAKES_LIMIT | TAKES_BY;
    case ALARM_RISING:
    case ALARM_FALLING:
        return TAKES_BY | TAKES_WITHIN;
    case ALARM_STALE:
        return TAKES_AFTER;
    default:
        return 0;
    }
}

static unsigned takes(int is)
{
    return needs(is) | (is == ALARM_STALE || is == ALARM_BAD ? 0 : TAKES_DEADBAND);
}

static const struct number_field {
    const char *name;
    unsigned bit;
    double min, max;
} number_fields[] = {
    {"limit", TAKES_LIMIT, -DBL_MAX, DBL_MAX},
    {"by", TAKES_BY, DBL_MIN, DBL_MAX},
    {"within_s", TAKES_WITHIN, 1, ALARM_WITHIN_MAX_S},
    {"after_s", TAKES_AFTER, 1, ALARM_AFTER_MAX_S},
    {"deadband", TAKES_DEADBAND, 0, DBL_MAX},
};

/* --- mistakes ----------------------------------------------------------------------------------*/

typedef struct parsing {
    oq_arena *arena;
    alarm_condition *c;
    oq_err *first;
    size_t errors;
} parsing;

enum { MISTAKES_MAX = 20 };

#define MISTAKE(p, path, node, code, facts, ...)                                                   \
    mistake((p), (p)->errors < MISTAKES_MAX                                                        \
                     ? oq_fail_field(oq_str_c((p)->arena, (path)), (code),                         \
                                     "path=%.*s line=%d column=%d" facts, OQ_FMT(path),            \
                                     (node)->line, (node)->column, ##__VA_ARGS__)                  \
                     : NULL)

static void mistake(parsing *p, oq_err *err)
{
    if (!err)
        return;
    p->first = oq_err_join(p->first, err);
    p->errors++;
}

/* --- leaves ------------------------------------------------------------------------------------*/

static void take_number(parsing *p, oq_str path, const struct number_field *f,
                        const json_node *node, alarm_leaf *leaf)
{
    int name;
    if (f->bit == TAKES_LIMIT && node->type == JSON_NODE_TEXT) {
        if (oq_choice_value(alarm_limit_choices, node->text, &name))
            leaf->limit_kind = name;
        else
            MISTAKE(p, path, node, "alarm_condition.not_a_choice", " choices=%s",
                    "high_high, high, low, low_low");
        return;
    }
    if (node->type != JSON_NODE_NUMBER) {
        MISTAKE(p, path, node, "alarm_condition.type", " wanted=%s", "number");
        return;
    }
    double x = node->number;
    if (!(x >= f->min && x <= f->max)) {
        if (f->max < DBL_MAX)
            MISTAKE(p, path, node, "alarm_condition.range", " min=%g max=%g", f->min, f->max);
        else
            MISTAKE(p, path, node, "alarm_condition.too_small", "");
        return;
    }
    if (f->bit == TAKES_LIMIT) {
        leaf->limit_kind = ALARM_LIMIT_NUMBER;
        leaf->limit = x;
    } else if (f->bit == TAKES_BY) {
        leaf->by = x;
    } else if (f->bit == TAKES_DEADBAND) {
        leaf->deadband = x;
    } else if (f->bit == TAKES_WITHIN) {
        leaf->within = (oq_us)llround(x * OQ_SECOND);
    } else {
        leaf->after = (oq_us)llround(x * OQ_SECOND);
    }
}

static oq_str path_of(parsing *p, oq_str path, oq_str name)
{
    size_t len = name.len < 40 ? name.len : 40;
    while (len < name.len && len > 0 && ((unsigned char)name.ptr[len] & 0xC0) == 0x80)
        len--;
    return oq_strf(p->arena, "%.*s.%.*s", OQ_FMT(path), (int)len, name.ptr);
}

static void take_text(parsing *p, oq_str path, const json_node *node, alarm_leaf *leaf,
                      bool is_metric)
{
    if (node->type != JSON_NODE_TEXT) {
        MISTAKE(p, path, node, "alarm_condition.type", " wanted=%s", "text");
    } else if (is_metric) {
        leaf->metric = oq_str_trim(node->text);
        if (leaf->metric.len == 0 || leaf->metric.len > ALARM_METRIC_MAX)
            MISTAKE(p, path, node, "alarm_condition.metric_length", " max=%d", ALARM_METRIC_MAX);
    } else if (!oq_choice_value(alarm_is_choices, node->text, &leaf->is)) {
        MISTAKE(p, path, node, "alarm_condition.not_a_choice", " choices=%s",
                "above, below, rising, falling, away_from, stale, bad");
        leaf->is = 0;
    }
}

static const struct number_field *number_field_of(oq_str name)
{
    for (size_t i = 0; i < OQ_COUNT(number_fields); i++)
        if (oq_str_eq(name, oq_cstr(number_fields[i].name)))
            return &number_fields[i];
    return NULL;
}

static void take_member(parsing *p, oq_str path, const json_node *m, alarm_leaf *leaf)
{
    const struct number_field *f = number_field_of(m->name);
    bool is_metric = oq_str_eq(m->name, OQ_STR("metric"));
    oq_str own = path_of(p, path, m->name);
    if (is_metric || oq_str_eq(m->name, OQ_STR("is")))
        take_text(p, own, m, leaf, is_metric);
    else if (!f)
        MISTAKE(p, own, m, "alarm_condition.field_unknown", "");
    else if (leaf->is && !(takes(leaf->is) & f->bit))
        MISTAKE(p, own, m, "alarm_condition.field_unused", " is=%s",
                oq_choice_text(alarm_is_choices, leaf->is));
    else
        take_number(p, own, f, m, leaf);
}

/* A member that is there and not null. */
static const json_node *given(const json_node *node, const char *name)
{
    const json_node *m = json_tree_member(node, name);
    return m && m->type != JSON_NODE_NULL ? m : NULL;
}

static void read_leaf(parsing *p, oq_str path, const json_node *node, alarm_leaf *leaf)
{
    const json_node *is = given(node, "is"), *metric = given(node, "metric");
    *leaf = (alarm_leaf){.limit = (double)NAN};
    if (!metric)
        MISTAKE(p, path, node, "alarm_condition.required", " name=%s", "metric");
    if (!is)
        MISTAKE(p, path, node, "alarm_condition.required", " name=%s", "is");
    else if (is->type == JSON_NODE_TEXT)
        (void)oq_choice_value(alarm_is_choices, is->text, &leaf->is);
    for (const json_node *m = node->child; m; m = m->next)
        if (m->type != JSON_NODE_NULL)
            take_member(p, path, m, leaf);
    for (size_t i = 0; i < OQ_COUNT(number_fields); i++) {
        if ((needs(leaf->is) & number_fields[i].bit) && !given(node, number_fields[i].name))
            MISTAKE(p, path, node, "alarm_condition.required", " name=%s", number_fields[i].name);
    }
    p->c->reach = leaf->within > p->c->reach ? leaf->within : p->c->reach;
}

/* --- groups ------------------------------------------------------------------------------------*/

static void read_node(parsing *p, oq_str path, const json_node *node, int depth);

static void read_group(parsing *p, oq_str path, const json_node *list, const json_node *node,
                       int depth)
{
    oq_str inner = path_of(p, path, list->name);
    for (const json_node *m = node->child; m; m = m->next)
        if (m != list)
            MISTAKE(p, path_of(p, path, m->name), m, "alarm_condition.field_unknown", "");
    if (list->type != JSON_NODE_LIST)
        MISTAKE(p, inner, list, "alarm_condition.type", " wanted=%s", "list");
    else if (list->count == 0)
        MISTAKE(p, inner, list, "alarm_condition.group_empty", "");
    else if (depth >= ALARM_DEPTH_MAX)
        MISTAKE(p, inner, list, "alarm_condition.too_deep", " max=%d", ALARM_DEPTH_MAX);
    else {
        size_t i = 0;
        for (const json_node *one = list->child; one; one = one->next)
            read_node(p, oq_strf(p->arena, "%.*s[%zu]", OQ_FMT(inner), i++), one, depth + 1);
    }
}

static void read_node(parsing *p, oq_str path, const json_node *node, int depth)
{
    alarm_condition *c = p->c;
    const json_node *all = json_tree_member(node, "all"), *any = json_tree_member(node, "any");
    bool is_group = all || any;
    if (node->type != JSON_NODE_OBJECT) {
        MISTAKE(p, path, node, "alarm_condition.type", " wanted=%s", "object");
        return;
    }
    if (c->nodes == ALARM_NODES_MAX || (!is_group && c->leaves == ALARM_LEAVES_MAX)) {
        if (!oq_err_is(p->first, "alarm_condition.too_many"))
            MISTAKE(p, path, node, "alarm_condition.too_many", " max=%d", ALARM_LEAVES_MAX);
        return;
    }
    alarm_node *own = &c->node[c->nodes++];
    *own = (alarm_node){.leaf = -1, .is_any = !all};
    if (is_group) {
        read_group(p, path, all ? all : any, node, depth);
    } else {
        own->leaf = c->leaves++;
        read_leaf(p, path, node, &c->leaf[own->leaf]);
    }
    own->end = c->nodes;
}

oq_err *alarm_condition_parse(oq_arena *arena, oq_str json, alarm_condition **ret_condition)
{
    const json_node *root;
    if (json.len > ALARM_CONDITION_BYTES_MAX)
        return oq_fail_field("condition", "alarm_condition.too_long", "max=%d",
                             ALARM_CONDITION_BYTES_MAX);
    OQ_TRY(json_tree_parse(arena, json, OQ_JSON_DEPTH_MAX, &root));
    parsing p = {.arena = arena, .c = oq_new(arena, alarm_condition)};
    read_node(&p, OQ_STR("condition"), root, 0);
    if (p.first)
        return p.first;
    *ret_condition = p.c;
    return NULL;
}

/* --- writing -----------------------------------------------------------------------------------*/

static void put_seconds(oq_json *j, const char *name, oq_us value)
{
    if (value) {
        oq_json_name(j, name);
        oq_json_f64(j, (double)value / (double)OQ_SECOND);
    }
}

static void put_leaf(oq_json *j, const alarm_leaf *leaf)
{
    oq_json_object(j);
    oq_json_put(j, text, "metric", leaf->metric);
    oq_json_put(j, text, "is", oq_cstr(oq_choice_text(alarm_is_choices, leaf->is)));
    if (leaf->limit_kind == ALARM_LIMIT_NUMBER)
        oq_json_put(j, f64, "limit", leaf->limit);
    else if (leaf->limit_kind)
        oq_json_put(j, text, "limit",
                    oq_cstr(oq_choice_text(alarm_limit_choices, leaf->limit_kind)));
    if (leaf->by > 0)
        oq_json_put(j, f64, "by", leaf->by);
    put_seconds(j, "within_s", leaf->within);
    put_seconds(j, "after_s", leaf->after);
    if (leaf->deadband > 0)
        oq_json_put(j, f64, "deadband", leaf->deadband);
    oq_json_object_end(j);
}

static int put_node(oq_json *j, const alarm_condition *c, int at)
{
    const alarm_node *n = &c->node[at];
    if (n->leaf >= 0) {
        put_leaf(j, &c->leaf[n->leaf]);
        return n->end;
    }
    oq_json_object(j);
    oq_json_name(j, n->is_any ? "any" : "all");
    oq_json_array(j);
    for (int i = at + 1; i < n->end;)
        i = put_node(j, c, i);
    oq_json_array_end(j);
    oq_json_object_end(j);
    return n->end;
}

void alarm_condition_write(oq_json *j, const alarm_condition *c)
{
    put_node(j, c, 0);
}
