/* Any text as columns of numbers: what is taken has a rectangle's shape and finite numbers, and
 * reads the same when it is written and read again. */
#include <math.h>
#include <stdlib.h>

#include "backtest/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_arena *arena = oq_arena_open(0);
    file_matrix m, again;
    oq_err *err = file_numbers_parse(arena, "fuzz", oq_strn((const char *)data, size), &m);
    if (!err) {
        OQ_AUTO(oq_buf) text = oq_buf_make(64 << 20);
        for (size_t i = 0; i < m.rows * m.columns; i++) {
            char number[OQ_F64_TEXT_MAX];
            if (!isfinite(m.at[i]))
                abort();
            oq_buf_put(&text, number, oq_f64_format(m.at[i], number));
            oq_buf_char(&text, (i + 1) % m.columns ? ' ' : '\n');
        }
        if (file_numbers_parse(arena, "fuzz", oq_buf_view(&text), &again) || again.rows != m.rows ||
            again.columns != m.columns ||
            memcmp(again.at, m.at, m.rows * m.columns * sizeof *m.at) != 0)
            abort();
    }
    oq_err_reset();
    oq_arena_close(arena);
    return 0;
}
