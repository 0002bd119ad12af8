/* http/stream.h
 *
 * Server-sent events. A handler turns its request into a stream; from then on the hub owns it.
 * Each stream belongs to one tenant and one user, and gets only what is published to them. A
 * comment after 15 s of silence keeps proxies and dead peers honest. A client that comes back sends
 * Last-Event-ID, and the handler first replays what it missed. A client that does not read is
 * cut off when 256 KiB wait for it; it comes back and catches up by the same way. */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include "base/base.h"
#include "http/request.h"
#include "http/server.h"

typedef struct http_hub http_hub;

http_hub *http_hub_open(http_server *server);
void http_hub_close(http_hub *hub);

/* From here on what is published is kept for this request. Called before reading what the client
 * missed, so that nothing falls between the reading and the stream; an event of that moment may
 * come twice, and its id tells. Fails: stream.too_many (this person has HTTP_STREAMS_PER_USER
 * open), stream.stopping. */
enum { HTTP_STREAMS_PER_USER = 32 };
OQ_CHECKED oq_err *http_stream_subscribe(http_req *rq, http_hub *hub);
/* Answers the request with a stream that begins with `replay` (already formatted events);
 * subscribes if the handler did not. A stream ends after an hour at most, and the client's next
 * one is checked like any request. */
void http_answer_stream(http_req *rq, http_hub *hub, oq_str replay);
/* The client's Last-Event-ID, by header or ?last_event_id=; not given: OQ_NONE. */
oq_str http_last_event_id(http_req *rq);

/* The same for a stream with a topic of its own, an id that nothing else has: it gets what is
 * published to the topic, and nothing that is for users or for everybody. */
OQ_CHECKED oq_err *http_stream_subscribe_to(http_req *rq, http_hub *hub, oq_uuid topic);
/* To the stream of a topic in this tenant. False: it has ended. Any thread. */
bool http_hub_publish_to(http_hub *hub, oq_uuid tenant_id, oq_uuid topic, oq_str formatted_event);
/* Whether it is still there. */
bool http_hub_has(http_hub *hub, oq_uuid tenant_id, oq_uuid topic);

/* One event for one user of a tenant, or for everybody of it (zero user). Any thread. */
void http_hub_publish(http_hub *hub, oq_uuid tenant_id, oq_uuid user_id, oq_str formatted_event);
/* Ends this user's streams in every tenant, or all of this tenant: signed out, locked out, other
 * rights, suspended. Any thread. */
void http_hub_cut(http_hub *hub, oq_uuid user_or_tenant_id);

/* "id: 12\nevent: notification\ndata: {...}\n\n"; data of several lines is split as it must be. */
void http_event_format(oq_buf *out, oq_str id, oq_str event, oq_str data);

#endif
