/* Making and changing a tenant on pages. */
#include "tenant/inner.h"

#include "base/banned.h"

bool tenant_is_form_error(const oq_err *err)
{
    return err->kind == OQ_INVALID || err->kind == OQ_CONFLICT;
}

void tenant_put_suggestions(web_page *page)
{
    static const char *const zones[] = {
        "Asia/Riyadh",  "Asia/Dubai",   "Asia/Qatar",    "Asia/Kuwait",   "Asia/Bahrain",
        "Asia/Muscat",  "Asia/Amman",   "Asia/Baghdad",  "Africa/Cairo",  "Europe/Istanbul",
        "Asia/Karachi", "Asia/Kolkata", "Europe/London", "Europe/Berlin", "UTC",
    };
    static const char *const currencies[] = {
        "SAR", "AED", "QAR", "KWD", "BHD", "OMR", "JOD", "IQD", "EGP", "USD", "EUR", "GBP",
    };
    web_value *list = web_put_list(page->view, "zones");
    for (size_t i = 0; i < OQ_COUNT(zones); i++)
        web_add_text(list, oq_cstr(zones[i]));
    list = web_put_list(page->view, "currencies");
    for (size_t i = 0; i < OQ_COUNT(currencies); i++)
        web_add_text(list, oq_cstr(currencies[i]));
}

/* --- a new one --------------------------------------------------------------------------------*/

static oq_err *show_new(http_req *rq, const tenant_order *order, const oq_err *err)
{
    web_page page = web_page_begin(rq, "tenants/new", "tenants.new", "tenants");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "tenants.title"), "/tenants");
    web_page_crumb(&page, web_say(&page, "tenants.new"), NULL);
    web_page_form(&page, tenant_order_fields, order, err);
    tenant_put_suggestions(&page);
    return web_page_send(&page);
}

oq_err *tenant_page_new(http_req *rq, db_platform *p)
{
    tenant_order order;
    oq_fields_preset(http_arena(rq), tenant_order_fields, &order);
    return show_new(rq, &order, NULL);
}

oq_err *tenant_post_new(http_req *rq, db_platform *p)
{
    tenant_order order;
    tenant *made = NULL;
    oq_uuid secret_id = OQ_UUID_ZERO;
    oq_err *err = http_body(rq, &order);
    /* On the page the first administrator is not optional: nobody could sign in. */
    if (!err || err->kind == OQ_INVALID)
        if (!order.admin_email.len && !oq_err_is(err, "field.email_malformed"))
            err = oq_err_join(err, oq_fail_field("admin_email", "field.required"));
    if (!err)
        err = tenant_create(p, &order, &made);
    if (!err)
        err = tenant_make_admin(p, made->id, &order, &secret_id);
    if (err && tenant_is_form_error(err))
        return show_new(rq, &order, err);
    if (err)
        return err;
    oq_arena *arena = http_arena(rq);
    oq_str id = oq_uuid_text(arena, made->id), secret = oq_uuid_text(arena, secret_id);
    web_toast(rq, "ok", "tenants.made");
    http_redirect(rq, oq_uuid_is_zero(secret_id)
                          ? oq_strf(arena, "/tenants/%.*s", OQ_FMT(id))
                          : oq_strf(arena, "/tenants/%.*s?once=%.*s", OQ_FMT(id), OQ_FMT(secret)));
    return NULL;
}

/* --- one that is there ------------------------------------------------------------------------*/

typedef struct one_query {
    oq_uuid once; /* the one-time secret of who was just made */
} one_query;
const oq_field tenant_one_query_fields[] = {OQ_UUID(one_query, once), OQ_FIELDS_END};

typedef struct tenant_form {
    oq_str name;
    int industry;
    oq_str time_zone, currency;
    int64_t version;
} tenant_form;
const oq_field tenant_form_fields[] = {
    OQ_TEXT(tenant_form, name, .required = true, .max = TENANT_NAME_MAX),
    OQ_CHOICE(tenant_form, industry, tenant_industry_choices),
    OQ_TEXT(tenant_form, time_zone, .required = true, .max = 60, .check = oq_check_timezone),
    OQ_TEXT(tenant_form, currency, .required = true, .max = 3, .check = oq_check_currency),
    OQ_I64(tenant_form, version, .required = true),
    OQ_FIELDS_END};

