/* blackbox/event_page.h: for the table of routes. */
#ifndef BLACKBOX_EVENT_PAGE_H
#define BLACKBOX_EVENT_PAGE_H

#include "blackbox/event_list.h"

http_handler event_page_list, event_page_log;
extern const oq_field event_page_query_fields[], event_page_log_fields[];

#endif
