#include "notify/inner.h"

#include "base/banned.h"

const http_route notify_routes[] = {
    {HTTP_GET, "/api/notifications", CAP_NOTIFICATION_READ, .handle = notify_api_list,
     .query = notify_api_query_fields, .answer = notify_view_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "One's own notifications, newest first; `unread` counts all that wait"},
    {HTTP_GET, "/api/notifications/count", CAP_NOTIFICATION_READ, .handle = notify_api_count,
     .answer = notify_count_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "How many notifications wait"},
    {HTTP_POST, "/api/notifications/read-all", CAP_NOTIFICATION_READ, .handle = notify_api_read_all,
     .answer = notify_count_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Mark all notifications as read"},
    {HTTP_POST, "/api/notifications/{id}/read", CAP_NOTIFICATION_READ, .handle = notify_api_read,
     .answer = notify_count_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Mark one notification as read"},
    {HTTP_GET, "/api/live", CAP_NOTIFICATION_READ, .handle = live_api_events,
     .summary = "Server-sent events of one's tenant; resumes behind Last-Event-ID"},
    {HTTP_GET, "/notifications", CAP_NOTIFICATION_READ, .handle = notify_page_list,
     .query = notify_page_query_fields, .is_page = true},
    {HTTP_GET, "/notifications/{id}", CAP_NOTIFICATION_READ, .handle = notify_page_open,
     .is_page = true, .writes = true},
    {HTTP_POST, "/notifications/read-all", CAP_NOTIFICATION_READ, .handle = notify_post_read_all,
     .is_page = true},
    {0},
};
