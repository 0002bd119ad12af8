#include "optimize/json_read.h"

#include <math.h>
#include <stdlib.h>

#include "base/banned.h"

#define EXACT_MAX 9007199254740992.0 /* integers beyond it are read by their digits */

static const json_node *member(json_reader *r, const json_node *of, const char *name,
                               json_type type)
{
    if (!of || of->type != JSON_NODE_OBJECT) {
        r->is_broken = true;
        return NULL;
    }
    const json_node *n = json_tree_member(of, name);
    if (!n || n->type == JSON_NODE_NULL)
        return NULL;
    r->is_broken = r->is_broken || n->type != type;
    return n->type == type ? n : NULL;
}

static int64_t integer(json_reader *r, const json_node *n)
{
    if (fabs(n->number) < EXACT_MAX)
        return (int64_t)n->number;
    char text[32] = "", *end;
    if (n->text.len >= sizeof text) {
        r->is_broken = true;
        return 0;
    }
    memcpy(text, n->text.ptr, n->text.len);
    int64_t value = strtoll(text, &end, 10);
    r->is_broken = r->is_broken || *end;
    return value;
}

int64_t json_read_i64(json_reader *r, const json_node *of, const char *name)
{
    const json_node *n = member(r, of, name, JSON_NODE_NUMBER);
    return n ? integer(r, n) : 0;
}

double json_read_f64(json_reader *r, const json_node *of, const char *name)
{
    const json_node *n = member(r, of, name, JSON_NODE_NUMBER);
    return n ? n->number : (double)NAN;
}

bool json_read_bool(json_reader *r, const json_node *of, const char *name)
{
    const json_node *n = member(r, of, name, JSON_NODE_BOOL);
    return n && n->truth;
}

oq_str json_read_text(json_reader *r, const json_node *of, const char *name)
{
    const json_node *n = member(r, of, name, JSON_NODE_TEXT);
    return n ? n->text : OQ_NONE;
}

oq_uuid json_uuid(json_reader *r, const json_node *node)
{
    oq_uuid id;
    if (node->type == JSON_NODE_TEXT && oq_uuid_parse(node->text, &id))
        return id;
    r->is_broken = true;
    return OQ_UUID_ZERO;
}

oq_uuid json_read_uuid(json_reader *r, const json_node *of, const char *name)
{
    const json_node *n = member(r, of, name, JSON_NODE_TEXT);
    return n ? json_uuid(r, n) : OQ_UUID_ZERO;
}

const json_node *json_read_list(json_reader *r, const json_node *of, const char *name)
{
    return member(r, of, name, JSON_NODE_LIST);
}

const json_node *json_read_first(const json_node *list)
{
    return list ? list->child : NULL;
}

size_t json_read_count(const json_node *list)
{
    return list ? list->count : 0;
}

int64_t *json_read_i64s(json_reader *r, const json_node *of, const char *name, size_t *ret_count)
{
    const json_node *list = json_read_list(r, of, name);
    int64_t *x = list ? oq_new_n(r->arena, int64_t, list->count) : NULL;
    *ret_count = 0;
    for (const json_node *n = json_read_first(list); n; n = n->next) {
        r->is_broken = r->is_broken || n->type != JSON_NODE_NUMBER;
        x[(*ret_count)++] = n->type == JSON_NODE_NUMBER ? integer(r, n) : 0;
    }
    return x;
}
