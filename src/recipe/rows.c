#include "recipe/rows.h"

#include <math.h>

#include "historian/series.h"
#include "historian/write.h"
#include "quant/decimal.h"
#include "recipe/moment.h"
#include "recipe/names.h"
#include "recipe/source.h"

#include "base/banned.h"

enum { TEXT_BYTES = 4 * 1024 * 1024, REFUSALS_KEPT = 1000 };

struct row_reader {
    rows_options options;
    oq_arena *arena;
    source *source;
    oq_csv_reader *csv;
    layout layout;
    moment_format *moment;
    row_names *names;
    char *text;          /* TEXT_BYTES */
    size_t begin, end;   /* what is read of it and not used */
    int64_t text_offset; /* of text[0] in the unpacked text */
    int64_t line_before; /* of what the reader counts from 1 */
    bool is_end;         /* of the file: nothing more to read */
    int64_t line_first;  /* of the first row of samples */
};

/* --- text --------------------------------------------------------------------------------------*/

/* Moves what is left to the front, and reads on behind it. */
static oq_err *refill(row_reader *r)
{
    size_t left = r->end - r->begin, got = 0;
    memmove(r->text, r->text + r->begin, left);
    r->text_offset += (int64_t)r->begin;
    r->begin = 0;
    r->end = left;
    OQ_TRY(source_read(r->source, r->text + left, TEXT_BYTES - left, &got));
    r->end += got;
    r->is_end = got == 0;
    return NULL;
}

/* The next row of the file; false: there is none. */
static oq_err *next_row(row_reader *r, oq_csv_row *ret_row, bool *ret_is_row)
{
    for (;;) {
        oq_str rest = oq_strn(r->text + r->begin, r->end - r->begin);
        size_t before = rest.len;
        oq_err *err = oq_csv_next(r->csv, &rest, r->is_end, ret_row, ret_is_row);
        r->begin += before - rest.len;
        if (err || *ret_is_row || r->is_end)
            return err;
        OQ_TRY(refill(r));
    }
}

static oq_err *skip_lines(row_reader *r, int64_t count)
{
    while (count > 0) {
        char *from = r->text + r->begin;
        char *end = memchr(from, '\n', r->end - r->begin);
        if (end) {
            r->begin += (size_t)(end - from) + 1;
            count--;
            continue;
        }
        r->begin = r->end; /* a line longer than what is in memory goes by in pieces */
        if (r->is_end)
            return NULL;
        OQ_TRY(refill(r));
    }
    return NULL;
}

/* --- opening -----------------------------------------------------------------------------------*/

static void open_csv(row_reader *r, char separator)
{
    oq_csv_close(r->csv);
    r->csv = oq_csv_open(&(oq_csv_options){.separator = separator});
}

static oq_err *open_first(row_reader *r)
{
    oq_csv_row first;
    bool is_row = false;
    OQ_TRY(source_open(r->options.path, &r->source));
    OQ_TRY(refill(r));
    OQ_TRY(skip_lines(r, r->options.order.skip_lines));
    open_csv(r, layout_separator(&r->options.order));
    r->line_before = r->options.order.skip_lines;
    int64_t begin = r->text_offset + (int64_t)r->begin;
    OQ_TRY(next_row(r, &first, &is_row));
    if (!is_row)
        return oq_fail(OQ_INVALID, "import.empty", "file=%s", r->options.path);
    OQ_TRY(layout_make(r->arena, &r->options.order, &first, &r->layout));
    r->line_first = r->line_before + (r->options.order.header ? oq_csv_line(r->csv) : first.line);
    if (!r->options.order.header) { /* it was a row like the others */
        r->begin = (size_t)(begin - r->text_offset);
        open_csv(r, oq_csv_separator(r->csv));
    }
    return NULL;
}

/* Where an earlier try came to. */
static oq_err *go_on(row_reader *r)
{
    char separator = oq_csv_separator(r->csv);
    source_close(r->source);
    r->source = NULL;
    OQ_TRY(source_open(r->options.path, &r->source));
    OQ_TRY(source_skip(r->source, r->options.offset));
    r->begin = r->end = 0;
    r->is_end = false;
    r->text_offset = r->options.offset;
    r->line_before = r->options.line - 1;
    open_csv(r, separator);
    return refill(r);
}

