/* Rules as files: out, in, and those that come with the program. A file is tried by doing it; the
 * caller rolls back a dry run and a file with a refused rule. */
#include <jansson.h>

#include "base/embed.h"
#include "base/json_place.h"
#include "rca/rule_inner.h"
#include "rca_rule.sql.h"

#include "base/banned.h"

const oq_choice rule_deed_choices[] = {
    {RULE_ADDED, "added"},
    {RULE_CHANGED, "changed"},
    {RULE_SAME, "same"},
    {RULE_REFUSED, "refused"},
    {0, NULL},
};

/* One member of "rules". */
typedef struct file_rule {
    oq_str code;
    bool is_enabled;
    oq_str rule;
} file_rule;
static const oq_field file_rule_fields[] = {
    OQ_TEXT(file_rule, code, .required = true, .max = RULE_CODE_MAX, .check = rule_check_code),
    OQ_BOOL(file_rule, is_enabled, .preset = "true"),
    OQ_JSON(file_rule, rule, .required = true, .max = RULE_BYTES_MAX),
    OQ_FIELDS_END,
};

/* --- what differs -------------------------------------------------------------------------------*/

static void put_value(oq_json *j, const char *name, json_t *value)
{
    char *text =
        value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) : NULL;
    oq_json_name(j, name);
    oq_json_raw(j, oq_cstr(text));
    free(text);
}

static void put_difference(oq_json *j, oq_arena *arena, oq_str path, json_t *a, json_t *b);

static void put_members(oq_json *j, oq_arena *arena, oq_str path, json_t *a, json_t *b)
{
    const char *dot = path.len ? "." : "", *key;
    json_t *value;
    json_object_foreach (a, key, value)
        put_difference(j, arena, oq_strf(arena, "%.*s%s%s", OQ_FMT(path), dot, key), value,
                       json_object_get(b, key));
    json_object_foreach (b, key, value)
        if (!json_object_get(a, key))
            put_difference(j, arena, oq_strf(arena, "%.*s%s%s", OQ_FMT(path), dot, key), NULL,
                           value);
}

static void put_items(oq_json *j, oq_arena *arena, oq_str path, json_t *a, json_t *b)
{
    size_t left = json_array_size(a), right = json_array_size(b);
    for (size_t i = 0; i < left || i < right; i++)
        put_difference(j, arena, oq_strf(arena, "%.*s[%zu]", OQ_FMT(path), i), json_array_get(a, i),
                       json_array_get(b, i));
}

static void put_difference(oq_json *j, oq_arena *arena, oq_str path, json_t *a, json_t *b)
{
    if (a && b && json_equal(a, b))
        return;
    if (json_is_object(a) && json_is_object(b)) {
        put_members(j, arena, path, a, b);
    } else if (json_is_array(a) && json_is_array(b)) {
        put_items(j, arena, path, a, b);
    } else {
        oq_json_key(j, path);
        oq_json_object(j);
        put_value(j, "from", a);
        put_value(j, "to", b);
        oq_json_object_end(j);
    }
}

