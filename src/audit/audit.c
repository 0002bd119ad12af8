#include "audit/audit.h"

#include "audit.sql.h"

#include "base/banned.h"

const oq_choice audit_outcome_choices[] = {
    {AUDIT_DONE, "done"},
    {AUDIT_REFUSED, "refused"},
    {0, NULL},
};

const oq_field audit_row_fields[] = {
    OQ_UUID(audit_row, id),
    OQ_TIME(audit_row, at, .help = "When it was done"),
    OQ_CHOICE(audit_row, actor_kind, actor_kind_choices),
    OQ_UUID(audit_row, actor_id),
    OQ_UUID(audit_row, actor_tenant_id, .help = "Where the actor is at home"),
    OQ_TEXT(audit_row, actor_label),
    OQ_TEXT(audit_row, action, .help = "What was done: user.created"),
    OQ_CHOICE(audit_row, outcome, audit_outcome_choices),
    OQ_TEXT(audit_row, object_type),
    OQ_TEXT(audit_row, object_id),
    OQ_TEXT(audit_row, object_label),
    OQ_JSON(audit_row, changes, .help = "{\"field\": {\"from\": .., \"to\": ..}}"),
    OQ_TEXT(audit_row, request_id),
    OQ_TEXT(audit_row, address),
    OQ_FIELDS_END};

/* --- writing ----------------------------------------------------------------------------------*/

oq_err *audit_record(oq_scope *s, const audit_entry *entry)
{
    const oq_actor *actor = oq_scope_actor(s);
    oq_us now = oq_now(s);
    oq_str object_id = oq_uuid_is_zero(entry->object_id)
                           ? OQ_NONE
                           : oq_uuid_text(oq_scope_arena(s), entry->object_id);
    return sql_audit_add(
        s,
        (sql_audit_add_args){
            .id = oq_uuid_new(now),
            .at = now,
            .actor_kind = oq_cstr(oq_choice_text(actor_kind_choices, actor->kind)),
            .actor_id = actor->id,
            .actor_tenant_id = actor->home_tenant,
            .actor_label = actor->label.len ? actor->label : OQ_STR("system"),
            .action = oq_cstr(entry->action),
            .outcome = oq_cstr(oq_choice_text(audit_outcome_choices,
                                              entry->is_refused ? AUDIT_REFUSED : AUDIT_DONE)),
            .object_type = oq_cstr(entry->object_type),
            .object_id = object_id,
            .object_label = entry->object_label,
            .changes = entry->changes,
            .request_id = oq_scope_request_id(s),
            .address = actor->address,
        },
        NULL);
}

/* --- reading ----------------------------------------------------------------------------------*/

/* Years 1 to 9999, in which every row lies. */
static const oq_us at_least = -62135596800 * OQ_SECOND;
static const oq_us at_most = OQ_TIME_LAST;

static oq_us bound(oq_us at, oq_us otherwise)
{
    if (at == OQ_TIME_NONE)
        return otherwise;
    return at < at_least ? at_least : at > at_most ? at_most : at;
}

static oq_str given(oq_str text)
{
    return text.len ? text : OQ_NONE;
}

oq_err *audit_find(oq_scope *s, const audit_filter *filter, oq_us before_at, oq_uuid before_id,
                   size_t limit, audit_rows *ret_rows)
{
    sql_audit_find_args args = {
        .from_at = bound(filter->from, at_least),
        .to_at = bound(filter->to, at_most),
        .before_at = bound(before_at, at_most),
        .before_id = before_id,
        .action = given(filter->action),
        .object_type = given(filter->object_type),
        .object_id = given(filter->object_id),
        .outcome = oq_cstr(oq_choice_text(audit_outcome_choices, filter->outcome)),
        .limit = (int64_t)limit,
    };
    if (oq_uuid_is_zero(before_id))
        memset(&args.before_id, 0xff, sizeof args.before_id);
    if (!oq_uuid_parse(filter->actor, &args.actor_id))
        args.actor_part = given(filter->actor);
    sql_audit_find_rows rows;
    OQ_TRY(sql_audit_find(s, args, &rows));
    *ret_rows = (audit_rows){rows.at, rows.count};
    return NULL;
}

/* --- retention --------------------------------------------------------------------------------*/

typedef struct trimmed {
    int64_t rows;
    oq_us older_than;
} trimmed;
static const oq_field trimmed_fields[] = {OQ_I64(trimmed, rows), OQ_TIME(trimmed, older_than),
                                          OQ_FIELDS_END};

oq_err *audit_trim(oq_scope *s, oq_us older_than, size_t *ret_count)
{
    size_t count;
    OQ_TRY(sql_audit_trim(
        s, (sql_audit_trim_args){.older_than = older_than, .limit = AUDIT_TRIM_SLICE}, &count));
    if (count) {
        trimmed what = {.rows = (int64_t)count, .older_than = older_than};
        OQ_TRY(audit_record(
            s, &(audit_entry){
                   .action = "audit.trimmed",
                   .changes = audit_changes(oq_scope_arena(s), trimmed_fields, NULL, &what),
               }));
    }
    *ret_count = count;
    return NULL;
}
