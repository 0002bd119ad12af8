#include <errno.h>
#include <math.h>

#include "backtest/lathe.h"

#include "base/banned.h"

enum { RUNS_MAX = 512 };

const char *const lathe_group[LATHE_GROUPS] = {"coolant", "hydraulics", "probe"};

int32_t lathe_state(oq_str value)
{
    return (int32_t)(oq_hash(value) & 0x7fffffff);
}

static oq_err *need_node(lathe *l, const char *path, oq_str name, size_t *ret_node)
{
    for (size_t n = 0; n < l->nodes; n++)
        if (oq_str_eq(l->name[n], name)) {
            *ret_node = n;
            return NULL;
        }
    if (l->nodes == LATHE_NODES_MAX)
        return oq_fail(OQ_INVALID, "backtest.too_many", "file=%s max=%d", path, LATHE_NODES_MAX);
    l->name[l->nodes] = oq_str_copy(l->arena, name);
    *ret_node = l->nodes++;
    return NULL;
}

/* --- the experts' graph ----------------------------------------------------------------------------*/

static oq_err *read_nodes(lathe *l, const char *path, bool *ret_is_there)
{
    file_table t;
    size_t label, type, datatype;
    OQ_TRY(file_csv(l->arena, path, &t));
    OQ_TRY(file_column(&t, path, "label", &label));
    OQ_TRY(file_column(&t, path, "type", &type));
    OQ_TRY(file_column(&t, path, "datatype", &datatype));
    for (size_t i = 1; i < t.rows; i++) {
        size_t n;
        if (t.cells[i] <= label || t.cells[i] <= type || t.cells[i] <= datatype)
            return oq_fail(OQ_INVALID, "backtest.row_width", "file=%s line=%zu", path, i + 1);
        OQ_TRY(need_node(l, path, t.row[i][label], &n));
        l->is_alarm[n] = oq_str_eq(t.row[i][type], OQ_STR("Alarm"));
        l->is_discrete[n] = oq_str_eq(t.row[i][datatype], OQ_STR("bool"));
        if (ret_is_there)
            ret_is_there[n] = true;
    }
    return NULL;
}

static oq_err *read_edges(lathe *l, const char *path)
{
    file_table t;
    size_t from, to;
    OQ_TRY(file_csv(l->arena, path, &t));
    OQ_TRY(file_column(&t, path, "source_label", &from));
    OQ_TRY(file_column(&t, path, "target_label", &to));
    l->edge = oq_new_n(l->arena, rank_edge, t.rows);
    for (size_t i = 1; i < t.rows; i++) {
        rank_edge *e = &l->edge[l->edges++];
        if (t.cells[i] <= from || t.cells[i] <= to)
            return oq_fail(OQ_INVALID, "backtest.row_width", "file=%s line=%zu", path, i + 1);
        OQ_TRY(need_node(l, path, t.row[i][from], &e->cause));
        OQ_TRY(need_node(l, path, t.row[i][to], &e->effect));
    }
    return NULL;
}

/* --- logs ----------------------------------------------------------------------------------------*/

/* An alarm that a log does not mention is off. */
static oq_err *read_log(lathe *l, const char *path, lathe_log *ret_log)
{
    oq_arena *temp = oq_arena_open(1 << 20);
    file_table t;
    size_t time, node, value;
    oq_err *err = file_csv(temp, path, &t);
    err = err ? err : file_column(&t, path, "time_s", &time);
    err = err ? err : file_column(&t, path, "node", &node);
    err = err ? err : file_column(&t, path, "value", &value);
    size_t room = err ? 0 : t.rows + l->nodes;
    lathe_log log = {.change = oq_new_n(l->arena, state_change, room),
                     .other = oq_new_n(l->arena, state_change, room),
                     .number = oq_new_n(l->arena, double, room)};
    for (size_t n = 0; n < l->nodes && !err; n++)
        if (l->is_alarm[n])
            log.change[log.count++] = (state_change){0, n, lathe_state(OQ_STR("False"))};
    for (size_t i = 1; !err && i < t.rows; i++) {
        state_change c;
        if (t.cells[i] < t.cells[0] || !oq_parse_f64(t.row[i][time], &c.at_s))
            err = oq_fail(OQ_INVALID, "backtest.number", "file=%s line=%zu", path, i + 1);
        else if (c.at_s < log.end_s)
            err = oq_fail(OQ_INVALID, "backtest.unsorted", "file=%s line=%zu", path, i + 1);
        else
            err = need_node(l, path, t.row[i][node], &c.node);
        if (err)
            break;
        c.value = lathe_state(t.row[i][value]);
        log.end_s = c.at_s;
        if (l->is_discrete[c.node]) {
            log.change[log.count++] = c;
            continue;
        }
        if (!oq_parse_f64(t.row[i][value], &log.number[log.others]))
            log.number[log.others] = NAN;
        log.other[log.others++] = c;
    }
    oq_arena_close(temp);
    *ret_log = log;
    return err;
}

