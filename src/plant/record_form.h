/* plant/record_form.h: a record as a form, out and in. For the plant's pages alone. */
#ifndef PLANT_RECORD_FORM_H
#define PLANT_RECORD_FORM_H

#include "plant/record_page.h"

/* What a form sent: pairs by the names of columns. */
typedef struct record_form {
    const oq_pair *pair;
    size_t count;
    int64_t version; /* OQ_I64_NONE: none */
} record_form;

/* The pairs of the request's form. Fails: http.media_type, http.form_malformed. */
OQ_CHECKED oq_err *record_form_read(http_req *rq, record_form *ret_form);

/* Reads a form over `before` (NULL: over presets) into `record`. Amounts come in whole units of the
 * record's currency, times in the person's zone, days of the week each by itself. What is wrong is
 * joined under the names of columns. */
OQ_CHECKED oq_err *record_form_take(http_req *rq, oq_scope *s, const record_kind *kind,
                                    const record_form *form, const void *before, void *record);

/* Puts the list "fields" with everything the template needs of each: what was typed (`form` not
 * NULL) or what the record holds, and what is wrong. `stored` not NULL: what somebody else stored
 * meanwhile stands beside a field that differs. */
OQ_CHECKED oq_err *record_form_put(web_page *page, oq_scope *s, const record_kind *kind,
                                   const void *record, const record_form *form, const oq_err *err,
                                   const void *stored);

#endif
