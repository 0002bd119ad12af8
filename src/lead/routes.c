#include "lead/inner.h"

#include "base/banned.h"

const http_route lead_routes[] = {
    {HTTP_GET, "/", CAP_PUBLIC, .handle_plain = landing_page, .query = landing_query_fields,
     .is_page = true},
    /* Without CSRF token: nobody is signed in here, and who is does nothing in that name. The
     * form's own signed token is checked instead. */
    {HTTP_POST, "/request-demo", CAP_PUBLIC, .handle_plain = landing_post, .body = lead_form_fields,
     .body_max = 16 * 1024, .is_page = true, .skips_csrf = true},
    {HTTP_GET, "/api/leads", CAP_LEAD_READ, .handle_platform = lead_api_list,
     .query = lead_api_query_fields, .answer = lead_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "Requests for a demo, newest first"},
    {HTTP_PATCH, "/api/leads/{id}", CAP_LEAD_READ, .handle_platform = lead_api_change,
     .body = lead_status_fields, .answer = lead_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Say how far a request is"},
    {HTTP_GET, "/leads", CAP_LEAD_READ, .handle_platform = lead_page_list,
     .query = lead_page_query_fields, .is_page = true},
    /* Writes: the export is audited. */
    {HTTP_GET, "/leads.csv", CAP_LEAD_READ, .handle_platform = lead_file,
     .query = lead_page_query_fields, .is_page = true, .writes = true},
    {HTTP_POST, "/leads/{id}", CAP_LEAD_READ, .handle_platform = lead_page_post,
     .body = lead_post_fields, .is_page = true},
    {0},
};
