/* tenant/inner.h: what the files of this folder share. */
#ifndef TENANT_INNER_H
#define TENANT_INNER_H

#include "http/request.h"
#include "tenant/settings.h"
#include "tenant/tenant.h"
#include "web/page.h"

extern const oq_choice tenant_industry_any[]; /* with the platform's own */

/* The field table of TENANT_MEMBERS. */
#define TENANT_ROWS(rec)                                                                           \
    OQ_UUID(rec, id), OQ_TEXT(rec, code), OQ_TEXT(rec, name),                                      \
        OQ_CHOICE(rec, industry, tenant_industry_any),                                             \
        OQ_CHOICE(rec, status, tenant_status_choices),                                             \
        OQ_TEXT(rec, time_zone, .help = "IANA name: Asia/Riyadh"),                                 \
        OQ_TEXT(rec, currency, .help = "ISO 4217: SAR"), OQ_BOOL(rec, is_demo),                    \
        OQ_I64(rec, version, .help = "Rises by one at each change"), OQ_TIME(rec, created_at),     \
        OQ_TIME(rec, updated_at)

/* The scope's tenant has changed: after the commit every process drops what it remembers of it,
 * this one at once. */
OQ_CHECKED oq_err *tenant_tell(oq_scope *s);

/* The first administrator that an order asks for, through tenant_use_seed; none asked for: the
 * secret's id is zero. Errors name the order's fields. */
OQ_CHECKED oq_err *tenant_make_admin(db_platform *p, oq_uuid tenant_id, const tenant_order *order,
                                     oq_uuid *ret_secret_id);

/* One page of the list, and the cursor of the next; not given: there is none. */
OQ_CHECKED oq_err *tenant_find_page(db_platform *p, const tenant_filter *filter, oq_str cursor,
                                    size_t limit, tenant_overviews *ret_tenants, oq_str *ret_next);

/* --- tenant_api.c -----------------------------------------------------------------------------*/

/* A tenant just made. */
typedef struct tenant_made {
    TENANT_MEMBERS
    oq_str credentials_url; /* of the one-time view; not given: nobody was made */
} tenant_made;
extern const oq_field tenant_made_fields[];
extern const oq_field tenant_api_query_fields[];

OQ_CHECKED oq_err *tenant_api_list(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *tenant_api_create(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *tenant_api_get(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *tenant_api_change(http_req *rq, db_platform *p);

/* --- tenant_page.c, tenant_form.c -------------------------------------------------------------*/

extern const oq_field tenant_page_query_fields[];
extern const oq_field tenant_one_query_fields[];
extern const oq_field tenant_form_fields[];
extern const oq_field tenant_status_form_fields[];
OQ_CHECKED oq_err *tenant_page_list(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *tenant_page_new(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *tenant_post_new(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *tenant_page_one(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *tenant_post_one(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *tenant_post_status(http_req *rq, db_platform *p);

/* What the row or card of a tenant shows. */
void tenant_put(const web_page *page, web_value *to, const tenant_overview *t, oq_us now);
/* Zones and currencies to choose from; others may be typed. */
void tenant_put_suggestions(web_page *page);
/* Whether the form is shown again with it; other errors are the dispatcher's. */
bool tenant_is_form_error(const oq_err *err);

/* --- settings_api.c, settings_page.c ----------------------------------------------------------*/

extern const oq_field settings_profile_form_fields[];
OQ_CHECKED oq_err *settings_api_get(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *settings_api_put(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *settings_api_tenant(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *settings_api_tenant_change(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *settings_page(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *settings_post(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *settings_post_profile(http_req *rq, oq_scope *s);

#endif
