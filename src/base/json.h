/* base/json.h
 *
 * Writing JSON: append-only, no tree. The writer puts commas and quotes; the caller's brackets
 * must match (asserted). Errors (a buffer at its ceiling) are kept in the buffer, so that
 * handlers write straight down and the dispatcher asks once.
 *
 * Reading JSON goes through field tables (base/field.h). */
#ifndef OQ_JSON_H
#define OQ_JSON_H

#include "base/str.h"
#include "base/time.h"
#include "base/uuid.h"

typedef struct oq_json {
    oq_buf *out;
    uint64_t in_object; /* one bit per level: object (1) or array (0) */
    unsigned depth;     /* at most 63 */
    bool comma, after_key;
} oq_json;

oq_json oq_json_to(oq_buf *out);

void oq_json_object(oq_json *j);     /* { */
void oq_json_object_end(oq_json *j); /* } */
void oq_json_array(oq_json *j);      /* [ */
void oq_json_array_end(oq_json *j);  /* ] */
void oq_json_key(oq_json *j, oq_str key);
/* The same for the name of a struct's member, which needs no escaping: a third of the time. */
void oq_json_name(oq_json *j, const char *name);

/* Values. A text that is not given, a time OQ_TIME_NONE, a zero uuid and a number that is not
 * finite are written as null. */
void oq_json_text(oq_json *j, oq_str value);
void oq_json_i64(oq_json *j, int64_t value);
void oq_json_f64(oq_json *j, double value); /* the shortest text that reads back the same */
void oq_json_bool(oq_json *j, bool value);
void oq_json_null(oq_json *j);
void oq_json_uuid(oq_json *j, oq_uuid value);
void oq_json_time(oq_json *j, oq_us value);
/* Text that is JSON already (a jsonb column); not given: null. */
void oq_json_raw(oq_json *j, oq_str value);
/* The buffer, for one value that is written into it as JSON: long lists of numbers. */
oq_buf *oq_json_raw_to(oq_json *j);

/* The shortest decimal text that reads back as the same double ("7.1", "1e22", "-0.0"): a JSON
 * number, without NUL. `value` is finite. */
enum { OQ_F64_TEXT_MAX = 32 };
size_t oq_f64_format(double value, char out[OQ_F64_TEXT_MAX]);

/* Key and value in one call: oq_json_put_text(j, "name", name). The key is a literal. */
#define oq_json_put(j, type, key, value)                                                           \
    (oq_json_key((j), OQ_STR(key)), oq_json_##type((j), (value)))

#endif
