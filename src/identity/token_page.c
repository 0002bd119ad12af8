/* API tokens of machines, on pages. */
#include "identity/inner.h"
#include "web/link.h"

#include "base/banned.h"

enum { ROWS_PER_PAGE = 50 };
#define ENDS_SOON (14 * OQ_DAY)

/* --- the list -----------------------------------------------------------------------------------*/

typedef struct token_page_query {
    oq_str cursor;
} token_page_query;

const oq_field token_page_query_fields[] = {
    OQ_TEXT(token_page_query, cursor, .max = 200),
    OQ_FIELDS_END,
};

static void put_state(const web_page *page, web_value *row, const api_token *token, oq_us now)
{
    const char *kind = "ok", *key = "tokens.is_good";
    bool is_revoked = token->revoked_at != OQ_TIME_NONE;
    if (is_revoked)
        kind = "off", key = "tokens.is_revoked";
    else if (token->expires_at <= now)
        kind = "off", key = "tokens.is_expired";
    else if (token->expires_at - now < ENDS_SOON)
        kind = "warn", key = "tokens.ends_soon";
    web_value *badge = web_put_object(row, "badge");
    web_put_cstr(badge, "kind", kind);
    web_put_text(badge, "text", web_say(page, key));
    web_put_bool(row, "can_revoke", !is_revoked && token->expires_at > now);
}

static void put_token(const web_page *page, web_value *row, const api_token *token)
{
    oq_arena *arena = page->arena;
    const web_locale *l = &page->locale;
    oq_us now = oq_clock_now();
    web_put_text(row, "id", oq_uuid_text(arena, token->id));
    web_put_text(row, "name", token->name);
    web_put_text(row, "hint", token->hint);
    web_put_text(row, "created_by", token->created_by_name);
    web_put_text(row, "created_at", web_format_date(arena, l, token->created_at));
    web_put_text(row, "expires_at", web_format_date(arena, l, token->expires_at));
    bool is_used = token->last_used_at != OQ_TIME_NONE;
    web_put_text(row, "used_ago",
                 is_used ? web_format_ago(arena, l, token->last_used_at, now) : OQ_NONE);
    web_put_text(row, "used_from", token->last_used_address);
    web_put_text(
        row, "caps_text",
        oq_text_count(arena, l->lang, OQ_STR("tokens.caps"), (int64_t)token->capabilities.count));
    web_value *caps = web_put_list(row, "caps");
    for (size_t i = 0; i < token->capabilities.count; i++)
        web_add_text(caps,
                     web_choice_label(l->lang, "cap", oq_str_c(arena, token->capabilities.at[i])));
    put_state(page, row, token, now);
}

/* While a platform owner looks into a tenant, no token is made there: it would stay behind. */
static bool is_at_home(const http_req *rq)
{
    const http_who *who = http_who_of(rq);
    return oq_uuid_eq(who->actor.home_tenant, who->tenant_id);
}

static oq_err *show_list(http_req *rq, oq_scope *s, oq_str cursor, oq_err *err)
{
    token_list list = {0};
    if (!err)
        err = token_find(s, cursor, ROWS_PER_PAGE, &list);
    if (err && !identity_shows(err) && err->kind != OQ_MALFORMED)
        return err;
    web_page page = web_page_begin(rq, "tokens/list", "tokens.title", "tokens");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "tokens.title"), NULL);
    web_page_form(&page, token_page_query_fields, NULL, err);
    web_put_bool(page.view, "may_make", is_at_home(rq));
    web_put_bool(page.view, "has_rows", list.count > 0);
    web_value *rows = web_put_list(page.view, "rows");
    for (size_t i = 0; i < list.count; i++)
        put_token(&page, web_add_object(rows), &list.at[i]);
    web_value *pager = web_put_object(page.view, "pager");
    web_put_text(
        pager, "text",
        oq_text_count(page.arena, page.locale.lang, OQ_STR("tokens.shown"), (int64_t)list.count));
    if (cursor.len)
        web_put_cstr(pager, "first_href", "/tokens");
    token_page_query next = {.cursor = list.next};
    if (list.next.len)
        web_put_text(pager, "next_href",
                     web_link(page.arena, "/tokens", token_page_query_fields, &next));
    return web_page_send(&page);
}

