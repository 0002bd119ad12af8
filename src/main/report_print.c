#include "main/report_print.h"

#include <math.h>

#include "main/table.h"

#include "base/banned.h"

enum { OUTPUT_MAX = 4 << 20 };

static bool is_missed(const report_figure *f)
{
    return !isnan(f->wanted) && (f->is_at_most ? f->value > f->wanted : f->value < f->wanted);
}

/* --- for people ----------------------------------------------------------------------------------*/

/* Whole numbers as such, others with four digits behind the point. */
static oq_str number(oq_arena *arena, double value)
{
    if (!isfinite(value))
        return OQ_STR("-");
    return fabs(value - round(value)) < 1e-9 ? oq_strf(arena, "%.0f", value)
                                             : oq_strf(arena, "%.4f", value);
}

static oq_str with_interval(oq_arena *arena, const report_figure *f)
{
    oq_str value = number(arena, f->value);
    return f->has_interval && isfinite(f->value)
               ? oq_strf(arena, "%.*s (%.3f-%.3f)", OQ_FMT(value), f->low, f->high)
               : value;
}

static void print_figures(const command_run *run, const report *r, oq_buf *out)
{
    table t = table_make(run->arena, 5);
    TABLE_ADD(&t, command_word(run, "cli.backtest.figure"), command_word(run, "cli.backtest.value"),
              command_word(run, "cli.backtest.unit"), command_word(run, "cli.backtest.wanted"),
              command_word(run, "cli.backtest.beside"));
    for (size_t i = 0; i < r->figures; i++) {
        const report_figure *f = &r->figure[i];
        oq_str wanted = isnan(f->wanted) ? OQ_STR("-")
                                         : oq_strf(run->arena, "%s %.4f%s",
                                                   f->is_at_most ? "<=" : ">=", f->wanted,
                                                   is_missed(f) ? " (!)" : "");
        oq_str beside =
            f->peer ? oq_strf(run->arena, "%s: %.4f", f->peer, f->peer_value) : OQ_STR("-");
        TABLE_ADD(&t, oq_cstr(f->name), with_interval(run->arena, f), oq_cstr(f->unit), wanted,
                  beside);
    }
    table_write(&t, 0, out);
}

static void print_table(const command_run *run, const report_table *of, oq_buf *out)
{
    const char *key = oq_str_c(run->arena, oq_strf(run->arena, "cli.backtest.table.%s", of->name));
    oq_str heading = command_word(run, key);
    table t = table_make(run->arena, of->columns);
    for (size_t i = 0; i + of->columns <= of->cells; i += of->columns)
        table_add(&t, of->cell + i);
    oq_buf_f(out, "\n%.*s\n", OQ_FMT(heading));
    table_write(&t, 2, out);
}

void report_print_text(const command_run *run, const report *r)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(OUTPUT_MAX);
    print_figures(run, r, &out);
    for (size_t i = 0; i < r->tables; i++)
        print_table(run, &r->table[i], &out);
    command_print(&out);
}

/* --- for programs --------------------------------------------------------------------------------*/

static void put_figure(oq_json *j, const report_figure *f)
{
    oq_json_object(j);
    oq_json_put(j, text, "name", oq_cstr(f->name));
    oq_json_put(j, f64, "value", f->value);
    oq_json_put(j, f64, "low", f->has_interval ? f->low : (double)NAN);
    oq_json_put(j, f64, "high", f->has_interval ? f->high : (double)NAN);
    oq_json_put(j, text, "unit", oq_cstr(f->unit));
    oq_json_put(j, text, "peer", oq_cstr(f->peer));
    oq_json_put(j, f64, "peer_value", f->peer ? f->peer_value : (double)NAN);
    oq_json_put(j, f64, "wanted", f->wanted);
    oq_json_put(j, bool, "ok", !is_missed(f));
    oq_json_object_end(j);
}

static void put_table(oq_json *j, const report_table *t)
{
    oq_json_key(j, oq_cstr(t->name));
    oq_json_array(j);
    for (size_t i = 0; i + t->columns <= t->cells; i += t->columns) {
        oq_json_array(j);
        for (size_t k = 0; k < t->columns; k++)
            oq_json_text(j, t->cell[i + k]);
        oq_json_array_end(j);
    }
    oq_json_array_end(j);
}

void report_print_json(oq_str dataset, const report *r)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(OUTPUT_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, text, "dataset", dataset);
    oq_json_key(&j, OQ_STR("figures"));
    oq_json_array(&j);
    for (size_t i = 0; i < r->figures; i++)
        put_figure(&j, &r->figure[i]);
    oq_json_array_end(&j);
    oq_json_key(&j, OQ_STR("tables"));
    oq_json_object(&j);
    for (size_t i = 0; i < r->tables; i++)
        put_table(&j, &r->table[i]);
    oq_json_object_end(&j);
    oq_json_object_end(&j);
    oq_buf_char(&out, '\n');
    command_print(&out);
}
