/* base/field.h
 *
 * A field table describes a struct: name, type, place, limits, help. One table reads a JSON body,
 * a form, a query string or the environment into the struct; writes the struct as JSON; takes
 * rows of the database into it; and describes it in OpenAPI and in the manual. So there is one
 * parser, one set of messages, one manual, and a row whose member has another type does not
 * compile.
 *
 *     struct rename_body { oq_str name; int64_t version; };
 *     static const oq_field rename_fields[] = {
 *         OQ_TEXT(struct rename_body, name, .required = true, .max = 120),
 *         OQ_I64(struct rename_body, version, .required = true, .min = 1),
 *         OQ_FIELDS_END
 *     };
 *
 * "Not given" in the struct: text with a NULL ptr, OQ_TIME_NONE, OQ_DATE_NONE, OQ_I64_NONE, NaN,
 * the zero uuid, an empty list; a boolean that is not given is its preset, else false; a choice
 * likewise, else 0. What is written as JSON reads back the same. */
#ifndef OQ_FIELD_H
#define OQ_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "base/uuid.h"

#define OQ_I64_NONE  INT64_MIN
#define OQ_DATE_NONE INT32_MIN

/* What outsiders can make large, where a table says nothing (max 0). */
enum {
    OQ_TEXT_MAX = 4096,      /* bytes of a text, and of an item of a list */
    OQ_JSON_MAX = 64 * 1024, /* bytes of an OQ_TYPE_JSON */
    OQ_LIST_MAX = 1000,      /* items */
    OQ_JSON_DEPTH_MAX = 32,  /* brackets inside brackets, in what is read */
    OQ_FIELD_ERRORS_MAX = 32 /* of one reading; further ones are not reported */
};

/* Days since 1970-01-01. */
typedef int32_t oq_date;

/* "2026-01-31", years 0001 to 9999. The text has no NUL. */
enum { OQ_DATE_TEXT = 10 };
bool oq_date_parse(oq_str s, oq_date *ret_date);
void oq_date_format(oq_date date, char out[OQ_DATE_TEXT]);

/* Lists in records. */
typedef struct oq_strs {
    oq_str *at;
    size_t count;
} oq_strs;
typedef struct oq_uuids {
    oq_uuid *at;
    size_t count;
} oq_uuids;

typedef enum oq_type {
    OQ_TYPE_END = 0,
    OQ_TYPE_TEXT,   /* oq_str */
    OQ_TYPE_SECRET, /* oq_str; never written, logged or shown */
    OQ_TYPE_I64,    /* int64_t */
    OQ_TYPE_F64,    /* double */
    OQ_TYPE_BOOL,   /* bool */
    OQ_TYPE_UUID,   /* oq_uuid */
    OQ_TYPE_TIME,   /* oq_us */
    OQ_TYPE_DATE,   /* oq_date; "2026-01-31" */
    OQ_TYPE_CHOICE, /* int (an enum); its texts in `choices` */
    OQ_TYPE_JSON,   /* oq_str holding well-formed JSON: any value */
    OQ_TYPE_BYTES,  /* oq_str of any bytes; database only, never in JSON */
    OQ_TYPE_TEXTS,  /* oq_strs */
    OQ_TYPE_UUIDS,  /* oq_uuids */
    OQ_TYPE_OBJECT, /* a struct inside the struct, described by `fields` */
} oq_type;

/* One value of an enum that is stored or sent: its number and its text, in both directions.
 * A list of them ends with a NULL text. */
typedef struct oq_choice {
    int value;
    const char *text;
} oq_choice;

