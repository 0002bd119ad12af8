/* rca/say.h
 *
 * Sentences in both languages at once, made where nobody reads yet: an analysis is stored in
 * English and Arabic. Each is a template of the language files ("rca....") with facts that are put
 * in whole; nothing is glued together word for word. */
#ifndef RCA_SAY_H
#define RCA_SAY_H

#include "base/base.h"
#include "web/format.h"

typedef struct rca_two {
    oq_str en, ar;
} rca_two;

typedef struct rca_say {
    oq_arena *arena;
    web_locale en, ar; /* of the tenant's time zone */
} rca_say;
rca_say rca_say_in(oq_arena *arena, oq_str time_zone);

typedef struct rca_fact {
    const char *name;
    rca_two value;
} rca_fact;

/* The text of a key with its facts. */
rca_two rca_text(const rca_say *say, const char *key, const rca_fact *fact, size_t facts);
#define RCA_TEXT(say, key, ...)                                                                    \
    rca_text((say), (key), (const rca_fact[]){__VA_ARGS__},                                        \
             sizeof((const rca_fact[]){__VA_ARGS__}) / sizeof(rca_fact))
rca_two rca_text_plain(const rca_say *say, const char *key);
/* The language's own form for `n` ("one event", "حدثان"): a phrase to stand in a sentence. */
rca_two rca_count(const rca_say *say, const char *key, int64_t n);

/* Values. Codes ("P-101") are isolated where the sentence runs the other way; so is free text. */
rca_two rca_code(const rca_say *say, oq_str code);
rca_two rca_free(const rca_say *say, oq_str text);
/* A name as people gave it: the Arabic one where there is one. */
rca_two rca_name(const rca_say *say, oq_str en, oq_str ar);
rca_two rca_quantity(const rca_say *say, double x, int decimals_max, oq_str unit);
rca_two rca_percent(const rca_say *say, double share);
rca_two rca_money(const rca_say *say, int64_t minor, oq_str currency);
rca_two rca_time(const rca_say *say, oq_us at);
rca_two rca_number(const rca_say *say, int64_t n);
/* A name within an English sentence: "Bearing fault" as "bearing fault", "VFD trip" as it is. */
rca_two rca_within(const rca_say *say, rca_two name);

/* Several as one text, with the languages' own commas (or semicolons). */
rca_two rca_join(const rca_say *say, const char *comma_key, const rca_two *at, size_t count);

/* {"en": ..., "ar": ...} */
void rca_put_two(oq_json *j, rca_two text);
void rca_put_twos(oq_json *j, const rca_two *at, size_t count);

#endif
