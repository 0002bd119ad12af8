#include "identity/inner.h"
#include "identity/login.h"
#include "identity/once.h"
#include "identity/profile.h"
#include "identity/reset.h"
#include "identity/setup.h"
#include "identity/switch.h"

#include "base/banned.h"

/* Where a route skips the CSRF token: nobody is signed in who could be abused.
 *   - Sign-in by JSON: another site cannot send that content type without asking us first.
 *   - Sign-in by form: another site could sign its visitor in as somebody else; the browser's word
 *     on where the form came from is checked instead (identity_form_is_ours).
 *   - Reset and first set-up: the code in the form is itself what no other site knows. */
const http_route login_routes[] = {
    {HTTP_POST, "/api/auth/login", CAP_PUBLIC, .handle_plain = login_api_sign_in,
     .body = login_api_fields, .answer = login_answer_fields, .shape = HTTP_ANSWER_RECORD,
     .skips_csrf = true, .summary = "Sign in; the session is the cookie of the answer"},
    {HTTP_POST, "/api/auth/logout", CAP_SIGNED_IN, .handle_plain = login_api_sign_out,
     .status = 204, .summary = "End the session on the server"},
    {HTTP_GET, "/login", CAP_PUBLIC, .handle_plain = login_page_show, .is_page = true},
    {HTTP_POST, "/login", CAP_PUBLIC, .handle_plain = login_page_post, .body = login_form_fields,
     .is_page = true, .skips_csrf = true},
    {HTTP_POST, "/logout", CAP_SIGNED_IN, .handle_plain = login_page_sign_out, .is_page = true},
    {0},
};

const http_route reset_routes[] = {
    {HTTP_GET, "/reset", CAP_PUBLIC, .handle_plain = reset_page_show, .is_page = true},
    {HTTP_POST, "/reset", CAP_PUBLIC, .handle_plain = reset_page_post, .body = reset_form_fields,
     .is_page = true, .skips_csrf = true},
    {0},
};

const http_route setup_routes[] = {
    {HTTP_GET, "/setup", CAP_PUBLIC, .handle_plain = setup_page_show, .is_page = true},
    {HTTP_POST, "/setup", CAP_PUBLIC, .handle_plain = setup_page_post, .body = setup_order_fields,
     .is_page = true, .skips_csrf = true},
    {0},
};

const http_route once_routes[] = {
    {HTTP_GET, "/once/{id}", CAP_SIGNED_IN, .handle_plain = once_page_show, .is_page = true},
    {HTTP_POST, "/once/{id}", CAP_SIGNED_IN, .handle_plain = once_page_open, .is_page = true},
    {0},
};

