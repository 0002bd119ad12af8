/* identity/inner.h: what the routes of this folder share. */
#ifndef IDENTITY_INNER_H
#define IDENTITY_INNER_H

#include "http/request.h"
#include "identity/login.h"
#include "identity/session.h"
#include "identity/token.h"
#include "identity/user.h"
#include "web/page.h"

/* --- work.c ---------------------------------------------------------------------------------------*/

/* Runs `work` in a unit of work of the home tenant of whoever asks; when it writes and ends well,
 * it is committed. Sessions and one's own account live there, whatever tenant the request works in.
 */
typedef oq_err *identity_work(http_req *rq, oq_scope *s, void *self);
OQ_CHECKED oq_err *identity_at_home(http_req *rq, oq_access access, identity_work *work,
                                    void *self);

/* The same for work that asks for the person's own password: guesses are counted as at sign-in, for
 * whoever holds somebody's session could go on to the password with it. Fails also with
 * auth.too_many_attempts. */
OQ_CHECKED oq_err *identity_with_password(http_req *rq, identity_work *work, void *self);

/* A boolean of a change in which what is not given stays: a field table cannot tell "false" from
 * "not given", so it comes as JSON. */
OQ_CHECKED oq_err *identity_patch_bool(const char *field, oq_str json, bool *value);

/* Whether a form is shown again with this error; others are the dispatcher's. */
bool identity_shows(const oq_err *err);

/* "/users/<id>" */
oq_str identity_path(oq_arena *arena, const char *folder, oq_uuid id);

/* --- public_url.c ---------------------------------------------------------------------------------*/

/* A path of ours as a link to hand over. Fails: http.header_malformed, when only the request could
 * tell our address and does not. */
OQ_CHECKED oq_err *identity_link(http_req *rq, oq_str path, oq_str *ret_link);

/* Whether a form came from a page of ours, as far as the browser says: for the sign-in, which has
 * no session yet whose token could be asked for, but must not let another site sign somebody in. */
bool identity_form_is_ours(http_req *rq);

/* --- login_api.c, login_page.c --------------------------------------------------------------------*/

extern const oq_field login_api_fields[], login_answer_fields[], login_form_fields[];
OQ_CHECKED oq_err *login_api_sign_in(http_req *rq);
OQ_CHECKED oq_err *login_api_sign_out(http_req *rq);
OQ_CHECKED oq_err *login_page_show(http_req *rq);
OQ_CHECKED oq_err *login_page_post(http_req *rq);
OQ_CHECKED oq_err *login_page_sign_out(http_req *rq);

/* The new session's cookie, and the one that knows the browser again. */
void login_set_cookies(http_req *rq, const login_result *result);

/* Ends the session of the request and takes its cookie away. Fails: session.none (a machine's
 * token). */
OQ_CHECKED oq_err *login_sign_out(http_req *rq);

/* --- user_api.c, user_page.c ----------------------------------------------------------------------*/

