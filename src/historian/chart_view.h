/* historian/chart_view.h
 *
 * Signals over time as a part of a page: templates/partials/chart, drawn by web/scripts/chart. The
 * window is in the address (?from&to, or ?range=24h), so that what is seen is a link. */
#ifndef HISTORIAN_CHART_VIEW_H
#define HISTORIAN_CHART_VIEW_H

#include "historian/signal_view.h"

enum { CHART_SERIES_MAX = 8, CHART_SPARK_BUCKETS = 60 };

/* What a page's query holds of it; the fields stand at the end of the page's own table:
 *     OQ_TIME(my_query, from), OQ_TIME(my_query, to), OQ_CHOICE(my_query, range, chart_ranges) */
typedef enum chart_range {
    CHART_RANGE_1H = 1,
    CHART_RANGE_8H,
    CHART_RANGE_24H,
    CHART_RANGE_7D,
    CHART_RANGE_30D,
    CHART_RANGE_90D,
    CHART_RANGE_1Y
} chart_range;
extern const oq_choice chart_ranges[];

typedef struct chart_window {
    oq_us from, to;
    int range;    /* 0: somebody chose from and to */
    bool is_past; /* nobody chose anything, and the newest sample is older than the usual range:
                     the window ends behind that sample */
} chart_window;

/* Of what stands in the address. Without anything: the last 24 hours, or the last 24 hours that
 * have samples (`newest`: OQ_TIME_NONE when there is none). One of from and to alone goes with the
 * range. Fails as hist_span_check does. */
OQ_CHECKED oq_err *chart_window_of(oq_us from, oq_us to, int range, oq_us newest, oq_us now,
                                   chart_window *ret_window);
oq_us chart_range_length(int range);
/* The newest sample of all. */
oq_us chart_newest(const hist_signals *list);

typedef struct chart_plan {
    const char *id;
    oq_str label;
    oq_str href;         /* of this page, with whatever else its address holds, for its ranges */
    oq_str compare_href; /* or not given */
    chart_window window;
    const hist_signals *signals; /* at most CHART_SERIES_MAX of them are drawn */
} chart_plan;
OQ_CHECKED oq_err *chart_put(const web_page *page, oq_scope *s, web_value *to,
                             const chart_plan *plan);

/* {"lang", "digits", "zone", "hijri"}: how scripts write numbers and times on this page. */
oq_str chart_locale_config(const web_page *page);

/* A small line (partials/spark) as the member "spark" of `to`, from even buckets. Nothing when
 * there is nothing to see. */
void chart_put_spark(const web_page *page, web_value *to, const series *e, const aggregate *bucket,
                     size_t count);
/* The same of each signal of a list, with one question to the historian; `each[i]` is where the
 * i-th belongs. */
OQ_CHECKED oq_err *chart_put_sparks(const web_page *page, oq_scope *s, const hist_signals *list,
                                    const chart_window *window, web_value *const *each);

#endif
