/* A machine as JSON, and back. */
#include "quant/alarm.h"

#include <math.h>

#include "base/banned.h"

static void put_change(oq_json *j, const alarm_change *one)
{
    oq_json_object(j);
    oq_json_put(j, i64, "kind", one->kind);
    oq_json_put(j, i64, "at", one->at);
    oq_json_put(j, i64, "since", one->since);
    oq_json_object_end(j);
}

/* Moments are whole microseconds, so that what is read is what was written. */
void alarm_machine_write(oq_json *j, const alarm_condition *c, const alarm_machine *m)
{
    const alarm_moment *b = &m->base;
    oq_json_object(j);
    oq_json_put(j, i64, "at", b->at);
    oq_json_put(j, bool, "holds", b->holds);
    oq_json_put(j, bool, "is_on", b->is_on);
    oq_json_put(j, i64, "holds_since", b->holds_since);
    oq_json_name(j, "leaves");
    oq_json_array(j);
    for (int k = 0; k < c->leaves; k++) {
        oq_json_object(j);
        oq_json_put(j, bool, "is_on", b->leaf[k].is_on);
        if (b->leaf[k].seen_at != OQ_TIME_NONE)
            oq_json_put(j, i64, "seen_at", b->leaf[k].seen_at);
        oq_json_put(j, f64, "value", b->leaf[k].value);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
    oq_json_name(j, "told");
    oq_json_array(j);
    for (size_t i = 0; i < m->tolds; i++)
        put_change(j, &m->told[i]);
    oq_json_array_end(j);
    oq_json_object_end(j);
}

static oq_us moment_of(const json_node *object, const char *name, oq_us otherwise)
{
    const json_node *m = json_tree_member(object, name);
    int64_t value;
    return m && m->type == JSON_NODE_NUMBER && oq_parse_i64(m->text, &value) ? value : otherwise;
}

static bool truth_of(const json_node *object, const char *name)
{
    const json_node *m = json_tree_member(object, name);
    return m && m->type == JSON_NODE_BOOL && m->truth;
}

static double value_of(const json_node *object, const char *name)
{
    const json_node *m = json_tree_member(object, name);
    return m && m->type == JSON_NODE_NUMBER ? m->number : (double)NAN;
}

oq_err *alarm_machine_read(oq_arena *arena, oq_str json, const alarm_condition *c,
                           alarm_machine *ret_machine)
{
    const json_node *root;
    OQ_TRY(json_tree_parse(arena, json, 8, &root));
    const json_node *leaves = json_tree_member(root, "leaves"),
                    *told = json_tree_member(root, "told");
    oq_us at = moment_of(root, "at", OQ_TIME_NONE);
    if (!leaves || leaves->type != JSON_NODE_LIST || leaves->count != (size_t)c->leaves || !told ||
        told->type != JSON_NODE_LIST || told->count > ALARM_TOLD_MAX || at == OQ_TIME_NONE)
        return oq_fail(OQ_INVALID, "alarm_state.unfit");
    alarm_machine m = {.base = {.at = at,
                                .holds = truth_of(root, "holds"),
                                .is_on = truth_of(root, "is_on"),
                                .holds_since = moment_of(root, "holds_since", at)}};
    int k = 0;
    for (const json_node *one = leaves->child; one; one = one->next, k++) {
        m.base.leaf[k].is_on = truth_of(one, "is_on");
        m.base.leaf[k].seen_at = moment_of(one, "seen_at", OQ_TIME_NONE);
        m.base.leaf[k].value = value_of(one, "value");
    }
    for (const json_node *one = told->child; one; one = one->next)
        m.told[m.tolds++] = (alarm_change){.kind = (int)moment_of(one, "kind", ALARM_RAISED),
                                           .at = moment_of(one, "at", at),
                                           .since = moment_of(one, "since", at),
                                           .value = (double)NAN};
    m.front = m.base;
    *ret_machine = m;
    return NULL;
}
