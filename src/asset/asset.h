/* asset/asset.h
 *
 * What people see of an asset: the list, and one asset with all that the plant, the historian, work
 * orders and events know of it. */
#ifndef ASSET_ASSET_H
#define ASSET_ASSET_H

#include "http/route.h"

extern const http_route asset_routes[]; /* /assets, /assets/{id}, /api/assets/{id}/overview */

#endif
