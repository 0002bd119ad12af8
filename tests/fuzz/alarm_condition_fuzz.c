/* Any text as a condition: it is refused with a code, or what is written of it is the same
 * condition; followed over a few samples, it ends in a state that is read back as it was. */
#include <math.h>

#include "quant/alarm.h"

#include "base/banned.h"

static oq_str written(oq_arena *arena, const alarm_condition *c)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
    oq_json j = oq_json_to(&out);
    alarm_condition_write(&j, c);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static oq_str stored(oq_arena *arena, const alarm_condition *c, const alarm_machine *m)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
    oq_json j = oq_json_to(&out);
    alarm_machine_write(&j, c, m);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static void follow(oq_arena *arena, const alarm_condition *c)
{
    samples s = samples_make(arena, 4, true, false);
    static const double value[] = {0, 1e300, -7, 3};
    alarm_signal signal[ALARM_LEAVES_MAX];
    alarm_machine m, again;
    alarm_outcome o;
    for (size_t i = 0; i < 4; i++) {
        s.time[i] = (oq_us)i * 10 * OQ_SECOND;
        s.value[i] = value[i];
        s.quality[i] = i == 2 ? QUALITY_BAD : QUALITY_GOOD;
    }
    s.count = 4;
    for (int k = 0; k < c->leaves; k++)
        signal[k] =
            (alarm_signal){k % 3 == 2 ? NULL : &s, isnan(c->leaf[k].limit) ? 2 : c->leaf[k].limit};
    alarm_machine_start(&m, c, -1, false, -1);
    alarm_look(c, (alarm_delays){OQ_SECOND, 0}, signal, 0, OQ_HOUR, &m, &o);
    oq_str text = stored(arena, c, &m);
    if (alarm_machine_read(arena, text, c, &again) || !oq_str_eq(stored(arena, c, &again), text))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_err_reset();
    oq_arena *arena = oq_arena_open(0);
    oq_str text = oq_strn((const char *)data, size);
    alarm_condition *c, *again;
    alarm_machine m;
    if (!alarm_condition_parse(arena, text, &c)) {
        oq_str once = written(arena, c);
        if (once.len <= ALARM_CONDITION_BYTES_MAX) {
            if (alarm_condition_parse(arena, once, &again) ||
                !oq_str_eq(written(arena, again), once))
                abort();
        }
        follow(arena, c);
        oq_ignore(alarm_machine_read(arena, text, c, &m), "any text may be refused");
    }
    oq_arena_close(arena);
    return 0;
}
