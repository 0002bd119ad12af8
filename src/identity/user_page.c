/* The people of the tenant, on pages. */
#include "identity/inner.h"
#include "identity/own_access.h"
#include "tenant/settings.h"
#include "tenant/tenant.h"
#include "web/link.h"
#include "web/parts.h"

#include "base/banned.h"

/* --- what is shown of a person ------------------------------------------------------------------*/

static void put_badge(const web_page *page, web_value *list, const char *kind, const char *key)
{
    web_value *badge = web_add_object(list);
    web_put_cstr(badge, "kind", kind);
    web_put_text(badge, "text", web_say(page, key));
}

static void put_badges(const web_page *page, web_value *to, const user *u)
{
    web_value *badges = web_put_list(to, "badges");
    if (!u->is_active)
        put_badge(page, badges, "off", "users.is_inactive");
    else if (!u->has_password)
        put_badge(page, badges, "info", "users.is_invited");
    else
        put_badge(page, badges, "ok", "users.is_active");
    if (u->is_active && u->must_change_password)
        put_badge(page, badges, "info", "users.must_change_password");
}

void user_put(const web_page *page, web_value *to, const user *u)
{
    oq_arena *arena = page->arena;
    oq_us now = oq_clock_now();
    web_put_text(to, "id", oq_uuid_text(arena, u->id));
    web_put_text(to, "href", identity_path(arena, "/users", u->id));
    web_put_text(to, "email", u->email);
    web_put_text(to, "username", u->username);
    web_put_text(to, "full_name", u->full_name);
    web_put_text(
        to, "role",
        web_choice_label(page->locale.lang, "role", oq_choice_text(role_choices, u->role)));
    web_put_bool(to, "is_active", u->is_active);
    web_put_bool(to, "has_totp", u->has_totp);
    put_badges(page, to, u);
    bool was_here = u->last_login_at != OQ_TIME_NONE;
    web_put_text(to, "seen_ago",
                 was_here ? web_format_ago(arena, &page->locale, u->last_login_at, now) : OQ_NONE);
    web_put_text(to, "seen_at", web_format_time(arena, &page->locale, u->last_login_at));
    web_put_text(to, "created_at", web_format_date(arena, &page->locale, u->created_at));
    web_put_bool(to, "is_self", oq_uuid_eq(u->id, http_who_of(page->rq)->actor.id));
}

/* --- the list -----------------------------------------------------------------------------------*/

static web_value *put_kpi(const web_page *page, web_value *list, const char *label_key,
                          oq_str value)
{
    return web_add_kpi(list, "", web_say(page, label_key), value, OQ_NONE);
}

static void put_kpis(web_page *page, const user_counts *counts, bool needs_totp)
{
    oq_arena *arena = page->arena;
    const web_locale *l = &page->locale;
    web_value *list = web_put_list(page->view, "kpis");
    put_kpi(page, list, "users.kpi_active", web_format_i64(arena, l, counts->active));
    double share = counts->active ? (double)counts->with_totp / (double)counts->active : 0;
    web_value *totp = put_kpi(page, list, "users.kpi_totp", web_format_percent(arena, l, share, 0));
    oq_arg fact[] = {{.name = "n", .value = web_format_i64(arena, l, counts->with_totp)},
                     {.name = "of", .value = web_format_i64(arena, l, counts->active)}};
    web_put_text(totp, "note",
                 oq_text_fill(arena, l->lang, OQ_STR("users.kpi_totp_note"), fact, OQ_COUNT(fact)));
    if (needs_totp && counts->with_totp < counts->active)
        web_put_cstr(totp, "kind", "warn");
    put_kpi(page, list, "users.kpi_inactive", web_format_i64(arena, l, counts->inactive));
}

static void put_pager(web_page *page, user_query query, const user_list *list)
{
    web_value *pager = web_put_object(page->view, "pager");
    web_put_text(
        pager, "text",
        oq_text_count(page->arena, page->locale.lang, OQ_STR("users.shown"), (int64_t)list->count));
    bool is_later = query.cursor.len > 0;
    query.cursor = OQ_NONE;
    if (is_later)
        web_put_text(pager, "first_href",
                     web_link(page->arena, "/users", user_query_fields, &query));
    query.cursor = list->next;
    if (list->next.len)
        web_put_text(pager, "next_href",
                     web_link(page->arena, "/users", user_query_fields, &query));
}

