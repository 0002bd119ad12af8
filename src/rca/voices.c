/* Who says what about the cause: rules, past incidents, a model learned from them, and what fails
 * often in this class; and all of them as one distribution. */
#include "rca/inner.h"

#include <math.h>

#include "gather.sql.h"

#include "base/banned.h"

/* A failure mode speaks by its occurrence (FMECA, 1 to 10) among those of the class, quietly: half
 * of its share, trusted by a third. */
#define PRIOR_SHARE 0.5
/* A cause that is less likely is listed, but nobody is told that it was the one. */
#define NAMED_FROM  0.2
#define PRIOR_TRUST 0.33

/* --- rules --------------------------------------------------------------------------------------*/

oq_err *rca_gather_rules(rca_work *w)
{
    active_rules rules;
    OQ_TRY(rule_active(w->s, w->now, &rules));
    w->rule = oq_new_n(w->arena, rca_rule_heard, rules.count);
    w->rules = rules.count;
    for (size_t i = 0; i < rules.count; i++)
        w->rule[i] = (rca_rule_heard){.row = rules.at[i], .rule = rules.at[i].rule};
    return NULL;
}

/* --- past incidents -----------------------------------------------------------------------------*/

oq_err *rca_gather_past(rca_work *w)
{
    sql_rca_past_rows rows;
    OQ_TRY(sql_rca_past(w->s,
                        (sql_rca_past_args){w->of_class ? w->of_class->id : OQ_UUID_ZERO,
                                            w->it->root_asset_id, w->it->id, w->it->anchor_time,
                                            w->now, RCA_PAST_MAX},
                        &rows));
    w->past = oq_new_n(w->arena, rca_past, rows.count);
    w->past_case = oq_new_n(w->arena, cause_case, rows.count);
    for (size_t i = rows.count; i-- > 0;) { /* in the order of time */
        oq_mark mark = oq_err_mark();
        if (cause_case_read(w->arena, rows.at[i].features, &w->past_case[w->pasts])) {
            oq_err_rewind(mark);
            rca_miss(w, RCA_TEXT(&w->say, "rca.missing.case",
                                 {"incident", rca_incident_text(&w->say, rows.at[i].number)}));
            continue;
        }
        w->past_case[w->pasts].cause = rows.at[i].cause;
        w->past[w->pasts++] = rows.at[i];
    }
    return NULL;
}

/* --- voices -------------------------------------------------------------------------------------*/

static void add_rules(rca_work *w)
{
    for (size_t i = 0; i < w->rules; i++) {
        rca_rule_heard *r = &w->rule[i];
        cause_rule_match(w->arena, r->rule, &w->c, &r->hit);
        if (r->hit.hits)
            w->voice[w->voice_count++] =
                (voice){.kind = VOICE_RULE,
                        .cause = cause_rule_cause(r->rule),
                        .likelihood = r->hit.weight,
                        .trust = voice_trust(r->row.confirmed, r->row.refuted),
                        .ref = i};
    }
}

/* What past cases and the model say. How often a cause came at all is left to the failure modes
 * where there are some. */
static void add_past(rca_work *w)
{
    cause_past past = {.c = w->past_case,
                       .count = w->pasts,
                       .rarity = case_rarity_make(w->arena, w->past_case, w->pasts)};
    cause_model *model;
    cause_model_fit(w->arena, w->past_case, w->pasts, &model, &w->learned);
    past.model = model;
    past.model_accuracy = w->learned.accuracy;
    cause_voices_of(w->arena, &past, &w->c, &w->voices);
    for (size_t i = 0; i < w->voices.count; i++)
        if (w->voices.at[i].kind != VOICE_PRIOR || !w->modes)
            w->voice[w->voice_count++] = w->voices.at[i];
}

static void add_modes(rca_work *w)
{
    int64_t all = 0;
    for (size_t i = 0; i < w->modes; i++)
        all += w->mode[i].occurrence;
    for (size_t i = 0; i < w->modes; i++)
        w->voice[w->voice_count++] =
            (voice){.kind = VOICE_PRIOR,
                    .cause = w->mode[i].code,
                    .likelihood = PRIOR_SHARE * (double)w->mode[i].occurrence / (double)all,
                    .trust = PRIOR_TRUST,
                    .ref = i};
}

void rca_weigh(rca_work *w)
{
    w->voice = oq_new_n(w->arena, voice, w->rules + w->modes + SIMILAR_MAX + 2 * w->pasts);
    add_rules(w);
    add_past(w);
    add_modes(w);
    /* What nobody can explain keeps a tenth at first, and less with what was learned. */
    cause_mix_make(w->arena, w->voice, w->voice_count, 1 / (10 + (double)w->pasts), &w->mix);
}

/* --- causes by name -----------------------------------------------------------------------------*/

const failure_mode *rca_mode_of(const rca_work *w, oq_str cause)
{
    for (size_t i = 0; i < w->modes; i++)
        if (oq_str_eq(w->mode[i].code, cause))
            return &w->mode[i];
    return NULL;
}

/* "bearing_fault" as "Bearing fault", where nobody gave it a name. */
static oq_str in_words(oq_arena *arena, oq_str code)
{
    char *text = oq_alloc(arena, code.len + 1);
    for (size_t i = 0; i < code.len; i++)
        text[i] = code.ptr[i] == '_' ? ' ' : code.ptr[i];
    if (code.len && text[0] >= 'a' && text[0] <= 'z')
        text[0] = (char)(text[0] - 'a' + 'A');
    return oq_strn(text, code.len);
}

rca_two rca_label_of(const rca_work *w, oq_str cause)
{
    const failure_mode *mode = rca_mode_of(w, cause);
    if (oq_str_eq(cause, OQ_STR("other")))
        return rca_text_plain(&w->say, "rca.other");
    if (mode)
        return rca_name(&w->say, mode->name, mode->name_ar);
    for (size_t i = 0; i < w->rules; i++)
        if (oq_str_eq(cause_rule_cause(w->rule[i].rule), cause))
            return rca_name(&w->say, cause_rule_label(w->rule[i].rule, false),
                            cause_rule_label(w->rule[i].rule, true));
    return rca_free(&w->say, in_words(w->arena, cause));
}

const rca_cause_found *rca_top(const rca_work *w)
{
    return w->causes > 1 && w->cause[0].probability >= NAMED_FROM ? &w->cause[0] : NULL;
}

rca_two rca_incident_text(const rca_say *say, int64_t number)
{
    return rca_code(say, oq_strf(say->arena, "INC-%lld", (long long)number));
}

rca_two rca_asset_text(const rca_say *say, const asset *a)
{
    if (!a)
        return rca_text_plain(say, "rca.asset.none");
    if (!a->name.len || oq_str_eq(a->name, a->code))
        return rca_code(say, a->code);
    return RCA_TEXT(say, "rca.asset", {"code", rca_code(say, a->code)},
                    {"name", rca_name(say, a->name, a->name_ar)});
}