static oq_err *open_rows(row_reader *r)
{
    const layout_order *o = &r->options.order;
    OQ_TRY(open_first(r));
    OQ_TRY(moment_format_make(r->arena, o->time_format,
                              o->time_zone.len ? o->time_zone : r->options.zone, &r->moment));
    r->names = row_names_open(r->arena, &r->layout);
    return r->options.offset ? go_on(r) : NULL;
}

oq_err *rows_open(const rows_options *options, row_reader **ret_rows)
{
    oq_arena *arena = oq_arena_open(64 * 1024);
    row_reader *r = oq_new(arena, row_reader);
    r->options = *options;
    r->arena = arena;
    r->text = malloc(TEXT_BYTES);
    if (!r->text)
        abort();
    oq_err *err = open_rows(r);
    if (err) {
        rows_close(r);
        return err;
    }
    *ret_rows = r;
    return NULL;
}

void rows_close(row_reader *r)
{
    if (!r)
        return;
    row_names_close(r->names);
    oq_csv_close(r->csv);
    source_close(r->source);
    free(r->text);
    oq_arena_close(r->arena);
}

const layout *rows_layout(const row_reader *r)
{
    return &r->layout;
}

/* --- refusals ----------------------------------------------------------------------------------*/

static oq_str shown(oq_arena *arena, oq_str cell)
{
    oq_str copy = oq_str_copy(arena, oq_str_sub(cell, 0, ROWS_CELL_SHOWN));
    for (size_t i = 0; i < copy.len; i++)
        if ((unsigned char)copy.ptr[i] < ' ')
            ((char *)(uintptr_t)copy.ptr)[i] = ' ';
    return copy;
}

static void refuse(const row_reader *r, rows_portion *p, int64_t line, oq_str column, oq_str cell,
                   const oq_err *err)
{
    p->refused++;
    if (p->refusals == REFUSALS_KEPT)
        return;
    p->refusal[p->refusals++] = (rows_refusal){
        .line = line,
        .column = column,
        .value = oq_str_given(cell) ? shown(p->arena, cell) : OQ_NONE,
        .code = err->code,
        .reason = oq_str_copy(p->arena, oq_err_sentence(p->arena, r->options.lang, err)),
    };
}

/* --- cells -------------------------------------------------------------------------------------*/

static bool read_number(const layout *l, oq_str cell, double *ret_value)
{
    char plain[DECIMAL_TEXT_MAX];
    decimal d;
    if (l->is_comma && cell.len < sizeof plain) {
        if (memchr(cell.ptr, '.', cell.len))
            return false; /* 1.234,5 is not what it looks like */
        memcpy(plain, cell.ptr, cell.len);
        char *comma = memchr(plain, ',', cell.len);
        if (comma)
            *comma = '.';
        cell.ptr = plain;
    }
    const char *end = cell.ptr + cell.len;
    if (decimal_read(cell.ptr, end, &d) != end)
        return false;
    *ret_value = d.value;
    return true;
}

typedef enum cell_kind { CELL_VALUE, CELL_EMPTY, CELL_WRONG } cell_kind;

static cell_kind read_value(const layout *l, oq_str given, double *ret_value)
{
    if (!given.len)
        return CELL_EMPTY;
    if (read_number(l, given, ret_value))
        return CELL_VALUE;
    oq_str cell = oq_str_trim(given);
    if (!cell.len)
        return CELL_EMPTY;
    if (cell.len < given.len && read_number(l, cell, ret_value))
        return CELL_VALUE;
    for (size_t i = 0; i < l->words; i++) {
        if (!oq_str_eq(l->word[i].text, cell))
            continue;
        *ret_value = l->word[i].value;
        return isnan(*ret_value) ? CELL_EMPTY : CELL_VALUE;
    }
    return CELL_WRONG;
}

