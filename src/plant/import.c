#include "plant/import.h"

#include "audit/audit.h"
#include "plant/import_read.h"

#include "base/banned.h"

const oq_choice import_outcome_choices[] = {
    {IMPORT_ADDED, "added"},
    {IMPORT_CHANGED, "changed"},
    {IMPORT_SAME, "same"},
    {IMPORT_WRONG, "wrong"},
    {0, NULL},
};

/* --- records by their key -----------------------------------------------------------------------*/

typedef struct known {
    oq_str key;
    void *record;
    int64_t line; /* of the file, when a row was it; else 0 */
} known;

/* The rows of one kind on their way into the database. */
typedef struct work {
    oq_scope *s;
    oq_arena *arena; /* of the scope; rewound behind each row */
    oq_arena *keep;  /* what outlives a row: keys, labels, the report */
    const plant_import_options *options;
    size_t changes_shown;
    record_refs *refs;
    const record_kind *kind;
    record_columns columns;
    known **slot; /* open addressed */
    size_t mask, known_count;
} work;

static oq_str key_of(const work *w, const void *record)
{
    oq_str key = OQ_STR("");
    for (const char *const *name = w->kind->key; *name; name++) {
        oq_str part = oq_field_text(w->arena, record_field(w->kind, *name), record);
        key = oq_strf(w->arena, "%.*s%.*s\x1f", OQ_FMT(key), OQ_FMT(part));
    }
    return key;
}

static known **find_slot(const work *w, oq_str key)
{
    size_t at = oq_hash(key) & w->mask;
    while (w->slot[at] && !oq_str_eq(w->slot[at]->key, key))
        at = (at + 1) & w->mask;
    return &w->slot[at];
}

static known *remember(work *w, oq_str key, void *record, int64_t line)
{
    if (2 * (w->known_count + 1) > w->mask) {
        known **old = w->slot;
        size_t size = old ? 2 * (w->mask + 1) : 256, old_size = old ? w->mask + 1 : 0;
        w->slot = oq_new_n(w->keep, known *, size);
        w->mask = size - 1;
        for (size_t i = 0; i < old_size; i++)
            if (old[i])
                *find_slot(w, old[i]->key) = old[i];
    }
    known *k = oq_new(w->keep, known);
    *k = (known){oq_str_copy(w->keep, key), record, line};
    *find_slot(w, key) = k;
    w->known_count++;
    return k;
}

static oq_err *load_known(work *w)
{
    record_query query = {.limit = 10000};
    do {
        record_list list;
        OQ_TRY(record_find(w->s, w->kind, &query, &list));
        OQ_TRY(record_refs_of(w->refs, w->kind, list.at, list.count));
        for (size_t i = 0; i < list.count; i++)
            remember(w, key_of(w, record_at(w->kind, &list, i)), record_at(w->kind, &list, i), 0);
        query.cursor = list.next;
    } while (query.cursor.len);
    if (!w->slot)
        remember(w, OQ_STR("\x1f nothing"), NULL, 0); /* a table that can be asked */
    return NULL;
}

/* --- codes, many at a time ----------------------------------------------------------------------*/

/* All codes of one column whose records are unique in the tenant, in one question. */
static oq_err *load_codes(work *w, const record_ref *ref, import_source *const *source,
                          size_t count)
{
    const record_kind *other = record_kind_find(oq_cstr(ref->kind));
    if (record_refs_are_within(other))
        return NULL; /* asked one by one: see record_take */
    oq_strs codes = {.at = oq_new_n(w->arena, oq_str, count)};
    for (size_t i = 0; i < count; i++) {
        oq_str code = import_cell(source[i], ref->column);
        bool is_new = !codes.count || !oq_str_eq(codes.at[codes.count - 1], code);
        if (code.len && code.len <= 400 && oq_utf8_valid(code) && is_new)
            codes.at[codes.count++] = other == &record_user ? oq_str_lower(w->arena, code) : code;
    }
    return record_refs_load(w->refs, other, (oq_uuids){0}, codes, (oq_uuids){0});
}

/* --- one row ------------------------------------------------------------------------------------*/

