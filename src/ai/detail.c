/* The detail of a score, member by member. "missing" stays the last one, so that the others go
 * before it, and its items before the last bracket. */
#include "ai/make.h"

#include "base/banned.h"

static const char missing[] = "\"missing\":[";

void ai_detail_begin(ai_score *score)
{
    score->detail = OQ_STR("{\"missing\":[]}");
}

/* Where "missing" begins: its name with bare quotes stands nowhere behind it. */
static size_t missing_at(oq_str detail)
{
    size_t at = detail.len - sizeof missing + 1;
    while (memcmp(detail.ptr + at, missing, sizeof missing - 1) != 0)
        at--;
    return at;
}

void ai_detail_put(oq_arena *arena, ai_score *io_score, const char *name, oq_str json)
{
    oq_str d = io_score->detail;
    size_t at = missing_at(d);
    io_score->detail = oq_strf(arena, "%.*s\"%s\":%.*s,%.*s", (int)at, d.ptr, name, OQ_FMT(json),
                               (int)(d.len - at), d.ptr + at);
}

void ai_detail_miss(oq_arena *arena, ai_score *io_score, const char *code, const oq_arg *fact,
                    size_t facts)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(AI_JSON_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, text, "code", oq_cstr(code));
    for (size_t i = 0; i < facts; i++) {
        oq_json_name(&j, fact[i].name);
        oq_json_text(&j, fact[i].value);
    }
    oq_json_object_end(&j);
    oq_str d = io_score->detail;
    bool is_first = d.ptr[d.len - 3] == '[';
    io_score->detail =
        oq_strf(arena, "%.*s%s%.*s]}", (int)(d.len - 2), d.ptr, is_first ? "" : ",",
                OQ_FMT(oq_buf_view(&out)));
    if (io_score->state == AI_ENOUGH)
        io_score->state = AI_PARTIAL;
}
