/* incident/incident_page.h
 *
 * What people see of the black box: the list, one incident with all that explains it, its timeline
 * and its report. Nothing is decided here. */
#ifndef INCIDENT_INCIDENT_PAGE_H
#define INCIDENT_INCIDENT_PAGE_H

#include "http/route.h"

extern const http_route incident_page_routes[]; /* /blackbox..., timeline and report of the API */

#endif
