#include "backtest/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/csv.h"
#include "recipe/source.h"

#include "base/banned.h"

enum { FILE_BYTES_MAX = 64 * 1024 * 1024 };

char *file_path(oq_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    oq_str path = oq_strfv(arena, format, args);
    va_end(args);
    return oq_str_c(arena, path);
}

/* The whole text; room grows with it, for there are many small files. */
oq_err *file_text(oq_arena *arena, const char *path, oq_str *ret_text)
{
    enum { PIECE = 256 * 1024 };
    source *in;
    OQ_TRY(source_open(path, &in));
    OQ_AUTO(oq_buf) text = oq_buf_make(FILE_BYTES_MAX);
    oq_err *err = NULL;
    for (size_t len = 1; len && !err;) {
        char *room = oq_buf_room(&text, PIECE);
        if (!room)
            err = oq_fail(OQ_TOO_LARGE, "import.file_too_large", "file=%s max=%d", path,
                          FILE_BYTES_MAX);
        else
            err = source_read(in, room, PIECE, &len);
        text.len += err ? 0 : len;
    }
    source_close(in);
    OQ_TRY(err);
    *ret_text = oq_str_copy(arena, oq_buf_view(&text));
    return NULL;
}

/* --- CSV -----------------------------------------------------------------------------------------*/

static void add_row(oq_arena *arena, file_table *t, size_t *room, const oq_csv_row *row)
{
    if (t->rows == *room) {
        size_t more = *room ? 2 * *room : 256;
        oq_str **bigger = oq_new_n(arena, oq_str *, more);
        size_t *counts = oq_new_n(arena, size_t, more);
        int64_t *lines = oq_new_n(arena, int64_t, more);
        if (t->rows) {
            memcpy(bigger, t->row, t->rows * sizeof *bigger);
            memcpy(counts, t->cells, t->rows * sizeof *counts);
            memcpy(lines, t->line, t->rows * sizeof *lines);
        }
        t->row = bigger, t->cells = counts, t->line = lines, *room = more;
    }
    t->row[t->rows] = oq_new_n(arena, oq_str, row->count);
    for (size_t i = 0; i < row->count; i++)
        t->row[t->rows][i] = oq_str_copy(arena, row->cell[i]);
    t->line[t->rows] = row->line;
    t->cells[t->rows++] = row->count;
}

static oq_err *read_rows(oq_arena *arena, oq_csv_reader *reader, oq_str text, file_table *t)
{
    size_t room = 0;
    for (bool is_row = true; is_row;) {
        oq_csv_row row;
        OQ_TRY(oq_csv_next(reader, &text, true, &row, &is_row));
        if (is_row && !(row.count == 1 && oq_str_empty(row.cell[0])))
            add_row(arena, t, &room, &row);
    }
    return NULL;
}

oq_err *file_csv(oq_arena *arena, const char *path, file_table *ret_table)
{
    return file_csv_by(arena, path, ',', ret_table);
}

oq_err *file_csv_by(oq_arena *arena, const char *path, char separator, file_table *ret_table)
{
    oq_str text;
    OQ_TRY(file_text(arena, path, &text));
    oq_csv_reader *reader = oq_csv_open(&(oq_csv_options){.separator = separator});
    file_table t = {0};
    oq_err *err = read_rows(arena, reader, text, &t);
    oq_csv_close(reader);
    if (err)
        return oq_wrap(err, OQ_INVALID, "backtest.file_unreadable", "file=%s", path);
    if (t.rows == 0)
        return oq_fail(OQ_INVALID, "backtest.file_empty", "file=%s", path);
    *ret_table = t;
    return NULL;
}

oq_err *file_column(const file_table *t, const char *path, const char *name, size_t *ret_column)
{
    for (size_t i = 0; i < t->cells[0]; i++)
        if (oq_str_eq(t->row[0][i], oq_cstr(name))) {
            *ret_column = i;
            return NULL;
        }
    return oq_fail(OQ_INVALID, "backtest.column_missing", "file=%s column=%s", path, name);
}

/* --- numbers -------------------------------------------------------------------------------------*/

static size_t count_lines(oq_str text)
{
    size_t lines = 0;
    for (oq_str line; oq_str_cut(&text, '\n', &line);)
        lines += !oq_str_empty(oq_str_trim(line));
    return lines;
}

