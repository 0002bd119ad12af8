/* blackbox/event_api.h: what the routes of events share with their page. */
#ifndef BLACKBOX_EVENT_API_H
#define BLACKBOX_EVENT_API_H

#include "blackbox/event_list.h"

http_handler event_page_list, event_page_log;
extern const oq_field event_page_query_fields[], event_page_log_fields[];

#endif
