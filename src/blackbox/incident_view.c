#include "blackbox/incident_view.h"

#include "tenant/settings.h"

#include "incident_view.sql.h"

#include "base/banned.h"

const oq_choice incident_extent_choices[] = {
    {INCIDENT_SUMMARY, "summary"},
    {INCIDENT_MASKED, "masked"},
    {INCIDENT_FULL, "full"},
    {0, NULL},
};

/* --- who ----------------------------------------------------------------------------------------*/

oq_err *incident_view_of(oq_scope *s, incident_view *ret_view)
{
    const oq_actor *actor = oq_scope_actor(s);
    *ret_view = (incident_view){.extent = INCIDENT_FULL, .shows_notes = true};
    if (actor->kind == ACTOR_JOB || oq_caps_have(actor->caps, CAP_INCIDENT_READ_DETAIL))
        return NULL;
    ret_view->extent = INCIDENT_MASKED;
    if (oq_caps_have(actor->caps, CAP_RCA_RUN))
        return NULL;
    if (oq_caps_have(actor->caps, CAP_INCIDENT_MANAGE)) {
        ret_view->assigned_only = true;
        ret_view->user_id = actor->id;
        return NULL;
    }
    tenant_settings *settings;
    OQ_TRY(tenant_settings_get(s, &settings));
    ret_view->extent = INCIDENT_SUMMARY;
    ret_view->shows_notes = settings->notes_visible_to_viewer;
    return NULL;
}

oq_err *incident_read(oq_scope *s, oq_uuid id, incident **ret_incident, incident_view *ret_view)
{
    incident *it;
    OQ_TRY(incident_view_of(s, ret_view));
    OQ_TRY(incident_get(s, id, &it));
    if (ret_view->assigned_only) {
        sql_incident_is_assigned_rows rows;
        OQ_TRY(sql_incident_is_assigned(
            s, (sql_incident_is_assigned_args){.incident_id = id, .user_id = ret_view->user_id},
            &rows));
        if (!rows.count)
            return oq_fail(OQ_NOT_FOUND, "incident.not_found");
    }
    incident_mask(oq_scope_arena(s), ret_view, it);
    *ret_incident = it;
    return NULL;
}

/* --- what ---------------------------------------------------------------------------------------*/

void incident_mask(oq_arena *arena, const incident_view *view, incident *it)
{
    if (view->extent == INCIDENT_FULL)
        return;
    it->confirmed_by = OQ_UUID_ZERO;
    if (!view->shows_notes)
        it->confirmed_note = OQ_NONE;
    if (view->extent == INCIDENT_MASKED)
        return;
    it->trigger_event_id = it->trace_id = it->rca_run_id = OQ_UUID_ZERO;
    incident_mask_said(arena, view, INCIDENT_SAID(it));
}

void incident_mask_event(oq_arena *arena, const incident_view *view, incident_event *e)
{
    if (view->extent == INCIDENT_FULL)
        return;
    e->payload =
        view->extent == INCIDENT_MASKED ? incident_mask_payload(arena, e->payload) : OQ_STR("{}");
    if (e->event_category != CATEGORY_OPERATOR_ACTION)
        return;
    e->source_id = OQ_STR("***");
    if (view->extent == INCIDENT_SUMMARY)
        e->summary = e->summary_ar = OQ_STR("***");
}

void incident_mask_step(oq_arena *arena, const incident_view *view, incident_step_row *step)
{
    if (view->extent == INCIDENT_FULL)
        return;
    step->made_by = incident_initials(arena, step->made_by);
    step->facts =
        view->extent == INCIDENT_MASKED ? incident_mask_payload(arena, step->facts) : OQ_STR("{}");
    if (!view->shows_notes)
        step->note = OQ_NONE;
}

/* --- names --------------------------------------------------------------------------------------*/

static bool is_letter(uint32_t code)
{
    return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || code >= 0xc0;
}

/* The letters that words begin with, three at most. A digit anywhere makes an id of it. */
oq_str incident_initials(oq_arena *arena, oq_str name)
{
    enum { LETTERS = 3 };
    if (!name.len)
        return name;
    OQ_AUTO(oq_buf) out = oq_buf_make(100);
    oq_str rest = oq_str_sub(name, 0, oq_str_find_char(name, '@'));
    bool is_inside = false;
    int letters = 0;
    for (;;) {
        oq_str here = rest;
        uint32_t code;
        if (!oq_utf8_next(&rest, &code))
            break;
        if (code >= '0' && code <= '9')
            return OQ_STR("***");
        if (is_letter(code) && !is_inside && letters < LETTERS) {
            if (code >= 'a' && code <= 'z')
                oq_buf_char(&out, (char)(code - 'a' + 'A'));
            else
                oq_buf_str(&out, oq_str_sub(here, 0, here.len - rest.len));
            oq_buf_char(&out, '.');
            letters++;
        }
        is_inside = is_letter(code);
    }
    return letters ? oq_str_copy(arena, oq_buf_view(&out)) : OQ_STR("***");
}
