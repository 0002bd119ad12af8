/* lead/lead.h
 *
 * The landing page and what comes of it: people who ask for a demo. Requests are rows of the
 * platform's tenant, read and worked on by platform owners.
 *
 * The form is open to anybody, so it is guarded against machines, in this order:
 *   - a field that people do not see ("website"): filled, the request is thanked for and dropped;
 *   - a token in the form, signed with its time: a form that comes back within LEAD_FORM_MIN_S, or
 *     after LEAD_FORM_MAX_S, is shown again;
 *   - a count by address and for all (lead/limit.h).
 * Whatever is refused is shown again with what was typed. */
#ifndef LEAD_LEAD_H
#define LEAD_LEAD_H

#include "base/base.h"
#include "base/lang.h"
#include "db/scope.h"
#include "http/route.h"

enum {
    LEAD_FORM_MIN_S = 3,
    LEAD_FORM_MAX_S = 24 * 3600,
    LEAD_LIST_MAX = 200,
    LEAD_EXPORT_MAX = 20000, /* rows of one file */
};

typedef enum lead_sector {
    SECTOR_OIL_GAS = 1,
    SECTOR_POWER,
    SECTOR_WATER,
    SECTOR_MANUFACTURING,
    SECTOR_MINING,
    SECTOR_OTHER
} lead_sector;
extern const oq_choice lead_sector_choices[];

typedef enum lead_status { LEAD_NEW = 1, LEAD_CONTACTED, LEAD_CLOSED } lead_status;
extern const oq_choice lead_status_choices[];

typedef struct lead {
    oq_uuid id;
    oq_str full_name, email, organisation;
    int sector;
    oq_str message; /* may be empty */
    oq_str lang;    /* of the page it was sent from */
    int status;
    oq_us created_at, updated_at;
    int64_t version;
} lead;
extern const oq_field lead_fields[];
typedef struct leads {
    lead *at;
    size_t count;
} leads;

/* What the form sends. */
typedef struct lead_form {
    oq_str full_name, email, organisation;
    int sector;
    oq_str message;
    oq_str website; /* must stay empty */
    oq_str form_token;
} lead_form;
extern const oq_field lead_form_fields[];

/* In the platform's tenant, each. */

/* Stores a request; audited; tells every platform owner. */
OQ_CHECKED oq_err *lead_add(oq_scope *s, const lead_form *form, oq_lang lang, lead **ret_lead);
/* Newest first, behind the row (before_at, before_id) or from the newest; status 0: all. */
OQ_CHECKED oq_err *lead_find(oq_scope *s, int status, oq_us before_at, oq_uuid before_id,
                             size_t limit, leads *ret_leads);
typedef struct lead_totals {
    int64_t fresh, contacted, closed;
} lead_totals;
OQ_CHECKED oq_err *lead_count(oq_scope *s, lead_totals *ret_totals);
/* Fails: lead.not_found, lead.version_stale. Audited. */
OQ_CHECKED oq_err *lead_set_status(oq_scope *s, oq_uuid id, int status, int64_t version,
                                   lead **ret_lead);

/* --- the form's token -------------------------------------------------------------------------*/

/* "<seconds>.<signature>", signed with a key derived from the master key, so that any process of
 * the installation knows its own forms. */
oq_str lead_form_token(oq_arena *arena, oq_us now);
/* Fails: lead.form_too_fast (fact: min_s), lead.form_expired (also for what is no token of ours).
 */
OQ_CHECKED oq_err *lead_form_check(oq_str token, oq_us now);

/* --- at start ---------------------------------------------------------------------------------*/

/* The public routes work without a person and so without a scope of the dispatcher: they open one
 * of the platform's tenant themselves. `contact_email` stands in the page's foot; may be not given;
 * both outlive the server. */
void lead_setup(db_pool *pool, oq_str contact_email);

extern const http_route lead_routes[]; /* /, /request-demo, /leads, /leads.csv, /api/leads */

#endif
