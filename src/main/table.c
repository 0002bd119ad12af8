#include "main/table.h"

#include "base/banned.h"

enum { GAP = 2, ROOM_FIRST = 16 };

table table_make(oq_arena *arena, size_t columns)
{
    assert(columns > 0 && columns <= TABLE_COLUMNS_MAX);
    return (table){.arena = arena,
                   .columns = columns,
                   .room = ROOM_FIRST,
                   .cell = oq_new_n(arena, oq_str, ROOM_FIRST * columns)};
}

void table_add(table *t, const oq_str *cells)
{
    if (t->rows == t->room) {
        oq_str *more = oq_new_n(t->arena, oq_str, 2 * t->room * t->columns);
        memcpy(more, t->cell, t->rows * t->columns * sizeof *more);
        t->cell = more;
        t->room *= 2;
    }
    memcpy(t->cell + t->rows++ * t->columns, cells, t->columns * sizeof *cells);
}

static void write_blanks(oq_buf *out, size_t count)
{
    while (count-- > 0)
        oq_buf_char(out, ' ');
}

void table_write(const table *t, int indent, oq_buf *out)
{
    size_t width[TABLE_COLUMNS_MAX] = {0};
    for (size_t i = 0; i < t->rows * t->columns; i++) {
        size_t count = oq_utf8_count(t->cell[i]);
        if (count > width[i % t->columns])
            width[i % t->columns] = count;
    }
    for (size_t row = 0; row < t->rows; row++) {
        const oq_str *cell = t->cell + row * t->columns;
        size_t blanks = (size_t)indent, last = t->columns;
        while (last > 0 && cell[last - 1].len == 0)
            last--;
        for (size_t i = 0; i < last; i++) {
            write_blanks(out, blanks);
            oq_buf_str(out, cell[i]);
            blanks = width[i] - oq_utf8_count(cell[i]) + GAP;
        }
        oq_buf_char(out, '\n');
    }
}
