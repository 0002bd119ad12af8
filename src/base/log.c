#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"

#include "base/banned.h"

enum {
    VALUE_MAX_BYTES = 4096,      /* longer values are cut, and say so */
    LINE_FULL_BYTES = 24 * 1024, /* a line of this length takes no further field */
    /* Room for one more value, each of its bytes escaped to six, and for what closes the line. */
    LINE_MAX_BYTES = LINE_FULL_BYTES + 6 * VALUE_MAX_BYTES + 512,
    CHAIN_MAX = 8, /* causes of one error */
};

static atomic_int least_level = OQ_LOG_INFO;
static atomic_int line_format = OQ_LOG_KEYS;

void oq_log_setup(oq_log_level least, oq_log_format format)
{
    atomic_store(&least_level, (int)least);
    atomic_store(&line_format, (int)format);
}

/* --- what must not appear ----------------------------------------------------------------------*/

/* Only ever grows, at its head, so that readers need no lock. */
typedef struct hidden {
    struct hidden *next;
    size_t len;
    char text[];
} hidden;

static _Atomic(hidden *) all_hidden;

static bool is_hidden(oq_str secret)
{
    for (const hidden *h = atomic_load(&all_hidden); h; h = h->next)
        if (oq_str_eq(oq_strn(h->text, h->len), secret))
            return true;
    return false;
}

void oq_log_hide(oq_str secret)
{
    enum { LEN_MIN = 8 };
    if (secret.len < LEN_MIN || is_hidden(secret))
        return;
    hidden *h = malloc(sizeof *h + secret.len);
    if (!h)
        abort();
    h->len = secret.len;
    memcpy(h->text, secret.ptr, secret.len);
    h->next = atomic_load(&all_hidden);
    while (!atomic_compare_exchange_weak(&all_hidden, &h->next, h))
        ;
}

/* The first place at or behind `from` where a hidden text stands; overlapping ones are one place.
 * False when there is none. */
static bool find_hidden(oq_str value, size_t from, size_t *ret_begin, size_t *ret_end)
{
    size_t begin = SIZE_MAX, end = 0;
    oq_str rest = oq_str_sub(value, from, SIZE_MAX);
    for (const hidden *h = atomic_load(&all_hidden); h; h = h->next) {
        size_t at = oq_str_find(rest, oq_strn(h->text, h->len));
        if (at == SIZE_MAX || from + at > begin || (from + at == begin && from + at + h->len < end))
            continue;
        begin = from + at;
        end = begin + h->len;
    }
    if (begin == SIZE_MAX)
        return false;
    for (bool grew = true; grew;) {
        grew = false;
        for (const hidden *h = atomic_load(&all_hidden); h; h = h->next) {
            /* One that begins inside this place and ends behind it. */
            size_t first = end - begin < h->len ? begin : end - h->len + 1;
            oq_str window = oq_str_sub(value, first, end - 1 + h->len - first);
            size_t at = oq_str_find(window, oq_strn(h->text, h->len));
            if (at != SIZE_MAX && first + at < end && first + at + h->len > end) {
                end = first + at + h->len;
                grew = true;
            }
        }
    }
    *ret_begin = begin;
    *ret_end = end;
    return true;
}

/* The value as it may be shown. `masked` holds it when it had to change. */
static oq_str mask(oq_str value, oq_buf *masked)
{
    size_t from = 0, begin, end;
    while (find_hidden(value, from, &begin, &end)) {
        oq_buf_str(masked, oq_str_sub(value, from, begin - from));
        oq_buf_lit(masked, "***");
        from = end;
    }
    if (from == 0)
        return value;
    oq_buf_str(masked, oq_str_sub(value, from, SIZE_MAX));
    return oq_buf_view(masked);
}

/* --- one line ----------------------------------------------------------------------------------*/

typedef struct line {
    oq_buf out;
    oq_json json;
    bool is_json, is_full;
} line;

/* Values of these characters stand without quotes. */
static bool is_bare(oq_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alnum && !strchr("_-.:/@+,*#%~[]", c))
            return false;
        if (c == 0)
            return false;
    }
    return value.len > 0;
}