/* In the home tenant of whoever asks, so that the scope is opened by the handlers. */
const http_route profile_routes[] = {
    {HTTP_GET, "/api/me", CAP_SIGNED_IN, .handle_plain = profile_api_me, .answer = me_fields,
     .shape = HTTP_ANSWER_RECORD, .summary = "Who asks, where, and with which rights"},
    {HTTP_PATCH, "/api/me/profile", CAP_SIGNED_IN, .handle_plain = profile_api_change,
     .body = profile_patch_fields, .answer = user_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Change one's name, language or reading habits; what is not given stays"},
    {HTTP_POST, "/api/me/password", CAP_SIGNED_IN, .handle_plain = profile_api_password,
     .body = profile_password_fields, .status = 204,
     .summary = "Change one's password; ends all other sessions"},
    {HTTP_POST, "/api/me/totp", CAP_SIGNED_IN, .handle_plain = profile_api_totp_begin,
     .answer = totp_offer_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Begin to set up a second factor"},
    {HTTP_POST, "/api/me/totp/confirm", CAP_SIGNED_IN, .handle_plain = profile_api_totp_confirm,
     .body = totp_code_fields, .status = 204, .summary = "Switch the second factor on"},
    {HTTP_POST, "/api/me/totp/disable", CAP_SIGNED_IN, .handle_plain = profile_api_totp_disable,
     .body = totp_password_fields, .status = 204, .summary = "Switch the second factor off"},
    {HTTP_GET, "/api/me/sessions", CAP_SIGNED_IN, .handle_plain = profile_api_sessions,
     .answer = own_session_fields, .shape = HTTP_ANSWER_LIST, .summary = "One's open sessions"},
    {HTTP_DELETE, "/api/me/sessions/{id}", CAP_SIGNED_IN, .handle_plain = profile_api_end_session,
     .status = 204, .summary = "End one of one's sessions"},

    {HTTP_GET, "/profile", CAP_SIGNED_IN, .handle_plain = profile_page_show, .is_page = true},
    {HTTP_POST, "/profile", CAP_SIGNED_IN, .handle_plain = profile_page_post,
     .body = user_profile_fields, .is_page = true},
    {HTTP_GET, "/profile/password", CAP_SIGNED_IN, .handle_plain = profile_page_password,
     .is_page = true},
    {HTTP_POST, "/profile/password", CAP_SIGNED_IN, .handle_plain = profile_page_post_password,
     .body = profile_password_fields, .is_page = true},
    {HTTP_GET, "/profile/totp", CAP_SIGNED_IN, .handle_plain = profile_page_totp, .is_page = true},
    {HTTP_POST, "/profile/totp/begin", CAP_SIGNED_IN, .handle_plain = profile_page_totp_begin,
     .is_page = true},
    {HTTP_POST, "/profile/totp/confirm", CAP_SIGNED_IN, .handle_plain = profile_page_totp_confirm,
     .body = totp_code_fields, .is_page = true},
    {HTTP_POST, "/profile/totp/disable", CAP_SIGNED_IN, .handle_plain = profile_page_totp_disable,
     .body = totp_password_fields, .is_page = true},
    {HTTP_GET, "/profile/sessions", CAP_SIGNED_IN, .handle_plain = profile_page_sessions,
     .is_page = true},
    {HTTP_POST, "/profile/sessions/end-others", CAP_SIGNED_IN,
     .handle_plain = profile_page_end_others, .is_page = true},
    {HTTP_POST, "/profile/sessions/{id}/end", CAP_SIGNED_IN,
     .handle_plain = profile_page_end_session, .is_page = true},
    {0},
};

const http_route user_routes[] = {
    {HTTP_GET, "/api/users", CAP_USER_READ, .handle = user_api_list, .query = user_query_fields,
     .answer = user_fields, .shape = HTTP_ANSWER_LIST, .summary = "The people, newest first"},
    {HTTP_POST, "/api/users", CAP_USER_MANAGE, .handle = user_api_create, .body = user_order_fields,
     .answer = user_made_fields, .shape = HTTP_ANSWER_RECORD, .status = 201,
     .summary = "Add a person; hand over the link of the answer"},
    {HTTP_GET, "/api/users/{id}", CAP_USER_READ, .handle = user_api_get, .answer = user_fields,
     .shape = HTTP_ANSWER_RECORD, .summary = "One person"},
    {HTTP_PATCH, "/api/users/{id}", CAP_USER_MANAGE, .handle = user_api_change,
     .body = user_patch_fields, .answer = user_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Change or deactivate a person; what is not given stays"},
    {HTTP_POST, "/api/users/{id}/reset-link", CAP_USER_MANAGE, .handle = user_api_reset_link,
     .answer = user_link_fields, .shape = HTTP_ANSWER_RECORD, .status = 201,
     .summary = "Make a link with which the person chooses a new password"},
    {HTTP_POST, "/api/users/{id}/reset-totp", CAP_USER_MANAGE, .handle = user_api_reset_totp,
     .answer = user_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Take away the second factor of a person who lost the device"},

    {HTTP_GET, "/users", CAP_USER_READ, .handle = user_page_list, .query = user_query_fields,
     .is_page = true},
    {HTTP_GET, "/users/new", CAP_USER_MANAGE, .handle = user_page_new, .is_page = true},
    {HTTP_POST, "/users/new", CAP_USER_MANAGE, .handle = user_page_post_new,
     .body = user_order_fields, .is_page = true},
    {HTTP_GET, "/users/{id}", CAP_USER_READ, .handle = user_page_one, .is_page = true},
    {HTTP_POST, "/users/{id}", CAP_USER_MANAGE, .handle = user_page_post_one,
     .body = user_edit_fields, .is_page = true},
    {HTTP_POST, "/users/{id}/activate", CAP_USER_MANAGE, .handle = user_page_activate,
     .is_page = true},
    {HTTP_POST, "/users/{id}/deactivate", CAP_USER_MANAGE, .handle = user_page_deactivate,
     .is_page = true},
    {HTTP_POST, "/users/{id}/reset-link", CAP_USER_MANAGE, .handle = user_page_reset_link,
     .is_page = true},
    {HTTP_POST, "/users/{id}/reset-totp", CAP_USER_MANAGE, .handle = user_page_reset_totp,
     .is_page = true},
    {0},
};

const http_route token_routes[] = {
    {HTTP_GET, "/api/tokens", CAP_TOKEN_MANAGE, .handle = token_api_list,
     .query = token_query_fields, .answer = api_token_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "API tokens, newest first; never their secrets"},
    {HTTP_POST, "/api/tokens", CAP_TOKEN_MANAGE, .handle = token_api_create,
     .body = token_order_fields, .answer = token_made_fields, .shape = HTTP_ANSWER_RECORD,
     .status = 201, .summary = "Make a token; its secret is in this answer alone"},
    {HTTP_GET, "/api/tokens/{id}", CAP_TOKEN_MANAGE, .handle = token_api_get,
     .answer = api_token_fields, .shape = HTTP_ANSWER_RECORD, .summary = "One token"},
    {HTTP_DELETE, "/api/tokens/{id}", CAP_TOKEN_MANAGE, .handle = token_api_revoke, .status = 204,
     .summary = "Revoke a token: from the next request on, everywhere"},

    {HTTP_GET, "/tokens", CAP_TOKEN_MANAGE, .handle = token_page_list,
     .query = token_page_query_fields, .is_page = true},
    {HTTP_GET, "/tokens/new", CAP_TOKEN_MANAGE, .handle = token_page_new, .is_page = true},
    {HTTP_POST, "/tokens/new", CAP_TOKEN_MANAGE, .handle = token_page_post_new,
     .body = token_order_fields, .is_page = true},
    {HTTP_POST, "/tokens/{id}/revoke", CAP_TOKEN_MANAGE, .handle = token_page_revoke,
     .is_page = true},
    {0},
};

const http_route switch_routes[] = {
    {HTTP_POST, "/api/tenants/{id}/enter", CAP_TENANT_SWITCH, .handle_platform = switch_api_enter,
     .body = switch_order_fields, .status = 204,
     .summary = "Look into a tenant, with a reason that its administrators read"},
    {HTTP_POST, "/api/tenants/leave", CAP_TENANT_SWITCH, .handle_platform = switch_api_leave,
     .status = 204, .summary = "Back to the home tenant"},
    {HTTP_GET, "/tenants/{id}/enter", CAP_TENANT_SWITCH, .handle_platform = switch_page_show,
     .is_page = true},
    {HTTP_POST, "/tenants/{id}/enter", CAP_TENANT_SWITCH, .handle_platform = switch_page_enter,
     .body = switch_order_fields, .is_page = true},
    {HTTP_POST, "/tenants/leave", CAP_TENANT_SWITCH, .handle_platform = switch_page_leave,
     .is_page = true},
    {0},
};
