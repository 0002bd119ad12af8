/* How fast the CSV reader takes rows apart, from memory, in pieces of 1 MiB as a file would come.
 */
#include "base/csv.h"
#include "bench/bench.h"

#include "base/banned.h"

enum { PIECE = 1 << 20, ROUNDS = 5 };

static oq_buf make_file(bool with_quotes)
{
    oq_buf file = oq_buf_make(96U << 20);
    for (int i = 0; file.len < 64U << 20; i++) {
        oq_buf_f(&file, "2026-01-%02d %02d:%02d:%02d,%d.%03d,%d.%02d,%d.%d,", 1 + i / 86400 % 28,
                 i / 3600 % 24, i / 60 % 60, i % 60, i % 97, i % 1000, 40 + i % 13, i % 100, i % 7,
                 i % 10);
        oq_buf_f(&file, with_quotes ? "\"say \"\"%d\"\", twice\"\n" : "state_%d\n", i % 5);
    }
    return file;
}

static double rate(const oq_buf *file)
{
    size_t cells = 0, rows = 0;
    oq_csv_reader *r = oq_csv_open(&(oq_csv_options){0});
    oq_str rest = oq_strn(file->ptr, 0);
    oq_us begin = oq_monotonic();
    for (size_t seen = 0; seen < file->len;) {
        size_t step = file->len - seen < PIECE ? file->len - seen : PIECE;
        rest.len += step;
        seen += step;
        oq_csv_row row;
        for (bool is_row = true; is_row;) {
            if (oq_csv_next(r, &rest, seen == file->len, &row, &is_row))
                exit(1);
            rows += is_row;
            cells += is_row ? row.count : 0;
        }
    }
    double seconds = (double)(oq_monotonic() - begin) / 1e6;
    oq_csv_close(r);
    if (cells != 5 * rows)
        exit(1);
    return (double)file->len / 1e6 / seconds;
}

static void measure(oq_arena *arena, const char *name, bool with_quotes)
{
    OQ_AUTO(oq_buf) file = make_file(with_quotes);
    double found[ROUNDS];
    for (int i = 0; i < ROUNDS; i++)
        found[i] = rate(&file);
    bench_print(&(bench_figure){.name = name,
                                .value = bench_median(arena, found, ROUNDS),
                                .unit = "MB/s",
                                .gate = 300,
                                .goal = BENCH_AT_LEAST});
}

int main(void)
{
    oq_arena *arena = oq_arena_open(0);
    measure(arena, "CSV, plain cells", false);
    measure(arena, "CSV, one quoted cell with quotes in it per row", true);
    oq_arena_close(arena);
    return 0;
}