oq_str rule_difference(oq_arena *arena, oq_str before, oq_str after)
{
    json_t *a = json_loadb(before.ptr, before.len, 0, NULL);
    json_t *b = json_loadb(after.ptr, after.len, 0, NULL);
    OQ_AUTO(oq_buf) out = oq_buf_make(16 * RULE_BYTES_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    put_difference(&j, arena, OQ_STR(""), a, b);
    oq_json_object_end(&j);
    json_decref(a);
    json_decref(b);
    return oq_str_copy(arena, oq_buf_view(&out));
}

/* --- in -----------------------------------------------------------------------------------------*/

typedef struct importer {
    oq_scope *s;
    oq_str file;
    bool add_only;
    int source;
    rule_report report;
} importer;

static void refuse(rule_row *row, const oq_err *err)
{
    row->deed = RULE_REFUSED;
    row->wrong = err;
}

/* The database's refusals are not the file's. */
static bool is_of_file(const oq_err *err)
{
    return err->kind == OQ_INVALID || err->kind == OQ_MALFORMED || err->kind == OQ_TOO_LARGE;
}

static oq_err *put_rule(importer *m, const file_rule *given, const cause_rule *parsed,
                        rule_row *row)
{
    oq_arena *arena = oq_scope_arena(m->s);
    rca_rule *kept;
    sql_rca_rule_by_code_rows there;
    rule_order order = {.code = given->code, .is_enabled = given->is_enabled};
    order.body = rule_json(arena, parsed);
    OQ_TRY(sql_rca_rule_by_code(m->s, (sql_rca_rule_by_code_args){.code = given->code}, &there));
    if (there.count == 0) {
        row->deed = RULE_ADDED;
        return rule_add(m->s, &order, m->source, &kept);
    }
    oq_str before = rule_in_order(arena, there.at[0].body);
    bool is_same = oq_json_same(before, order.body) && there.at[0].is_enabled == given->is_enabled;
    row->deed = is_same || m->add_only ? RULE_SAME : RULE_CHANGED;
    if (row->deed == RULE_SAME)
        return NULL;
    row->changes = rule_difference(arena, before, order.body);
    order.version = there.at[0].version;
    return rule_change(m->s, there.at[0].id, &order, &kept);
}

static bool is_twice(const rule_report *r, oq_str code)
{
    for (size_t i = 0; i < r->count; i++)
        if (oq_str_eq(r->at[i].code, code))
            return true;
    return false;
}

static oq_err *import_one(importer *m, size_t index)
{
    oq_arena *arena = oq_scope_arena(m->s);
    const oq_json_step step[] = {{OQ_STR("rules"), 0}, {OQ_NONE, index}, {OQ_STR("rule"), 0}};
    rule_row row = {.place = {1, 1}};
    file_rule given;
    cause_rule *parsed;
    oq_str text = oq_json_part(m->file, step, 2), rule = oq_json_part(m->file, step, 3);
    oq_json_place(m->file, step, 2, false, &row.place.line, &row.place.column);
    oq_err *err = oq_fields_read_json(arena, file_rule_fields, text, &given);
    if (!err) {
        oq_json_place(m->file, step, 3, false, &row.place.line, &row.place.column);
        err = cause_rule_parse(arena, rule, &parsed);
    }
    row.code = given.code;
    if (!err && is_twice(&m->report, given.code))
        err = oq_fail_field("code", "rca_rule.code_twice", "code=%.*s", OQ_FMT(given.code));
    if (!err)
        err = put_rule(m, &given, parsed, &row);
    if (err && !is_of_file(err))
        return err;
    if (err)
        refuse(&row, err);
    int64_t *count[] = {[RULE_ADDED] = &m->report.added,
                        [RULE_CHANGED] = &m->report.changed,
                        [RULE_SAME] = &m->report.same,
                        [RULE_REFUSED] = &m->report.refused};
    ++*count[row.deed];
    m->report.at[m->report.count++] = row;
    return NULL;
}

oq_err *rule_import(oq_scope *s, oq_str file, bool add_only, int source, rule_report *ret_report)
{
    OQ_TRY(oq_scope_require(s, CAP_RCA_CONFIGURE));
    if (file.len > RULE_FILE_MAX)
        return oq_fail(OQ_TOO_LARGE, "rule_file.too_large", "max=%d", RULE_FILE_MAX);
    json_error_t wrong;
    json_t *root = json_loadb(file.ptr ? file.ptr : "", file.len, JSON_REJECT_DUPLICATES, &wrong);
    json_t *rules = json_object_get(root, "rules");
    size_t count = json_array_size(rules);
    bool is_list = json_is_array(rules) && json_object_size(root) == 1;
    bool is_json = root != NULL;
    json_decref(root);
    if (!is_json)
        return oq_fail(OQ_MALFORMED, "rule_file.malformed", "line=%d column=%d", wrong.line,
                       wrong.column);
    if (!is_list)
        return oq_fail(OQ_MALFORMED, "rule_file.not_rules");
    if (count > RULES_MAX)
        return oq_fail(OQ_LIMIT, "rca_rule.too_many", "max=%d", RULES_MAX);
    importer m = {.s = s, .file = file, .add_only = add_only, .source = source};
    m.report.at = oq_new_n(oq_scope_arena(s), rule_row, count);
    for (size_t i = 0; i < count; i++)
        OQ_TRY(import_one(&m, i));
    *ret_report = m.report;
    return NULL;
}

oq_err *rule_presets_apply(oq_scope *s, rule_report *ret_report)
{
    oq_str file = oq_embedded_find(OQ_STR("examples/rca-rules.json"));
    OQ_TRY(rule_import(s, file, true, RULE_PRESET, ret_report));
    assert(ret_report->refused == 0 && "our own file has no wrong rule");
    return NULL;
}

/* --- out ----------------------------------------------------------------------------------------*/

oq_err *rule_export(oq_scope *s, oq_json *j)
{
    sql_rca_rule_export_rows rows;
    OQ_TRY(sql_rca_rule_export(s, (sql_rca_rule_export_args){.limit = RULES_MAX}, &rows));
    oq_json_object(j);
    oq_json_key(j, OQ_STR("rules"));
    oq_json_array(j);
    for (size_t i = 0; i < rows.count; i++) {
        oq_json_object(j);
        oq_json_put(j, text, "code", rows.at[i].code);
        oq_json_put(j, bool, "is_enabled", rows.at[i].is_enabled);
        oq_json_put(j, raw, "rule", rule_in_order(oq_scope_arena(s), rows.at[i].body));
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
    oq_json_object_end(j);
    return NULL;
}

/* --- what is told -------------------------------------------------------------------------------*/

static bool fact_number(const oq_err *err, const char *name, int *ret_number)
{
    int64_t number;
    for (size_t i = 0; i < err->arg_count; i++)
        if (strcmp(err->arg[i].name, name) == 0 && oq_parse_i64(err->arg[i].value, &number)) {
            *ret_number = (int)number;
            return true;
        }
    return false;
}

bool rule_error_place(const oq_err *err, rule_place base, rule_place *ret_place)
{
    rule_place at;
    *ret_place = base;
    if (!fact_number(err, "line", &at.line) || !fact_number(err, "column", &at.column))
        return false;
    ret_place->line = base.line + at.line - 1;
    ret_place->column = at.line == 1 ? base.column + at.column - 1 : at.column;
    return true;
}

void rule_errors_write(oq_json *j, oq_arena *arena, oq_lang lang, const oq_err *err,
                       rule_place base)
{
    oq_json_array(j);
    for (; err; err = err->next) {
        rule_place at;
        rule_error_place(err, base, &at);
        oq_json_object(j);
        oq_json_put(j, text, "code", oq_cstr(err->code));
        oq_json_put(j, text, "path", oq_cstr(err->field));
        oq_json_put(j, i64, "line", at.line);
        oq_json_put(j, i64, "column", at.column);
        oq_json_put(j, text, "message", oq_err_sentence(arena, lang, err));
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

void rule_report_write(oq_json *j, oq_arena *arena, oq_lang lang, const rule_report *r)
{
    oq_json_object(j);
    oq_json_put(j, i64, "added", r->added);
    oq_json_put(j, i64, "changed", r->changed);
    oq_json_put(j, i64, "same", r->same);
    oq_json_put(j, i64, "refused", r->refused);
    oq_json_key(j, OQ_STR("rules"));
    oq_json_array(j);
    for (size_t i = 0; i < r->count; i++) {
        const rule_row *row = &r->at[i];
        oq_json_object(j);
        oq_json_put(j, text, "code", row->code);
        oq_json_put(j, text, "deed", oq_cstr(oq_choice_text(rule_deed_choices, row->deed)));
        oq_json_put(j, raw, "changes", row->changes);
        oq_json_key(j, OQ_STR("errors"));
        rule_errors_write(j, arena, lang, row->wrong, row->place);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
    oq_json_object_end(j);
}
