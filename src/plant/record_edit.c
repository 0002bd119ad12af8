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
    web_put_text(page->view, "label", OQ_NONE);
    web_put_text(page->view, "kind_label", record_kind_label(page->locale.lang, kind));
    web_put_bool(page->view, "is_read_only", !record_may_manage(page, kind));
    web_put_text(page->view, "version", OQ_NONE);
    web_put_text(page->view, "action", oq_strf(arena, "/plant/%s/new", kind->path));
    if (!is_stored)
        return;
    oq_str id = oq_uuid_text(arena, record_id(kind, stored));
    oq_str label = record_label_text(arena, kind, stored);
    if (!oq_str_eq(label, page->title))
        web_put_text(page->view, "label", label);
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
    if (!stored)
        return oq_text(page->locale.lang, oq_strf(page->arena, "plant.new.%s", kind->name));
    const oq_field *name = oq_field_find(kind->fields, OQ_STR("name"));
    bool is_by_name = name && kind != &kind_asset && record_is_given(name, stored);
    const oq_field *first = is_by_name ? name : record_field(kind, kind->columns[0]);
    return record_shown(page, refs, kind, record_field_for(page, kind, first, stored), stored);
}

/* The way down to it: by the class or asset it belongs to, else by the list of its kind. */
static void put_crumbs(web_page *page, const record_refs *refs, const record_kind *kind,
                       const void *record)
{
    oq_arena *arena = page->arena;
    oq_lang lang = page->locale.lang;
    const record_kind *owner = kind;
    const record_label *label = record_owner(refs, kind, record, &owner);
    web_page_crumb(page, web_say(page, "plant.title"), "/plant");
    web_page_crumb(page, record_kind_labels(lang, owner),
                   owner == &kind_asset ? "/assets" : oq_strf(arena, "/plant/%s", owner->path).ptr);
    if (label) {
        bool is_arabic = lang == OQ_LANG_AR && label->name_ar.len;
        oq_str name = is_arabic ? label->name_ar : label->name;
        web_page_crumb(page, record_is_named(owner) && name.len ? name : label->code,
                       record_href(arena, owner, label->id).ptr);
    }
    web_page_crumb(page, page->title, NULL);
}

static oq_err *show(http_req *rq, oq_scope *s, const record_kind *kind, const shown *what)
{
    web_page page = web_page_begin(rq, "plant/one", "plant.title", "plant");
    record_refs *refs = record_refs_open(s, page.arena);
    const void *record = what->stored ? what->stored : what->record;
    OQ_TRY(record_refs_of(refs, kind, record, 1));
    page.status = what->err ? oq_kind_status(what->err->kind) : 0;
    page.title = title_of(&page, refs, kind, what->stored);
    put_crumbs(&page, refs, kind, record);
    web_put_text(page.view, "home", record_home(page.arena, kind, record));
    bool is_stale = oq_err_is(what->err, "plant.version_stale");
    OQ_TRY(record_form_put(&page, s, kind, what->record, what->form, what->err,
                           is_stale ? what->stored : NULL));
    put_facts(&page, kind, what->stored);
    put_approval(&page, refs, kind, what->stored);
    OQ_TRY(record_below_put(&page, s, kind, what->stored));
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
    bool is_asset = kind == &kind_asset; /* which has a page of its own */
    http_redirect(rq, is_asset ? record_href(http_arena(rq), kind, record_id(kind, record))
                               : record_home(http_arena(rq), kind, record));
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
    http_redirect(rq, record_home(http_arena(rq), kind, stored));
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
