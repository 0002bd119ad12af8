/* notify/outbox_view.h: rows of outgoing messages, for the pages that show them. */
#ifndef NOTIFY_OUTBOX_VIEW_H
#define NOTIFY_OUTBOX_VIEW_H

#include "notify/outbox.h"
#include "web/page.h"

/* An item of `rows`, as templates/outbox/rows.mustache wants it. */
void outbox_put_row(const web_page *page, web_value *rows, const outbox_message *m, oq_us now);
/* Why a delivery failed, in words; not given for no code. */
oq_str notify_reason(oq_arena *arena, oq_lang lang, oq_str code, oq_str facts);

#endif
