#include "backtest/report.h"

#include <assert.h>
#include <math.h>

#include "base/banned.h"

report *report_make(oq_arena *arena)
{
    report *r = oq_new(arena, report);
    r->arena = arena;
    return r;
}

void report_figure_add(report *r, report_figure figure)
{
    assert(r->figures < REPORT_FIGURES_MAX);
    r->figure[r->figures++] = figure;
}

const report_figure *report_figure_find(const report *r, const char *name)
{
    for (size_t i = 0; i < r->figures; i++)
        if (strcmp(r->figure[i].name, name) == 0)
            return &r->figure[i];
    return NULL;
}

report_table *report_table_add(report *r, const char *name, size_t columns)
{
    assert(r->tables < REPORT_TABLES_MAX && columns > 0 && columns <= REPORT_COLUMNS_MAX);
    report_table *t = &r->table[r->tables++];
    *t = (report_table){.name = name, .columns = columns};
    return t;
}

void report_cell(report *r, report_table *t, oq_str text)
{
    if (t->cells == t->room) {
        size_t room = t->room ? 2 * t->room : 8 * t->columns;
        oq_str *bigger = oq_new_n(r->arena, oq_str, room);
        if (t->cells)
            memcpy(bigger, t->cell, t->cells * sizeof *bigger);
        t->cell = bigger;
        t->room = room;
    }
    t->cell[t->cells++] = text;
}

void report_number(report *r, report_table *t, double value, int decimals)
{
    report_cell(r, t, isnan(value) ? OQ_STR("-") : oq_strf(r->arena, "%.*f", decimals, value));
}
