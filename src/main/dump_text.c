#include "main/dump_text.h"

#include "base/banned.h"

dump_text dump_text_make(oq_arena *arena)
{
    return (dump_text){.arena = arena};
}

/* --- one line ------------------------------------------------------------------------------- */

/* The length of a table's name at the front: "public.users", "public.\"odd (name)\"". */
static size_t name_length(oq_str s)
{
    bool quoted = false;
    size_t i = 0;
    for (; i < s.len && (quoted || s.ptr[i] != ' '); i++)
        quoted ^= s.ptr[i] == '"';
    return i;
}

static void begin_table(dump_text *t, oq_str line)
{
    oq_str rest = oq_str_sub(line, sizeof "COPY " - 1, SIZE_MAX);
    oq_str name = oq_str_sub(rest, 0, name_length(rest));
    if (t->tables.count == t->room) {
        t->room = t->room ? 2 * t->room : 64;
        db_table_count *more = oq_new_n(t->arena, db_table_count, t->room);
        if (t->tables.count)
            memcpy(more, t->tables.at, t->tables.count * sizeof *more);
        t->tables.at = more;
    }
    t->tables.at[t->tables.count++] = (db_table_count){oq_str_copy(t->arena, name), 0};
    t->is_inside = true;
    t->is_migrations = oq_str_eq(name, OQ_STR(DB_SCHEMA ".schema_migrations")) &&
                       oq_str_starts(oq_str_sub(rest, name.len, SIZE_MAX), OQ_STR(" (number,"));
}

static void end_line(dump_text *t)
{
    oq_str line = oq_strn(t->head, t->head_len);
    bool is_end = t->line_len == 2 && oq_str_eq(line, OQ_STR("\\."));
    int64_t number;
    if (t->is_inside && is_end) {
        t->is_inside = false;
    } else if (t->is_inside) {
        t->tables.at[t->tables.count - 1].rows++;
        if (t->is_migrations &&
            oq_parse_i64(oq_str_sub(line, 0, oq_str_find_char(line, '\t')), &number) &&
            number > t->schema)
            t->schema = number;
    } else if (oq_str_starts(line, OQ_STR("COPY "))) {
        begin_table(t, line);
    }
    t->head_len = t->line_len = 0;
}

/* --- the text ------------------------------------------------------------------------------- */

void dump_text_feed(dump_text *t, oq_str piece)
{
    while (piece.len) {
        const char *end = memchr(piece.ptr, '\n', piece.len);
        size_t part = end ? (size_t)(end - piece.ptr) : piece.len;
        size_t kept = part < DUMP_TEXT_HEAD - t->head_len ? part : DUMP_TEXT_HEAD - t->head_len;
        memcpy(t->head + t->head_len, piece.ptr, kept);
        t->head_len += kept;
        t->line_len += part;
        if (end)
            end_line(t);
        piece = oq_str_sub(piece, part + (end != NULL), SIZE_MAX);
    }
}

bool dump_text_is_whole(const dump_text *t)
{
    return !t->is_inside;
}

/* --- counts --------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return oq_str_cmp(((const db_table_count *)a)->name, ((const db_table_count *)b)->name);
}

void dump_counts_sort(db_table_counts *counts)
{
    if (counts->count)
        qsort(counts->at, counts->count, sizeof *counts->at, by_name);
}

bool dump_counts_differ(const db_table_counts *a, const db_table_counts *b, oq_str *ret_table,
                        int64_t *ret_a, int64_t *ret_b)
{
    for (size_t i = 0, j = 0; i < a->count || j < b->count;) {
        int order = i == a->count   ? 1
                    : j == b->count ? -1
                                    : oq_str_cmp(a->at[i].name, b->at[j].name);
        int64_t rows_a = order <= 0 ? a->at[i].rows : -1, rows_b = order >= 0 ? b->at[j].rows : -1;
        if (rows_a != rows_b) {
            *ret_table = order <= 0 ? a->at[i].name : b->at[j].name;
            *ret_a = rows_a;
            *ret_b = rows_b;
            return true;
        }
        i += order <= 0;
        j += order >= 0;
    }
    return false;
}

int64_t dump_counts_total(const db_table_counts *counts)
{
    int64_t total = 0;
    for (size_t i = 0; i < counts->count; i++)
        total += counts->at[i].rows;
    return total;
}
