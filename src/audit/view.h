/* audit/view.h
 *
 * The audit as people read it: for the page and the file. */
#ifndef AUDIT_VIEW_H
#define AUDIT_VIEW_H

#include "audit/audit.h"
#include "web/format.h"

/* "audit.action.<action>" of the language files; without one, the code itself. */
oq_str audit_action_words(oq_arena *arena, oq_lang lang, oq_str action);
/* "audit.object.<type>"; without one, the type itself. */
oq_str audit_object_words(oq_arena *arena, oq_lang lang, oq_str type);

typedef struct audit_change {
    oq_str field;    /* "field.<name>" of the language files, or the name */
    oq_str from, to; /* empty when the values are secret */
    bool has_values;
} audit_change;
typedef struct audit_change_list {
    audit_change *at;
    size_t count;
} audit_change_list;

/* The `changes` of a row: choices and truths in words, times in the reader's zone, what was not
 * given as a dash. Text that is not such an object gives an empty list. */
audit_change_list audit_changes_read(oq_arena *arena, const web_locale *locale, oq_str changes);

/* Every action that has words, in order: calls `each` with the code. */
void audit_each_action(void (*each)(void *self, oq_str action), void *self);

#endif