static void put_statuses(web_page *page, int selected)
{
    static const struct {
        int status;
        const char *label_key;
    } all[] = {{USER_ACTIVE, "users.is_active"}, {USER_INACTIVE, "users.is_inactive"}};
    web_value *list = web_put_list(page->view, "statuses");
    for (size_t i = 0; i < OQ_COUNT(all); i++) {
        web_value *one = web_add_object(list);
        web_put_cstr(one, "value", oq_choice_text(user_status_choices, all[i].status));
        web_put_text(one, "label", web_say(page, all[i].label_key));
        web_put_bool(one, "is_selected", all[i].status == selected);
    }
}

oq_err *user_page_list(http_req *rq, oq_scope *s)
{
    user_query query;
    user_list list = {0};
    user_counts counts;
    tenant_settings *settings;
    oq_err *err = http_query(rq, &query);
    if (!err)
        err = user_find(s, &query, &list);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_MALFORMED)
        return err;
    OQ_TRY(user_count(s, &counts));
    OQ_TRY(tenant_settings_get(s, &settings));
    web_page page = web_page_begin(rq, "users/list", "users.title", "users");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "users.title"), NULL);
    web_page_form(&page, user_query_fields, &query, err);
    web_put_bool(page.view, "is_filtered", query.q.len || query.role || query.status);
    put_statuses(&page, query.status);
    put_kpis(&page, &counts, settings->require_totp);
    web_put_bool(page.view, "has_rows", list.count > 0);
    web_value *rows = web_put_list(page.view, "rows");
    for (size_t i = 0; i < list.count; i++)
        user_put(&page, web_add_object(rows), &list.at[i]);
    put_pager(&page, query, &list);
    return web_page_send(&page);
}

/* --- a new one ----------------------------------------------------------------------------------*/

static const oq_choice platform_roles[] = {{ROLE_PLATFORM_OWNER, "platform_owner"}, {0, NULL}};

/* The roles that this tenant gives, with what each may do. */
static void put_roles(web_page *page, int selected)
{
    bool here = oq_uuid_eq(http_who_of(page->rq)->tenant_id, TENANT_PLATFORM);
    web_value *list = web_put_list(page->view, "roles");
    for (const oq_choice *c = here ? platform_roles : user_role_choices; c->text; c++) {
        web_value *role = web_add_object(list);
        web_put_cstr(role, "value", c->text);
        web_put_text(role, "label", web_choice_label(page->locale.lang, "role", c->text));
        web_put_text(role, "text",
                     web_say(page, oq_strf(page->arena, "users.role_text.%s", c->text).ptr));
        web_put_bool(role, "is_selected", c->value == selected);
    }
}

static oq_err *show_new(http_req *rq, const user_order *order, const oq_err *err)
{
    web_page page = web_page_begin(rq, "users/new", "users.new", "users");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "users.title"), "/users");
    web_page_crumb(&page, web_say(&page, "users.new"), NULL);
    web_page_form(&page, user_order_fields, order, err);
    put_roles(&page, order->role);
    return web_page_send(&page);
}

oq_err *user_page_new(http_req *rq, oq_scope *s)
{
    user_order order;
    oq_fields_preset(http_arena(rq), user_order_fields, &order);
    return show_new(rq, &order, NULL);
}

/* The link is in this answer and nowhere else; the database holds a hash of it. */
static oq_err *show_link(http_req *rq, const user *u, oq_str link, bool is_new)
{
    web_page page = web_page_begin(rq, "users/link", "users.link_title", "users");
    web_page_crumb(&page, web_say(&page, "users.title"), "/users");
    web_page_crumb(&page, u->full_name, identity_path(page.arena, "/users", u->id).ptr);
    web_page_crumb(&page, web_say(&page, "users.link_title"), NULL);
    user_put(&page, web_put_object(page.view, "person"), u);
    web_put_text(page.view, "link", link);
    web_put_bool(page.view, "is_new", is_new);
    return web_page_send(&page);
}