extern const oq_field user_made_fields[], user_patch_fields[], user_link_fields[];
OQ_CHECKED oq_err *user_api_list(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *user_api_create(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *user_api_get(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *user_api_change(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *user_api_reset_link(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *user_api_reset_totp(http_req *rq, oq_scope *s);

/* A fresh reset link of this person. */
OQ_CHECKED oq_err *user_make_link(http_req *rq, oq_scope *s, oq_uuid user_id, oq_str *ret_link);

extern const oq_field user_edit_fields[];
OQ_CHECKED oq_err *user_page_list(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *user_page_new(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *user_page_post_new(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *user_page_one(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *user_page_post_one(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *user_page_activate(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *user_page_deactivate(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *user_page_reset_link(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *user_page_reset_totp(http_req *rq, oq_scope *s);

/* What rows and cards of a person show. */
void user_put(const web_page *page, web_value *to, const user *u);

/* --- token_api.c, token_page.c --------------------------------------------------------------------*/

extern const oq_field token_query_fields[], token_made_fields[];
OQ_CHECKED oq_err *token_api_list(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *token_api_create(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *token_api_get(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *token_api_revoke(http_req *rq, oq_scope *s);

extern const oq_field token_page_query_fields[];
OQ_CHECKED oq_err *token_page_list(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *token_page_new(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *token_page_post_new(http_req *rq, oq_scope *s);
OQ_CHECKED oq_err *token_page_revoke(http_req *rq, oq_scope *s);

/* --- profile_api.c, profile_page.c, own_access_page.c, session_page.c -------------------------------*/

typedef struct password_change {
    oq_str current_password, new_password;
} password_change;
typedef struct totp_code_body {
    oq_str totp;
} totp_code_body;
typedef struct totp_password_body {
    oq_str password;
} totp_password_body;

extern const oq_field me_fields[], profile_patch_fields[], profile_password_fields[],
    totp_offer_fields[], totp_code_fields[], totp_password_fields[], own_session_fields[];

/* For identity_at_home; `self` is a password_change, totp_offer, totp_code_body,
 * totp_password_body, NULL. */
identity_work profile_change_password, profile_totp_begin, profile_totp_confirm,
    profile_totp_disable, profile_end_session;

OQ_CHECKED oq_err *profile_api_me(http_req *rq);
OQ_CHECKED oq_err *profile_api_change(http_req *rq);
OQ_CHECKED oq_err *profile_api_password(http_req *rq);
OQ_CHECKED oq_err *profile_api_totp_begin(http_req *rq);
OQ_CHECKED oq_err *profile_api_totp_confirm(http_req *rq);
OQ_CHECKED oq_err *profile_api_totp_disable(http_req *rq);
OQ_CHECKED oq_err *profile_api_sessions(http_req *rq);
OQ_CHECKED oq_err *profile_api_end_session(http_req *rq);

OQ_CHECKED oq_err *profile_page_show(http_req *rq);
OQ_CHECKED oq_err *profile_page_post(http_req *rq);
OQ_CHECKED oq_err *profile_page_password(http_req *rq);
OQ_CHECKED oq_err *profile_page_post_password(http_req *rq);
OQ_CHECKED oq_err *profile_page_totp(http_req *rq);
OQ_CHECKED oq_err *profile_page_totp_begin(http_req *rq);
OQ_CHECKED oq_err *profile_page_totp_confirm(http_req *rq);
OQ_CHECKED oq_err *profile_page_totp_disable(http_req *rq);
OQ_CHECKED oq_err *profile_page_sessions(http_req *rq);
OQ_CHECKED oq_err *profile_page_end_session(http_req *rq);
OQ_CHECKED oq_err *profile_page_end_others(http_req *rq);

/* A page of the profile with its crumbs and tabs; `path` is its own. Its status is that of `err`.
 */
web_page profile_begin(http_req *rq, const char *template, const char *title_key, const char *path,
                       const oq_err *err);

/* --- time_zones.c ---------------------------------------------------------------------------------*/

/* `zones`: the IANA names of all places, for a <datalist>. */
void identity_put_zones(web_value *to);

/* --- once_page.c, reset_page.c, switch_page.c, setup_page.c -----------------------------------------*/

OQ_CHECKED oq_err *once_page_show(http_req *rq);
OQ_CHECKED oq_err *once_page_open(http_req *rq);

extern const oq_field reset_form_fields[];
OQ_CHECKED oq_err *reset_page_show(http_req *rq);
OQ_CHECKED oq_err *reset_page_post(http_req *rq);

OQ_CHECKED oq_err *switch_api_enter(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *switch_api_leave(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *switch_page_show(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *switch_page_enter(http_req *rq, db_platform *p);
OQ_CHECKED oq_err *switch_page_leave(http_req *rq, db_platform *p);

OQ_CHECKED oq_err *setup_page_show(http_req *rq);
OQ_CHECKED oq_err *setup_page_post(http_req *rq);

#endif
