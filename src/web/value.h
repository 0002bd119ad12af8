/* web/value.h
 *
 * What a template sees: a small tree of texts, truths, lists and objects, in an arena. Numbers,
 * money, dates and sentences are put in as finished text (web/format.h), because a template knows
 * no language. */
#ifndef WEB_VALUE_H
#define WEB_VALUE_H

#include "base/base.h"

typedef struct web_value web_value;

web_value *web_object(oq_arena *arena);
web_value *web_list(oq_arena *arena);

/* Members of an object; a key that is there already gets the new value. Keys are not copied. */
void web_put_text(web_value *object, const char *key, oq_str text);
void web_put_cstr(web_value *object, const char *key, const char *text);
void web_put_bool(web_value *object, const char *key, bool is_true);
void web_put_i64(web_value *object, const char *key, int64_t plain_number); /* ids, counts for code */
void web_put(web_value *object, const char *key, web_value *value);
web_value *web_put_object(web_value *object, const char *key);
web_value *web_put_list(web_value *object, const char *key);
/* Items of a list. */
web_value *web_add_object(web_value *list);
void web_add_text(web_value *list, oq_str text);

/* Every field of a record by its name, as a form would hold it (oq_field_text); times as RFC 3339. */
void web_put_record(web_value *object, const oq_field *fields, const void *record);

/* Reading, for the renderer and for tests. */
const web_value *web_get(const web_value *object, oq_str key);
bool web_is_true(const web_value *value); /* false: NULL, false, "", an empty list */
oq_str web_as_text(const web_value *value);
size_t web_count(const web_value *list);
const web_value *web_at(const web_value *list, size_t i);
bool web_is_list(const web_value *value);
bool web_is_object(const web_value *value);

/* From JSON, for the specification's tests and for fixtures. */
OQ_CHECKED oq_err *web_from_json(oq_arena *arena, oq_str json, web_value **ret_value);

#endif