/* OPC UA status codes, in decimal or as 0x..., OPC DA codes (192: good), or words. */
static bool read_quality(const layout *l, oq_str given, quality *ret_quality)
{
    static const struct {
        const char *word;
        quality quality;
    } words[] = {{"good", QUALITY_GOOD},
                 {"uncertain", QUALITY_UNCERTAIN},
                 {"questionable", QUALITY_UNCERTAIN},
                 {"bad", QUALITY_BAD}};
    oq_str cell = oq_str_trim(given);
    for (size_t i = 0; i < OQ_COUNT(words); i++) {
        if (oq_str_eq_ascii_nocase(cell, oq_cstr(words[i].word))) {
            *ret_quality = words[i].quality;
            return true;
        }
    }
    uint64_t code = 0;
    if (cell.len > 2 && cell.len <= 10 && cell.ptr[0] == '0' && (cell.ptr[1] | 32) == 'x') {
        for (size_t i = 2; i < cell.len; i++) {
            char c = (char)(cell.ptr[i] | 32);
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
                return false;
            code = code * 16 + (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
        }
    } else if (!oq_parse_u64(cell, &code)) {
        return false;
    }
    if (l->is_opc_da) {
        if (code > UINT16_MAX)
            return false;
        unsigned kind = (unsigned)code >> 6 & 3;
        *ret_quality = kind == 3 ? QUALITY_GOOD : (kind == 1 ? QUALITY_UNCERTAIN : QUALITY_BAD);
        return true;
    }
    *ret_quality = (quality)code;
    return code <= UINT32_MAX;
}

/* --- rows --------------------------------------------------------------------------------------*/

typedef struct line {
    const oq_csv_row *row;
    int64_t number;
    oq_us time;
    quality quality;
} line;

static oq_err *time_out_of_range(oq_us at)
{
    char text[OQ_TIME_TEXT_MAX];
    size_t len = oq_time_format(at, text);
    return oq_fail(OQ_INVALID, "sample.time_out_of_range", "time=%.*s", (int)len, text);
}

static bool read_time(row_reader *r, rows_portion *p, line *l)
{
    const layout *of = &r->layout;
    if (!of->time.count) {
        l->time = of->start + (l->number - r->line_first) * of->step;
    } else {
        oq_str text = layout_fill(p->arena, &of->time, l->row->cell);
        oq_str column = of->name[of->time.part[0].column];
        if (!moment_read(r->moment, text, &l->time)) {
            refuse(r, p, l->number, column, text, oq_fail(OQ_INVALID, "import.time_unreadable"));
            return false;
        }
    }
    if (l->time < SAMPLE_TIME_MIN || l->time > r->options.latest) {
        refuse(r, p, l->number, OQ_NONE, OQ_NONE, time_out_of_range(l->time));
        return false;
    }
    return true;
}

/* A row with other cells than the first one was cut off, or has separators where none belong. */
static bool check_cells(const row_reader *r, rows_portion *p, const line *l)
{
    const layout *of = &r->layout;
    bool is_good = l->row->count >= of->columns;
    for (size_t i = of->columns; i < l->row->count; i++)
        is_good &= oq_str_trim(l->row->cell[i]).len == 0;
    if (!is_good)
        refuse(r, p, l->number, OQ_NONE, OQ_NONE,
               oq_fail(OQ_INVALID, "import.cells", "count=%zu wanted=%zu", l->row->count,
                       of->columns));
    return is_good;
}

static bool take_quality(const row_reader *r, rows_portion *p, line *l)
{
    const layout *of = &r->layout;
    l->quality = QUALITY_GOOD;
    if (of->quality == SIZE_MAX || !l->row->cell[of->quality].len ||
        read_quality(of, l->row->cell[of->quality], &l->quality))
        return true;
    refuse(r, p, l->number, of->name[of->quality], l->row->cell[of->quality],
           oq_fail(OQ_INVALID, "import.quality_unreadable"));
    return false;
}

static oq_err *take_cell(row_reader *r, rows_portion *p, const line *l, row_slot *slot, size_t k)
{
    const layout_value *v = &r->layout.value[k];
    oq_str cell = l->row->cell[v->column];
    double value = 0;
    switch (read_value(&r->layout, cell, &value)) {
    case CELL_EMPTY:
        p->empty++;
        return NULL;
    case CELL_WRONG:
        refuse(r, p, l->number, v->name, cell, oq_fail(OQ_INVALID, "import.value_unreadable"));
        return NULL;
    case CELL_VALUE:
        break;
    }
    if (!isfinite(value)) {
        refuse(r, p, l->number, v->name, cell,
               oq_fail(OQ_INVALID, "sample.value_not_finite", "value=%.*s", OQ_FMT(cell)));
        return NULL;
    }
    if (!slot->id[k]) {
        oq_err *wrong = NULL;
        OQ_TRY(row_names_add(r->names, p, slot, k, l->row->cell, l->number, &wrong));
        if (wrong) {
            refuse(r, p, l->number, v->name, OQ_NONE, wrong);
            return NULL;
        }
    }
    if (slot->id[k] < 0) { /* its name was refused before */
        p->refused++;
        return NULL;
    }
    p->row[p->count++] = (batch_row){l->time, value, slot->id[k], l->quality};
    return NULL;
}

static oq_err *take_row(row_reader *r, rows_portion *p, const oq_csv_row *row)
{
    line l = {.row = row, .number = r->line_before + row->line};
    p->lines++;
    if (row->count == 1 && !oq_str_trim(row->cell[0]).len)
        return NULL; /* a blank line */
    if (!check_cells(r, p, &l) || !read_time(r, p, &l) || !take_quality(r, p, &l))
        return NULL;
    row_slot *slot = row_names_find(r->names, row->cell);
    for (size_t k = 0; k < r->layout.values; k++)
        OQ_TRY(take_cell(r, p, &l, slot, k));
    return NULL;
}

/* --- portions ----------------------------------------------------------------------------------*/

void rows_portion_open(rows_portion *p, size_t values)
{
    size_t room = ROWS_PORTION + values;
    *p = (rows_portion){.arena = oq_arena_open(256 * 1024)};
    p->row = malloc(room * sizeof *p->row);
    p->refusal = malloc(REFUSALS_KEPT * sizeof *p->refusal);
    if (!p->row || !p->refusal)
        abort();
}

void rows_portion_close(rows_portion *p)
{
    free(p->row);
    free(p->refusal);
    free(p->name);
    oq_arena_close(p->arena);
    *p = (rows_portion){0};
}

static void begin_portion(rows_portion *p)
{
    oq_arena_reset(p->arena);
    p->count = p->names = p->refusals = 0;
    p->refused = p->empty = p->lines = 0;
}

/* A line that is no row of cells, with reading going on behind it. */
static bool is_one_line(const oq_err *err)
{
    return oq_err_is(err, "csv.quote_misplaced") || oq_err_is(err, "csv.too_many_cells");
}

static int64_t line_of(const row_reader *r, const oq_err *err)
{
    int64_t number = 0;
    oq_parse_i64(err->arg[0].value, &number);
    return r->line_before + number;
}

oq_err *rows_next(row_reader *r, rows_portion *p)
{
    bool is_row = true;
    begin_portion(p);
    while (p->count < ROWS_PORTION && is_row) {
        oq_csv_row row;
        oq_mark mark = oq_err_mark();
        oq_err *err = next_row(r, &row, &is_row);
        if (err && is_one_line(err)) {
            refuse(r, p, line_of(r, err), OQ_NONE, OQ_NONE, err);
            p->lines++;
            is_row = true;
        } else if (!err && is_row) {
            err = take_row(r, p, &row);
        }
        if (err && !is_one_line(err))
            return err;
        oq_err_rewind(mark); /* of what was refused, the sentences stay */
    }
    p->offset = r->text_offset + (int64_t)r->begin;
    p->line = r->line_before + oq_csv_line(r->csv);
    p->share = source_share(r->source);
    p->is_last = !is_row;
    return NULL;
}
