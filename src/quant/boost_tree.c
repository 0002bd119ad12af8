/* From the JSON text of one round of libxgboost to nodes in preorder. */
#include <math.h>

#include "quant/boost_tree.h"
#include "quant/json_tree.h"

#include "base/banned.h"

enum { JSON_DEPTH = 24 };

/* One tree of the library: columns of numbers, a node a row. */
typedef struct library_tree {
    size_t nodes;
    double *left, *right, *column, *value, *missing_left, *cover, *gain;
} library_tree;

static const json_node *member(const json_node *object, const char *name)
{
    return object && object->type == JSON_NODE_OBJECT ? json_tree_member(object, name) : NULL;
}

/* A list of numbers (or truths); NULL: none, or not of `count`. */
static double *numbers(oq_arena *temp, const json_node *tree, const char *name, size_t count)
{
    const json_node *list = member(tree, name);
    if (!list || list->type != JSON_NODE_LIST || list->count != count)
        return NULL;
    double *at = oq_new_n(temp, double, count), *to = at;
    for (const json_node *n = list->child; n; n = n->next)
        *to++ = n->type == JSON_NODE_BOOL ? n->truth : n->number;
    return at;
}

static bool read_tree(oq_arena *temp, const json_node *json, library_tree *ret_tree)
{
    const json_node *left = member(json, "left_children");
    if (!left || left->type != JSON_NODE_LIST || left->count == 0)
        return false;
    size_t n = left->count;
    library_tree t = {.nodes = n,
                      .left = numbers(temp, json, "left_children", n),
                      .right = numbers(temp, json, "right_children", n),
                      .column = numbers(temp, json, "split_indices", n),
                      .value = numbers(temp, json, "split_conditions", n),
                      .missing_left = numbers(temp, json, "default_left", n),
                      .cover = numbers(temp, json, "sum_hessian", n),
                      .gain = numbers(temp, json, "loss_changes", n)};
    *ret_tree = t;
    return t.right && t.column && t.value && t.missing_left && t.cover && t.gain;
}

static bool is_within(double number, size_t below)
{
    return number >= 0 && number < (double)below;
}

/* A node and all below it, into the model; false: no tree that we know. */
static bool put_node(const library_tree *t, size_t from, boost_growing *to, size_t first, int depth)
{
    if (to->nodes >= to->room || depth > BOOST_DEPTH_MAX)
        return false;
    boost_node *n = &to->node[to->nodes++];
    bool is_leaf = t->left[from] < 0;
    *n = (boost_node){.column = BOOST_LEAF,
                      .value = (float)t->value[from],
                      .cover = fmaxf((float)t->cover[from], 1e-6f)};
    if (is_leaf)
        return isfinite(n->value) && isfinite(n->cover);
    if (!is_within(t->column[from], to->columns) || !is_within(t->left[from], t->nodes) ||
        !is_within(t->right[from], t->nodes) || !isfinite(n->value) || !isfinite(n->cover))
        return false;
    n->column = (int32_t)t->column[from];
    n->missing_left = t->missing_left[from] != 0;
    to->gain[n->column] += t->gain[from];
    if (!put_node(t, (size_t)t->left[from], to, first, depth + 1))
        return false;
    n->right = (uint32_t)(to->nodes - first);
    return put_node(t, (size_t)t->right[from], to, first, depth + 1);
}

bool boost_tree_add(oq_arena *temp, oq_str json, size_t trees, boost_growing *to)
{
    const json_node *root;
    if (json_tree_parse(temp, json, JSON_DEPTH, &root))
        return false;
    const json_node *list =
        member(member(member(member(root, "learner"), "gradient_booster"), "model"), "trees");
    if (!list || list->type != JSON_NODE_LIST || list->count != trees)
        return false;
    for (const json_node *one = list->child; one; one = one->next) {
        library_tree t;
        to->first[to->trees++] = to->nodes;
        if (!read_tree(temp, one, &t) || !put_node(&t, 0, to, to->nodes, 0))
            return false;
    }
    return true;
}