static void put_changes(work *w, import_row *row, const void *before, const void *after)
{
    if (w->changes_shown++ >= PLANT_REPORT_ROWS_MAX)
        return;
    row->change = oq_new_n(w->keep, import_change, w->columns.count);
    for (size_t i = 0; i < w->columns.count; i++) {
        const record_column *c = &w->columns.at[i];
        if (!audit_field_differs(w->arena, c->field, before, after))
            continue;
        row->change[row->changes++] = (import_change){
            .column = c->name,
            .from = oq_str_copy(w->keep, record_cell(w->arena, w->refs, c, w->kind, before)),
            .to = oq_str_copy(w->keep, record_cell(w->arena, w->refs, c, w->kind, after)),
        };
    }
}

/* What is wrong with one row alone; what the database itself refused has ended the unit of work. */
static bool is_of_the_row(const oq_err *err)
{
    return err->kind == OQ_INVALID && !err->detail;
}

static oq_err *broken_off(const import_source *source, const oq_err *err)
{
    if (err->kind != OQ_CONFLICT && err->kind != OQ_INVALID)
        return (oq_err *)err;
    return oq_wrap(err, OQ_CONFLICT, "plant.import_broken_off", "line=%lld",
                   (long long)source->line);
}

/* The row's key, whether or not all of the row is right; and the record it is about. */
static oq_err *find_record(work *w, const import_source *source, oq_str *ret_key, known **ret_known)
{
    oq_pair *pair = oq_new_n(w->arena, oq_pair, source->count);
    size_t count = 0;
    for (size_t i = 0; i < source->count; i++)
        for (size_t c = 0; c < w->columns.count; c++)
            if (oq_str_eq(source->pair[i].name, oq_cstr(w->columns.at[c].name)) &&
                record_has_name(w->kind->key, w->columns.at[c].field->name))
                pair[count++] = source->pair[i];
    void *record = oq_alloc(w->arena, w->kind->size);
    oq_err *err = record_take(w->s, w->refs, w->kind, pair, count, NULL, record);
    if (err && !is_of_the_row(err))
        return err;
    *ret_key = key_of(w, record);
    *ret_known = *find_slot(w, *ret_key);
    return NULL;
}

static oq_err *store(work *w, const import_source *source, const void *before, void *record,
                     import_row *row)
{
    record_deed deed;
    if (before && w->options->add_only) {
        row->outcome = IMPORT_SAME;
        return NULL;
    }
    OQ_TRY(record_store(w->s, w->kind, w->refs, before, record, &deed));
    row->outcome = deed == RECORD_ADDED     ? IMPORT_ADDED
                   : deed == RECORD_CHANGED ? IMPORT_CHANGED
                                            : IMPORT_SAME;
    if (deed == RECORD_CHANGED)
        put_changes(w, row, before, record);
    return NULL;
}

static oq_err *take_row(work *w, const import_source *source, import_row *row)
{
    oq_str key;
    known *found;
    OQ_TRY(find_record(w, source, &key, &found));
    if (found && found->line)
        return oq_fail(OQ_INVALID, "plant.import_twice", "first=%lld", (long long)found->line);
    const void *before = found ? found->record : NULL;
    void *record = oq_alloc(w->arena, w->kind->size);
    oq_err *err = record_take(w->s, w->refs, w->kind, source->pair, source->count, before, record);
    OQ_TRY(err);
    row->label = oq_str_copy(w->keep, record_label_text(w->arena, w->kind, record));
    OQ_TRY(store(w, source, before, record, row));
    if (found)
        found->line = source->line;
    else
        remember(w, key, NULL, source->line);
    return NULL;
}

static oq_err *do_row(work *w, const import_source *source, import_row *row)
{
    oq_str label = oq_str_sub(import_cell(source, w->kind->label), 0, PLANT_NAME_MAX);
    *row = (import_row){.kind = w->kind, .line = source->line};
    if (oq_utf8_valid(label))
        row->label = oq_str_copy(w->keep, label);
    oq_mark mark = oq_arena_mark(w->arena);
    oq_err *err = source->err ? source->err : take_row(w, source, row);
    oq_arena_rewind(w->arena, mark);
    if (err && !source->err && !is_of_the_row(err))
        return broken_off(source, err);
    if (err) {
        row->outcome = IMPORT_WRONG;
        row->err = record_err_by_column(w->kind, err);
    }
    return NULL;
}

/* --- rows of a kind ----------------------------------------------------------------------------*/

static oq_err *do_kind(work *w, import_source **source, import_row **row, size_t count)
{
    OQ_TRY(oq_scope_require(w->s, w->kind->manage));
    OQ_TRY(load_known(w));
    for (const record_ref *r = w->kind->refs; r && r->field; r++)
        OQ_TRY(load_codes(w, r, source, count));
    import_order(w->keep, w->kind, source, row, count);
    for (size_t i = 0; i < count; i++)
        OQ_TRY(do_row(w, source[i], row[i]));
    return NULL;
}

