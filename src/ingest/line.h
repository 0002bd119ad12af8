/* ingest/line.h
 *
 * InfluxDB's line protocol, one line at a time, without copying:
 *
 *     P-101,sensor=DE vibration_rms=7.1,temperature=81i,running=t 1700000000000000000
 *
 * that is measurement and tags, a blank, fields, a blank, time. A backslash takes the meaning from
 * the character behind it; texts stand in double quotes; # begins a comment; a line may end with
 * CR LF. Blanks around a line and several in the place of one are let pass.
 *
 * A line that cannot be read does not spoil the next: reading goes on behind the next line end (for
 * a text whose quotes never close: behind the next line end after the first of them). */
#ifndef INGEST_LINE_H
#define INGEST_LINE_H

#include "base/base.h"

enum { LINE_BYTES_MAX = 64 * 1024 };

typedef enum line_precision {
    LINE_NS = 1, /* whole microseconds of it are kept */
    LINE_US,
    LINE_MS,
    LINE_S,
    LINE_MINUTES,
    LINE_HOURS
} line_precision;
extern const oq_choice line_precision_choices[];    /* ns us ms s */
extern const oq_choice line_precision_choices_v1[]; /* as version 1 of the protocol names them */

typedef enum line_kind {
    LINE_NUMBER = 1, /* a truth is 1 or 0 */
    LINE_TEXT,
    LINE_NOT_FINITE /* nan, inf, or a number beyond all doubles */
} line_kind;

typedef struct line_field {
    oq_str name; /* with its backslashes */
    oq_str text; /* of the value, as it stands there */
    double value;
    line_kind kind;
} line_field;

typedef struct line_point {
    oq_str series;           /* measurement and tags, with their backslashes */
    const line_field *field; /* until the next line is read */
    size_t count;
    oq_us time;
    bool has_time;
    oq_str time_text;
} line_point;

typedef enum line_flaw {
    LINE_OK = 0,
    LINE_NO_MEASUREMENT,
    LINE_NO_FIELDS,
    LINE_BAD_FIELD,
    LINE_BAD_VALUE,
    LINE_OPEN_TEXT,
    LINE_BAD_TIME,
    LINE_CONTROL,
    LINE_TOO_LONG
} line_flaw;

typedef struct line_reader {
    oq_arena *arena;
    const char *at, *end;
    const char *begin, *flaw_at; /* of the line that was read last */
    size_t number;               /* of that line, from 1 */
    size_t line_ends;            /* passed so far */
    size_t text_ends;            /* of them within texts of that line */
    line_precision precision;
    line_field *field;
    size_t size;
} line_reader;

line_reader line_read(oq_arena *arena, oq_str text, line_precision precision);
/* The next line that says something; false at the end. With a flaw, nothing of *ret_point counts.
 */
bool line_next(line_reader *r, line_point *ret_point, line_flaw *ret_flaw);
/* The flaw of the line that was read last: line.* (facts: column, and what the sentence needs). */
oq_err *line_err(const line_reader *r, line_flaw flaw);

/* Measurement and tags apart, and without backslashes, in the arena. Fails: line.tag_malformed
 * (fact: tag). */
typedef struct line_tag {
    oq_str name, value;
} line_tag;
typedef struct line_parts {
    oq_str measurement;
    line_tag *tag;
    size_t count;
} line_parts;
OQ_CHECKED oq_err *line_take_apart(oq_arena *arena, oq_str series, line_parts *ret_parts);
/* A field's name without backslashes. */
oq_str line_plain(oq_arena *arena, oq_str name);

#endif
