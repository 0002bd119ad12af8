#include "base/err.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

/* What a kind means outside, in one place. */
static const struct {
    const char *name;
    int status;
    bool retries;
} kinds[OQ_KIND_COUNT] = {
    [OQ_INVALID] = {"invalid", 422, false},
    [OQ_MALFORMED] = {"malformed", 400, false},
    [OQ_UNAUTHENTICATED] = {"unauthenticated", 401, false},
    [OQ_FORBIDDEN] = {"forbidden", 403, false},
    [OQ_NOT_FOUND] = {"not_found", 404, false},
    [OQ_NOT_ALLOWED] = {"not_allowed", 405, false},
    [OQ_CONFLICT] = {"conflict", 409, false},
    [OQ_TOO_LARGE] = {"too_large", 413, false},
    [OQ_LOCKED] = {"locked", 423, false},
    [OQ_LIMIT] = {"limit", 429, true},
    [OQ_INTERNAL] = {"internal", 500, false},
    [OQ_UNAVAILABLE] = {"unavailable", 503, true},
    [OQ_TIMEOUT] = {"timeout", 504, true},
};

const char *oq_kind_name(oq_kind kind)
{
    assert(kind > 0 && kind < OQ_KIND_COUNT);
    return kinds[kind].name;
}

int oq_kind_status(oq_kind kind)
{
    assert(kind > 0 && kind < OQ_KIND_COUNT);
    return kinds[kind].status;
}

bool oq_err_retries(const oq_err *err)
{
    return kinds[err->kind].retries;
}

/* --- the thread's memory for errors -------------------------------------------------------------*/

enum { FACTS_MAX = 16, MEMORY_MAX = 256 * 1024 };

static pthread_key_t memory_key;
static pthread_once_t memory_once = PTHREAD_ONCE_INIT;

static void memory_close(void *arena)
{
    oq_arena_close(arena);
}

static void memory_make_key(void)
{
    if (pthread_key_create(&memory_key, memory_close))
        abort();
}

static oq_arena *memory(void)
{
    pthread_once(&memory_once, memory_make_key);
    oq_arena *arena = pthread_getspecific(memory_key);
    if (!arena) {
        arena = oq_arena_open(4096);
        pthread_setspecific(memory_key, arena);
    }
    return arena;
}

void oq_err_reset(void)
{
    pthread_once(&memory_once, memory_make_key);
    oq_arena *arena = pthread_getspecific(memory_key);
    if (arena)
        oq_arena_reset(arena);
}

oq_mark oq_err_mark(void)
{
    return oq_arena_mark(memory());
}

void oq_err_rewind(oq_mark mark)
{
    oq_arena_rewind(memory(), mark);
}

/* A loop that makes errors and drops them must not eat the machine: past the ceiling an error
 * keeps its code and loses its facts. */
static bool memory_is_full(void)
{
    return oq_arena_used(memory()) > MEMORY_MAX;
}

/* --- facts --------------------------------------------------------------------------------------*/

/* Reads one conversion at `p` (behind the '%'), takes its value and puts it down as text. */
static const char *take_value(oq_arena *arena, const char *p, va_list *args, oq_str *ret_text)
{
    if (p[0] == '.' && p[1] == '*' && p[2] == 's') {
        int len = va_arg(*args, int);
        const char *text = va_arg(*args, const char *);
        *ret_text = oq_str_copy(arena, oq_strn(text ? text : "", len > 0 ? (size_t)len : 0));
        return p + 3;
    }
    if (*p == 's') {
        const char *text = va_arg(*args, const char *);
        *ret_text = oq_str_copy(arena, oq_cstr(text ? text : ""));
        return p + 1;
    }
    if (*p == 'c') {
        char c = (char)va_arg(*args, int);
        *ret_text = oq_str_copy(arena, oq_strn(&c, 1));
        return p + 1;
    }
    if (*p == 'g') {
        *ret_text = oq_strf(arena, "%g", va_arg(*args, double));
        return p + 1;
    }
    if (*p == 'd') {
        *ret_text = oq_strf(arena, "%d", va_arg(*args, int));
        return p + 1;
    }
    if (*p == 'u') {
        *ret_text = oq_strf(arena, "%u", va_arg(*args, unsigned));
        return p + 1;
    }
    static const char *const wide[] = {"lld", "llu", "ld", "lu", "zu"};
    for (size_t i = 0; i < OQ_COUNT(wide); i++) {
        size_t len = strlen(wide[i]);
        if (strncmp(p, wide[i], len) != 0)
            continue;
        /* All five are 64 bits wide here; signedness decides how they read. */
        static_assert(sizeof(long long) == sizeof(size_t) && sizeof(long) == sizeof(size_t),
                      "LP64");
        unsigned long long value = va_arg(*args, unsigned long long);
        *ret_text = wide[i][len - 1] == 'd' ? oq_strf(arena, "%lld", (long long)value)
                                            : oq_strf(arena, "%llu", value);
        return p + len;
    }
    assert(!"a conversion that facts do not know");
    return p + strlen(p);
}

