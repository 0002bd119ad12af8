/* The chain of an incident's file: each step carries a seal over itself and the seal before it,
 * made with the installation's key, so that nobody who can only write rows can change, drop or put
 * in a step unseen. What cannot be seen this way: steps missing at the very end. */
#include "blackbox/inner.h"

#include "base/secret.h"

#include "incident.sql.h"

#include "base/banned.h"

const oq_field incident_step_row_fields[] = {
    OQ_UUID(incident_step_row, id),      OQ_UUID(incident_step_row, incident_id, .is_hidden = true),
    OQ_TEXT(incident_step_row, step),    OQ_TEXT(incident_step_row, note),
    OQ_JSON(incident_step_row, facts),   OQ_TEXT(incident_step_row, made_by),
    OQ_TIME(incident_step_row, made_at), OQ_BYTES(incident_step_row, seal_before),
    OQ_BYTES(incident_step_row, seal),   OQ_FIELDS_END,
};

enum { STEP_MAX = 256 * 1024 };

/* Everything that the row says, in one way only. */
static void seal_of(oq_scope *s, const incident_step_row *row, uint8_t out[OQ_DIGEST])
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(STEP_MAX);
    oq_json j = oq_json_to(&buf);
    oq_json_array(&j);
    oq_json_uuid(&j, oq_scope_tenant(s));
    oq_json_uuid(&j, row->incident_id);
    oq_json_uuid(&j, row->id);
    oq_json_text(&j, row->step);
    oq_json_text(&j, row->note);
    oq_json_text(&j, row->facts);
    oq_json_text(&j, row->made_by);
    oq_json_time(&j, row->made_at);
    oq_json_text(&j, oq_str_given(row->seal_before)
                         ? oq_hex(oq_scope_arena(s), row->seal_before.ptr, row->seal_before.len)
                         : OQ_NONE);
    oq_json_array_end(&j);
    oq_sign(OQ_STR("incident_step"), oq_buf_view(&buf), out);
}

oq_err *incident_step(oq_scope *s, oq_uuid id, const char *step, oq_str note, oq_str facts)
{
    sql_incident_lock_rows held;
    sql_incident_step_before_rows before;
    OQ_TRY(sql_incident_lock(s, (sql_incident_lock_args){.id = id}, &held));
    OQ_TRY(
        sql_incident_step_before(s,
                                 (sql_incident_step_before_args){
                                     .incident_id = id, .facts = facts.len ? facts : OQ_STR("{}")},
                                 &before));
    if (!before.count)
        return oq_fail(OQ_NOT_FOUND, "incident.not_found");
    oq_us now = oq_now(s), last = before.at[0].made_at;
    oq_str by = oq_scope_actor(s)->label;
    incident_step_row row = {
        .id = oq_uuid_new(now),
        .incident_id = id,
        .step = oq_cstr(step),
        .note = note,
        .facts = before.at[0].facts,
        .made_by = by.len ? by : OQ_STR("system"),
        /* Two steps never share a moment, so that their order is theirs whatever the ids are. */
        .made_at = last != OQ_TIME_NONE && last >= now ? last + 1 : now,
        .seal_before = before.at[0].seal,
    };
    uint8_t seal[OQ_DIGEST];
    seal_of(s, &row, seal);
    return sql_incident_step_add(
        s,
        (sql_incident_step_add_args){.id = row.id,
                                     .incident_id = id,
                                     .step = row.step,
                                     .note = row.note,
                                     .facts = row.facts,
                                     .made_by = row.made_by,
                                     .made_at = row.made_at,
                                     .seal_before = row.seal_before,
                                     .seal = oq_strn((const char *)seal, sizeof seal)},
        NULL);
}

oq_err *incident_steps_of(oq_scope *s, oq_uuid id, incident_step_rows *ret_steps)
{
    sql_incident_steps_rows rows;
    OQ_TRY(sql_incident_steps(s, (sql_incident_steps_args){.incident_id = id}, &rows));
    *ret_steps = (incident_step_rows){rows.at, rows.count};
    return NULL;
}

oq_uuid incident_find_broken(oq_scope *s, const incident_step_rows *steps)
{
    oq_str before = OQ_NONE;
    for (size_t i = 0; i < steps->count; i++) {
        const incident_step_row *row = &steps->at[i];
        uint8_t seal[OQ_DIGEST];
        seal_of(s, row, seal);
        if (!oq_str_eq(row->seal_before, before) ||
            !oq_str_eq(row->seal, oq_strn((const char *)seal, sizeof seal)))
            return row->id;
        before = row->seal;
    }
    return OQ_UUID_ZERO;
}

oq_err *incident_check_chain(oq_scope *s, oq_uuid id, oq_uuid *ret_broken)
{
    incident_step_rows rows;
    OQ_TRY(incident_steps_of(s, id, &rows));
    *ret_broken = incident_find_broken(s, &rows);
    return NULL;
}
