/* web/value.h
 *
 * What a template sees: a small tree of texts, truths, lists and objects, in an arena. Numbers,
 * money, dates and sentences are put in as finished text (web/format.h), because a template knows
 * no language. Texts are not copied: they live at least as long as the arena. */
#ifndef WEB_VALUE_H
#define WEB_VALUE_H

#include "base/base.h"

typedef struct web_value web_value;

web_value *web_object(oq_arena *arena);
web_value *web_list(oq_arena *arena);
web_value *web_text(oq_arena *arena, oq_str text); /* not given: nothing */
web_value *web_truth(oq_arena *arena, bool is_true);

/* Members of an object; a key that is there already gets the new value. Keys are not copied.
 * A NULL value (or a text that is not given) is a member all the same: it hides one of the same
 * name further out. */
void web_put_text(web_value *object, const char *key, oq_str text);
void web_put_cstr(web_value *object, const char *key, const char *text);
void web_put_bool(web_value *object, const char *key, bool is_true);
void web_put_i64(web_value *object, const char *key,
                 int64_t plain_number); /* ids, counts for code */
void web_put(web_value *object, const char *key, web_value *value);
web_value *web_put_object(web_value *object, const char *key);
web_value *web_put_list(web_value *object, const char *key);
/* Items of a list. */
web_value *web_add_object(web_value *list);
void web_add_text(web_value *list, oq_str text);
void web_add(web_value *list, web_value *value);

/* A member without members of its own: whatever follows its name is asked of `find` while the
 * template is rendered, dots and all ({{t.nav.users}}: "nav.users"). NULL from `find`: a miss.
 * What it returns lives in `arena`. */
typedef const web_value *web_find(const void *self, oq_arena *arena, oq_str path);
void web_put_lookup(web_value *object, const char *key, web_find *find, const void *self);

/* Every field of a record by its name: texts as a form would hold them (oq_field_text), booleans
 * as truths, lists as lists, records inside as objects; times as RFC 3339. Secrets, bytes and
 * hidden fields are left out. */
void web_put_record(web_value *object, const oq_field *fields, const void *record);

/* Reading, for the renderer and for tests. Each accepts NULL, which is "nothing". */
/* Whether there is such a member, and which; *ret_value may be NULL even so. */
bool web_has(const web_value *object, oq_str key, const web_value **ret_value);
const web_value *web_get(const web_value *object, oq_str key);
/* The members in the order in which they were put. */
size_t web_member_count(const web_value *object);
const web_value *web_member_at(const web_value *object, size_t i, oq_str *ret_key);
/* Asks a lookup; NULL for other values. */
const web_value *web_look_up(const web_value *lookup, oq_str path);
bool web_is_true(const web_value *value);   /* false: NULL, false, "", an empty list */
oq_str web_as_text(const web_value *value); /* truths: "true", "false"; lists and objects: "" */
size_t web_count(const web_value *list);
const web_value *web_at(const web_value *list, size_t i);
bool web_is_list(const web_value *value);
bool web_is_object(const web_value *value);
bool web_is_lookup(const web_value *value);

/* From JSON, for files built into the program, the specification's tests and fixtures. Numbers
 * become their shortest text. Fails: json.malformed (facts: line, column), json.too_deep. */
enum { WEB_JSON_DEPTH_MAX = 64 };
OQ_CHECKED oq_err *web_from_json(oq_arena *arena, oq_str json, web_value **ret_value);

#endif
