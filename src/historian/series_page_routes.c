#include "historian/series_page.h"

#include "base/banned.h"

const http_route series_page_routes[] = {
    {HTTP_GET, "/series", CAP_ASSET_READ, series_page_list, .query = series_list_page_fields,
     .is_page = true},
    {HTTP_GET, "/series/compare", CAP_ASSET_READ, series_page_compare,
     .query = series_compare_fields, .is_page = true},
    {HTTP_GET, "/series/new", CAP_SERIES_MANAGE, series_page_new, .query = series_new_fields,
     .is_page = true},
    {HTTP_POST, "/series/new", CAP_SERIES_MANAGE, series_page_post_new, .body = series_form_fields,
     .is_page = true},
    {HTTP_GET, "/series/{id}", CAP_ASSET_READ, series_page_one, .query = series_view_fields,
     .is_page = true},
    {HTTP_GET, "/series/{id}/edit", CAP_SERIES_MANAGE, series_page_edit, .is_page = true},
    {HTTP_POST, "/series/{id}/edit", CAP_SERIES_MANAGE, series_page_post_edit,
     .body = series_form_fields, .is_page = true},
    {HTTP_GET, "/series/{id}/correct", CAP_SERIES_MANAGE, series_page_correct,
     .query = correct_form_fields, .is_page = true},
    {HTTP_POST, "/series/{id}/correct", CAP_SERIES_MANAGE, series_page_post_correct,
     .body = correct_form_fields, .is_page = true},
    {0},
};