static void put_quoted(oq_buf *out, oq_str value)
{
    oq_json j = oq_json_to(out);
    oq_json_text(&j, value);
}

/* False when the line takes no further field. */
static bool put_key(line *l, const char *key)
{
    if (l->out.len > LINE_FULL_BYTES) {
        l->is_full = true;
        return false;
    }
    if (l->is_json) {
        oq_json_key(&l->json, oq_cstr(key));
        return true;
    }
    oq_buf_char(&l->out, ' ');
    oq_buf_str(&l->out, oq_cstr(key));
    oq_buf_char(&l->out, '=');
    return true;
}

/* Secrets go before the value is cut, so that no half of one stays. */
static void put_text(line *l, const char *key, oq_str value)
{
    OQ_AUTO(oq_buf) masked = oq_buf_make(SIZE_MAX / 2), cut = oq_buf_make(2 * VALUE_MAX_BYTES);
    value = mask(oq_str_given(value) ? value : OQ_STR(""), &masked);
    if (value.len > VALUE_MAX_BYTES) {
        oq_buf_str(&cut, oq_str_sub(value, 0, VALUE_MAX_BYTES));
        oq_buf_f(&cut, "... (%zu bytes)", value.len);
        value = oq_buf_view(&cut);
    }
    if (!put_key(l, key))
        return;
    if (l->is_json)
        oq_json_text(&l->json, value);
    else if (is_bare(value))
        oq_buf_str(&l->out, value);
    else
        put_quoted(&l->out, value);
}

/* A secret may consist of digits; then the number is a text, and hidden. */
static void put_number(line *l, const char *key, oq_str digits)
{
    size_t begin, end;
    if (find_hidden(digits, 0, &begin, &end)) {
        put_text(l, key, digits);
        return;
    }
    if (!put_key(l, key))
        return;
    if (l->is_json)
        oq_json_raw(&l->json, digits);
    else
        oq_buf_str(&l->out, digits);
}

static void put_field(line *l, const oq_log_field *f)
{
    char text[OQ_UUID_TEXT + OQ_F64_TEXT_MAX];
    OQ_AUTO(oq_buf) number = oq_buf_make(32);
    switch (f->type) {
    case OQ_LOG_STR:
        if (oq_str_given(f->text))
            put_text(l, f->key, f->text);
        break;
    case OQ_LOG_INT:
        oq_buf_i64(&number, f->number);
        put_number(l, f->key, oq_buf_view(&number));
        break;
    case OQ_LOG_REAL:
        if (isfinite(f->real))
            put_number(l, f->key, oq_strn(text, oq_f64_format(f->real, text)));
        break;
    case OQ_LOG_UUID:
        if (!oq_uuid_is_zero(f->id)) {
            oq_uuid_format(f->id, text);
            put_text(l, f->key, oq_strn(text, OQ_UUID_TEXT));
        }
        break;
    case OQ_LOG_END:
        break;
    }
}

/* Always three decimals, so that lines stand under each other and sort as text. */
static size_t format_now(char out[OQ_TIME_TEXT_MAX])
{
    oq_us now = oq_clock_now();
    oq_us rest = now % OQ_SECOND;
    int millis = (int)((rest < 0 ? rest + OQ_SECOND : rest) / OQ_MS);
    oq_time_format(now, out);
    enum { SECONDS_END = 19 }; /* "2026-01-31T08:00:00" */
    char decimals[] = {'.', (char)('0' + millis / 100), (char)('0' + millis / 10 % 10),
                       (char)('0' + millis % 10), 'Z'};
    memcpy(out + SECONDS_END, decimals, sizeof decimals);
    return SECONDS_END + sizeof decimals;
}

static void open_line(line *l, oq_log_level level, const char *event)
{
    static const char *const name[] = {"debug", "info", "warn", "error"};
    char time[OQ_TIME_TEXT_MAX];
    size_t time_len = format_now(time);
    *l = (line){.out = oq_buf_make(LINE_MAX_BYTES),
                .is_json = atomic_load(&line_format) == OQ_LOG_JSON};
    if (!l->is_json) {
        oq_buf_put(&l->out, time, time_len);
        oq_buf_f(&l->out, " %s %s", name[level], event);
        return;
    }
    l->json = oq_json_to(&l->out);
    oq_json_object(&l->json);
    oq_json_put(&l->json, text, "time", oq_strn(time, time_len));
    oq_json_put(&l->json, text, "level", oq_cstr(name[level]));
    oq_json_put(&l->json, text, "event", oq_cstr(event));
}

