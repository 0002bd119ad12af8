/* web/link.h
 *
 * Links of pages that filter and page: the view is in the address, so that it can be kept, sent
 * and opened again. */
#ifndef WEB_LINK_H
#define WEB_LINK_H

#include "base/base.h"

/* "/audit?action=user.&cursor=abc": `path` and the fields of the record that are given and are not
 * their preset, escaped. Lists are joined by commas; secrets are left out. What http_query reads
 * with the same table is the same record. */
oq_str web_link(oq_arena *arena, const char *path, const oq_field *fields, const void *record);

#endif
