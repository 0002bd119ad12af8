/* web/parts.h
 *
 * Views of the partials in web/templates/partials that every module's pages use. Members that say
 * nothing are put all the same, so that a template does not find one of the same name further out.
 */
#ifndef WEB_PARTS_H
#define WEB_PARTS_H

#include "web/value.h"

/* partials/badge, as the member "badge" of `to`; kind: "", "ok", "info", "warn", "bad", "off". */
void web_put_badge(web_value *to, const char *kind, oq_str text);

/* partials/kpi, an item of `list`; kind: "" while normal, "warn", "bad". `note` may be not given.
 * The item may be given a "unit", or an "href" that makes it a link. */
web_value *web_add_kpi(web_value *list, const char *kind, oq_str label, oq_str value, oq_str note);

/* partials/pager, as the member "pager" of `to`; a page that is not there is not given. */
void web_put_pager(web_value *to, oq_str text, oq_str first_href, oq_str next_href);

/* partials/tabs, an item of `list`. */
void web_add_tab(web_value *list, oq_str label, oq_str href, bool is_current);

/* An <option>, an item of `list`. */
void web_add_option(web_value *list, oq_str value, oq_str label, bool is_selected);

#endif
