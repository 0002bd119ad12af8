#include "plant/import_read.h"

#include "base/csv.h"

#include "base/banned.h"

oq_err *import_add_source(oq_arena *arena, import_sources *to, import_source row)
{
    if (to->count == PLANT_IMPORT_ROWS_MAX)
        return oq_fail(OQ_TOO_LARGE, "plant.import_too_many_rows", "max=%d", PLANT_IMPORT_ROWS_MAX);
    if (to->count == to->cap) {
        size_t cap = to->cap ? 2 * to->cap : 256;
        import_source *at = oq_new_n(arena, import_source, cap);
        if (to->count)
            memcpy(at, to->at, to->count * sizeof *at);
        *to = (import_sources){at, to->count, cap};
    }
    to->at[to->count++] = row;
    return NULL;
}

/* --- CSV --------------------------------------------------------------------------------------*/

typedef struct csv_file {
    oq_arena *arena;
    const record_kind *kind;
    const char **name; /* of the column at each place; NULL: an empty head */
    size_t columns;
    import_sources *to;
} csv_file;

static oq_str known_columns(oq_arena *arena, record_columns columns)
{
    oq_str all = OQ_STR("");
    for (size_t i = 0; i < columns.count; i++)
        all = oq_strf(arena, "%.*s%s%s", OQ_FMT(all), i ? ", " : "", columns.at[i].name);
    return all;
}

static oq_err *read_head(csv_file *f, const oq_csv_row *row)
{
    record_columns columns = record_columns_of(f->arena, f->kind);
    f->name = oq_new_n(f->arena, const char *, row->count);
    f->columns = row->count;
    for (size_t i = 0; i < row->count; i++) {
        oq_str head = oq_str_trim(row->cell[i]);
        if (!head.len)
            continue;
        const record_column *c =
            oq_utf8_valid(head) ? record_column_find(f->arena, f->kind, columns, head) : NULL;
        if (!c)
            return oq_fail(OQ_INVALID, "plant.import_column_unknown", "column=%.*s known=%.*s",
                           OQ_FMT(oq_utf8_valid(head) ? oq_str_sub(head, 0, 80) : OQ_STR("?")),
                           OQ_FMT(known_columns(f->arena, columns)));
        for (size_t k = 0; k < i; k++)
            if (f->name[k] == c->name)
                return oq_fail(OQ_INVALID, "plant.import_column_twice", "column=%s", c->name);
        f->name[i] = c->name;
    }
    return NULL;
}

static bool is_blank(const oq_csv_row *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (oq_str_trim(row->cell[i]).len)
            return false;
    return true;
}

static oq_err *read_row(csv_file *f, const oq_csv_row *row)
{
    oq_pair *pair = oq_new_n(f->arena, oq_pair, f->columns);
    import_source source = {.kind = f->kind, .line = row->line, .pair = pair};
    for (size_t i = 0; i < row->count; i++) {
        bool has_head = i < f->columns && f->name[i];
        if (has_head)
            pair[source.count++] =
                (oq_pair){oq_cstr(f->name[i]), oq_str_copy(f->arena, oq_csv_plain(row->cell[i]))};
        else if (oq_str_trim(row->cell[i]).len && !source.err)
            source.err =
                oq_fail(OQ_INVALID, "plant.import_cell_without_column", "column=%zu", i + 1);
    }
    return import_add_source(f->arena, f->to, source);
}

static bool goes_on(const oq_err *err)
{
    return oq_err_is(err, "csv.quote_misplaced") || oq_err_is(err, "csv.too_many_cells");
}

static int64_t line_of(const oq_err *err)
{
    int64_t line = 0;
    for (size_t i = 0; i < err->arg_count; i++)
        if (strcmp(err->arg[i].name, "line") == 0)
            oq_parse_i64(err->arg[i].value, &line);
    return line;
}

static oq_err *read_rows(csv_file *f, oq_csv_reader *reader, oq_str file)
{
    oq_csv_row row;
    bool is_row = true;
    while (is_row) {
        oq_err *err = oq_csv_next(reader, &file, true, &row, &is_row);
        if (err && f->name && goes_on(err)) {
            import_source bad = {.kind = f->kind, .line = line_of(err), .err = err};
            OQ_TRY(import_add_source(f->arena, f->to, bad));
            is_row = true;
        } else if (err) {
            return err;
        } else if (is_row && !is_blank(&row)) {
            OQ_TRY(f->name ? read_row(f, &row) : read_head(f, &row));
        }
    }
    return f->name ? NULL : oq_fail(OQ_INVALID, "plant.import_empty");
}

oq_err *import_read_csv(oq_arena *arena, const record_kind *kind, oq_str file,
                        import_sources *ret_sources)
{
    csv_file f = {.arena = arena, .kind = kind, .to = ret_sources};
    oq_csv_reader *reader = oq_csv_open(&(oq_csv_options){.cells_max = 200});
    oq_err *err = read_rows(&f, reader, file);
    oq_csv_close(reader);
    return err;
}

/* --- either -------------------------------------------------------------------------------------*/

oq_err *import_read(oq_arena *arena, const record_kind *kind, oq_str file,
                    import_sources *ret_sources)
{
    oq_str text =
        oq_str_starts(file, OQ_STR("\xef\xbb\xbf")) ? oq_str_sub(file, 3, SIZE_MAX) : file;
    oq_str trimmed = oq_str_trim(text);
    *ret_sources = (import_sources){0};
    if (!trimmed.len)
        return oq_fail(OQ_INVALID, "plant.import_empty");
    if (trimmed.ptr[0] == '[' || trimmed.ptr[0] == '{')
        return import_read_json(arena, kind, text, ret_sources);
    if (!kind)
        return oq_fail(OQ_INVALID, "plant.import_kind_missing");
    return import_read_csv(arena, kind, file, ret_sources);
}
