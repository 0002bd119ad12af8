#include "incident/incident_page.h"

#include "incident/inner.h"

#include "base/banned.h"

#define FEATURE .feature = "blackbox"

const http_route incident_page_routes[] = {
    {HTTP_GET, "/blackbox", CAP_INCIDENT_READ, dossier_page_list,
     .query = dossier_list_query_fields, .is_page = true, FEATURE},
    {0},
};