oq_err *user_page_post_new(http_req *rq, oq_scope *s)
{
    user_order order;
    user *made;
    oq_str link;
    oq_err *err = http_body(rq, &order);
    if (!err)
        err = user_add(s, &order, &made);
    if (err)
        return identity_shows(err) ? show_new(rq, &order, err) : err;
    OQ_TRY(user_make_link(rq, s, made->id, &link));
    return show_link(rq, made, link, true);
}

/* --- one that is there ----------------------------------------------------------------------------*/

typedef struct user_edit {
    oq_str full_name, username;
    int role;
    int64_t version;
} user_edit;

const oq_field user_edit_fields[] = {
    OQ_TEXT(user_edit, full_name, .required = true, .max = USER_NAME_MAX),
    OQ_TEXT(user_edit, username, .max = 60),
    OQ_CHOICE(user_edit, role, role_choices, .required = true),
    OQ_I64(user_edit, version, .required = true, .min = 1),
    OQ_FIELDS_END,
};

/* `typed` NULL: as it is stored. After a stale version the form carries the current one, so that
 * saving again is a decision. */
static oq_err *show_one(http_req *rq, oq_scope *s, const user_edit *typed, const oq_err *err)
{
    oq_uuid id;
    user *u;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(user_get(s, id, &u));
    user_edit form = {.full_name = u->full_name, .username = u->username, .role = u->role};
    if (typed)
        form = *typed;
    form.version = u->version;
    web_page page = web_page_begin(rq, "users/one", "users.title", "users");
    page.title = u->full_name;
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "users.title"), "/users");
    web_page_crumb(&page, u->full_name, NULL);
    web_page_form(&page, user_edit_fields, &form, err);
    put_roles(&page, form.role);
    user_put(&page, web_put_object(page.view, "person"), u);
    return web_page_send(&page);
}

oq_err *user_page_one(http_req *rq, oq_scope *s)
{
    return show_one(rq, s, NULL, NULL);
}

static oq_err *show_one_again(http_req *rq, const user_edit *typed, oq_err *err)
{
    oq_scope *s;
    if (!identity_shows(err))
        return err;
    OQ_TRY(http_scope_again(rq, &s));
    return show_one(rq, s, typed, err);
}

static oq_err *back_to(http_req *rq, oq_uuid id, const char *toast_key)
{
    web_toast(rq, "ok", toast_key);
    http_redirect(rq, identity_path(http_arena(rq), "/users", id));
    return NULL;
}

static oq_err *save(oq_scope *s, oq_uuid id, const user_edit *form)
{
    user *u;
    OQ_TRY(user_get(s, id, &u));
    user_change change = {.username = form->username,
                          .full_name = form->full_name,
                          .role = form->role,
                          .is_active = u->is_active,
                          .version = form->version};
    return user_update(s, id, &change, &u);
}

oq_err *user_page_post_one(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    user_edit form;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = save(s, id, &form);
    return err ? show_one_again(rq, &form, err) : back_to(rq, id, "users.saved");
}

static oq_err *set_active(http_req *rq, oq_scope *s, bool is_active)
{
    oq_uuid id;
    user *u;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(user_get(s, id, &u));
    user_change change = {.username = u->username,
                          .full_name = u->full_name,
                          .role = u->role,
                          .is_active = is_active,
                          .version = u->version};
    oq_err *err = user_update(s, id, &change, &u);
    if (err)
        return show_one_again(rq, NULL, err);
    return back_to(rq, id, is_active ? "users.activated" : "users.deactivated");
}

oq_err *user_page_activate(http_req *rq, oq_scope *s)
{
    return set_active(rq, s, true);
}

oq_err *user_page_deactivate(http_req *rq, oq_scope *s)
{
    return set_active(rq, s, false);
}

oq_err *user_page_reset_link(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    user *u;
    oq_str link;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(user_get(s, id, &u));
    OQ_TRY(user_make_link(rq, s, id, &link));
    return show_link(rq, u, link, false);
}

oq_err *user_page_reset_totp(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(access_totp_reset(s, id));
    return back_to(rq, id, "users.totp_was_reset");
}
