/* historian/api.h: handlers and tables of the JSON routes (api_routes.c lists them). */
#ifndef HISTORIAN_API_H
#define HISTORIAN_API_H

#include "historian/reading.h"
#include "http/request.h"

typedef enum answer_form { ANSWER_ROWS = 1, ANSWER_COLUMNS } answer_form;
extern const oq_choice answer_form_choices[];

/* --- series (series_api.c) ---------------------------------------------------------------------*/

typedef struct series_item {
    oq_uuid id;
    oq_str key;
    oq_uuid asset_id, component_id;
    oq_str metric, name, name_ar, unit;
    int kind;
    bool is_state, is_active;
    oq_us last_time;
    double last_value;
    int64_t last_quality;
} series_item;
extern const oq_field series_item_fields[], series_list_query_fields[], series_patch_fields[];
oq_err *series_api_list(http_req *rq, oq_scope *s);
oq_err *series_api_create(http_req *rq, oq_scope *s);
oq_err *series_api_get(http_req *rq, oq_scope *s);
oq_err *series_api_change(http_req *rq, oq_scope *s);

/* --- newest values (last_api.c) ----------------------------------------------------------------*/

typedef struct last_item {
    oq_uuid id;
    oq_str key, unit;
    oq_us time;
    double value;
    int64_t quality;
} last_item;
extern const oq_field last_query_fields[], last_item_fields[];
oq_err *last_api_get(http_req *rq, oq_scope *s);

/* --- samples (points_api.c, gaps_api.c) --------------------------------------------------------*/

typedef struct point_at {
    oq_uuid id;
    oq_str key, unit;
    oq_us time;
    double value;
    int64_t quality;
    oq_us sample_time;
} point_at;
extern const oq_field points_query_fields[], plot_query_fields[], at_query_fields[],
    at_many_query_fields[], point_at_fields[], gaps_query_fields[];
oq_err *points_api_get(http_req *rq, oq_scope *s);
oq_err *points_api_plot(http_req *rq, oq_scope *s);
oq_err *points_api_at(http_req *rq, oq_scope *s);
oq_err *points_api_at_many(http_req *rq, oq_scope *s);
oq_err *gaps_api_get(http_req *rq, oq_scope *s);

/* --- aggregates (aggregate_api.c) --------------------------------------------------------------*/

extern const oq_field aggregate_query_fields[], aggregate_many_query_fields[];
oq_err *aggregate_api_get(http_req *rq, oq_scope *s);
oq_err *aggregate_api_get_many(http_req *rq, oq_scope *s);

/* --- live (live.c) -----------------------------------------------------------------------------*/

extern const oq_field live_query_fields[];
oq_err *live_api_values(http_req *rq, oq_scope *s);

/* --- files (export_api.c) ----------------------------------------------------------------------*/

extern const oq_field export_query_fields[];
oq_err *export_api_get(http_req *rq, oq_scope *s);

#endif
