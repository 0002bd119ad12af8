/* duty/duty_inner.h
 *
 * What the files of duty/ share. */
#ifndef DUTY_DUTY_INNER_H
#define DUTY_DUTY_INNER_H

#include "duty/roster.h"

/* Everybody who may be asked between need->at and `until`. */
OQ_CHECKED oq_err *duty_roster(oq_scope *s, const duty_need *need, oq_us until, roster *ret_roster);

#endif
