/* ai/page.h
 *
 * Scores and models for people: /models, /models/{id}, and the part of the asset's page. Sentences
 * are in plain words; a figure that is not known says what to provide. */
#ifndef AI_PAGE_H
#define AI_PAGE_H

#include "ai/score.h"
#include "http/route.h"
#include "web/page.h"

/* The member "ai" of `to` for templates/ai/asset.mustache: the score of an asset at or before `at`
 * (OQ_TIME_NONE: the newest); without one, that there is none. */
OQ_CHECKED oq_err *ai_put_asset(web_page *page, oq_scope *s, web_value *to, oq_uuid asset_id,
                                oq_us at);

/* Members of a row of a list: health, risk {value kind}, is_odd; nothing without a score. */
void ai_put_brief(const web_page *page, web_value *to, const ai_score *score);

extern const http_route ai_page_routes[];

#endif