/* One write, so that lines of several threads and processes do not mix. What standard error does
 * not take is lost: a log must not stop the program. */
static void close_line(line *l)
{
    if (l->is_json && l->is_full)
        oq_json_put(&l->json, bool, "cut", true);
    else if (l->is_full)
        oq_buf_lit(&l->out, " cut=true");
    if (l->is_json)
        oq_json_object_end(&l->json);
    oq_buf_char(&l->out, '\n');
    oq_str rest = oq_buf_view(&l->out);
    while (rest.len) {
        ssize_t done = write(STDERR_FILENO, rest.ptr, rest.len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            break;
        rest = oq_str_sub(rest, (size_t)done, SIZE_MAX);
    }
    oq_buf_drop(&l->out);
}

static void put_fields(line *l, const oq_log_field *fields)
{
    for (const oq_log_field *f = fields; f && f->type != OQ_LOG_END; f++)
        put_field(l, f);
}

void oq_log_write(oq_log_level level, const char *event, const oq_log_field *fields)
{
    if ((int)level < atomic_load(&least_level))
        return;
    line l;
    open_line(&l, level, event);
    put_fields(&l, fields);
    close_line(&l);
}

/* --- errors ------------------------------------------------------------------------------------*/

static void put_facts(oq_buf *out, const oq_err *err)
{
    for (size_t i = 0; i < err->arg_count; i++)
        oq_buf_f(out, " %s=%.*s", err->arg[i].name, OQ_FMT(err->arg[i].value));
}

/* A cause or a further error, as one text: "db.lost host=10.0.0.7: server closed (pool.c:120)". */
static void put_beneath(line *l, const char *key, const oq_err *err)
{
    OQ_AUTO(oq_buf) text = oq_buf_make(4 * VALUE_MAX_BYTES);
    oq_buf_str(&text, oq_cstr(err->code));
    if (err->field)
        oq_buf_f(&text, " field=%s", err->field);
    put_facts(&text, err);
    if (err->detail)
        oq_buf_f(&text, ": %s", err->detail);
    if (err->file)
        oq_buf_f(&text, " (%s:%d)", err->file, err->line);
    put_text(l, key, oq_buf_view(&text));
}

static void put_error(line *l, const oq_err *err)
{
    put_text(l, "error", oq_cstr(err->code));
    put_text(l, "error_kind", oq_cstr(oq_kind_name(err->kind)));
    if (err->field)
        put_text(l, "error_field", oq_cstr(err->field));
    if (err->arg_count) {
        OQ_AUTO(oq_buf) facts = oq_buf_make(4 * VALUE_MAX_BYTES);
        put_facts(&facts, err);
        put_text(l, "error_facts", oq_str_sub(oq_buf_view(&facts), 1, SIZE_MAX));
    }
    if (err->detail)
        put_text(l, "error_detail", oq_cstr(err->detail));
    if (err->file) {
        OQ_AUTO(oq_buf) place = oq_buf_make(512);
        oq_buf_f(&place, "%s:%d", err->file, err->line);
        put_text(l, "error_at", oq_buf_view(&place));
    }
    char key[32];
    int depth = 1;
    for (const oq_err *c = err->cause; c && depth <= CHAIN_MAX; c = c->cause, depth++) {
        snprintf(key, sizeof key, "cause%d", depth);
        put_beneath(l, key, c);
    }
    int more = 1;
    for (const oq_err *n = err->next; n && more <= CHAIN_MAX; n = n->next, more++) {
        snprintf(key, sizeof key, "also%d", more);
        put_beneath(l, key, n);
    }
}

void oq_log_err(oq_log_level level, const char *event, const oq_err *err,
                const oq_log_field *fields)
{
    if ((int)level < atomic_load(&least_level))
        return;
    line l;
    open_line(&l, level, event);
    put_error(&l, err);
    put_fields(&l, fields);
    close_line(&l);
}
