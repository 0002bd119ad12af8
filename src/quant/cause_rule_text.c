/* A rule's conditions in words. The texts are nouns side by side, so that any combination is
 * grammatical in both languages; what comes from the rule (codes, words) stands in isolates. */
#include "base/lang.h"
#include "quant/cause_rule_inner.h"

#include "base/banned.h"

typedef struct speaker {
    oq_arena *arena;
    oq_lang lang;
    oq_buf out;
} speaker;

static oq_str text(const speaker *s, const char *key)
{
    return oq_text(s->lang, oq_cstr(key));
}

static oq_str fill(const speaker *s, const char *key, const char *name, oq_str value)
{
    oq_arg arg = {name, value};
    return oq_text_fill(s->arena, s->lang, oq_cstr(key), &arg, 1);
}

/* First strong isolate: its own direction, whatever is around it. */
static oq_str isolate(const speaker *s, oq_str word)
{
    return oq_strf(s->arena, "\u2068%.*s\u2069", OQ_FMT(word));
}

/* The word of a code, where the language files have one; else the code. */
static oq_str word_of(const speaker *s, const char *prefix, oq_str code)
{
    oq_str key = oq_strf(s->arena, "%s%.*s", prefix, OQ_FMT(oq_str_lower(s->arena, code)));
    return oq_text_exists(s->lang, key) ? oq_text(s->lang, key) : isolate(s, code);
}

/* "a, b or c" */
static oq_str either(const speaker *s, const oq_str *word, size_t count)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(RULE_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            oq_buf_str(&out, text(s, i + 1 < count ? "rule.join" : "rule.join_or"));
        oq_buf_str(&out, word[i]);
    }
    return oq_str_copy(s->arena, oq_buf_view(&out));
}

static oq_str either_of(const speaker *s, const char *prefix, rule_texts list)
{
    oq_str *word = oq_new_n(s->arena, oq_str, list.count);
    for (size_t i = 0; i < list.count; i++)
        word[i] = prefix ? word_of(s, prefix, list.at[i]) : isolate(s, list.at[i]);
    return either(s, word, list.count);
}

/* The largest unit that it is a whole number of. */
static oq_str duration(const speaker *s, oq_us length)
{
    static const struct {
        const char *key;
        oq_us unit;
    } row[] = {{"rule.days", OQ_DAY}, {"rule.hours", OQ_HOUR}, {"rule.minutes", OQ_MINUTE}};
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        if (length % row[i].unit == 0)
            return oq_text_count(s->arena, s->lang, oq_cstr(row[i].key), length / row[i].unit);
    return oq_text_count(s->arena, s->lang, OQ_STR("rule.seconds"), length / OQ_SECOND);
}

static oq_str changes(const speaker *s, unsigned change)
{
    oq_str word[FINDING_OSCILLATION];
    size_t count = 0;
    for (const oq_choice *kind = finding_kind_choices; kind->text; kind++)
        if (change >> kind->value & 1)
            word[count++] = word_of(s, "rule.change.", oq_cstr(kind->text));
    return either(s, word, count);
}

/* What it asks for: "Vibration: step up or drift up", "Alert (high_vibration)". */
static oq_str subject(const speaker *s, const rule_condition *c)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(RULE_BYTES_MAX);
    oq_str metric = either_of(s, "rule.metric.", c->metric);
    if (c->change) {
        oq_buf_str(&out, c->metric.count ? metric : text(s, "rule.any_signal"));
        oq_buf_lit(&out, ": ");
        oq_buf_str(&out, changes(s, c->change));
    } else {
        oq_buf_str(&out, c->category.count ? either_of(s, "rule.category.", c->category)
                                           : text(s, "rule.any_event"));
        if (c->metric.count)
            oq_buf_str(&out, fill(s, "rule.of_metric", "metric", metric));
    }
    if (c->kind.count)
        oq_buf_str(&out, fill(s, "rule.of_kind", "kind", either_of(s, NULL, c->kind)));
    return oq_str_copy(s->arena, oq_buf_view(&out));
}

