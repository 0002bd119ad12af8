/* Sample files, built into the program: examples/first-plant. */
#include "base/embed.h"
#include "plant/import_api.h"
#include "plant/record_inner.h"

#include "base/banned.h"

#define BOM "\xef\xbb\xbf" /* or spreadsheets take Arabic for something else */
#define YOU "you@example.com"

enum { SAMPLE_MAX = 64 * 1024 };

typedef struct sample_query {
    oq_str kind;
} sample_query;
const oq_field plant_sample_fields[] = {OQ_TEXT(sample_query, kind, .required = true, .max = 60),
                                        OQ_FIELDS_END};

static oq_str file_of(oq_arena *arena, const record_kind *kind)
{
    return oq_embedded_find(oq_strf(arena, "examples/first-plant/%s.csv", kind->path));
}

bool sample_is_there(oq_arena *arena, const record_kind *kind)
{
    return file_of(arena, kind).len > 0;
}

/* Where the file says "you", whoever asks; a machine is nobody. */
static void put(oq_buf *out, oq_str file, oq_str email)
{
    for (size_t at; (at = oq_str_find(file, OQ_STR(YOU))) != SIZE_MAX;) {
        oq_buf_str(out, oq_str_sub(file, 0, at));
        oq_buf_str(out, email);
        file = oq_str_sub(file, at + sizeof YOU - 1, file.len);
    }
    oq_buf_str(out, file);
}

oq_err *sample_get(http_req *rq)
{
    sample_query q;
    OQ_TRY(http_query(rq, &q));
    oq_arena *arena = http_arena(rq);
    const record_kind *kind = record_kind_find(q.kind);
    oq_str file = kind ? file_of(arena, kind) : OQ_NONE;
    if (!file.len)
        return oq_fail(OQ_NOT_FOUND, "plant.sample_not_found");
    oq_str email = http_who_of(rq)->actor.label;
    bool is_person = oq_str_find_char(email, '@') != SIZE_MAX;
    OQ_AUTO(oq_buf) buf = oq_buf_make(SAMPLE_MAX);
    oq_buf_lit(&buf, BOM);
    put(&buf, file, is_person ? email : OQ_STR(YOU));
    http_answer_buf(rq, 200, "text/csv; charset=utf-8", &buf);
    http_as_file(rq, oq_strf(arena, "sample-%s.csv", kind->path));
    buf = (oq_buf){0};
    return NULL;
}
