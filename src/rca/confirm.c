/* What people and work found out: the cause of an incident, from which later analyses learn. */
#include "rca/chain.h"

#include "confirm.sql.h"

#include "base/banned.h"

enum { PAST_CAUSES_MAX = 50 };

const oq_field rca_cause_fields[] = {
    OQ_TEXT(rca_cause, code),
    OQ_TEXT(rca_cause, label),
    OQ_TEXT(rca_cause, label_ar),
    OQ_TEXT(rca_cause, category, .help = "MECHANICAL, ELECTRICAL, PROCESS, HUMAN, EXTERNAL"),
    OQ_FIELDS_END,
};

oq_err *rca_confirm(oq_scope *s, oq_uuid incident_id, oq_str cause, oq_str note)
{
    size_t cases;
    OQ_TRY(incident_store_cause(s, incident_id, cause, note));
    OQ_TRY(rule_judge(s, incident_id, cause));
    OQ_TRY(sql_rca_case_cause(s, (sql_rca_case_cause_args){incident_id, cause, oq_now(s)}, &cases));
    if (cases)
        return NULL;
    /* Nobody has analysed it yet: what it looked like is worth keeping now. */
    rca_run *run;
    OQ_TRY(rca_analyse(s, incident_id, oq_scope_actor(s)->label, &run));
    return rule_judge(s, incident_id, cause);
}

/* --- causes to choose from ----------------------------------------------------------------------*/

static void add(rca_causes *to, rca_cause c)
{
    for (size_t i = 0; i < to->count; i++)
        if (oq_str_eq(to->at[i].code, c.code))
            return;
    to->at[to->count++] = c;
}

static bool is_for(const rca_work *w, const cause_rule *r)
{
    size_t count;
    const oq_str *class = cause_rule_classes(r, &count);
    for (size_t i = 0; i < count; i++)
        if (w->of_class && oq_str_eq(class[i], w -> of_class -> code))
            return true;
    return count == 0;
}

static oq_str category_of_mode(oq_arena *arena, int category)
{
    oq_str text = oq_cstr(oq_choice_text(failure_category_choices, category));
    char *upper = oq_copy(arena, text.ptr, text.len);
    for (size_t i = 0; i < text.len; i++)
        upper[i] = (char)(upper[i] >= 'a' && upper[i] <= 'z' ? upper[i] - 'a' + 'A' : upper[i]);
    return oq_strn(upper, text.len);
}

static void add_of_rules(rca_work *w, rca_causes *to)
{
    for (size_t i = 0; i < w->rules; i++) {
        const cause_rule *r = w->rule[i].rule;
        if (is_for(w, r))
            add(to, (rca_cause){cause_rule_cause(r), cause_rule_label(r, false),
                                cause_rule_label(r, true), cause_rule_category(r)});
    }
}

oq_err *rca_causes_of(oq_scope *s, oq_uuid incident_id, rca_causes *ret_causes)
{
    rca_work *w = oq_new(oq_scope_arena(s), rca_work);
    *w = (rca_work){.s = s, .arena = oq_scope_arena(s)};
    sql_rca_past_causes_rows past;
    OQ_TRY(rca_gather_place(w, incident_id));
    OQ_TRY(rca_gather_rules(w));
    OQ_TRY(
        sql_rca_past_causes(s,
                            (sql_rca_past_causes_args){w->of_class ? w->of_class->id : OQ_UUID_ZERO,
                                                       w->it->root_asset_id, PAST_CAUSES_MAX},
                            &past));
    ret_causes->at = oq_new_n(w->arena, rca_cause, w->modes + w->rules + past.count);
    ret_causes->count = 0;
    for (size_t i = 0; i < w->modes; i++)
        add(ret_causes, (rca_cause){w->mode[i].code, w->mode[i].name, w->mode[i].name_ar,
                                    category_of_mode(w->arena, w->mode[i].category)});
    add_of_rules(w, ret_causes);
    for (size_t i = 0; i < past.count; i++) {
        rca_two label = rca_label_of(w, past.at[i].cause);
        add(ret_causes, (rca_cause){past.at[i].cause, label.en, label.ar, OQ_NONE});
    }
    return NULL;
}

/* --- work ---------------------------------------------------------------------------------------*/

/* The code that is meant by a code or by a name in either language; not given: none. */
static oq_str code_of(const rca_causes *known, oq_str found)
{
    for (size_t i = 0; i < known->count; i++) {
        const rca_cause *c = &known->at[i];
        if (oq_str_eq_ascii_nocase(c->code, found) || oq_str_eq_ascii_nocase(c->label, found) ||
            oq_str_eq(c->label_ar, found))
            return c->code;
    }
    return OQ_NONE;
}

oq_err *rca_learn(oq_scope *s, oq_uuid incident_id, oq_str found_cause)
{
    incident *it;
    rca_causes known;
    OQ_TRY(incident_get(s, incident_id, &it));
    OQ_TRY(rca_causes_of(s, incident_id, &known));
    oq_str found = oq_str_trim(found_cause), code = code_of(&known, found);
    if (!found.len || (code.len && oq_str_eq(it->confirmed_cause, code)))
        return NULL;
    /* A person's word stands; of what the work found they read in the file. */
    if (!code.len || !oq_uuid_is_zero(it->confirmed_by)) {
        OQ_AUTO(oq_buf) buf = oq_buf_make(64 * 1024);
        oq_json j = oq_json_to(&buf);
        oq_json_object(&j);
        oq_json_put(&j, text, "cause", code.len ? code : found);
        oq_json_object_end(&j);
        return incident_step(s, incident_id, "cause_proposed", found, oq_buf_view(&buf));
    }
    oq_arena *arena = oq_scope_arena(s);
    rca_say say = rca_say_in(arena, OQ_NONE);
    rca_two note = rca_text_plain(&say, "rca.learned_from_work");
    /* A note is one text: both languages stand in it. */
    return rca_confirm(s, incident_id, code,
                       oq_strf(arena, "%.*s\n%.*s", OQ_FMT(note.en), OQ_FMT(note.ar)));
}
