/* ops/home.h
 *
 * /app, the first page after the sign-in: where one is and as whom, what one may do here, and what
 * an administrator looks at first. What does not exist yet does not appear. */
#ifndef OPS_HOME_H
#define OPS_HOME_H

#include "http/route.h"

extern const http_route home_routes[];

#endif