/* --- a file -------------------------------------------------------------------------------------*/

static oq_err *do_rows_of(work *w, const import_sources *sources, import_report *report,
                          import_source **source, import_row **row)
{
    size_t count = 0;
    for (size_t i = 0; i < sources->count; i++)
        if (sources->at[i].kind == w->kind) {
            source[count] = &sources->at[i];
            row[count++] = &report->row[i];
        }
    return count ? do_kind(w, source, row, count) : NULL;
}

static bool is_of_the_plant(const record_kind *kind)
{
    return !kind || record_kind_find(oq_cstr(kind->name)) == kind;
}

static oq_err *do_all(oq_scope *s, oq_arena *keep, const plant_import_options *options,
                      const import_sources *sources, import_report *report)
{
    oq_arena *arena = oq_scope_arena(s);
    import_source **source = oq_new_n(arena, import_source *, sources->count);
    import_row **row = oq_new_n(arena, import_row *, sources->count);
    work w = {.s = s,
              .arena = arena,
              .keep = keep,
              .options = options,
              .refs = record_refs_open(s, keep)};
    for (const record_kind *const *kind = record_kinds; *kind; kind++) {
        work one = w;
        one.kind = *kind;
        one.columns = record_columns_of(arena, *kind);
        OQ_TRY(do_rows_of(&one, sources, report, source, row));
    }
    if (is_of_the_plant(options->kind))
        return NULL;
    w.kind = options->kind;
    w.columns = record_columns_of(arena, w.kind);
    return do_rows_of(&w, sources, report, source, row);
}

/* What the report says, out of the arena that ends with the import. */
static void take_along(oq_arena *arena, import_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        import_row *row = &report->row[i];
        row->label = oq_str_copy(arena, row->label);
        row->change = oq_copy(arena, row->change, row->changes * sizeof *row->change);
        for (size_t k = 0; k < row->changes; k++) {
            row->change[k].from = oq_str_copy(arena, row->change[k].from);
            row->change[k].to = oq_str_copy(arena, row->change[k].to);
        }
    }
}

static void count_rows(import_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        int outcome = report->row[i].outcome;
        report->added += outcome == IMPORT_ADDED;
        report->changed += outcome == IMPORT_CHANGED;
        report->same += outcome == IMPORT_SAME;
        report->wrong += outcome == IMPORT_WRONG;
    }
}

static const oq_field report_fields[] = {
    OQ_I64(import_report, added), OQ_I64(import_report, changed), OQ_I64(import_report, same),
    OQ_I64(import_report, wrong), OQ_FIELDS_END};

static oq_err *tell_audit(oq_scope *s, const record_kind *kind, const import_report *report)
{
    oq_arena *arena = oq_scope_arena(s);
    return audit_record(
        s, &(audit_entry){.action = "plant.imported",
                          .object_type = kind ? kind->name : NULL,
                          .changes = audit_changes(arena, report_fields, NULL, report)});
}

oq_err *plant_import(oq_scope *s, oq_str file, const plant_import_options *options,
                     import_report **ret_report)
{
    oq_arena *arena = oq_scope_arena(s);
    import_sources sources;
    import_report *report = oq_new(arena, import_report);
    if (options->kind)
        OQ_TRY(oq_scope_require(s, options->kind->manage));
    if (file.len > PLANT_IMPORT_BYTES_MAX)
        return oq_fail(OQ_TOO_LARGE, "plant.import_too_large", "max=%d", PLANT_IMPORT_BYTES_MAX);
    OQ_TRY(import_read(arena, options->kind, file, &sources));
    report->row = oq_new_n(arena, import_row, sources.count);
    report->count = sources.count;
    oq_arena *keep = oq_arena_open(64 * 1024);
    oq_err *err = do_all(s, keep, options, &sources, report);
    take_along(arena, report);
    oq_arena_close(keep);
    OQ_TRY(err);
    count_rows(report);
    report->is_to_keep = !options->dry_run && (!report->wrong || options->skip_bad);
    if (report->is_to_keep && report->added + report->changed > 0)
        OQ_TRY(tell_audit(s, options->kind, report));
    *ret_report = report;
    return NULL;
}
