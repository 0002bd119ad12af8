/* support/plant_samples.h
 *
 * One record of each kind of the plant, with whatever it refers to. */
#ifndef SUPPORT_PLANT_SAMPLES_H
#define SUPPORT_PLANT_SAMPLES_H

#include "plant/record.h"

/* What people give for such a record, as JSON of the kind's order table: names and codes hold
 * `mark`. What it refers to is made first, with the same mark, unless it is there; a person is the
 * scope's actor. */
oq_str plant_sample_json(oq_scope *s, const record_kind *kind, const char *mark);

/* The same as the form of its page sends it, encoded: references by code, amounts in whole units.
 */
oq_str plant_sample_form(oq_scope *s, const record_kind *kind, const char *mark);

/* Makes it, or finds the one that was made before with the same mark. */
oq_uuid plant_sample(oq_scope *s, const record_kind *kind, const char *mark);

/* A member of a change of it, as JSON and as a form has it: "\"name\":\"other\"", "name=other".
 * Neither breaks a rule of the kind. */
oq_str plant_sample_change(oq_arena *arena, const record_kind *kind, const char *mark, int n,
                           bool as_form);

/* The record of such JSON, not stored. Fails the test when it cannot be read. */
void *plant_sample_read(oq_scope *s, const record_kind *kind, oq_str json);

#endif
