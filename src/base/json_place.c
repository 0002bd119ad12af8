#include "base/json_place.h"

#include "base/banned.h"

typedef struct walker {
    const char *at, *end;
} walker;

static bool is_at(const walker *w, char c)
{
    return w->at < w->end && *w->at == c;
}

static void skip_blank(walker *w)
{
    while (w->at < w->end && strchr(" \t\r\n", *w->at) && *w->at)
        w->at++;
}

static void skip_string(walker *w)
{
    for (w->at++; w->at < w->end && *w->at != '"'; w->at++)
        if (*w->at == '\\' && w->at + 1 < w->end)
            w->at++;
    if (w->at < w->end)
        w->at++;
}

static void skip_value(walker *w)
{
    int depth = 0;
    do {
        if (is_at(w, '"')) {
            skip_string(w);
            continue;
        }
        if (is_at(w, '{') || is_at(w, '['))
            depth++;
        else if (is_at(w, '}') || is_at(w, ']'))
            depth--;
        if (depth < 0)
            return; /* the end of what the value stands in */
        if (w->at < w->end)
            w->at++;
    } while (w->at < w->end && (depth > 0 || !strchr(",]} \t\r\n", *w->at)));
}

/* To the value of the member; `ret_key` is where its key begins. False, and unmoved: none. */
static bool enter_member(walker *w, oq_str key, const char **ret_key)
{
    walker in = *w;
    if (!is_at(&in, '{'))
        return false;
    in.at++;
    for (skip_blank(&in); is_at(&in, '"'); skip_blank(&in)) {
        const char *begin = in.at;
        skip_string(&in);
        oq_str found =
            oq_strn(begin + 1, (size_t)(in.at - begin) < 2 ? 0 : (size_t)(in.at - begin) - 2);
        skip_blank(&in);
        if (is_at(&in, ':'))
            in.at++;
        skip_blank(&in);
        if (oq_str_eq(found, key)) {
            *ret_key = begin;
            *w = in;
            return true;
        }
        skip_value(&in);
        skip_blank(&in);
        if (is_at(&in, ','))
            in.at++;
    }
    return false;
}

static bool enter_item(walker *w, size_t index)
{
    walker in = *w;
    if (!is_at(&in, '['))
        return false;
    in.at++;
    for (skip_blank(&in); in.at < in.end && !is_at(&in, ']'); skip_blank(&in)) {
        if (index-- == 0) {
            *w = in;
            return true;
        }
        skip_value(&in);
        skip_blank(&in);
        if (!is_at(&in, ','))
            return false;
        in.at++;
    }
    return false;
}

void oq_json_place(oq_str json, const oq_json_step *step, size_t steps, bool of_key, int *ret_line,
                   int *ret_column)
{
    walker w = {json.ptr, json.ptr + json.len};
    skip_blank(&w);
    const char *place = w.at, *key = NULL;
    for (size_t i = 0; i < steps; i++) {
        bool is_there = oq_str_given(step[i].key) ? enter_member(&w, step[i].key, &key)
                                                  : enter_item(&w, step[i].index);
        if (!is_there)
            break;
        place = of_key && i + 1 == steps && oq_str_given(step[i].key) ? key : w.at;
    }
    *ret_line = *ret_column = 1;
    for (const char *p = json.ptr; p < place; p++) {
        if (*p == '\n') {
            ++*ret_line;
            *ret_column = 1;
        } else if (((unsigned char)*p & 0xC0) != 0x80) { /* not a byte inside a code point */
            ++*ret_column;
        }
    }
}

oq_str oq_json_part(oq_str json, const oq_json_step *step, size_t steps)
{
    walker w = {json.ptr, json.ptr + json.len};
    const char *key;
    skip_blank(&w);
    for (size_t i = 0; i < steps; i++)
        if (!(oq_str_given(step[i].key) ? enter_member(&w, step[i].key, &key)
                                        : enter_item(&w, step[i].index)))
            return OQ_NONE;
    const char *begin = w.at;
    skip_value(&w);
    return oq_strn(begin, (size_t)(w.at - begin));
}
