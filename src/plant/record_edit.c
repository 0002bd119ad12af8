/* The editor of a record: a new one, one that is there, its approval and its end. */
#include "plant/record_form.h"

#include "base/banned.h"

/* What the page is shown with. */
typedef struct shown {
    void *record;            /* as far as it could be read */
    const void *stored;      /* NULL: a new one */
    const record_form *form; /* NULL: nothing was typed yet */
    const oq_err *err;
} shown;

/* --- the page -----------------------------------------------------------------------------------*/

static void put_approval(web_page *page, const record_refs *refs, const record_kind *kind,
                         const void *stored)
{
    const record_approval *a = kind->approval;
    web_put(page->view, "approval", NULL);
    if (!a || !stored)
        return;
    web_value *to = web_put_object(page->view, "approval");
    const oq_field *by = record_field(kind, a->by), *at = record_field(kind, a->at);
    bool is_given = record_is_given(by, stored);
    const http_who *who = http_who_of(page->rq);
    web_put_bool(to, "is_given", is_given);
    web_put_text(to, "by", record_shown(page, refs, kind, by, stored));
    web_put_text(to, "at", record_shown(page, refs, kind, at, stored));
    web_put_cstr(to, "verb", a->verb);
    web_put_bool(to, "may",
                 oq_caps_have(who->actor.caps, a->cap) &&
                     oq_uuid_eq(who->actor.home_tenant, who->tenant_id));
}

static void put_facts(web_page *page, const record_kind *kind, const void *stored)
{
    oq_arena *arena = page->arena;
    bool is_stored = stored != NULL;
    web_put_bool(page->view, "is_new", !is_stored);
    web_put_text(page->view, "kind_label", record_kind_label(page->locale.lang, kind));
    web_put_bool(page->view, "is_read_only", !record_may_manage(page, kind));
    web_put_text(page->view, "list_path", oq_strf(arena, "/plant/%s", kind->path));
    web_put_text(page->view, "version", OQ_NONE);
    web_put_text(page->view, "action", oq_strf(arena, "/plant/%s/new", kind->path));
    if (!is_stored)
        return;
    oq_str id = oq_uuid_text(arena, record_id(kind, stored));
    web_put_text(page->view, "version",
                 oq_strf(arena, "%lld", (long long)record_version(kind, stored)));
    web_put_text(page->view, "action", oq_strf(arena, "/plant/%s/%.*s", kind->path, OQ_FMT(id)));
    oq_us at = *(const oq_us *)record_member_of(kind, "updated_at", stored);
    web_put_text(page->view, "updated_at", web_format_time(arena, &page->locale, at));
    web_put_text(page->view, "audit_href",
                 oq_strf(arena, "/audit?object_type=%s&object_id=%.*s", kind->name, OQ_FMT(id)));
    web_put_text(page->view, "asset_href",
                 kind == &kind_asset ? record_href(arena, kind, record_id(kind, stored)) : OQ_NONE);
}

/* What the record is called on its own page. */
static oq_str title_of(const web_page *page, const record_refs *refs, const record_kind *kind,
                       const void *stored)
{
    if (!stored) {
        oq_arg what = {"kind", record_kind_label(page->locale.lang, kind)};
        return oq_text_fill(page->arena, page->locale.lang, OQ_STR("plant.new_title"), &what, 1);
    }
    const char *first = kind->columns[0];
    return record_shown(page, refs, kind, record_field(kind, first), stored);
}

static oq_err *show(http_req *rq, oq_scope *s, const record_kind *kind, const shown *what)
{
    web_page page = web_page_begin(rq, "plant/one", "plant.title", "plant");
    record_refs *refs = record_refs_open(s, page.arena);
    if (what->stored)
        OQ_TRY(record_refs_of(refs, kind, what->stored, 1));
    page.status = what->err ? oq_kind_status(what->err->kind) : 0;
    page.title = title_of(&page, refs, kind, what->stored);
    web_page_crumb(&page, web_say(&page, "plant.title"), "/plant");
    web_page_crumb(&page, record_kind_labels(page.locale.lang, kind),
                   oq_strf(page.arena, "/plant/%s", kind->path).ptr);
    web_page_crumb(&page, page.title, NULL);
    bool is_stale = oq_err_is(what->err, "plant.version_stale");
    OQ_TRY(record_form_put(&page, s, kind, what->record, what->form, what->err,
                           is_stale ? what->stored : NULL));
    put_facts(&page, kind, what->stored);
    put_approval(&page, refs, kind, what->stored);
    return web_page_send(&page);
}

static bool is_shown(const oq_err *err)
{
    return err->kind == OQ_INVALID || err->kind == OQ_CONFLICT;
}

/* The form again with what is wrong. The unit of work is rolled back; a reading one shows it. */
static oq_err *show_again(http_req *rq, const record_kind *kind, shown what, oq_err *err)
{
    oq_scope *s;
    oq_uuid id = OQ_UUID_ZERO;
    if (!is_shown(err))
        return err;
    what.err = record_err_by_column(kind, err);
    OQ_TRY(http_scope_again(rq, &s));
    if (what.stored) {
        void *stored;
        id = record_id(kind, what.stored);
        OQ_TRY(record_get(s, kind, id, &stored));
        what.stored = stored;
    }
    return show(rq, s, kind, &what);
}

