/* base/facts.h
 *
 * Facts of a sentence on their way through the database: an error's or a notification's named
 * values as a JSON object, so that the sentence is put together later, in the reader's language. */
#ifndef OQ_FACTS_H
#define OQ_FACTS_H

#include "base/err.h"
#include "base/lang.h"
#include "base/str.h"

enum { OQ_FACTS_MAX = 16 };

/* {"name":"value",...}; "{}" for none. */
oq_str oq_facts_json(oq_arena *arena, const oq_arg *arg, size_t count);

/* The texts and numbers of a JSON object, at most OQ_FACTS_MAX; what is no object, or of another
 * kind, is left out. */
size_t oq_facts_read(oq_arena *arena, oq_str json, oq_arg ret_arg[OQ_FACTS_MAX]);

/* The text of `key`, filled from such an object. */
oq_str oq_text_fill_json(oq_arena *arena, oq_lang lang, oq_str key, oq_str json);

#endif
