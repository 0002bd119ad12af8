/* backtest/report.h
 *
 * What a backtest found: figures, each beside what others published and what is wanted, and tables
 * that show how they came about. Printed by the command, measured by the bench. */
#ifndef BACKTEST_REPORT_H
#define BACKTEST_REPORT_H

#include "base/base.h"

typedef struct report_figure {
    const char *name; /* "azure.top1" */
    double value;
    const char *unit;
    const char *peer;  /* who published the other figure, and with what; NULL: nobody */
    double peer_value; /* in the same unit */
    double wanted;     /* at least (or at most); NaN: nothing is */
    bool is_at_most;
    bool has_interval; /* of 95 % confidence */
    double low, high;
} report_figure;

enum { REPORT_COLUMNS_MAX = 8, REPORT_FIGURES_MAX = 96, REPORT_TABLES_MAX = 12 };

typedef struct report_table {
    const char *name; /* "confusion": the key of its heading, cli.backtest.<name> */
    size_t columns;
    oq_str *cell; /* row by row; the first row is the head */
    size_t cells, room;
} report_table;

typedef struct report {
    oq_arena *arena;
    report_figure figure[REPORT_FIGURES_MAX];
    size_t figures;
    report_table table[REPORT_TABLES_MAX];
    size_t tables;
} report;

report *report_make(oq_arena *arena);
void report_figure_add(report *r, report_figure figure);
/* NULL: there is none of this name. */
const report_figure *report_figure_find(const report *r, const char *name);
report_table *report_table_add(report *r, const char *name, size_t columns);
/* The next cell, from left to right and row by row. */
void report_cell(report *r, report_table *t, oq_str text);
void report_number(report *r, report_table *t, double value, int decimals); /* NaN: "-" */

#endif
