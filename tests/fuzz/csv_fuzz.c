/* Any text as a cell: it is one cell to whoever reads the file, holds the text, and begins with
 * nothing that a spreadsheet would run. */
#include "base/base.h"
#include "base/csv.h"

/* The only cell of a row, read as RFC 4180 says. */
static oq_str read_cell(oq_arena *arena, oq_str row)
{
    if (!row.len || row.ptr[0] != '"')
        return row;
    char *text = oq_alloc(arena, row.len);
    size_t len = 0, i = 1;
    for (; i < row.len && !(row.ptr[i] == '"' && (i + 1 == row.len || row.ptr[i + 1] != '"'));
         i++) {
        text[len++] = row.ptr[i];
        i += row.ptr[i] == '"';
    }
    if (i + 1 != row.len)
        abort(); /* the quotes do not hold all of it */
    return oq_strn(text, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_arena *arena = oq_arena_open(0);
    OQ_AUTO(oq_buf) buf = oq_buf_make(4 * size + 16);
    oq_str text = oq_strn((const char *)data, size);
    oq_csv csv = oq_csv_to(&buf);
    oq_buf_clear(&buf);
    oq_csv_cell(&csv, text);
    oq_str row = oq_buf_view(&buf), cell = read_cell(arena, row);
    if (row.len && row.ptr[0] != '"' &&
        (memchr(row.ptr, ',', row.len) || memchr(row.ptr, '\n', row.len)))
        abort(); /* more than one cell */
    bool is_guarded = cell.len == text.len + 1 && cell.ptr[0] == '\'';
    if (!oq_str_eq(is_guarded ? oq_str_sub(cell, 1, SIZE_MAX) : cell, text))
        abort();
    double number;
    if (!oq_str_eq(oq_csv_plain(cell), text) && !is_guarded && !(text.len && text.ptr[0] == '\''))
        abort();
    oq_str begin = oq_parse_f64(cell, &number) ? OQ_NONE : cell;
    while (begin.len && begin.ptr[0] == ' ')
        begin = oq_str_sub(begin, 1, SIZE_MAX);
    if (begin.len && memchr("=+-@\t\r", begin.ptr[0], 6))
        abort();
    oq_arena_close(arena);
    return 0;
}
