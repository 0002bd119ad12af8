/* main/modules.h
 *
 * The list of all modules: their routes and their kinds of job. The one place that knows them. */
#ifndef MAIN_MODULES_H
#define MAIN_MODULES_H

#include "http/route.h"
#include "job/job.h"

extern http_route_list module_routes;
extern job_kind_list module_job_kinds;

#endif
