/* What an import did, as JSON. */
#include "plant/import.h"

#include "base/lang.h"

#include "base/banned.h"

static void put_change(oq_json *j, const import_change *change)
{
    oq_json_object(j);
    oq_json_put(j, text, "field", oq_cstr(change->column));
    oq_json_put(j, text, "from", change->from.len ? change->from : OQ_NONE);
    oq_json_put(j, text, "to", change->to.len ? change->to : OQ_NONE);
    oq_json_object_end(j);
}

static void put_error(oq_json *j, oq_arena *arena, oq_lang lang, const oq_err *err)
{
    oq_json_object(j);
    oq_json_put(j, text, "field", oq_cstr(err->field));
    oq_json_put(j, text, "code", oq_cstr(err->code));
    oq_json_put(j, text, "message", oq_err_sentence(arena, lang, err));
    oq_json_object_end(j);
}

static void put_row(oq_json *j, oq_arena *arena, oq_lang lang, const import_row *row)
{
    oq_json_object(j);
    oq_json_put(j, text, "kind", oq_cstr(row->kind->path));
    oq_json_put(j, i64, "line", row->line);
    oq_json_put(j, text, "outcome", oq_cstr(oq_choice_text(import_outcome_choices, row->outcome)));
    oq_json_put(j, text, "label", row->label.len ? row->label : OQ_NONE);
    oq_json_key(j, OQ_STR("changes"));
    oq_json_array(j);
    for (size_t i = 0; i < row->changes; i++)
        put_change(j, &row->change[i]);
    oq_json_array_end(j);
    oq_json_key(j, OQ_STR("errors"));
    oq_json_array(j);
    for (const oq_err *e = row->err; e; e = e->next)
        put_error(j, arena, lang, e);
    oq_json_array_end(j);
    oq_json_object_end(j);
}

void import_put_json(oq_json *j, oq_arena *arena, oq_lang lang, const import_report *report)
{
    int64_t shown = 0, left_out = 0;
    oq_json_object(j);
    oq_json_put(j, bool, "is_stored", report->is_to_keep);
    oq_json_put(j, i64, "added", report->added);
    oq_json_put(j, i64, "changed", report->changed);
    oq_json_put(j, i64, "same", report->same);
    oq_json_put(j, i64, "wrong", report->wrong);
    oq_json_key(j, OQ_STR("rows"));
    oq_json_array(j);
    for (size_t i = 0; i < report->count; i++) {
        if (report->row[i].outcome == IMPORT_SAME)
            continue;
        if (shown < PLANT_REPORT_ROWS_MAX)
            put_row(j, arena, lang, &report->row[i]);
        left_out += shown++ >= PLANT_REPORT_ROWS_MAX;
    }
    oq_json_array_end(j);
    oq_json_put(j, i64, "rows_left_out", left_out);
    oq_json_object_end(j);
}
