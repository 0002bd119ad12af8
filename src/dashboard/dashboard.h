/* dashboard/dashboard.h
 *
 * /app, the first page after the sign-in. It answers five questions about what comes first: what
 * needs attention, why it failed, what waiting costs, how to run until then, who goes when; each in
 * a sentence with a number, how sure it is, and the place where that can be looked up. Below stand
 * cards, each for who may see what it shows (M49); a role's page is what its capabilities leave of
 * one list. What is not part of this installation is said in a quiet line, and never pretended. */
#ifndef DASHBOARD_DASHBOARD_H
#define DASHBOARD_DASHBOARD_H

#include "http/route.h"

extern const http_route dashboard_routes[];

#endif
