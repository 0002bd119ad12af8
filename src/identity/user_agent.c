/* A browser's User-Agent in two words. Browsers pretend to be one another, each newer one naming
 * the older, so the order of the table decides. */
#include "identity/session.h"

#include "base/banned.h"

typedef struct sign {
    const char *in, *word;
} sign;

static const sign browsers[] = {
    {"Edg", "Edge"},         {"OPR/", "Opera"},     {"SamsungBrowser/", "Samsung Internet"},
    {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"Chrome/", "Chrome"},
    {"CriOS/", "Chrome"},    {"Safari/", "Safari"}, {"curl/", "curl"},
    {"python", "Python"},    {"okhttp", "okhttp"},
};

static const sign systems[] = {
    {"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},
    {"Mac OS X", "macOS"},  {"CrOS", "ChromeOS"},   {"Linux", "Linux"},
};

static const char *find(oq_str text, const sign *signs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (oq_str_find(text, oq_cstr(signs[i].in)) != SIZE_MAX)
            return signs[i].word;
    return NULL;
}

oq_str user_agent_words(oq_arena *arena, oq_str user_agent)
{
    const char *browser = find(user_agent, browsers, OQ_COUNT(browsers));
    const char *system = find(user_agent, systems, OQ_COUNT(systems));
    if (browser && system)
        return oq_strf(arena, "%s, %s", browser, system);
    return oq_cstr(browser ? browser : system);
}
