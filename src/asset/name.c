#include "asset/inner.h"

#include "plant/plant.h"

#include "base/banned.h"

oq_str asset_name(oq_lang lang, oq_str name, oq_str name_ar)
{
    oq_str first = lang == OQ_LANG_AR ? name_ar : name;
    return first.len ? first : lang == OQ_LANG_AR ? name : name_ar;
}

oq_str asset_path(oq_arena *arena, oq_uuid id)
{
    return oq_strf(arena, "/assets/%.*s", OQ_FMT(oq_uuid_text(arena, id)));
}

void asset_put_criticality(const web_page *page, web_value *to, int degree)
{
    const char *text = oq_choice_text(criticality_choices, degree);
    web_put_text(to, "criticality", web_choice_label(page->locale.lang, "criticality", text));
    web_put_bool(to, "is_critical", degree == CRITICALITY_CRITICAL);
}