typedef struct oq_field oq_field;
struct oq_field {
    const char *name; /* the member's name: JSON key, form field, column */
    oq_type type;
    size_t offset;
    bool required;
    bool not_blank;     /* a text that may be absent, but not empty: "what is not given stays" */
    bool is_hidden;     /* read, but not written as JSON */
    const char *preset; /* text of the value when absent, or NULL */
    /* Numbers: bounds; text: bytes; lists: count. Both 0, or a max below min: the type's own, so
     * that `.min = 1` alone reads "from 1 on" and `.max = 9` alone "0 to 9". An optional text may
     * be empty, whatever its min, unless it is not_blank. */
    int64_t min, max;
    double f64_min, f64_max;  /* the same for OQ_TYPE_F64; without them any finite number */
    const oq_choice *choices; /* also of OQ_TYPE_TEXTS: what an item may be */
    const oq_field *fields;   /* of an OQ_TYPE_OBJECT */
    const char *help;         /* one line for the manual, in English */
    const char *env;          /* environment variable, for settings */
    /* A further check of a text that is not empty, or of each item of a list, after type and
     * limits: NULL, or the code of what is wrong ("field.email_malformed"). */
    const char *(*check)(oq_str text);
};

#define OQ_FIELD_(rec, member, ctype, kind, ...)                                                   \
    {                                                                                              \
        .name = #member, .type = (kind),                                                           \
        .offset =                                                                                  \
            __builtin_offsetof(rec, member) +                                                      \
            0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((rec *)0)->member), ctype)    \
                                ? 1                                                                \
                                : -1]),                                                            \
        ##__VA_ARGS__                                                                              \
    }
