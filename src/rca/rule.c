#include "rca/rule.h"

#include "audit/audit.h"
#include "http/request.h"
#include "quant/cause_mix.h"
#include "rca/rule_inner.h"
#include "rca_rule.sql.h"

#include "base/banned.h"

const oq_choice rule_source_choices[] = {
    {RULE_PRESET, "preset"},
    {RULE_TENANT, "tenant"},
    {RULE_LEARNED, "learned"},
    {0, NULL},
};

const oq_field rca_rule_fields[] = {
    OQ_UUID(rca_rule, id),
    OQ_TEXT(rca_rule, code),
    OQ_JSON(rca_rule, body, .help = "the rule, in its long form"),
    OQ_BOOL(rca_rule, is_enabled),
    OQ_CHOICE(rca_rule, source, rule_source_choices),
    OQ_UUID(rca_rule, approved_by, .help = "of a learned rule: it counts only then"),
    OQ_TIME(rca_rule, approved_at),
    OQ_I64(rca_rule, version),
    OQ_TIME(rca_rule, created_at),
    OQ_TIME(rca_rule, updated_at),
    OQ_I64(rca_rule, hits, .help = "incidents in whose analysis it spoke"),
    OQ_I64(rca_rule, confirmed),
    OQ_I64(rca_rule, refuted),
    OQ_TIME(rca_rule, since, .help = "its first hit"),
    OQ_F64(rca_rule, trust, .help = "0..1: (4 + confirmed) / (5 + confirmed + refuted)"),
    OQ_FIELDS_END,
};

const oq_field rule_order_fields[] = {
    OQ_TEXT(rule_order, code, .required = true, .max = RULE_CODE_MAX, .check = rule_check_code,
            .help = "small letters, digits, underscores"),
    OQ_JSON(rule_order, body, .required = true, .max = RULE_BYTES_MAX, .help = "the rule"),
    OQ_BOOL(rule_order, is_enabled, .preset = "true"),
    OQ_I64(rule_order, version, .min = 1, .help = "as it was read; of a new rule none"),
    OQ_FIELDS_END,
};

const oq_field rule_change_fields[] = {
    OQ_TEXT(rule_order, code, .not_blank = true, .max = RULE_CODE_MAX, .check = rule_check_code),
    OQ_JSON(rule_order, body, .max = RULE_BYTES_MAX, .help = "the rule"),
    OQ_BOOL(rule_order, is_enabled),
    OQ_I64(rule_order, version, .required = true, .min = 1, .help = "as it was read"),
    OQ_FIELDS_END,
};

const oq_field rule_version_fields[] = {
    OQ_I64(rule_version, version),     OQ_JSON(rule_version, body),
    OQ_BOOL(rule_version, is_enabled), OQ_TEXT(rule_version, made_by),
    OQ_TIME(rule_version, made_at),    OQ_FIELDS_END,
};

/* What of a rule the audit compares. */
static const oq_field audited[] = {
    OQ_TEXT(rca_rule, code),
    OQ_JSON(rca_rule, body, .max = RULE_BYTES_MAX),
    OQ_BOOL(rca_rule, is_enabled),
    OQ_FIELDS_END,
};

const char *rule_check_code(oq_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_letter = c >= 'a' && c <= 'z';
        if (!is_letter && (i == 0 || (c != '_' && !(c >= '0' && c <= '9'))))
            return "rca_rule.code_malformed";
    }
    return NULL;
}

/* --- texts --------------------------------------------------------------------------------------*/

oq_str rule_json(oq_arena *arena, const cause_rule *rule)
{
    /* The long form of a short text may pass what is read; it is stored all the same. */
    OQ_AUTO(oq_buf) out = oq_buf_make(4 * RULE_BYTES_MAX);
    oq_json j = oq_json_to(&out);
    cause_rule_write(&j, rule);
    return oq_str_copy(arena, oq_buf_view(&out));
}

/* jsonb orders members in its own way; people read them in the manual's. */
oq_str rule_in_order(oq_arena *arena, oq_str body)
{
    cause_rule *rule;
    oq_mark mark = oq_err_mark();
    if (!cause_rule_parse(arena, body, &rule))
        return rule_json(arena, rule);
    oq_err_rewind(mark);
    return body; /* of an earlier version of the program */
}