static oq_err *read_normals(lathe *l, const char *folder)
{
    file_names files;
    OQ_TRY(file_list(l->arena, file_path(l->arena, "%s/real_op", folder), &files));
    l->normal = oq_new_n(l->arena, lathe_log, files.count);
    for (size_t i = 0; i < files.count; i++)
        OQ_TRY(read_log(l, file_path(l->arena, "%s/real_op/%s", folder, files.at[i].ptr),
                        &l->normal[l->normals++]));
    return NULL;
}

/* --- experiments ---------------------------------------------------------------------------------*/

static oq_err *read_truth(lathe *l, const char *path, lathe_run *r)
{
    OQ_AUTO(file_json) about = NULL;
    OQ_TRY(file_object(l->arena, path, &about));
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(about, "manipulatedVars"), i, name)
    {
        size_t n;
        OQ_TRY(need_node(l, path, oq_cstr(json_string_value(name)), &n));
        r->is_true[n] = true;
        r->trues++;
    }
    const json_t *first = json_array_get(json_object_get(about, "diagnoses"), 0);
    r->diagnosis = oq_str_copy(l->arena, oq_cstr(json_string_value(json_object_get(first, "id"))));
    return r->trues ? NULL : oq_fail(OQ_INVALID, "backtest.json", "file=%s", path);
}

static oq_err *read_run(lathe *l, const char *folder, lathe_run *r)
{
    OQ_AUTO(file_json) causes = NULL;
    file_names files;
    OQ_TRY(file_object(l->arena, file_path(l->arena, "%s/causes.json", folder), &causes));
    const json_t *at = json_object_get(causes, "diagnosis_at");
    if (!json_is_number(at))
        return oq_fail(OQ_INVALID, "backtest.json", "file=%s",
                       file_path(l->arena, "%s/causes.json", folder));
    r->diagnosis_s = json_number_value(at);
    OQ_TRY(file_list(l->arena, folder, &files));
    for (size_t i = 0; i < files.count; i++)
        if (oq_str_starts(files.at[i], OQ_STR("faultDataset")))
            return read_log(l, file_path(l->arena, "%s/%s", folder, files.at[i].ptr), &r->log);
    return oq_fail(OQ_NOT_FOUND, "import.file_unreadable", "file=%s reason=%s",
                   file_path(l->arena, "%s/faultDataset_*", folder), strerror(ENOENT));
}

static oq_err *read_experiment(lathe *l, size_t group, const char *folder, oq_str name)
{
    file_names runs;
    const char *about = file_path(l->arena, "%s/%s_description.json", folder, name.ptr);
    OQ_TRY(file_list(l->arena, folder, &runs));
    for (size_t i = 0; i < runs.count; i++) {
        if (!oq_str_starts(runs.at[i], OQ_STR("run_")))
            continue;
        if (l->runs == RUNS_MAX)
            return oq_fail(OQ_INVALID, "backtest.too_many", "file=%s max=%d", folder, RUNS_MAX);
        lathe_run *r = &l->run[l->runs++];
        *r = (lathe_run){.group = group, .experiment = name};
        OQ_TRY(read_truth(l, about, r));
        OQ_TRY(read_run(l, file_path(l->arena, "%s/%s", folder, runs.at[i].ptr), r));
    }
    return NULL;
}

static oq_err *read_group(lathe *l, const char *data, size_t group)
{
    file_names names;
    const char *folder = file_path(l->arena, "%s/dig_twin/exp_%s", data, lathe_group[group]);
    OQ_TRY(read_nodes(l, file_path(l->arena, "%s/%s_nodes.csv", folder, lathe_group[group]),
                      l->in_group[group]));
    OQ_TRY(file_list(l->arena, folder, &names));
    for (size_t i = 0; i < names.count; i++)
        if (oq_str_starts(names.at[i], OQ_STR("exp_")))
            OQ_TRY(read_experiment(l, group, file_path(l->arena, "%s/%s", folder, names.at[i].ptr),
                                   names.at[i]));
    return NULL;
}

oq_err *lathe_read(oq_arena *arena, const char *folder, lathe **ret_lathe)
{
    lathe *l = oq_new(arena, lathe);
    l->arena = arena;
    l->run = oq_new_n(arena, lathe_run, RUNS_MAX);
    OQ_TRY(read_nodes(l, file_path(arena, "%s/expert_graph/all_nodes.csv", folder), NULL));
    OQ_TRY(read_edges(l, file_path(arena, "%s/expert_graph/all_edges.csv", folder)));
    OQ_TRY(read_normals(l, folder));
    for (size_t g = 0; g < LATHE_GROUPS; g++)
        OQ_TRY(read_group(l, folder, g));
    *ret_lathe = l;
    return NULL;
}
