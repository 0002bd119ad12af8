#include "plant/clock.h"

#include "plant/record_inner.h"

#include "source.sql.h"

#include "base/banned.h"

oq_err *source_clocks_of(oq_scope *s, oq_str source, source_clocks *ret_clocks)
{
    sql_source_clocks_of_rows rows = {0};
    if (source.len)
        OQ_TRY(sql_source_clocks_of(s, (sql_source_clocks_of_args){.source = source}, &rows));
    *ret_clocks = (source_clocks){rows.at, rows.count};
    return NULL;
}

source_time source_clock_correct(const source_clocks *clocks, oq_us told)
{
    source_time as_told = {told, told, 0};
    size_t later = 0; /* rows up to the one that holds */
    while (later < clocks->count && clocks->at[later].valid_from <= told)
        later++;
    oq_us happened, offset = later ? clocks->at[later - 1].offset_ms * OQ_MS : 0;
    if (told == OQ_TIME_NONE || __builtin_add_overflow(told, offset, &happened) ||
        happened == OQ_TIME_NONE)
        return as_told;
    return (source_time){happened, told, offset};
}
