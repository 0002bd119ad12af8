/* plant/import_api.h: what routes and pages of files share. */
#ifndef PLANT_IMPORT_API_H
#define PLANT_IMPORT_API_H

#include "http/request.h"
#include "plant/import.h"

typedef struct import_query {
    oq_str kind;
    bool dry_run, skip_bad;
} import_query;
extern const oq_field plant_import_fields[], plant_export_fields[];

OQ_CHECKED oq_err *import_options_of(const import_query *q, plant_import_options *ret_options);

/* A small file of each kind that imports as it is, in the order of record_kinds: what a newcomer
 * fills in. Rows about people name who asks. */
extern const oq_field plant_sample_fields[];
http_plain_handler sample_get;
struct record_kind;
bool sample_is_there(oq_arena *arena, const struct record_kind *kind);

http_handler import_api_post, import_api_presets, export_get, preset_page_post;

#endif