oq_err *token_page_list(http_req *rq, oq_scope *s)
{
    token_page_query query;
    oq_err *err = http_query(rq, &query);
    return show_list(rq, s, query.cursor, err);
}

oq_err *token_page_revoke(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = token_revoke(s, id);
    if (err && !oq_err_is(err, "token.is_revoked"))
        return err;
    /* Revoked already, by somebody else a moment ago: what was wanted is so. */
    web_toast(rq, "ok", "tokens.was_revoked");
    http_redirect(rq, OQ_STR("/tokens"));
    return NULL;
}

/* --- a new one ----------------------------------------------------------------------------------*/

static bool holds(oq_strs names, const char *name)
{
    for (size_t i = 0; i < names.count; i++)
        if (oq_str_eq(names.at[i], oq_cstr(name)))
            return true;
    return false;
}

/* What the person may hand on, in groups by what it is about: "user" of "user.read". */
static void put_capabilities(web_page *page, oq_strs chosen)
{
    oq_lang lang = page->locale.lang;
    oq_caps mine = http_who_of(page->rq)->actor.caps;
    web_value *groups = web_put_list(page->view, "groups"), *items = NULL;
    oq_str group = OQ_NONE;
    for (const oq_choice *c = cap_choices; c->text; c++) {
        oq_cap cap = (oq_cap)c->value;
        if (!token_may_hold(cap) || !oq_caps_have(mine, cap))
            continue;
        oq_str name = oq_cstr(c->text), about = oq_str_sub(name, 0, oq_str_find_char(name, '.'));
        if (!items || !oq_str_eq(about, group)) {
            group = about;
            web_value *one = web_add_object(groups);
            web_put_text(one, "label",
                         web_choice_label(lang, "cap_group", oq_str_c(page->arena, about)));
            items = web_put_list(one, "items");
        }
        web_value *item = web_add_object(items);
        web_put_cstr(item, "value", c->text);
        web_put_text(item, "label", web_choice_label(lang, "cap", c->text));
        web_put_bool(item, "is_checked", holds(chosen, c->text));
    }
}

static oq_err *show_new(http_req *rq, const token_order *order, const oq_err *err)
{
    web_page page = web_page_begin(rq, "tokens/new", "tokens.new", "tokens");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "tokens.title"), "/tokens");
    web_page_crumb(&page, web_say(&page, "tokens.new"), NULL);
    web_page_form(&page, token_order_fields, order, err);
    put_capabilities(&page, order->capabilities);
    return web_page_send(&page);
}

oq_err *token_page_new(http_req *rq, oq_scope *s)
{
    token_order order;
    if (!is_at_home(rq))
        return oq_fail(OQ_FORBIDDEN, "user.not_here");
    oq_fields_preset(http_arena(rq), token_order_fields, &order);
    return show_new(rq, &order, NULL);
}

/* The secret is in this answer and nowhere else; the database holds a hash of it. */
static oq_err *show_made(http_req *rq, const api_token *token, oq_str secret)
{
    oq_str address;
    OQ_TRY(identity_link(rq, OQ_STR("/api/me"), &address));
    web_page page = web_page_begin(rq, "tokens/made", "tokens.made", "tokens");
    web_page_crumb(&page, web_say(&page, "tokens.title"), "/tokens");
    web_page_crumb(&page, token->name, NULL);
    put_token(&page, web_put_object(page.view, "token"), token);
    web_put_text(page.view, "secret", secret);
    web_put_text(page.view, "example",
                 oq_strf(page.arena, "curl -H \"Authorization: Bearer $OPTRIA_TOKEN\" %.*s",
                         OQ_FMT(address)));
    return web_page_send(&page);
}

oq_err *token_page_post_new(http_req *rq, oq_scope *s)
{
    token_order order;
    api_token *made;
    oq_str secret;
    oq_err *err = http_body(rq, &order);
    if (!err)
        err = token_add(s, &order, &made, &secret);
    if (err)
        return identity_shows(err) ? show_new(rq, &order, err) : err;
    return show_made(rq, made, secret);
}