/* Facts become part of sentences, pages and JSON, and many come from outside. */
static oq_str as_text(oq_arena *arena, oq_str value)
{
    if (oq_utf8_valid(value))
        return value;
    OQ_AUTO(oq_buf) text = oq_buf_make(value.len * 3);
    uint32_t code;
    for (oq_str rest = value, before = value; oq_utf8_next(&rest, &code); before = rest) {
        if (code == 0 || code == 0xfffd)
            oq_buf_lit(&text, "\xef\xbf\xbd");
        else
            oq_buf_put(&text, before.ptr, before.len - rest.len);
    }
    return oq_str_copy(arena, oq_buf_view(&text));
}

static void take_facts(oq_arena *arena, oq_err *err, const char *facts, va_list *args)
{
    oq_arg found[FACTS_MAX];
    size_t count = 0;
    for (const char *p = facts ? facts : ""; *p;) {
        const char *equals = strchr(p, '=');
        assert(equals && equals[1] == '%' && count < FACTS_MAX && "facts read name=%s name=%d");
        found[count].name = oq_str_c(arena, oq_strn(p, (size_t)(equals - p)));
        p = take_value(arena, equals + 2, args, &found[count].value);
        found[count].value = as_text(arena, found[count].value);
        count++;
        assert((*p == ' ' || *p == 0) && "a blank stands between two facts");
        while (*p == ' ')
            p++;
    }
    err->arg = oq_copy(arena, found, count * sizeof found[0]);
    err->arg_count = count;
}

/* --- making -------------------------------------------------------------------------------------*/

static oq_err *make(const char *file, int line, oq_kind kind, const char *code, const char *facts,
                    va_list *args)
{
    oq_arena *arena = memory();
    oq_err *err = oq_new(arena, oq_err);
    err->kind = kind;
    err->code = code;
    err->file = file;
    err->line = line;
    if (!memory_is_full())
        take_facts(arena, err, facts, args);
    return err;
}

oq_err *oq_fail_at(const char *file, int line, oq_kind kind, const char *code, const char *facts,
                   ...)
{
    va_list args;
    va_start(args, facts);
    oq_err *err = make(file, line, kind, code, facts, &args);
    va_end(args);
    return err;
}

oq_err *oq_fail_field_at(const char *file, int line, const char *field, const char *code,
                         const char *facts, ...)
{
    va_list args;
    va_start(args, facts);
    oq_err *err = make(file, line, OQ_INVALID, code, facts, &args);
    va_end(args);
    err->field = oq_str_c(memory(), oq_cstr(field));
    return err;
}

oq_err *oq_wrap_at(const char *file, int line, const oq_err *cause, oq_kind kind, const char *code,
                   const char *facts, ...)
{
    va_list args;
    va_start(args, facts);
    oq_err *err = make(file, line, kind, code, facts, &args);
    va_end(args);
    err->cause = cause;
    return err;
}

oq_err *oq_err_detail(oq_err *err, const char *format, ...)
{
    if (memory_is_full())
        return err;
    va_list args;
    va_start(args, format);
    err->detail = oq_strfv(memory(), format, args).ptr;
    va_end(args);
    return err;
}

oq_err *oq_err_join(oq_err *first, oq_err *more)
{
    if (!first)
        return more;
    oq_err *last = first;
    while (last->next)
        last = (oq_err *)last->next;
    last->next = more;
    return first;
}

bool oq_err_is(const oq_err *err, const char *code)
{
    for (; err; err = err->cause)
        if (strcmp(err->code, code) == 0)
            return true;
    return false;
}
