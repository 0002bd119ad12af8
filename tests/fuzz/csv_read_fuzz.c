/* Any bytes as a CSV file: cut into pieces at any place it reads the same as whole, rows begin
 * where their lines do, views stay inside their text, and cells written again read the same. */
#include "base/base.h"
#include "base/csv.h"

typedef struct reading {
    uint64_t hash;
    size_t rows;
} reading;

static void note(reading *to, oq_str text)
{
    to->hash = to->hash * 1099511628211U + oq_hash(text) + text.len;
}

static void note_row(reading *to, const oq_csv_row *row)
{
    to->rows++;
    to->hash = to->hash * 31 + (uint64_t)row->line;
    for (size_t i = 0; i < row->count; i++)
        note(to, row->cell[i]);
}

static bool goes_on(const oq_err *err)
{
    return oq_err_is(err, "csv.quote_misplaced") || oq_err_is(err, "csv.too_many_cells");
}

static void write_again(const oq_csv_row *row)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(1 << 20);
    oq_csv csv = oq_csv_to(&buf);
    for (size_t i = 0; i < row->count; i++)
        oq_csv_cell(&csv, row->cell[i]);
    oq_csv_end_row(&csv);
    oq_csv_reader *r = oq_csv_open(&(oq_csv_options){.separator = ','});
    oq_csv_row again;
    bool is_row;
    oq_str text = oq_buf_view(&buf);
    if (oq_csv_next(r, &text, true, &again, &is_row) || !is_row || again.count != row->count)
        abort();
    for (size_t i = 0; i < row->count; i++) {
        oq_str was = row->cell[i], is = again.cell[i];
        bool is_guarded = is.len == was.len + 1 && is.ptr[0] == '\'';
        if (!oq_str_eq(is_guarded ? oq_str_sub(is, 1, SIZE_MAX) : is, was))
            abort();
    }
    oq_csv_close(r);
}

static reading read_all(oq_str file, size_t step)
{
    reading got = {0};
    oq_csv_reader *r = oq_csv_open(&(oq_csv_options){.row_max = 4096, .cells_max = 64});
    oq_str rest = oq_strn(file.ptr, 0);
    bool is_over = false;
    for (size_t seen = 0; !is_over; seen += step) {
        bool is_last = step >= file.len - seen;
        rest.len += is_last ? file.len - seen : step;
        oq_csv_row row;
        for (bool is_row = true; is_row;) {
            oq_err *err = oq_csv_next(r, &rest, is_last, &row, &is_row);
            if (err) {
                note(&got, oq_cstr(err->code));
                is_row = goes_on(err);
                is_over = !is_row;
            } else if (is_row) {
                note_row(&got, &row);
                if (step > file.len)
                    write_again(&row);
            }
        }
        is_over |= is_last;
        oq_err_reset();
    }
    oq_csv_close(r);
    return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    /* The first byte says how the rest is cut; a mark of UTF-16 is told by two bytes together. */
    oq_str file = oq_strn((const char *)data + 1, size - 1);
    char *copy = malloc(file.len + 1); /* so that reading past the end is seen */
    if (!copy)
        return 0;
    memcpy(copy, file.ptr, file.len);
    file.ptr = copy;
    reading whole = read_all(file, SIZE_MAX), pieces = read_all(file, 4 + data[0] % 61);
    free(copy);
    if (whole.hash != pieces.hash || whole.rows != pieces.rows)
        abort();
    return 0;
}
