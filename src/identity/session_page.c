/* The person's open sessions, on a page. */
#include "identity/inner.h"

#include "base/banned.h"

static oq_err *load(http_req *rq, oq_scope *s, void *self)
{
    return session_find(s, oq_scope_actor(s)->id, self);
}

static void put_session(const web_page *page, web_value *row, const session_row *session)
{
    oq_arena *arena = page->arena;
    const web_locale *l = &page->locale;
    bool is_current = oq_uuid_eq(session->id, http_who_of(page->rq)->session_id);
    web_put_text(row, "id", oq_uuid_text(arena, session->id));
    web_put_bool(row, "is_current", is_current);
    oq_str device = user_agent_words(arena, session->user_agent);
    web_put_text(row, "device", device.len ? device : web_say(page, "profile.unknown_device"));
    web_put_text(row, "address", session->address);
    web_put_text(row, "since", web_format_time(arena, l, session->created_at));
    web_put_text(row, "until", web_format_time(arena, l, session->expires_at));
    web_put_text(row, "seen", web_format_ago(arena, l, session->seen_at, oq_clock_now()));
}

oq_err *profile_page_sessions(http_req *rq)
{
    session_list list;
    OQ_TRY(identity_at_home(rq, OQ_READ, load, &list));
    web_page page =
        profile_begin(rq, "profile/sessions", "profile.sessions", "/profile/sessions", NULL);
    web_value *rows = web_put_list(page.view, "rows");
    for (size_t i = 0; i < list.count; i++)
        put_session(&page, web_add_object(rows), &list.at[i]);
    web_put_bool(page.view, "has_others", list.count > 1);
    return web_page_send(&page);
}

oq_err *profile_page_end_session(http_req *rq)
{
    OQ_TRY(identity_at_home(rq, OQ_WRITE, profile_end_session, NULL));
    web_toast(rq, "ok", "profile.session_ended");
    http_redirect(rq, OQ_STR("/profile/sessions"));
    return NULL;
}

static oq_err *end_others(http_req *rq, oq_scope *s, void *self)
{
    const http_who *who = http_who_of(rq);
    return session_end_others(s, who->actor.id, who->session_id);
}

oq_err *profile_page_end_others(http_req *rq)
{
    OQ_TRY(identity_at_home(rq, OQ_WRITE, end_others, NULL));
    web_toast(rq, "ok", "profile.sessions_ended");
    http_redirect(rq, OQ_STR("/profile/sessions"));
    return NULL;
}