static void complete(oq_scope *s, rca_rule *r)
{
    r->body = rule_in_order(oq_scope_arena(s), r->body);
    r->trust = voice_trust(r->confirmed, r->refuted);
}

/* --- reading ------------------------------------------------------------------------------------*/

oq_err *rule_get(oq_scope *s, oq_uuid id, rca_rule **ret_rule)
{
    sql_rca_rule_get_rows rows;
    OQ_TRY(sql_rca_rule_get(s, (sql_rca_rule_get_args){.id = id}, &rows));
    if (rows.count == 0)
        return oq_fail(OQ_NOT_FOUND, "rca_rule.not_found");
    complete(s, &rows.at[0]);
    *ret_rule = &rows.at[0];
    return NULL;
}

/* A cursor is the last row's code, in letters that no link changes. */
static oq_err *read_cursor(oq_scope *s, oq_str cursor, oq_str *ret_code)
{
    char code[RULE_CODE_MAX];
    size_t len;
    *ret_code = OQ_NONE;
    if (cursor.len == 0)
        return NULL;
    if (!oq_base64url_parse(cursor, code, sizeof code, &len) || len == 0 ||
        rule_check_code(oq_strn(code, len)))
        return oq_fail(OQ_MALFORMED, "list.cursor_malformed");
    *ret_code = oq_str_copy(oq_scope_arena(s), oq_strn(code, len));
    return NULL;
}

oq_err *rule_find(oq_scope *s, const rule_filter *filter, rca_rules *ret_rules)
{
    sql_rca_rule_find_args args = {
        .search = filter->search.len ? filter->search : OQ_NONE,
        .class_code = filter->class_code.len ? filter->class_code : OQ_NONE,
        .source =
            filter->source ? oq_cstr(oq_choice_text(rule_source_choices, filter->source)) : OQ_NONE,
        .only_enabled = filter->only_enabled,
        .limit = filter->limit + 1};
    OQ_TRY(read_cursor(s, filter->cursor, &args.after));
    sql_rca_rule_find_rows rows;
    OQ_TRY(sql_rca_rule_find(s, args, &rows));
    rca_rules list = {.at = rows.at, .count = rows.count};
    if (list.count > (size_t)filter->limit) {
        list.count--;
        oq_str last = list.at[list.count - 1].code;
        list.next = oq_base64url(oq_scope_arena(s), last.ptr, last.len);
    }
    for (size_t i = 0; i < list.count; i++)
        complete(s, &list.at[i]);
    *ret_rules = list;
    return NULL;
}

oq_err *rule_versions_of(oq_scope *s, oq_uuid id, rule_versions *ret_versions)
{
    enum { VERSIONS_MAX = 200 };
    rca_rule *rule;
    OQ_TRY(rule_get(s, id, &rule));
    sql_rca_rule_versions_rows rows;
    OQ_TRY(sql_rca_rule_versions(
        s, (sql_rca_rule_versions_args){.rule_id = id, .limit = VERSIONS_MAX}, &rows));
    for (size_t i = 0; i < rows.count; i++)
        rows.at[i].body = rule_in_order(oq_scope_arena(s), rows.at[i].body);
    *ret_versions = (rule_versions){rows.at, rows.count};
    return NULL;
}

/* --- changing -----------------------------------------------------------------------------------*/

static oq_err *keep_version(oq_scope *s, oq_uuid id)
{
    return sql_rca_rule_version_add(
        s,
        (sql_rca_rule_version_add_args){
            .rule_id = id, .made_by = oq_scope_actor(s)->label, .now = oq_now(s)},
        NULL);
}

static oq_err *tell(oq_scope *s, const char *action, const rca_rule *before, const rca_rule *after)
{
    const rca_rule *either = after ? after : before;
    return audit_record(s, &(audit_entry){.action = action,
                                          .object_type = "rca_rule",
                                          .object_id = either->id,
                                          .object_label = either->code,
                                          .changes = after ? audit_changes(oq_scope_arena(s),
                                                                           audited, before, after)
                                                           : OQ_NONE});
}

