/* main/doctor.h
 *
 * Looks an installation over: settings, database, walls, clocks, disk, port, worker. Each check is
 * one question with a name that stays ("database"); what is wrong comes as errors, with sentences
 * in both languages, and what to do as one sentence per check ("doctor.todo.<check>"). */
#ifndef MAIN_DOCTOR_H
#define MAIN_DOCTOR_H

#include "main/settings.h"

typedef enum doctor_state {
    DOCTOR_OK = 1,
    DOCTOR_WARNING, /* it works, and somebody should look */
    DOCTOR_FAILED,
    DOCTOR_SKIPPED, /* what it needs has failed already, or is not set */
} doctor_state;
extern const oq_choice doctor_state_choices[];

typedef struct doctor_finding {
    const char *check;
    int state;
    oq_str note;       /* what was seen, without words: "15.8", "12 ms"; or not given */
    const oq_err *err; /* what is wrong; NULL: nothing */
} doctor_finding;

enum { DOCTOR_FINDINGS_MAX = 64 };

typedef struct doctor_report {
    doctor_finding at[DOCTOR_FINDINGS_MAX];
    size_t count;
    bool is_healthy; /* nothing has failed */
} doctor_report;

/* Texts are in the arena; errors as long as the thread does no other unit of work. */
void doctor_examine(oq_arena *arena, settings_source source, doctor_report *ret_report);

#endif
