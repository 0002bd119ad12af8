#include "main/command.h"
#include "main/manual.h"

#include "base/banned.h"

typedef struct docs_options {
    oq_str folder;
    bool check;
} docs_options;

static const oq_field docs_fields[] = {
    OQ_TEXT(docs_options, folder, .required = true, .max = 1000,
            .help = "Where the pages go: docs"),
    OQ_BOOL(docs_options, check, .help = "Write nothing; fail when a page there differs"),
    OQ_FIELDS_END,
};

enum { PAGE_MAX = 4 * 1024 * 1024 };

static bool is_same(const char *path, oq_str wanted)
{
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    size_t at = 0;
    int c;
    while ((c = fgetc(f)) != EOF && at < wanted.len && (unsigned char)wanted.ptr[at] == c)
        at++;
    fclose(f);
    return c == EOF && at == wanted.len;
}

static oq_err *write_file(const char *path, oq_str text)
{
    FILE *f = fopen(path, "w");
    bool ok = f && fwrite(text.ptr, 1, text.len, f) == text.len;
    ok &= f && fclose(f) == 0;
    return ok ? NULL : oq_fail(OQ_UNAVAILABLE, "file.not_written", "path=%s", path);
}

static oq_err *docs(command_run *run)
{
    const docs_options *o = run->options;
    for (const manual_page *page = manual_pages; page->file; page++) {
        OQ_AUTO(oq_buf) out = oq_buf_make(PAGE_MAX);
        const char *path = oq_strf(run->arena, "%.*s/%s", OQ_FMT(o->folder), page->file).ptr;
        page->write(&out);
        assert(!out.overflow);
        if (!o->check)
            OQ_TRY(write_file(path, oq_buf_view(&out)));
        else if (!is_same(path, oq_buf_view(&out)))
            return oq_fail(OQ_CONFLICT, "docs.stale", "path=%s", path);
    }
    return NULL;
}

const command cmd_docs = {
    .name = "docs",
    .summary = "Write the manual's tables: routes, rights, settings, errors",
    .options = docs_fields,
    .options_size = sizeof(docs_options),
    .operands = {"folder"},
    .needs_no_settings = true,
    .run = docs,
};