static void add(speaker *s, oq_str part)
{
    if (s->out.len)
        oq_buf_str(&s->out, text(s, "rule.join"));
    oq_buf_str(&s->out, part);
}

static void add_payload(speaker *s, const rule_condition *c)
{
    static const char *const key[] = {
        [PAYLOAD_EXISTS] = "rule.payload.exists", [PAYLOAD_EQUALS] = "rule.payload.equals",
        [PAYLOAD_ONE_OF] = "rule.payload.equals", [PAYLOAD_CONTAINS] = "rule.payload.contains",
        [PAYLOAD_ABOVE] = "rule.payload.above",   [PAYLOAD_BELOW] = "rule.payload.below",
    };
    if (c->test == PAYLOAD_NONE)
        return;
    char number[OQ_F64_TEXT_MAX];
    oq_str value = isnan(c->limit) ? either_of(s, NULL, c->value)
                                   : isolate(s, oq_strn(number, oq_f64_format(c->limit, number)));
    oq_arg arg[] = {{"path", isolate(s, c->path)}, {"value", value}};
    add(s, oq_text_fill(s->arena, s->lang, oq_cstr(key[c->test]), arg, OQ_COUNT(arg)));
}

static void add_time(speaker *s, const cause_rule *r, const rule_condition *c)
{
    oq_str within = c->within == OQ_TIME_NONE ? OQ_NONE : duration(s, c->within);
    if (c->after == RULE_NO_CONDITION) {
        if (oq_str_given(within))
            add(s, fill(s, "rule.before", "time", within));
        return;
    }
    oq_arg arg[] = {{"what", subject(s, &r->condition[c->after])}, {"time", within}};
    oq_str key = oq_str_given(within) ? OQ_STR("rule.after_within") : OQ_STR("rule.after");
    add(s, oq_text_fill(s->arena, s->lang, key, arg, OQ_COUNT(arg)));
}

oq_str cause_rule_condition_text(oq_arena *arena, const cause_rule *r, size_t condition,
                                 bool in_arabic)
{
    assert(condition < r->conditions);
    const rule_condition *c = &r->condition[condition];
    speaker s = {arena, in_arabic ? OQ_LANG_AR : OQ_LANG_EN, oq_buf_make(RULE_BYTES_MAX)};
    add(&s, subject(&s, c));
    if (c->beyond_limit != TRUTH_ANY)
        add(&s, text(&s, c->beyond_limit == TRUTH_YES ? "rule.beyond_limit" : "rule.inside_limit"));
    if (c->root_asset != TRUTH_ANY)
        add(&s, text(&s, c->root_asset == TRUTH_YES ? "rule.on_asset" : "rule.on_related"));
    if (!isnan(c->score_min)) {
        char number[OQ_F64_TEXT_MAX];
        add(&s, fill(&s, "rule.score_min", "score",
                     isolate(&s, oq_strn(number, oq_f64_format(c->score_min, number)))));
    }
    add_payload(&s, c);
    if (c->summary.count)
        add(&s, fill(&s, "rule.summary_contains", "words", either_of(&s, NULL, c->summary)));
    add_time(&s, r, c);
    oq_str said = oq_str_copy(arena, oq_buf_view(&s.out));
    oq_buf_drop(&s.out);
    return c->is_absent ? fill(&s, "rule.none_of", "what", said) : said;
}

oq_str cause_rule_condition_role(oq_arena *arena, const cause_rule *r, size_t condition,
                                 bool in_arabic)
{
    assert(condition < r->conditions);
    const rule_condition *c = &r->condition[condition];
    speaker s = {.arena = arena, .lang = in_arabic ? OQ_LANG_AR : OQ_LANG_EN};
    if (!c->is_optional)
        return text(&s, "rule.role.must");
    char number[OQ_F64_TEXT_MAX];
    return fill(&s, "rule.role.optional", "weight",
                isolate(&s, oq_strn(number, oq_f64_format(c->weight, number))));
}
