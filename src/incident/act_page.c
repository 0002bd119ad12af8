/* What people do on an incident's page. */
#include "blackbox/event_receive.h"
#include "incident/inner.h"
#include "rca/rca.h"

#include "base/banned.h"

const oq_field dossier_status_fields[] = {
    OQ_CHOICE(dossier_form, status, incident_status_choices, .required = true),
    OQ_TEXT(dossier_form, note, .max = 2000),
    OQ_FIELDS_END,
};

const oq_field dossier_cause_fields[] = {
    OQ_TEXT(dossier_form, cause, .max = 200, .help = "Of those that can be chosen"),
    OQ_TEXT(dossier_form, other_cause, .max = 200, .help = "A cause that is not among them"),
    OQ_TEXT(dossier_form, cause_note, .max = 2000),
    OQ_FIELDS_END,
};

const oq_field dossier_log_fields[] = {
    OQ_TEXT(dossier_form, text, .required = true, .max = EVENT_SUMMARY_MAX),
    OQ_CHOICE(dossier_form, severity, event_severity_choices),
    OQ_FIELDS_END,
};

/* The incident, if it is the actor's to see: whoever may handle incidents may not see them all. */
static oq_err *read_own(http_req *rq, oq_scope *s, incident **ret_incident)
{
    oq_uuid id;
    incident_view view;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    return incident_read(s, id, ret_incident, &view);
}

static oq_err *done(http_req *rq, oq_uuid id, const char *toast_key)
{
    web_toast(rq, "ok", toast_key);
    http_redirect(rq, dossier_path(http_arena(rq), id));
    return NULL;
}

oq_err *dossier_post_status(http_req *rq, oq_scope *s)
{
    dossier_form form = {0};
    incident *it;
    OQ_TRY(read_own(rq, s, &it));
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = incident_set_status(s, it->id, form.status, form.note);
    return err ? dossier_show_again(rq, &form, err) : done(rq, it->id, "incident.status_set");
}

oq_err *dossier_post_cause(http_req *rq, oq_scope *s)
{
    dossier_form form = {0};
    incident *it;
    OQ_TRY(read_own(rq, s, &it));
    oq_err *err = http_body(rq, &form);
    oq_str cause = form.other_cause.len ? form.other_cause : form.cause;
    if (!err)
        err = rca_confirm(s, it->id, cause, form.cause_note);
    return err ? dossier_show_again(rq, &form, err) : done(rq, it->id, "incident.cause_set");
}

oq_err *dossier_post_analyse(http_req *rq, oq_scope *s)
{
    incident *it;
    rca_run *run;
    OQ_TRY(read_own(rq, s, &it));
    oq_err *err = rca_analyse(s, it->id, oq_scope_actor(s)->label, &run);
    return err ? dossier_show_again(rq, NULL, err) : done(rq, it->id, "incident.analysed");
}

oq_err *dossier_post_order(http_req *rq, oq_scope *s)
{
    incident *it;
    work_order *order;
    bool made;
    OQ_TRY(read_own(rq, s, &it));
    oq_err *err = rca_order_of(s, it->id, &order, &made);
    if (err)
        return dossier_show_again(rq, NULL, err);
    web_toast(rq, "ok", made ? "incident.order_made" : "incident.order_there");
    http_redirect(rq, oq_strf(http_arena(rq), "/work-orders/%.*s",
                              OQ_FMT(oq_uuid_text(http_arena(rq), order->id))));
    return NULL;
}

oq_err *dossier_post_log(http_req *rq, oq_scope *s)
{
    dossier_form form = {0};
    incident *it;
    oq_uuid event_id;
    OQ_TRY(read_own(rq, s, &it));
    oq_err *err = http_body(rq, &form);
    event_log_order order = {.text = form.text,
                             .asset_id = it->root_asset_id,
                             .site_id = it->site_id,
                             .event_time = OQ_TIME_NONE,
                             .severity = form.severity};
    if (!err)
        err = event_log(s, &order, &event_id);
    return err ? dossier_show_again(rq, &form, err) : done(rq, it->id, "incident.logged");
}
