#include "blackbox/incident_list.h"

#include "http/request.h"
#include "plant/plant.h"

#include "incident_list.sql.h"

#include "base/banned.h"

const oq_field incident_row_fields[] = {
    OQ_UUID(incident_row, id),
    OQ_I64(incident_row, number, .help = "INC-17"),
    OQ_CHOICE(incident_row, incident_type, incident_type_choices),
    OQ_CHOICE(incident_row, status, incident_status_choices),
    OQ_CHOICE(incident_row, severity, incident_severity_choices),
    OQ_TEXT(incident_row, title),
    OQ_TEXT(incident_row, title_ar),
    OQ_UUID(incident_row, root_asset_id),
    OQ_UUID(incident_row, site_id),
    OQ_UUID(incident_row, unit_id),
    OQ_TEXT(incident_row, asset_code),
    OQ_TEXT(incident_row, asset_name),
    OQ_TEXT(incident_row, asset_name_ar),
    OQ_TEXT(incident_row, site_code),
    OQ_TEXT(incident_row, site_name),
    OQ_TEXT(incident_row, site_name_ar),
    OQ_TIME(incident_row, start_time),
    OQ_TIME(incident_row, end_time, .help = "null: goes on, or not known"),
    OQ_TIME(incident_row, anchor_time),
    OQ_I64(incident_row, version),
    OQ_JSON(incident_row, rca_summary),
    OQ_JSON(incident_row, root_cause_score),
    OQ_JSON(incident_row, event_story),
    OQ_JSON(incident_row, recommended_actions),
    OQ_JSON(incident_row, impact_estimate),
    OQ_JSON(incident_row, financial_impact_estimate),
    OQ_JSON(incident_row, carbon_impact_estimate),
    OQ_TEXT(incident_row, top_cause),
    OQ_F64(incident_row, top_probability),
    OQ_TEXT(incident_row, confirmed_cause),
    OQ_TIME(incident_row, created_at),
    OQ_TIME(incident_row, updated_at),
    OQ_FIELDS_END,
};

const oq_field incident_kpis_fields[] = {
    OQ_I64(incident_kpis, incidents),
    OQ_I64(incident_kpis, open),
    OQ_I64(incident_kpis, investigating),
    OQ_I64(incident_kpis, resolved),
    OQ_I64(incident_kpis, closed),
    OQ_I64(incident_kpis, critical_open, .help = "CRITICAL or CATASTROPHIC, and not resolved"),
    OQ_I64(incident_kpis, minor),
    OQ_I64(incident_kpis, major),
    OQ_I64(incident_kpis, critical),
    OQ_I64(incident_kpis, catastrophic),
    OQ_I64(incident_kpis, failures),
    OQ_I64(incident_kpis, last_day, .help = "That began in the last 24 hours"),
    OQ_I64(incident_kpis, confirmed, .help = "With a cause that a person confirmed"),
    OQ_F64(incident_kpis, resolve_mean_h),
    OQ_FIELDS_END,
};

const oq_field incident_names_fields[] = {
    OQ_TEXT(incident_names, asset_code),
    OQ_TEXT(incident_names, asset_name),
    OQ_TEXT(incident_names, asset_name_ar),
    OQ_TEXT(incident_names, unit_code),
    OQ_TEXT(incident_names, unit_name),
    OQ_TEXT(incident_names, unit_name_ar),
    OQ_TEXT(incident_names, site_code),
    OQ_TEXT(incident_names, site_name),
    OQ_TEXT(incident_names, site_name_ar),
    OQ_TEXT(incident_names, class_code),
    OQ_TEXT(incident_names, class_name),
    OQ_TEXT(incident_names, class_name_ar),
    OQ_TEXT(incident_names, confirmed_by_name),
    OQ_I64(incident_names, events),
    OQ_I64(incident_names, late_events, .help = "That came after the grace period"),
    OQ_FIELDS_END,
};

/* The years that times of rows lie in: the index wants bounds. */
#define FIRST_MOMENT (-62135596800 * OQ_SECOND)

static oq_us or_else(oq_us at, oq_us preset)
{
    return at == OQ_TIME_NONE ? preset : at;
}

