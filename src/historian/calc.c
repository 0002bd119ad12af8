#include "historian/calc.h"

#include "base/banned.h"

oq_err *calc_define(oq_scope *s, const series *e)
{
    return oq_fail_field("expression", "calc.not_here_yet", "key=%.*s", OQ_FMT(e->key));
}
