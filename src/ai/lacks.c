/* Lists of what is missing. */
#include "ai/fit.h"

#include "base/banned.h"

enum { LACKS_BYTES_MAX = 256 * 1024 };

void ai_lacks_open(ai_lacks *l)
{
    l->out = oq_buf_make(LACKS_BYTES_MAX);
    l->json = oq_json_to(&l->out);
    l->count = 0;
    oq_json_array(&l->json);
}

void ai_lacks_drop(ai_lacks *l)
{
    oq_buf_drop(&l->out);
}

oq_json *ai_lack(ai_lacks *l, const char *code)
{
    l->json.out = &l->out; /* the list may have been moved since it was opened */
    l->count++;
    oq_json_object(&l->json);
    oq_json_put(&l->json, text, "code", oq_cstr(code));
    return &l->json;
}

void ai_lack_end(ai_lacks *l)
{
    oq_json_object_end(&l->json);
}

void ai_lack_plain(ai_lacks *l, const char *code)
{
    ai_lack(l, code);
    ai_lack_end(l);
}

oq_str ai_lacks_close(ai_lacks *l, oq_arena *arena)
{
    l->json.out = &l->out;
    oq_json_array_end(&l->json);
    return oq_str_copy(arena, oq_buf_view(&l->out));
}