static oq_err *check_room(oq_scope *s)
{
    sql_rca_rule_count_rows rows;
    OQ_TRY(sql_rca_rule_count(s, &rows));
    if (rows.at[0].count >= RULES_MAX)
        return oq_fail(OQ_LIMIT, "rca_rule.too_many", "max=%d", RULES_MAX);
    return NULL;
}

oq_err *rule_add(oq_scope *s, const rule_order *order, int source, rca_rule **ret_rule)
{
    cause_rule *parsed;
    OQ_TRY(oq_scope_require(s, CAP_RCA_CONFIGURE));
    OQ_TRY(cause_rule_parse(oq_scope_arena(s), order->body, &parsed));
    OQ_TRY(check_room(s));
    oq_uuid id = oq_uuid_new(oq_now(s));
    sql_rca_rule_add_args args = {.id = id,
                                  .code = order->code,
                                  .body = rule_json(oq_scope_arena(s), parsed),
                                  .is_enabled = order->is_enabled,
                                  .source = oq_cstr(oq_choice_text(rule_source_choices, source)),
                                  .now = oq_now(s)};
    OQ_TRY(sql_rca_rule_add(s, args, NULL));
    OQ_TRY(keep_version(s, id));
    OQ_TRY(rule_get(s, id, ret_rule));
    return tell(s, "rca_rule.created", NULL, *ret_rule);
}

oq_err *rule_change(oq_scope *s, oq_uuid id, const rule_order *order, rca_rule **ret_rule)
{
    cause_rule *parsed;
    rca_rule *before;
    size_t touched;
    OQ_TRY(oq_scope_require(s, CAP_RCA_CONFIGURE));
    OQ_TRY(rule_get(s, id, &before));
    OQ_TRY(cause_rule_parse(oq_scope_arena(s), order->body, &parsed));
    sql_rca_rule_change_args args = {.id = id,
                                     .version = order->version,
                                     .code = order->code,
                                     .body = rule_json(oq_scope_arena(s), parsed),
                                     .is_enabled = order->is_enabled,
                                     .now = oq_now(s)};
    OQ_TRY(sql_rca_rule_change(s, args, &touched));
    if (touched == 0)
        return oq_fail(OQ_CONFLICT, "rca_rule.version_stale");
    OQ_TRY(keep_version(s, id));
    OQ_TRY(rule_get(s, id, ret_rule));
    return tell(s, "rca_rule.changed", before, *ret_rule);
}

oq_err *rule_remove(oq_scope *s, oq_uuid id)
{
    rca_rule *rule;
    OQ_TRY(oq_scope_require(s, CAP_RCA_CONFIGURE));
    OQ_TRY(rule_get(s, id, &rule));
    if (rule->hits > 0)
        return oq_fail(OQ_CONFLICT, "rca_rule.has_spoken");
    OQ_TRY(
        sql_rca_rule_versions_remove(s, (sql_rca_rule_versions_remove_args){.rule_id = id}, NULL));
    OQ_TRY(sql_rca_rule_remove(s, (sql_rca_rule_remove_args){.id = id}, NULL));
    return tell(s, "rca_rule.removed", rule, NULL);
}

oq_err *rule_approve(oq_scope *s, oq_uuid id, rca_rule **ret_rule)
{
    const oq_actor *actor = oq_scope_actor(s);
    rca_rule *rule;
    OQ_TRY(oq_scope_require(s, CAP_RCA_CONFIGURE));
    OQ_TRY(rule_get(s, id, &rule));
    if (rule->source != RULE_LEARNED)
        return oq_fail(OQ_CONFLICT, "rca_rule.not_learned");
    if (actor->kind != ACTOR_USER || !oq_uuid_eq(actor->home_tenant, oq_scope_tenant(s)))
        return oq_fail(OQ_FORBIDDEN, "rca_rule.only_people");
    OQ_TRY(sql_rca_rule_approve(
        s, (sql_rca_rule_approve_args){.id = id, .user_id = actor->id, .now = oq_now(s)}, NULL));
    OQ_TRY(rule_get(s, id, ret_rule));
    return tell(s, "rca_rule.approved", rule, *ret_rule);
}
