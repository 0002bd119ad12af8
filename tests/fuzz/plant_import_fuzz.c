/* Any bytes as a file of records: rows come out with lines that rise, pairs named like columns, or
 * a named error; nothing is read past the end. The first byte chooses the kind. */
#include "plant/import_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    const record_kind *const kind[] = {NULL, &kind_site, &kind_asset, &kind_failure_mode,
                                       &kind_mapping};
    oq_arena *arena = oq_arena_open(0);
    char *copy = malloc(size); /* so that reading past the end is seen */
    if (!copy)
        return 0;
    memcpy(copy, data + 1, size - 1);
    import_sources sources;
    oq_err *err =
        import_read(arena, kind[data[0] % OQ_COUNT(kind)], oq_strn(copy, size - 1), &sources);
    free(copy); /* what came out was copied */
    if (!err)
        for (size_t i = 0; i < sources.count; i++) {
            const import_source *row = &sources.at[i];
            if (!row->kind || row->line < 1 || (i && row->line < row[-1].line))
                abort();
            for (size_t k = 0; k < row->count; k++)
                if (!row->pair[k].name.ptr || oq_hash(row->pair[k].value) == 0)
                    abort();
        }
    else if (!err->code)
        abort();
    oq_err_reset();
    oq_arena_close(arena);
    return 0;
}