/* --- a new one ----------------------------------------------------------------------------------*/

/* "?class_id=": what it will belong to. */
static void prefill(http_req *rq, const record_kind *kind, void *record)
{
    for (const record_ref *r = kind->refs; r && r->field; r++) {
        oq_uuid id;
        if (oq_uuid_parse(http_query_text(rq, r->field), &id))
            *(oq_uuid *)record_member(kind, r->field, record) = id;
    }
}

static void *new_record(http_req *rq, const record_kind *kind)
{
    void *record = oq_alloc(http_arena(rq), kind->size);
    oq_fields_preset(http_arena(rq), kind->fields, record);
    const oq_field *currency = oq_field_find(kind->order, OQ_STR("currency"));
    if (currency)
        *(oq_str *)((char *)record + currency->offset) = http_who_of(rq)->currency;
    return record;
}

oq_err *record_page_new(http_req *rq, oq_scope *s)
{
    const record_kind *kind = record_kind_of(rq);
    void *record = new_record(rq, kind);
    prefill(rq, kind, record);
    return show(rq, s, kind, &(shown){.record = record});
}

static oq_err *saved(http_req *rq, const record_kind *kind, const void *record,
                     const char *toast_key)
{
    web_toast(rq, "ok", toast_key);
    if (kind == &kind_asset)
        http_redirect(rq, record_href(http_arena(rq), kind, record_id(kind, record)));
    else
        http_redirect(rq, oq_strf(http_arena(rq), "/plant/%s", kind->path));
    return NULL;
}

oq_err *record_page_post_new(http_req *rq, oq_scope *s)
{
    const record_kind *kind = record_kind_of(rq);
    record_form form;
    void *record = new_record(rq, kind), *made;
    OQ_TRY(record_form_read(rq, &form));
    oq_err *err = record_form_take(rq, s, kind, &form, NULL, record);
    if (!err)
        err = record_add(s, kind, record, &made);
    if (err)
        return show_again(rq, kind, (shown){.record = record, .form = &form}, err);
    return saved(rq, kind, made, "plant.saved");
}

/* --- one that is there ----------------------------------------------------------------------------*/

static oq_err *get_stored(http_req *rq, oq_scope *s, const record_kind *kind, void **ret_record)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    return record_get(s, kind, id, ret_record);
}

oq_err *record_page_one(http_req *rq, oq_scope *s)
{
    const record_kind *kind = record_kind_of(rq);
    void *stored;
    OQ_TRY(get_stored(rq, s, kind, &stored));
    return show(rq, s, kind, &(shown){.record = stored, .stored = stored});
}

oq_err *record_page_post_one(http_req *rq, oq_scope *s)
{
    const record_kind *kind = record_kind_of(rq);
    record_form form;
    void *stored, *record = oq_alloc(http_arena(rq), kind->size), *after;
    OQ_TRY(get_stored(rq, s, kind, &stored));
    OQ_TRY(record_form_read(rq, &form));
    oq_err *err = record_form_take(rq, s, kind, &form, stored, record);
    if (!err) {
        *(int64_t *)record_member(kind, "version", record) = form.version;
        err = record_change(s, kind, record_id(kind, stored), record, &after);
    }
    if (err)
        return show_again(rq, kind, (shown){record, stored, &form, NULL}, err);
    return saved(rq, kind, after, "plant.saved");
}

oq_err *record_page_remove(http_req *rq, oq_scope *s)
{
    const record_kind *kind = record_kind_of(rq);
    record_version_order order;
    void *stored;
    OQ_TRY(get_stored(rq, s, kind, &stored));
    oq_err *err = http_body(rq, &order);
    if (!err)
        err = record_remove(s, kind, record_id(kind, stored), order.version);
    if (err)
        return show_again(rq, kind, (shown){.record = stored, .stored = stored}, err);
    web_toast(rq, "ok", "plant.removed");
    http_redirect(rq, kind == &kind_asset ? OQ_STR("/assets")
                                          : oq_strf(http_arena(rq), "/plant/%s", kind->path));
    return NULL;
}

oq_err *record_page_approve(http_req *rq, oq_scope *s)
{
    const record_kind *kind = record_kind_of(rq);
    record_version_order order;
    void *stored, *after;
    OQ_TRY(get_stored(rq, s, kind, &stored));
    oq_err *err = http_body(rq, &order);
    if (!err)
        err = record_approve(s, kind, record_id(kind, stored), order.version, &after);
    if (err)
        return show_again(rq, kind, (shown){.record = stored, .stored = stored}, err);
    web_toast(rq, "ok", "plant.approved");
    http_redirect(rq, oq_strf(http_arena(rq), "/plant/%s/%.*s", kind->path,
                              OQ_FMT(oq_uuid_text(http_arena(rq), record_id(kind, stored)))));
    return NULL;
}
