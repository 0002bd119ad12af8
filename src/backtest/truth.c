#include "backtest/truth.h"

#include <math.h>

#include "base/banned.h"

static const oq_us after = OQ_HOUR;

static bool is_at(oq_str site, oq_str asset, oq_str other_site, oq_str other_asset)
{
    return oq_str_eq(site, other_site) && oq_str_eq(asset, other_asset);
}

static bool lasts_at(const true_fault *f, oq_us at)
{
    return at >= f->begins && at <= f->ends + after;
}

static size_t first_of_asset(const truth_input *in, const true_fault *f)
{
    for (size_t i = 0; i < in->incidents; i++) {
        const told_incident *it = &in->incident[i];
        if (is_at(f->site, f->asset, it->site, it->asset) && lasts_at(f, it->opened))
            return i;
    }
    return SIZE_MAX;
}

/* The sign counts from when it came, and the incident from when it was opened. */
static size_t first_elsewhere(const truth_input *in, const true_fault *f, oq_us *ret_at)
{
    for (size_t k = 0; k < in->signs; k++) {
        const told_sign *g = &in->sign[k];
        if (!is_at(f->site, f->asset, g->site, g->asset) || !lasts_at(f, g->at))
            continue;
        for (size_t i = 0; i < in->incidents; i++)
            if (oq_uuid_eq(in->incident[i].id, g->incident) &&
                !is_at(f->site, f->asset, in->incident[i].site, in->incident[i].asset)) {
                *ret_at = in->incident[i].opened > g->at ? in->incident[i].opened : g->at;
                return i;
            }
    }
    return SIZE_MAX;
}

static fault_answer answer_of(const truth_input *in, const true_fault *f)
{
    fault_answer a = {.incident = SIZE_MAX, .delay_min = NAN};
    oq_us seen = OQ_TIME_NONE, shows = f->begins > in->from ? f->begins : in->from;
    a.is_asked = f->rests > in->from && f->rests <= in->to;
    a.incident = first_of_asset(in, f);
    if (a.incident != SIZE_MAX)
        seen = in->incident[a.incident].opened;
    else
        a.incident = first_elsewhere(in, f, &seen);
    if (a.incident == SIZE_MAX)
        return a;
    const told_incident *it = &in->incident[a.incident];
    a.is_detected = true;
    a.is_elsewhere = !is_at(f->site, f->asset, it->site, it->asset);
    a.delay_min = (double)(seen > shows ? seen - shows : 0) / (double)OQ_MINUTE;
    a.is_first = !a.is_elsewhere && oq_str_eq(it->cause[0], f->cause);
    for (size_t k = 0; k < OQ_COUNT(it->cause) && !a.is_elsewhere; k++)
        a.is_third = a.is_third || oq_str_eq(it->cause[k], f->cause);
    return a;
}

static bool is_false(const truth_input *in, const told_incident *it)
{
    if (it->opened < in->from || it->opened >= in->to)
        return false;
    for (size_t i = 0; i < in->faults; i++)
        if (is_at(in->fault[i].site, in->fault[i].asset, it->site, it->asset) &&
            lasts_at(&in->fault[i], it->opened))
            return false;
    return true;
}

void truth_compare(const truth_input *in, fault_answer *ret_answer, bool *ret_is_false)
{
    for (size_t i = 0; i < in->faults; i++)
        ret_answer[i] = answer_of(in, &in->fault[i]);
    for (size_t i = 0; i < in->incidents; i++)
        ret_is_false[i] = is_false(in, &in->incident[i]);
}
