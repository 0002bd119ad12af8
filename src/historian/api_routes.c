#include "historian/api.h"

#include "base/banned.h"

const http_route series_routes[] = {
    {HTTP_GET, "/api/series", CAP_ASSET_READ, .handle = series_api_list,
     .query = series_list_query_fields, .answer = series_item_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "Signals by key, with their newest values"},
    {HTTP_POST, "/api/series", CAP_SERIES_MANAGE, .handle = series_api_create,
     .body = series_order_fields, .answer = series_fields, .shape = HTTP_ANSWER_RECORD,
     .status = 201, .summary = "Define a signal"},
    {HTTP_GET, "/api/series/{id}", CAP_ASSET_READ, .handle = series_api_get,
     .answer = series_fields, .shape = HTTP_ANSWER_RECORD, .summary = "One signal's definition"},
    {HTTP_PATCH, "/api/series/{id}", CAP_SERIES_MANAGE, .handle = series_api_change,
     .body = series_patch_fields, .answer = series_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Change a signal; what is not given stays"},
    {HTTP_GET, "/api/series/last", CAP_ASSET_READ, .handle = last_api_get,
     .query = last_query_fields, .answer = last_item_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "Newest values of many signals"},
    {HTTP_GET, "/api/series/at", CAP_ASSET_READ, .handle = points_api_at_many,
     .query = at_many_query_fields, .answer = point_at_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "Many signals at one moment"},
    {HTTP_GET, "/api/series/aggregate", CAP_ASSET_READ, .handle = aggregate_api_get_many,
     .query = aggregate_many_query_fields,
     .summary = "Aggregates of many signals over the same buckets: "
                "{\"items\":[{id,key,unit,buckets:[{start,mean,...}]}]}, "
                "or by column, {\"starts\":[...],\"items\":[{id,...,mean:[...]}]}"},
    {HTTP_GET, "/api/series/live", CAP_ASSET_READ, .handle = live_api_values,
     .query = live_query_fields,
     .summary = "Server-sent events: newest values, and what changes of them: "
                "event `values`, {\"items\":[{id,time,value,quality}]}"},
    {HTTP_GET, "/api/series/export.csv", CAP_ASSET_READ, .handle = export_api_get,
     .query = export_query_fields,
     .summary = "Samples or aggregates as a CSV file of any length, long or wide"},
    {HTTP_GET, "/api/series/{id}/points", CAP_ASSET_READ, .handle = points_api_get,
     .query = points_query_fields,
     .summary = "Samples: {\"items\":[{time,value,quality}]}, or by column, times in milliseconds, "
                "values, and runs of quality [[first, code], ...] (null: all good)"},
    {HTTP_GET, "/api/series/{id}/plot", CAP_ASSET_READ, .handle = points_api_plot,
     .query = plot_query_fields,
     .summary = "Fewer samples that look like all of them; `of` says how many those are"},
    {HTTP_GET, "/api/series/{id}/aggregate", CAP_ASSET_READ, .handle = aggregate_api_get,
     .query = aggregate_query_fields,
     .summary = "Aggregates by bucket: {\"items\":[{start,mean,mean_samples,min,max,first,last,"
                "count,stddev,percent_good}]}; `mean` is weighted by time"},
    {HTTP_GET, "/api/series/{id}/at", CAP_ASSET_READ, .handle = points_api_at,
     .query = at_query_fields, .answer = point_at_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "What a signal was at a moment"},
    {HTTP_GET, "/api/series/{id}/gaps", CAP_ASSET_READ, .handle = gaps_api_get,
     .query = gaps_query_fields,
     .summary = "Where good samples are missing: {\"items\":[{from,to,seconds,is_bad}]}"},
    {0},
};
