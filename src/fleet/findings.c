/* What the workshop found: the component that was replaced when a machine failed is the cause of
 * the incident that this opened. Later analyses learn from it. */
#include <math.h>

#include "blackbox/incident.h"
#include "fleet/inner.h"
#include "rca/rca.h"
#include "workorder/work.h"

#include "fleet.sql.h"

#include "base/banned.h"

enum { SLICE = 200 };
#define NEAR OQ_HOUR

/* OQ_NONE: the record has no failure of this machine there. Of several components the first. */
static oq_str cause_of(const fleet *f, size_t machine, oq_us at)
{
    for (size_t i = 0; i < f->data.incidents; i++) {
        const azure_incident *in = &f->data.incident[i];
        if (in->machine != machine || in->at < at - NEAR || in->at > at + NEAR)
            continue;
        for (size_t k = 0; k < AZURE_COMPONENTS; k++)
            if (in->is_failed[k])
                return azure_component[k];
    }
    return OQ_NONE;
}

/* The record has the order that the work was done by; the one that was made automatically meanwhile
 * is not needed any more. */
static oq_err *call_off(oq_scope *s, oq_uuid incident_id)
{
    work_orders orders;
    OQ_TRY(work_order_find_by_incident(s, incident_id, &orders));
    for (size_t i = 0; i < orders.count; i++) {
        const work_order *o = &orders.at[i];
        work_order *changed;
        work_order_move move = {
            .status = WORK_CANCELLED,
            .version = o->version,
            .labour_h = NAN,
            .downtime_h = NAN,
            .note = OQ_STR("The component was replaced at once, by an order of the record")};
        bool is_own = oq_str_eq(o->source, OQ_STR("BLACKBOX_AUTO"));
        if (is_own && o->status != WORK_CLOSED && o->status != WORK_CANCELLED)
            OQ_TRY(work_order_set_status(s, o->id, &move, &changed));
    }
    return NULL;
}

static oq_err *confirm(const fleet_run_state *r, oq_scope *s, const sql_fleet_unconfirmed_row *row)
{
    uint64_t machine;
    oq_str note = OQ_STR("The component that was replaced, as the maintenance record has it");
    if (!oq_parse_u64(oq_str_sub(row->asset_code, 2, SIZE_MAX), &machine))
        return NULL;
    oq_str cause = cause_of(r->f, (size_t)machine, row->anchor_time);
    if (!cause.len)
        return NULL;
    OQ_TRY(rca_confirm(s, row->id, cause, note));
    OQ_TRY(call_off(s, row->id));
    return incident_set_status(s, row->id, INCIDENT_RESOLVED, note);
}

static oq_err *confirm_all(const fleet_run_state *r, oq_scope *s)
{
    sql_fleet_unconfirmed_rows rows;
    OQ_TRY(sql_fleet_unconfirmed(s, (sql_fleet_unconfirmed_args){SLICE}, &rows));
    for (size_t i = 0; i < rows.count; i++)
        OQ_TRY(confirm(r, s, &rows.at[i]));
    return NULL;
}

oq_err *fleet_confirm(const fleet_run_state *r)
{
    oq_scope *s;
    OQ_TRY(fleet_scope(r, OQ_WRITE, &s));
    return fleet_end(s, confirm_all(r, s));
}
