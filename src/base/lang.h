/* base/lang.h
 *
 * Every sentence that a person reads, in Arabic and in English. The files stand in web/lang/
 * (ar.json, en.json: one flat object of dotted keys), are built into the program, and must hold
 * the same keys with the same {placeholders}: a test compares them.
 *
 * Placeholders: {name}. A message that counts chooses its form by the language's own plural
 * rules (CLDR): keys "job.count.zero|one|two|few|many|other", of which "other" must exist. */
#ifndef OQ_LANG_H
#define OQ_LANG_H

#include "base/err.h"
#include "base/str.h"

typedef enum oq_lang { OQ_LANG_AR, OQ_LANG_EN, OQ_LANG_COUNT } oq_lang;

/* Reads both files, once, before other threads read texts. Fails only when a file is broken:
 * lang.malformed (facts: lang, line, column), lang.not_text (facts: lang, key); then the texts
 * read before stay. */
OQ_CHECKED oq_err *oq_lang_load(oq_str ar_json, oq_str en_json);

/* "ar" / "en" and back; false for other texts. */
oq_str oq_lang_code(oq_lang lang);
bool oq_lang_parse(oq_str code, oq_lang *ret_lang);

/* The text of a key, without filling. A missing key gives the key itself, so that it shows. */
oq_str oq_text(oq_lang lang, oq_str key);
bool oq_text_exists(oq_lang lang, oq_str key);

/* Of what people named in one language or two: the Arabic one for who reads Arabic, if there is
 * one. */
static inline oq_str oq_lang_pick(oq_lang lang, oq_str text, oq_str text_ar)
{
    return lang == OQ_LANG_AR && text_ar.len ? text_ar : text;
}

/* The text with its placeholders filled; a placeholder without a fact stays as it is. */
oq_str oq_text_fill(oq_arena *arena, oq_lang lang, oq_str key, const oq_arg *arg, size_t count);

/* The form for `n`, with {n} filled: Western digits in groups of three, in both languages. */
oq_str oq_text_count(oq_arena *arena, oq_lang lang, oq_str key, int64_t n);

/* The sentence of an error (without its causes): "error.<code>". Facts that are words of the
 * program are said in the language: `wanted` by "type.<word>", `need` by "cap.<word>" or
 * "role.<word>", `kind` by "thing.<word>", `by` by "things.<word>" (several of them). */
oq_str oq_err_sentence(oq_arena *arena, oq_lang lang, const oq_err *err);

/* Calls `each` for every key of a language, in the order of the keys' bytes. */
void oq_lang_each(oq_lang lang, void (*each)(void *self, oq_str key, oq_str text), void *self);

#endif
