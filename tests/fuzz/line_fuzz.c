/* Any bytes as line protocol: whatever they are, lines are told apart, each point lies within the
 * text, names come apart, and reading ends. */
#include <math.h>

#include "ingest/ingest.h"

#include "base/banned.h"

static void check_inside(oq_str part, oq_str text)
{
    if (part.ptr < text.ptr || part.ptr + part.len > text.ptr + text.len)
        abort();
}

static void check_point(oq_arena *arena, const line_point *p, oq_str text)
{
    line_parts parts;
    series_name name;
    check_inside(p->series, text);
    if (p->has_time)
        check_inside(p->time_text, text);
    if (!p->count || !p->series.len)
        abort();
    for (size_t i = 0; i < p->count; i++) {
        check_inside(p->field[i].name, text);
        check_inside(p->field[i].text, text);
        if (p->field[i].kind == LINE_NUMBER && !isfinite(p->field[i].value))
            abort();
    }
    if (line_take_apart(arena, p->series, &parts))
        return;
    if (ingest_name(arena, parts.measurement, parts.tag, parts.count,
                    line_plain(arena, p->field[0].name), &name) == NULL &&
        series_key_ok(name.key) && !oq_utf8_valid(name.key))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_err_reset();
    oq_arena *arena = oq_arena_open(0);
    oq_str text = oq_strn((const char *)data, size);
    size_t ends = 0, before = 0;
    for (size_t i = 0; i < size; i++)
        ends += data[i] == '\n';
    for (int precision = LINE_NS; precision <= LINE_HOURS; precision++) {
        line_reader r = line_read(arena, text, (line_precision)precision);
        line_point p;
        line_flaw flaw;
        for (before = 0; line_next(&r, &p, &flaw); before = r.number) {
            if (r.number <= before || r.number > ends + 1)
                abort();
            if (flaw ? !line_err(&r, flaw) : false)
                abort();
            if (!flaw)
                check_point(arena, &p, text);
        }
        if (r.line_ends > ends)
            abort();
    }
    oq_arena_close(arena);
    return 0;
}
