#include "incident/incident_page.h"

#include "incident/inner.h"
#include "incident/report.h"
#include "incident/timeline.h"

#include "base/banned.h"

#define FEATURE .feature = "blackbox"
#define PAGE    "/blackbox/incidents/{id}"

const http_route incident_page_routes[] = {
    {HTTP_GET, "/blackbox", CAP_INCIDENT_READ, dossier_page_list,
     .query = dossier_list_query_fields, .is_page = true, FEATURE},
    {HTTP_GET, PAGE, CAP_INCIDENT_READ, dossier_page_one, .query = dossier_page_query_fields,
     .is_page = true, FEATURE},
    {HTTP_POST, PAGE "/status", CAP_INCIDENT_MANAGE, dossier_post_status,
     .body = dossier_status_fields, .is_page = true, FEATURE},
    {HTTP_POST, PAGE "/cause", CAP_INCIDENT_MANAGE, dossier_post_cause,
     .body = dossier_cause_fields, .is_page = true, FEATURE},
    {HTTP_POST, PAGE "/analyse", CAP_RCA_RUN, dossier_post_analyse, .is_page = true, FEATURE},
    {HTTP_POST, PAGE "/work-order", CAP_WORK_ORDER_MANAGE, dossier_post_order, .is_page = true,
     FEATURE},
    {HTTP_POST, PAGE "/log", CAP_EVENT_LOG, dossier_post_log, .body = dossier_log_fields,
     .is_page = true, FEATURE},
    {HTTP_GET, "/api/blackbox/incidents/{id}/timeline", CAP_INCIDENT_READ, timeline_api_get,
     .query = timeline_query_fields, FEATURE,
     .summary = "Events around an incident by asset and category, and its signals, thinned"},
    {HTTP_GET, "/api/blackbox/reports/{id}", CAP_INCIDENT_READ, report_api_get, FEATURE,
     .summary = "The report of an incident in both languages, for repair and for management"},
    {HTTP_GET, PAGE "/report", CAP_INCIDENT_READ, report_page_get, .is_page = true, FEATURE},
    {HTTP_GET, PAGE "/report.pdf", CAP_INCIDENT_READ, report_pdf_get, FEATURE,
     .summary = "The report as PDF; ?lang=ar or en"},
    {0},
};
