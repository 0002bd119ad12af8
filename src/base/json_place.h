/* base/json_place.h
 *
 * Where in a JSON text something stands, for messages about it: the tree that a parser gives has
 * forgotten it. */
#ifndef OQ_JSON_PLACE_H
#define OQ_JSON_PLACE_H

#include "base/str.h"

/* Down from the root: into a member, or where `key` is not given into the item at `index`. */
typedef struct oq_json_step {
    oq_str key;
    size_t index;
} oq_json_step;

/* Line and column (both from 1; columns count code points) where the value at the end of the steps
 * begins, or its key where `of_key`. As far as the steps lead: what is not there is told by its
 * parent. Any bytes end; of text that is no JSON the place means nothing. */
void oq_json_place(oq_str json, const oq_json_step *step, size_t steps, bool of_key, int *ret_line,
                   int *ret_column);

/* The bytes of the value at the end of the steps; not given: it is not there. */
oq_str oq_json_part(oq_str json, const oq_json_step *step, size_t steps);

#endif
