/* What people choose, over HTTP. */
#include "notify/inner.h"

#include "base/banned.h"

static oq_err *answer(http_req *rq, oq_scope *s)
{
    notify_choices *choices;
    OQ_TRY(notify_choices_get(s, oq_scope_actor(s)->id, &choices));
    http_answer_record(rq, 200, choices);
    return NULL;
}

oq_err *choice_api_get(http_req *rq, oq_scope *s)
{
    return answer(rq, s);
}

oq_err *choice_api_put(http_req *rq, oq_scope *s)
{
    notify_choices *choices;
    OQ_TRY(notify_choices_get(s, oq_scope_actor(s)->id, &choices));
    OQ_TRY(http_body_over(rq, choices));
    OQ_TRY(notify_choices_put(s, choices));
    return answer(rq, s);
}