static oq_err *read_line(const char *path, size_t number, oq_str line, double *to, size_t room,
                         size_t *ret_count)
{
    *ret_count = 0;
    for (oq_str word; oq_str_cut(&line, ' ', &word);) {
        word = oq_str_trim(word);
        if (oq_str_empty(word))
            continue;
        if (*ret_count == room)
            return oq_fail(OQ_INVALID, "backtest.row_width", "file=%s line=%zu", path, number);
        if (!oq_parse_f64(word, &to[(*ret_count)++]))
            return oq_fail(OQ_INVALID, "backtest.number", "file=%s line=%zu", path, number);
    }
    return NULL;
}

oq_err *file_numbers(oq_arena *arena, const char *path, file_matrix *ret_matrix)
{
    oq_str text;
    OQ_TRY(file_text(arena, path, &text));
    return file_numbers_parse(arena, path, text, ret_matrix);
}

oq_err *file_numbers_parse(oq_arena *arena, const char *path, oq_str text, file_matrix *ret_matrix)
{
    enum { COLUMNS_MAX = 4096 };
    size_t lines = count_lines(text), number = 0, size = text.len;
    file_matrix m = {0};
    double *first = oq_new_n(arena, double, COLUMNS_MAX);
    for (oq_str line; oq_str_cut(&text, '\n', &line);) {
        number++;
        if (oq_str_empty(oq_str_trim(line)))
            continue;
        size_t count, room = m.rows ? m.columns : COLUMNS_MAX;
        double *to = m.rows ? m.at + m.rows * m.columns : first;
        OQ_TRY(read_line(path, number, line, to, room, &count));
        if (m.rows == 0 && count > 0) {
            m.columns = count;
            /* A row takes two bytes a number: many short lines behind a long one get no room. */
            size_t most = 2 + size / (2 * count);
            size_t rows = lines < most ? lines : most;
            m.at = oq_new_n(arena, double, rows *count);
            memcpy(m.at, first, count * sizeof *first);
        } else if (count != m.columns) {
            return oq_fail(OQ_INVALID, "backtest.row_width", "file=%s line=%zu", path, number);
        }
        m.rows++;
    }
    if (m.rows == 0)
        return oq_fail(OQ_INVALID, "backtest.file_empty", "file=%s", path);
    *ret_matrix = m;
    return NULL;
}

/* --- the rest ------------------------------------------------------------------------------------*/

oq_err *file_object(oq_arena *arena, const char *path, file_json *ret_json)
{
    oq_str text;
    OQ_TRY(file_text(arena, path, &text));
    json_t *json = json_loadb(text.ptr, text.len, 0, NULL);
    if (!json_is_object(json)) {
        json_decref(json);
        return oq_fail(OQ_INVALID, "backtest.json", "file=%s", path);
    }
    *ret_json = json;
    return NULL;
}

static int compare_names(const void *a, const void *b)
{
    const char *x = ((const oq_str *)a)->ptr, *y = ((const oq_str *)b)->ptr;
    return strverscmp(x, y);
}

oq_err *file_list(oq_arena *arena, const char *folder, file_names *ret_names)
{
    struct dirent **entry;
    int found = scandir(folder, &entry, NULL, NULL);
    if (found < 0)
        return oq_fail(OQ_NOT_FOUND, "import.file_unreadable", "file=%s reason=%s", folder,
                       strerror(errno));
    file_names names = {.at = oq_new_n(arena, oq_str, (size_t)found)};
    for (int i = 0; i < found; i++) {
        if (entry[i]->d_name[0] != '.')
            names.at[names.count++] = oq_str_copy(arena, oq_cstr(entry[i]->d_name));
        free(entry[i]);
    }
    free(entry);
    qsort(names.at, names.count, sizeof *names.at, compare_names);
    *ret_names = names;
    return NULL;
}

oq_err *file_time(const char *path, oq_str text, oq_us *ret_at)
{
    char iso[24];
    if (text.len == 19) {
        memcpy(iso, text.ptr, 19);
        iso[10] = 'T';
        iso[19] = 'Z';
        if (oq_time_parse(oq_strn(iso, 20), ret_at))
            return NULL;
    }
    return oq_fail(OQ_INVALID, "backtest.time", "file=%s text=%.*s", path, OQ_FMT(text));
}