static oq_str choice(const oq_choice *choices, int value)
{
    return value ? oq_cstr(oq_choice_text(choices, value)) : OQ_NONE;
}

oq_err *incident_find(oq_scope *s, const incident_filter *f, oq_str cursor, size_t limit,
                      incident_rows *ret_rows)
{
    oq_us before_time;
    oq_uuid before_id;
    incident_view view;
    OQ_TRY(http_cursor_read(cursor, &before_time, &before_id));
    OQ_TRY(incident_view_of(s, &view));
    sql_incident_list_rows rows;
    OQ_TRY(sql_incident_list(s,
                             (sql_incident_list_args){
                                 .from_time = or_else(f->from, FIRST_MOMENT),
                                 .to_time = or_else(f->to, OQ_TIME_LAST),
                                 .before_time = or_else(before_time, OQ_TIME_LAST),
                                 .before_id = before_id,
                                 .severity = choice(incident_severity_choices, f->severity),
                                 .status = choice(incident_status_choices, f->status),
                                 .incident_type = choice(incident_type_choices, f->incident_type),
                                 .asset_id = f->asset_id,
                                 .site_id = f->site_id,
                                 .words = plant_patterns(oq_scope_arena(s), f->q),
                                 .assigned_to = view.assigned_only ? view.user_id : OQ_UUID_ZERO,
                                 .limit = (int64_t)limit + 1,
                             },
                             &rows));
    *ret_rows = (incident_rows){.at = rows.at, .count = rows.count};
    if (rows.count > limit) {
        const incident_row *last = &rows.at[limit - 1];
        ret_rows->count = limit;
        ret_rows->next = http_cursor_make(oq_scope_arena(s), last->start_time, last->id);
    }
    for (size_t i = 0; i < ret_rows->count; i++)
        incident_mask_said(oq_scope_arena(s), &view, INCIDENT_SAID(&rows.at[i]));
    return NULL;
}

oq_err *incident_count(oq_scope *s, const incident_filter *f, incident_kpis *ret_kpis)
{
    incident_view view;
    OQ_TRY(incident_view_of(s, &view));
    sql_incident_kpis_rows rows;
    OQ_TRY(sql_incident_kpis(s,
                             (sql_incident_kpis_args){
                                 .from_time = or_else(f->from, FIRST_MOMENT),
                                 .to_time = or_else(f->to, OQ_TIME_LAST),
                                 .severity = choice(incident_severity_choices, f->severity),
                                 .incident_type = choice(incident_type_choices, f->incident_type),
                                 .asset_id = f->asset_id,
                                 .site_id = f->site_id,
                                 .words = plant_patterns(oq_scope_arena(s), f->q),
                                 .assigned_to = view.assigned_only ? view.user_id : OQ_UUID_ZERO,
                                 .now = oq_now(s),
                             },
                             &rows));
    *ret_kpis = rows.at[0];
    return NULL;
}

oq_err *incident_names_of(oq_scope *s, const incident_view *view, oq_uuid id,
                          incident_names **ret_names)
{
    sql_incident_names_rows rows;
    OQ_TRY(sql_incident_names(s, (sql_incident_names_args){.incident_id = id}, &rows));
    if (!rows.count)
        return oq_fail(OQ_NOT_FOUND, "incident.not_found");
    oq_str *by = &rows.at[0].confirmed_by_name;
    if (view->extent == INCIDENT_MASKED)
        *by = incident_initials(oq_scope_arena(s), *by);
    else if (view->extent == INCIDENT_SUMMARY)
        *by = OQ_NONE;
    *ret_names = rows.at;
    return NULL;
}

oq_err *incident_key_events(oq_scope *s, const incident_view *view, oq_uuid id,
                            incident_events *ret_events)
{
    *ret_events = (incident_events){0};
    if (view->extent == INCIDENT_SUMMARY)
        return NULL;
    sql_incident_key_events_rows rows;
    OQ_TRY(sql_incident_key_events(
        s, (sql_incident_key_events_args){id, INCIDENT_NEAREST, INCIDENT_KEY_EVENTS}, &rows));
    for (size_t i = 0; i < rows.count; i++)
        incident_mask_event(oq_scope_arena(s), view, &rows.at[i]);
    *ret_events = (incident_events){rows.at, rows.count};
    return NULL;
}
