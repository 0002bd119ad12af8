/* base/field_read.h: what the readers of field tables share. For field*.c alone. */
#ifndef OQ_FIELD_READ_H
#define OQ_FIELD_READ_H

#include <jansson.h>

#include "base/field.h"

/* One reading: where its text goes, and what it found wrong. */
typedef struct field_reader {
    oq_arena *arena;
    bool is_env;   /* errors name the environment variable */
    bool is_merge; /* the record holds something already */
    oq_err *first, *last;
    size_t errors;
} field_reader;

/* The value that is being read, for its path. */
typedef struct field_at {
    const char *prefix; /* "", or "spec." inside an object */
    const oq_field *field;
    ptrdiff_t item; /* place in a list, or -1 */
} field_at;

const char *field_path(field_reader *r, const field_at *at);
void field_add_error(field_reader *r, oq_err *err);
#define FIELD_WRONG(r, at, code, ...)                                                              \
    ((r)->errors < OQ_FIELD_ERRORS_MAX                                                             \
         ? field_add_error((r), oq_fail_field(field_path((r), (at)), code, ##__VA_ARGS__))         \
         : (void)0)
void field_required(field_reader *r, const field_at *at);
/* `name` comes from outside: it is clipped. */
void field_unknown(field_reader *r, const char *prefix, oq_str name);

/* The limits of `f`, the type's own where it names none. */
void field_bounds(const oq_field *f, int64_t *ret_min, int64_t *ret_max);
void field_bounds_f64(const oq_field *f, double *ret_min, double *ret_max);

/* Each checks one value against its field and puts it into *ret; false: reported. */
bool field_take_text(field_reader *r, const field_at *at, oq_str text, oq_str *ret);
bool field_take_i64(field_reader *r, const field_at *at, int64_t value, int64_t *ret);
bool field_take_f64(field_reader *r, const field_at *at, double value, double *ret);
bool field_take_uuid(field_reader *r, const field_at *at, oq_str text, oq_uuid *ret);
bool field_take_time(field_reader *r, const field_at *at, oq_str text, oq_us *ret);
bool field_take_date(field_reader *r, const field_at *at, oq_str text, oq_date *ret);
bool field_take_choice(field_reader *r, const field_at *at, oq_str text, int *ret);
bool field_take_count(field_reader *r, const field_at *at, size_t count);
/* An item of a list of texts or of uuids, into place `at->item`. */
bool field_take_item(field_reader *r, const field_at *at, oq_str text, void *list);
/* Room for `count` items, and none in it yet. */
void field_open_list(field_reader *r, const oq_field *f, size_t count, void *list);

/* field_read_json.c */
typedef json_t *json_ref; /* OQ_AUTO(json_ref) */
static inline void json_ref_drop(json_ref *ref)
{
    json_decref(*ref);
}
oq_err *field_parse_json(oq_arena *arena, oq_str text, json_t **ret_root);
bool field_take_json(field_reader *r, const field_at *at, json_t *value, oq_str *ret);
void field_read_object(field_reader *r, const oq_field *fields, const char *prefix, json_t *object,
                       void *record);

/* field_read_text.c: a text that is not empty. */
bool field_take_from_text(field_reader *r, const field_at *at, oq_str text, void *record);

static inline void *field_slot(const oq_field *f, void *record)
{
    return (char *)record + f->offset;
}

#endif
