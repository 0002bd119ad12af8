#include "rca/story.h"

#include "base/banned.h"

enum { SENTENCES_MAX = 8, LIST_MAX = 6 };

static rca_two tell_before(const rca_say *say, const story_facts *f)
{
    rca_two item[LIST_MAX];
    size_t count = 0;
    for (size_t i = 0; i < f->before_told && count < LIST_MAX; i++)
        item[count++] = RCA_TEXT(say, "rca.story.event", {"summary", f->before[i].summary},
                                 {"at", rca_time(say, f->before[i].at)});
    return RCA_TEXT(say, "rca.story.before",
                    {"events", rca_count(say, "rca.count.events", f->before_count)},
                    {"minutes", rca_count(say, "rca.count.minutes", (int64_t)f->before_min)},
                    {"list", rca_join(say, "rca.semicolon", item, count)});
}

static rca_two tell_cause(const rca_say *say, const story_facts *f)
{
    if (!f->has_cause)
        return rca_text_plain(say, "rca.story.no_cause");
    rca_two cause = rca_within(say, f->cause), share = rca_percent(say, f->probability);
    if (!oq_str_given(f->second.en))
        return RCA_TEXT(say, "rca.story.cause", {"cause", cause}, {"share", share});
    return RCA_TEXT(say, "rca.story.cause_and", {"cause", cause}, {"share", share},
                    {"second", rca_within(say, f->second)},
                    {"second_share", rca_percent(say, f->second_probability)});
}

rca_two story_tell(const rca_say *say, const story_facts *f)
{
    rca_two s[SENTENCES_MAX];
    size_t count = 0;
    s[count++] = RCA_TEXT(say, "rca.story.anchor", {"at", rca_time(say, f->at)},
                          {"asset", f->asset}, {"anomaly", f->anomaly});
    if (f->before_count)
        s[count++] = tell_before(say, f);
    if (f->trends)
        s[count++] = RCA_TEXT(say, "rca.story.trend",
                              {"list", rca_join(say, "rca.semicolon", f->trend, f->trends)});
    s[count++] = tell_cause(say, f);
    if (f->pasts)
        s[count++] =
            RCA_TEXT(say, "rca.story.past",
                     {"incidents", rca_count(say, "rca.count.incidents", (int64_t)f->pasts)},
                     {"list", rca_join(say, "rca.comma", f->past, f->pasts)});
    if (oq_str_given(f->action.en))
        s[count++] = RCA_TEXT(say, "rca.story.action", {"action", f->action});
    return rca_join(say, "rca.space", s, count);
}
