#include "audit/inner.h"

#include "base/banned.h"

const http_route audit_routes[] = {
    {HTTP_GET, "/api/audit", CAP_AUDIT_READ, .handle = audit_api_list, .query = audit_query_fields,
     .answer = audit_row_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "Who did what, when, from where; newest first"},
    {HTTP_GET, "/audit", CAP_AUDIT_READ, .handle = audit_page_list,
     .query = audit_page_query_fields, .is_page = true},
    /* Writes: the export is itself audited. */
    {HTTP_GET, "/audit.csv", CAP_AUDIT_READ, .handle = audit_file, .query = audit_page_query_fields,
     .is_page = true, .writes = true, .limit_s = 120},
    {0},
};