#define OQ_TEXT(rec, member, ...)   OQ_FIELD_(rec, member, oq_str, OQ_TYPE_TEXT, ##__VA_ARGS__)
#define OQ_SECRET(rec, member, ...) OQ_FIELD_(rec, member, oq_str, OQ_TYPE_SECRET, ##__VA_ARGS__)
#define OQ_I64(rec, member, ...)    OQ_FIELD_(rec, member, int64_t, OQ_TYPE_I64, ##__VA_ARGS__)
#define OQ_F64(rec, member, ...)    OQ_FIELD_(rec, member, double, OQ_TYPE_F64, ##__VA_ARGS__)
#define OQ_BOOL(rec, member, ...)   OQ_FIELD_(rec, member, bool, OQ_TYPE_BOOL, ##__VA_ARGS__)
#define OQ_UUID(rec, member, ...)   OQ_FIELD_(rec, member, oq_uuid, OQ_TYPE_UUID, ##__VA_ARGS__)
#define OQ_TIME(rec, member, ...)   OQ_FIELD_(rec, member, oq_us, OQ_TYPE_TIME, ##__VA_ARGS__)
#define OQ_DATE(rec, member, ...)   OQ_FIELD_(rec, member, oq_date, OQ_TYPE_DATE, ##__VA_ARGS__)
#define OQ_CHOICE(rec, member, list, ...)                                                          \
    OQ_FIELD_(rec, member, int, OQ_TYPE_CHOICE, .choices = (list), ##__VA_ARGS__)
#define OQ_JSON(rec, member, ...)  OQ_FIELD_(rec, member, oq_str, OQ_TYPE_JSON, ##__VA_ARGS__)
#define OQ_BYTES(rec, member, ...) OQ_FIELD_(rec, member, oq_str, OQ_TYPE_BYTES, ##__VA_ARGS__)
#define OQ_TEXTS(rec, member, ...) OQ_FIELD_(rec, member, oq_strs, OQ_TYPE_TEXTS, ##__VA_ARGS__)
#define OQ_UUIDS(rec, member, ...) OQ_FIELD_(rec, member, oq_uuids, OQ_TYPE_UUIDS, ##__VA_ARGS__)
#define OQ_OBJECT(rec, member, ctype, table, ...)                                                  \
    OQ_FIELD_(rec, member, ctype, OQ_TYPE_OBJECT, .fields = (table), ##__VA_ARGS__)
#define OQ_FIELDS_END                                                                              \
    {                                                                                              \
        .type = OQ_TYPE_END                                                                        \
    }

/* --- reading ----------------------------------------------------------------------------------
 * Every reader fills presets first, reads what is there, and reports ALL fields that are wrong,
 * joined through `next`, each under its path ("spec.max", "tags[2]"):
 *     field.unknown       not in the table
 *     field.required      absent, or an empty text
 *     field.duplicate     given twice
 *     field.type          (wanted: text integer number boolean uuid time date list object json)
 *     field.too_long  field.too_short    (max / min: bytes of UTF-8)
 *     field.too_large field.too_small    (max / min)
 *     field.too_many  field.too_few      (max / min: items of a list)
 *     field.not_a_choice  (choices: all of them)
 *     field.bad_text      not UTF-8, or a control character other than new line and tab
 * or the code of its own check. Text is copied into the arena; unless secret it is trimmed and its
 * line ends become \n. After an error the record holds what could be read. */

/* From a JSON object; null is "not given". Not readable at all: json.malformed,
 * json.number_too_large (facts: line, column), json.too_deep (fact: max), json.not_an_object. */
OQ_CHECKED oq_err *oq_fields_read_json(oq_arena *arena, const oq_field *fields, oq_str json,
                                       void *record);

/* The same over what the record holds: a member that is absent stays as it is, null takes it away.
 * A required field that is absent or null is field.required. For changes of what is there. */
OQ_CHECKED oq_err *oq_fields_merge_json(oq_arena *arena, const oq_field *fields, oq_str json,
                                        void *record);

/* From pairs of text: a decoded form or query string. An empty text counts as not given. A
 * checkbox sends "on" or nothing; behind a hidden field of the same name the later one counts. A
 * list sends its name once per item, or one text with commas. A field of an object is named
 * "spec.max". Numbers and dates may have Arabic-Indic digits; a comma is no decimal point. */
typedef struct oq_pair {
    oq_str name, value;
} oq_pair;
OQ_CHECKED oq_err *oq_fields_read_pairs(oq_arena *arena, const oq_field *fields,
                                        const oq_pair *pair, size_t pair_count, void *record);

/* The members of a JSON object as such pairs: texts as they are, numbers and truths as their text,
 * null as an empty text, lists and objects as their JSON. Fails: json.malformed, json.too_deep,
 * json.number_too_large, json.not_an_object, field.duplicate. */
OQ_CHECKED oq_err *oq_json_pairs(oq_arena *arena, oq_str json, oq_pair **ret_pair,
                                 size_t *ret_count);

/* From a look-up by the field's `env` name; `source` returns NULL for what is not set. Errors
 * carry the variable's name; one that is missing is setting.required (facts: name, help). */
OQ_CHECKED oq_err *oq_fields_read_env(oq_arena *arena, const oq_field *fields,
                                      const char *(*source)(const char *name), void *record);

/* Sets one field from text as a form would. */
OQ_CHECKED oq_err *oq_field_set_text(oq_arena *arena, const oq_field *field, oq_str text,
                                     void *record);

/* Puts every field of the record to "not given" or its preset. */
void oq_fields_preset(oq_arena *arena, const oq_field *fields, void *record);

/* --- writing and describing ------------------------------------------------------------------ */

/* The record as a JSON object; secrets, bytes and hidden fields are left out. */
void oq_fields_write_json(oq_json *j, const oq_field *fields, const void *record);
/* The same without the brackets, to add members. */
void oq_fields_write_members(oq_json *j, const oq_field *fields, const void *record);

/* One value as text for a person or a form; secrets give "". */
oq_str oq_field_text(oq_arena *arena, const oq_field *field, const void *record);

/* JSON Schema (2020-12) of what the table accepts. */
void oq_fields_write_schema(oq_json *j, const oq_field *fields);

/* Whether two JSON texts are the same value, whatever their blanks and the order of members; not
 * given and null are the same. Texts that cannot be read are the same when their bytes are. */
bool oq_json_same(oq_str a, oq_str b);

const oq_field *oq_field_find(const oq_field *fields, oq_str name);
size_t oq_fields_count(const oq_field *fields);

/* Both directions of a choice list. NULL / false for what is not in it. */
const char *oq_choice_text(const oq_choice *choices, int value);
bool oq_choice_value(const oq_choice *choices, oq_str text, int *ret_value);

/* Ready checks for .check. */
const char *oq_check_email(oq_str text);    /* field.email_malformed */
const char *oq_check_code(oq_str text);     /* field.code_malformed: A-Z 0-9 _ and a letter first */
const char *oq_check_timezone(oq_str text); /* field.timezone_unknown: no IANA zone */
const char *oq_check_currency(oq_str text); /* field.currency_malformed: three capital letters */

#endif
