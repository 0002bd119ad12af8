/* asset/asset_list.h
 *
 * The list of assets as its page wants it: in which order, with names of what they belong to. */
#ifndef ASSET_ASSET_LIST_H
#define ASSET_ASSET_LIST_H

#include "base/lang.h"
#include "plant/plant.h"

enum { ASSET_LIST_PAGE = 50, ASSET_OPTIONS_MAX = 500 };

typedef enum asset_sort {
    ASSET_BY_CODE = 1,
    ASSET_BY_CODE_DOWN,
    ASSET_BY_NAME,
    ASSET_BY_NAME_DOWN,
    ASSET_BY_CRITICALITY, /* the critical ones first */
    ASSET_BY_CRITICALITY_DOWN,
    ASSET_BY_RISK, /* production risk of the newest score, the highest first, without one last */
    ASSET_BY_RISK_DOWN
} asset_sort;
extern const oq_choice asset_sort_choices[];

typedef struct asset_list_query {
    oq_uuid site_id, unit_id, class_id;
    int criticality, status;
    oq_str q;
    bool doubtful; /* only those with signals that are stale or bad */
    int sort;      /* 0: by code */
    oq_uuid after; /* behind this asset, in the order asked for */
} asset_list_query;
extern const oq_field asset_list_query_fields[];

typedef struct asset_row {
    oq_uuid id, site_id;
    oq_str code, name, name_ar;
    int criticality, status;
    oq_str site_code, site_name, site_name_ar, unit_name, unit_name_ar, class_name, class_name_ar;
    int64_t stale, bad; /* signals; found by ASSET_DOUBTFUL */
} asset_row;
extern const oq_field asset_row_fields[];
typedef struct asset_rows {
    asset_row *at;
    size_t count;
    oq_uuid next; /* zero: this is the end */
} asset_rows;

typedef struct asset_kpis {
    int64_t assets, critical, high, medium, low, doubtful;
} asset_kpis;
extern const oq_field asset_kpis_fields[];

/* Sites, units or classes to choose from. */
typedef struct asset_option {
    oq_uuid id;
    oq_str code, name, name_ar;
} asset_option;
extern const oq_field asset_option_fields[];
typedef struct asset_options {
    asset_option *at;
    size_t count;
} asset_options;

/* A page of the list, and figures about all that the query finds but for criticality and doubt. */
OQ_CHECKED oq_err *asset_list(oq_scope *s, const asset_list_query *query, oq_lang lang,
                              asset_rows *ret_rows, asset_kpis *ret_kpis);
/* Units are those of the site; zero: none. */
OQ_CHECKED oq_err *asset_list_options(oq_scope *s, oq_uuid site_id, asset_options *ret_sites,
                                      asset_options *ret_units, asset_options *ret_classes);

#endif
