#include "ops/job_view.h"

#include "http/request.h"
#include "job_view.sql.h"

#include "base/banned.h"

const oq_field job_counts_fields[] = {
    OQ_I64(job_counts, ready),
    OQ_I64(job_counts, late),
    OQ_I64(job_counts, running),
    OQ_I64(job_counts, failed),
    OQ_I64(job_counts, done_today),
    OQ_TIME(job_counts, oldest_ready),
    OQ_FIELDS_END,
};

const oq_field job_query_fields[] = {
    OQ_CHOICE(job_query, state, job_state_choices),
    OQ_TEXT(job_query, kind, .max = 80, .help = "the whole name, \"audit.trim\""),
    OQ_TEXT(job_query, cursor, .max = 200),
    OQ_I64(job_query, limit, .preset = "50", .min = 1, .max = 200),
    OQ_FIELDS_END,
};

oq_err *job_view_counts(oq_scope *s, job_counts *ret_counts)
{
    oq_us now = oq_now(s);
    sql_job_view_counts_rows rows;
    OQ_TRY(sql_job_view_counts(s, (sql_job_view_counts_args){.now = now, .day_start = now - OQ_DAY},
                               &rows));
    *ret_counts = rows.at[0];
    return NULL;
}

oq_err *job_view_find(oq_scope *s, const job_query *query, job_list *ret_list)
{
    sql_job_view_find_args args = {
        .state = oq_cstr(query->state ? oq_choice_text(job_state_choices, query->state) : NULL),
        .kind = query->kind,
        .limit = query->limit + 1,
    };
    OQ_TRY(http_cursor_read(query->cursor, &args.before_at, &args.before_id));
    sql_job_view_find_rows rows;
    OQ_TRY(sql_job_view_find(s, args, &rows));
    job_list list = {.at = rows.at, .count = rows.count};
    if (list.count > (size_t)query->limit) {
        list.count--;
        const job *last = &list.at[list.count - 1];
        list.next = http_cursor_make(oq_scope_arena(s), last->created_at, last->id);
    }
    *ret_list = list;
    return NULL;
}
