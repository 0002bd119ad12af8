#include "lead/lead.h"

#include "audit/audit.h"
#include "base/secret.h"
#include "notify/notify.h"

#include "lead.sql.h"

#include "base/banned.h"

const oq_choice lead_sector_choices[] = {
    {SECTOR_OIL_GAS, "oil_gas"},
    {SECTOR_POWER, "power"},
    {SECTOR_WATER, "water"},
    {SECTOR_MANUFACTURING, "manufacturing"},
    {SECTOR_MINING, "mining"},
    {SECTOR_OTHER, "other"},
    {0, NULL},
};

const oq_choice lead_status_choices[] = {
    {LEAD_NEW, "new"},
    {LEAD_CONTACTED, "contacted"},
    {LEAD_CLOSED, "closed"},
    {0, NULL},
};

const oq_field lead_fields[] = {OQ_UUID(lead, id),
                                OQ_TEXT(lead, full_name),
                                OQ_TEXT(lead, email),
                                OQ_TEXT(lead, organisation),
                                OQ_CHOICE(lead, sector, lead_sector_choices),
                                OQ_TEXT(lead, message),
                                OQ_TEXT(lead, lang, .help = "Of the page it was sent from"),
                                OQ_CHOICE(lead, status, lead_status_choices),
                                OQ_TIME(lead, created_at),
                                OQ_TIME(lead, updated_at),
                                OQ_I64(lead, version),
                                OQ_FIELDS_END};

const oq_field lead_form_fields[] = {
    OQ_TEXT(lead_form, full_name, .required = true, .max = 120),
    OQ_TEXT(lead_form, email, .required = true, .max = 254, .check = oq_check_email),
    OQ_TEXT(lead_form, organisation, .required = true, .max = 160),
    OQ_CHOICE(lead_form, sector, lead_sector_choices, .required = true),
    OQ_TEXT(lead_form, message, .max = 2000),
    OQ_TEXT(lead_form, website, .max = 500, .help = "Stays empty"),
    OQ_TEXT(lead_form, form_token, .max = 200),
    OQ_FIELDS_END};

/* --- writing ----------------------------------------------------------------------------------*/

static oq_err *record(oq_scope *s, const char *action, const lead *l, oq_str changes)
{
    return audit_record(s, &(audit_entry){.action = action,
                                          .object_type = "lead",
                                          .object_id = l->id,
                                          .object_label = l->organisation,
                                          .changes = changes});
}

oq_err *lead_add(oq_scope *s, const lead_form *form, oq_lang lang, lead **ret_lead)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_us now = oq_now(s);
    sql_lead_add_rows rows;
    OQ_TRY(sql_lead_add(s,
                        (sql_lead_add_args){
                            .id = oq_uuid_new(now),
                            .full_name = form->full_name,
                            .email = form->email,
                            .organisation = form->organisation,
                            .sector = oq_cstr(oq_choice_text(lead_sector_choices, form->sector)),
                            .message = form->message.len ? form->message : OQ_NONE,
                            .lang = oq_lang_code(lang),
                            .now = now,
                        },
                        &rows));
    lead *added = rows.at;
    OQ_TRY(record(s, "lead.received", added, OQ_NONE));
    const oq_arg fact[] = {
        {"name", added->full_name},
        {"organisation", added->organisation},
    };
    OQ_TRY(notify_role(s, ROLE_PLATFORM_OWNER,
                       &(notify_order){
                           .type = "lead.received",
                           .fact = fact,
                           .fact_count = OQ_COUNT(fact),
                           .entity_type = "lead",
                           .entity_id = oq_uuid_text(arena, added->id),
                       }));
    *ret_lead = added;
    return NULL;
}

oq_err *lead_set_status(oq_scope *s, oq_uuid id, int status, int64_t version, lead **ret_lead)
{
    sql_lead_get_rows before;
    OQ_TRY(sql_lead_get(s, (sql_lead_get_args){.id = id}, &before));
    if (!before.count)
        return oq_fail(OQ_NOT_FOUND, "lead.not_found");
    sql_lead_set_status_args args = {
        .id = id,
        .status = oq_cstr(oq_choice_text(lead_status_choices, status)),
        .version = version,
        .now = oq_now(s),
    };
    sql_lead_set_status_rows rows;
    OQ_TRY(sql_lead_set_status(s, args, &rows));
    if (!rows.count)
        return oq_fail(OQ_CONFLICT, "lead.version_stale", "version=%lld",
                       (long long)before.at[0].version);
    oq_str changes = audit_changes(oq_scope_arena(s), lead_fields, &before.at[0], rows.at);
    OQ_TRY(record(s, "lead.changed", rows.at, changes));
    *ret_lead = rows.at;
    return NULL;
}

/* --- reading ----------------------------------------------------------------------------------*/

oq_err *lead_find(oq_scope *s, int status, oq_us before_at, oq_uuid before_id, size_t limit,
                  leads *ret_leads)
{
    sql_lead_find_rows rows;
    sql_lead_find_args args = {
        .status = oq_cstr(oq_choice_text(lead_status_choices, status)),
        .before_at = before_at,
        .before_id = before_id,
        .limit = (int64_t)limit,
    };
    OQ_TRY(sql_lead_find(s, args, &rows));
    *ret_leads = (leads){rows.at, rows.count};
    return NULL;
}

oq_err *lead_count(oq_scope *s, lead_totals *ret_totals)
{
    sql_lead_count_rows rows;
    OQ_TRY(sql_lead_count(s, &rows));
    *ret_totals = (lead_totals){rows.at[0].fresh, rows.at[0].contacted, rows.at[0].closed};
    return NULL;
}

/* --- the form's token -------------------------------------------------------------------------*/

static oq_str token_at(oq_arena *arena, int64_t seconds)
{
    uint8_t signature[OQ_DIGEST];
    oq_str text = oq_strf(arena, "%lld", (long long)seconds);
    oq_sign(OQ_STR("lead form"), text, signature);
    oq_str signed_as = oq_base64url(arena, signature, sizeof signature);
    return oq_strf(arena, "%.*s.%.*s", OQ_FMT(text), OQ_FMT(signed_as));
}

oq_str lead_form_token(oq_arena *arena, oq_us now)
{
    return token_at(arena, now / OQ_SECOND);
}

static bool is_ours(oq_str token, int64_t *ret_seconds)
{
    oq_str rest = token, seconds;
    if (!oq_str_cut(&rest, '.', &seconds) || !oq_parse_i64(seconds, ret_seconds))
        return false;
    oq_arena *arena = oq_arena_open(0);
    bool same = oq_same_secret(token_at(arena, *ret_seconds), token);
    oq_arena_close(arena);
    return same;
}

oq_err *lead_form_check(oq_str token, oq_us now)
{
    int64_t made;
    if (!is_ours(token, &made))
        return oq_fail(OQ_INVALID, "lead.form_expired");
    int64_t age = now / OQ_SECOND - made;
    if (age > LEAD_FORM_MAX_S)
        return oq_fail(OQ_INVALID, "lead.form_expired");
    if (age < LEAD_FORM_MIN_S)
        return oq_fail(OQ_INVALID, "lead.form_too_fast", "min_s=%d", LEAD_FORM_MIN_S);
    return NULL;
}
