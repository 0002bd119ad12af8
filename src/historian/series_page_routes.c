#include "historian/series_page.h"

#include "base/banned.h"

const http_route series_page_routes[] = {
    {HTTP_GET, "/series", CAP_ASSET_READ, series_page_list, .query = series_list_page_fields,
     .is_page = true},
    {HTTP_GET, "/series/compare", CAP_ASSET_READ, series_page_compare,
     .query = series_compare_fields, .is_page = true},
    {0},
};
