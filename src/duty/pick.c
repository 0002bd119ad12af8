/* Whoever should do it. Everybody stands on a step; the lowest step that somebody stands on
 * decides, and on it the fewest open orders, the higher level, the name. */
#include "duty/roster.h"

#include "base/banned.h"

enum {
    STEP_ON_CALL = 1, /* has the call, and the skill where one is asked for */
    STEP_SKILL,       /* has the skill and is on shift */
    STEP_CALLED,      /* has the call, without the skill: somebody who can must be asked by them */
    STEP_ON_SHIFT,    /* an engineer on shift */
    STEP_ROLE,        /* by role */
    STEP_NONE
};

typedef struct candidate {
    const roster_person *person;
    roster_stand stand;
    int skill; /* 0: has it, or none is asked for; else roster_passed_why */
    int step;
    int would_step; /* where it would stand, were it there */
    int rank;       /* of its role; for STEP_ROLE */
    bool is_own;    /* by a shift of the site itself */
} candidate;

/* In the order in which they are asked; others are not. */
static int rank_of(int role)
{
    switch (role) {
    case ROLE_OPTIMIZATION_ENGINEER:
        return 1;
    case ROLE_RELIABILITY_ENGINEER:
        return 2;
    case ROLE_ENGINEER:
        return 3;
    case ROLE_TENANT_ADMIN:
        return 4;
    default:
        return 0;
    }
}

static int skill_of(const roster_person *p, const duty_need *need, oq_date today)
{
    if (oq_uuid_is_zero(need->skill_id))
        return 0;
    if (p->level == OQ_I64_NONE)
        return PASSED_NO_SKILL;
    if (p->valid_until != OQ_DATE_NONE && p->valid_until < today)
        return PASSED_EXPIRED;
    return p->level < SKILL_LEVEL_ALONE ? PASSED_LEARNING : 0;
}

static int step_of(const candidate *c, bool wants_skill, const roster_shift *on_call,
                   const roster_shift *on_shift)
{
    if (on_call)
        return c->skill ? STEP_CALLED : STEP_ON_CALL;
    if (on_shift && wants_skill && !c->skill)
        return STEP_SKILL;
    if (on_shift && c->person->role != ROLE_TENANT_ADMIN)
        return STEP_ON_SHIFT;
    return STEP_NONE;
}

static candidate stand_up(const roster *r, const roster_person *p, const duty_need *need)
{
    bool wants_skill = !oq_uuid_is_zero(need->skill_id);
    candidate c = {.person = p, .rank = rank_of(p->role)};
    c.stand = roster_stand_of(r, p, need->site_id, need->at);
    c.skill = skill_of(p, need, roster_local_of(need->at, r->time_zone).day);
    c.step = step_of(&c, wants_skill, c.stand.on_call, c.stand.on_shift);
    if (c.step == STEP_NONE && !c.stand.is_absent && !c.stand.missed)
        c.step = STEP_ROLE;
    const roster_shift *missed = c.stand.missed ? c.stand.missed : c.stand.resting;
    c.would_step = c.step;
    if (missed) {
        int there = step_of(&c, wants_skill, missed->is_on_call ? missed : NULL, missed);
        c.would_step = there < c.step ? there : c.step;
    } else if (wants_skill && !c.skill && c.step > STEP_SKILL) {
        c.would_step = STEP_SKILL; /* has the skill, and is not on shift */
    } else if (c.step == STEP_NONE) {
        c.would_step = STEP_ROLE;
    }
    const roster_shift *by = c.stand.on_call ? c.stand.on_call : c.stand.on_shift;
    c.is_own = by && !oq_uuid_is_zero(by->site_id);
    return c;
}

/* Why `b` stands behind `a`, which is on the same step; 0: it stands before it. */
static int behind(const candidate *a, const candidate *b)
{
    if (a->step == STEP_ROLE && a->rank != b->rank)
        return a->rank < b->rank ? PASSED_BY_NAME : 0;
    if (a->is_own != b->is_own)
        return a->is_own ? PASSED_OTHER_SITE : 0;
    if (a->person->open_orders != b->person->open_orders)
        return a->person->open_orders < b->person->open_orders ? PASSED_BUSIER : 0;
    if (a->person->level != b->person->level && !a->skill && !b->skill)
        return a->person->level > b->person->level ? PASSED_LOWER_LEVEL : 0;
    int order = oq_str_cmp(a->person->name, b->person->name);
    if (!order)
        order = memcmp(a->person->id.byte, b->person->id.byte, sizeof a->person->id.byte);
    return order < 0 ? PASSED_BY_NAME : 0;
}

static bool is_before(const candidate *a, const candidate *b)
{
    return a->step != b->step ? a->step < b->step : behind(a, b) != 0;
}

/* Why somebody who would stand before the chosen one is not there. */
static int why_not_there(const candidate *c)
{
    if (c->stand.missed || c->stand.is_absent)
        return PASSED_ABSENT;
    return c->stand.resting ? PASSED_HOLIDAY : PASSED_OFF_SHIFT;
}

/* Why somebody who might have been chosen was not; 0: nobody would have thought of them. */
static int why_passed(const candidate *chosen, const candidate *c)
{
    int best = chosen ? chosen->step : STEP_NONE;
    if (c->would_step < best)
        return why_not_there(c);
    if (c->skill && c->stand.on_call && best < STEP_CALLED)
        return c->skill;
    if (c->would_step > best || best == STEP_NONE)
        return 0;
    if (best == STEP_ROLE && c->rank > chosen->rank)
        return 0; /* a later role was not looked at */
    return c->step == best ? behind(chosen, c) : why_not_there(c);
}

static int duty_why_of(int step)
{
    switch (step) {
    case STEP_ON_CALL:
    case STEP_CALLED:
        return DUTY_ON_CALL;
    case STEP_SKILL:
        return DUTY_SKILL;
    case STEP_ON_SHIFT:
        return DUTY_ON_SHIFT;
    case STEP_ROLE:
        return DUTY_ROLE;
    default:
        return DUTY_NOBODY;
    }
}

static void note_passed(roster_choice *choice, const candidate *chosen, const candidate *c)
{
    int why = why_passed(chosen, c);
    if (!why || choice->passed_count == ROSTER_PASSED_MAX)
        return;
    oq_date until = why == PASSED_ABSENT    ? c->stand.absent_until
                    : why == PASSED_EXPIRED ? c->person->valid_until
                                            : OQ_DATE_NONE;
    choice->passed[choice->passed_count++] = (roster_passed){c->person, why, until};
}

void roster_pick(oq_arena *arena, const roster *r, const duty_need *need, roster_choice *ret_choice)
{
    *ret_choice = (roster_choice){.why = DUTY_NOBODY};
    candidate *all = oq_new_n(arena, candidate, r->persons);
    const candidate *best = NULL;
    for (size_t i = 0; i < r->persons; i++) {
        all[i] = stand_up(r, &r->person[i], need);
        if (!all[i].rank)
            all[i].step = all[i].would_step = STEP_NONE;
        if (all[i].step != STEP_NONE && (!best || is_before(&all[i], best)))
            best = &all[i];
    }
    if (best) {
        ret_choice->person = best->person;
        ret_choice->why = duty_why_of(best->step);
        ret_choice->has_skill = !oq_uuid_is_zero(need->skill_id) && !best->skill;
        if (best->step < STEP_ROLE)
            ret_choice->shift = best->stand.on_call ? best->stand.on_call : best->stand.on_shift;
    }
    for (size_t i = 0; i < r->persons; i++)
        if (&all[i] != best && all[i].rank)
            note_passed(ret_choice, best, &all[i]);
}
