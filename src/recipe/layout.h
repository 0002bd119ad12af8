/* recipe/layout.h
 *
 * What the columns of a file of samples mean: a mapping, as the operator writes it (JSON), held
 * against the first row of the file.
 *
 *     {"time": "DATETIME", "time_format": "DD/MM/YY HH", "time_zone": "Asia/Riyadh",
 *      "asset": "M-{machineID}",
 *      "columns": {"volt": {"metric": "voltage", "unit": "V"}, "comment": null}}
 *
 *     {"time": "{date} {clock}", "key": "{tag}", "value": "value", "quality": "status"}
 *
 * "{name}" stands for the cell of that column in each row. A file is long when it has one column of
 * values ("value"), else wide: each column that is not used otherwise holds values of one series.
 * A series is named by its key; else by asset and metric ("P-101.flow"), the metric being the
 * column's name unless something else is said; else by the column's name alone. Without a mapping
 * the columns are guessed from their names. A file without a first row of names has the columns
 * "1", "2" ... */
#ifndef RECIPE_LAYOUT_H
#define RECIPE_LAYOUT_H

#include "base/base.h"
#include "base/csv.h"

typedef enum layout_decimal { DECIMAL_POINT = 1, DECIMAL_COMMA } layout_decimal;
typedef enum layout_others { OTHERS_IMPORT = 1, OTHERS_SKIP } layout_others;
typedef enum layout_quality { QUALITY_OPC_UA = 1, QUALITY_OPC_DA } layout_quality;
extern const oq_choice layout_decimal_choices[];

typedef struct layout_order {
    oq_str separator; /* one character, or "tab"; not given: found out */
    int decimal;
    int64_t skip_lines; /* in front of the first row */
    bool header;
    oq_str time; /* a column, or columns in braces */
    oq_str time_format, time_zone;
    oq_us start;   /* instead of `time`: of the first row, */
    double step_s; /* and the distance of the others */
    oq_str key, asset, metric, unit;
    oq_str value, quality; /* columns */
    int quality_form;
    oq_str columns;  /* JSON: {"name": {...} or null (left out)} */
    int others;      /* columns that are not named there */
    oq_strs missing; /* texts that stand for no value */
    oq_str texts;    /* JSON: {"On": 1}: texts that stand for a number */
} layout_order;
extern const oq_field layout_order_fields[];

/* "{machineID}" and what stands around it. */
typedef struct layout_part {
    oq_str text;   /* as it is; or */
    size_t column; /* the cell of this column, when the text is not given */
} layout_part;
typedef struct layout_text {
    layout_part *part;
    size_t count; /* 0: not given */
} layout_text;

/* A column of values. */
typedef struct layout_value {
    size_t column;
    oq_str name; /* of the column */
    layout_text key, asset, metric, unit;
    double scale, offset; /* as it is stored = as it is written * scale + offset */
    bool is_state;
} layout_value;

typedef struct layout_word {
    oq_str text;
    double value; /* NaN: no value */
} layout_word;

typedef struct layout {
    oq_str *name; /* of the columns */
    size_t columns;
    layout_text time; /* count 0: by `start` and `step` */
    oq_us start, step;
    layout_value *value;
    size_t values;
    size_t quality; /* SIZE_MAX: none */
    bool is_opc_da, is_comma;
    size_t *identity; /* columns that tell the series of a row apart */
    size_t identities;
    layout_word *word;
    size_t words;
} layout;

/* Reads a mapping. Fails as oq_fields_read_json. */
OQ_CHECKED oq_err *layout_order_read(oq_arena *arena, oq_str json, layout_order *ret_order);
/* Holds it against the first row (names, or cells when the file has no names). Everything is copied
 * into the arena. Fails: import.column_unknown, import.column_twice (fact: column),
 * import.columns_malformed (fact: column), import.no_time, import.no_values, import.braces (fact:
 * text), import.texts_malformed. */
OQ_CHECKED oq_err *layout_make(oq_arena *arena, const layout_order *order, const oq_csv_row *first,
                               layout *ret_layout);
/* What a text of the layout is in a row; a view where it is one cell or one text. */
oq_str layout_fill(oq_arena *arena, const layout_text *text, const oq_str *cell);
/* The separator that an order asks for; 0: to be found out. */
char layout_separator(const layout_order *order);

#endif
