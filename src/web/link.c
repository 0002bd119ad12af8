#include "web/link.h"

#include "base/banned.h"

enum { LINK_MAX = 8 * 1024 }; /* what the server accepts as a target */

static bool is_preset(const oq_field *field, oq_str text)
{
    return oq_str_eq(text, field->preset                 ? oq_cstr(field->preset)
                           : field->type == OQ_TYPE_BOOL ? OQ_STR("false")
                                                         : OQ_STR(""));
}

oq_str web_link(oq_arena *arena, const char *path, const oq_field *fields, const void *record)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(LINK_MAX);
    oq_buf_str(&out, oq_cstr(path));
    char sep = '?';
    for (const oq_field *f = fields; f->type != OQ_TYPE_END; f++) {
        if (f->type == OQ_TYPE_SECRET || f->type == OQ_TYPE_BYTES || f->type == OQ_TYPE_OBJECT)
            continue;
        oq_str text = oq_field_text(arena, f, record);
        if (is_preset(f, text))
            continue;
        oq_buf_char(&out, sep);
        oq_buf_str(&out, oq_cstr(f->name));
        oq_buf_char(&out, '=');
        oq_buf_str(&out, oq_percent(arena, text, ""));
        sep = '&';
    }
    return oq_str_copy(arena, oq_buf_view(&out));
}