/* `form` NULL: as it is stored. After a stale version the stored values stand beside the typed
 * ones, and the form carries the current version, so that saving again is a decision. */
static oq_err *show_one(http_req *rq, db_platform *p, const tenant_form *form, const oq_err *err,
                        oq_uuid once)
{
    oq_uuid id;
    tenant_overview *t;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(tenant_get_overview(p, id, &t));
    tenant_form fields = {
        .name = t->name,
        .industry = t->industry,
        .time_zone = t->time_zone,
        .currency = t->currency,
    };
    if (form)
        fields = *form;
    fields.version = t->version;
    web_page page = web_page_begin(rq, "tenants/one", "tenants.title", "tenants");
    page.title = t->name;
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "tenants.title"), "/tenants");
    web_page_crumb(&page, t->name, NULL);
    web_page_form(&page, tenant_form_fields, &fields, err);
    tenant_put(&page, web_put_object(page.view, "tenant_shown"), t, db_platform_now(p));
    web_put_bool(page.view, "is_stale", oq_err_is(err, "tenant.version_stale"));
    tenant_put_suggestions(&page);
    if (!oq_uuid_is_zero(once)) {
        oq_str text = oq_uuid_text(page.arena, once);
        web_put_text(page.view, "once_href", oq_strf(page.arena, "/once/%.*s", OQ_FMT(text)));
    }
    return web_page_send(&page);
}

oq_err *tenant_page_one(http_req *rq, db_platform *p)
{
    one_query q;
    OQ_TRY(http_query(rq, &q));
    return show_one(rq, p, NULL, NULL, q.once);
}

static void back_to(http_req *rq, oq_uuid id)
{
    oq_str text = oq_uuid_text(http_arena(rq), id);
    http_redirect(rq, oq_strf(http_arena(rq), "/tenants/%.*s", OQ_FMT(text)));
}

oq_err *tenant_post_one(http_req *rq, db_platform *p)
{
    oq_uuid id;
    tenant_form form;
    tenant *t;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = tenant_update(p, id,
                            &(tenant_change){
                                .name = form.name,
                                .industry = form.industry,
                                .time_zone = form.time_zone,
                                .currency = form.currency,
                                .version = form.version,
                            },
                            &t);
    if (err)
        return tenant_is_form_error(err) ? show_one(rq, p, &form, err, OQ_UUID_ZERO) : err;
    web_toast(rq, "ok", "tenants.saved");
    back_to(rq, id);
    return NULL;
}

/* --- suspending -------------------------------------------------------------------------------*/

typedef struct status_form {
    int status;
    oq_str confirm; /* the tenant's code, typed, before its people are locked out */
    int64_t version;
} status_form;
const oq_field tenant_status_form_fields[] = {
    OQ_CHOICE(status_form, status, tenant_status_choices, .required = true),
    OQ_TEXT(status_form, confirm, .max = 40), OQ_I64(status_form, version, .required = true),
    OQ_FIELDS_END};

static oq_err *change_status(http_req *rq, db_platform *p, oq_uuid id)
{
    status_form form;
    tenant *t;
    OQ_TRY(http_body(rq, &form));
    OQ_TRY(tenant_get(p, id, &t));
    if (form.status == TENANT_SUSPENDED && !oq_str_eq(form.confirm, t->code))
        return oq_fail_field("confirm", "tenant.confirm_mismatch", "code=%.*s", OQ_FMT(t->code));
    tenant_change change = {.status = form.status, .version = form.version};
    OQ_TRY(tenant_update(p, id, &change, &t));
    web_toast(rq, "ok", form.status == TENANT_SUSPENDED ? "tenants.suspended" : "tenants.resumed");
    back_to(rq, id);
    return NULL;
}

oq_err *tenant_post_status(http_req *rq, db_platform *p)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = change_status(rq, p, id);
    return err && tenant_is_form_error(err) ? show_one(rq, p, NULL, err, OQ_UUID_ZERO) : err;
}
