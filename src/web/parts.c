#include "web/parts.h"

#include "base/banned.h"

void web_put_badge(web_value *to, const char *kind, oq_str text)
{
    web_value *badge = web_put_object(to, "badge");
    web_put_cstr(badge, "kind", kind);
    web_put_text(badge, "text", text);
}

enum { KPI_LETTERS = 9 }; /* so many stand in large letters on one line */

web_value *web_add_kpi(web_value *list, const char *kind, oq_str label, oq_str value, oq_str note)
{
    web_value *kpi = web_add_object(list);
    web_put_text(kpi, "href", OQ_NONE);
    web_put_cstr(kpi, "kind", kind);
    web_put_text(kpi, "label", label);
    web_put_text(kpi, "value", value);
    web_put_bool(kpi, "is_long", oq_utf8_count(value) > KPI_LETTERS);
    web_put_text(kpi, "unit", OQ_NONE);
    web_put_text(kpi, "note", note);
    return kpi;
}

void web_put_pager(web_value *to, oq_str text, oq_str first_href, oq_str next_href)
{
    web_value *pager = web_put_object(to, "pager");
    web_put_text(pager, "text", text);
    web_put_text(pager, "first_href", first_href);
    web_put_text(pager, "next_href", next_href);
}

void web_add_tab(web_value *list, oq_str label, oq_str href, bool is_current)
{
    web_value *tab = web_add_object(list);
    web_put_text(tab, "label", label);
    web_put_text(tab, "href", href);
    web_put_bool(tab, "is_current", is_current);
}

void web_add_option(web_value *list, oq_str value, oq_str label, bool is_selected)
{
    web_value *option = web_add_object(list);
    web_put_text(option, "value", value);
    web_put_text(option, "label", label);
    web_put_bool(option, "is_selected", is_selected);
}
