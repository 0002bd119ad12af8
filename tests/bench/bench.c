#include "bench/bench.h"

#include <math.h>

#include "base/banned.h"

void bench_print(const bench_figure *f)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(4096);
    oq_json j = oq_json_to(&out);
    double ratio = f->peer && f->peer_value > 0 ? f->value / f->peer_value : (double)NAN;
    double judged = f->peer ? ratio : f->value;
    bool ok = f->gate == 0 || (f->goal == BENCH_AT_LEAST ? judged >= f->gate : judged <= f->gate);
    oq_json_object(&j);
    oq_json_put(&j, text, "name", oq_cstr(f->name));
    oq_json_put(&j, f64, "value", round(f->value * 1000) / 1000);
    oq_json_put(&j, text, "unit", oq_cstr(f->unit));
    oq_json_put(&j, text, "peer", oq_cstr(f->peer));
    oq_json_put(&j, f64, "peer_value", f->peer ? round(f->peer_value * 1000) / 1000 : (double)NAN);
    oq_json_put(&j, f64, "ratio", round(ratio * 1000) / 1000);
    oq_json_put(&j, f64, "gate", f->gate != 0 ? f->gate : (double)NAN);
    oq_json_put(&j, bool, "ok", ok);
    oq_json_object_end(&j);
    printf("%.*s\n", OQ_FMT(oq_buf_view(&out)));
    fflush(stdout);
}

double bench_number_after(oq_str text, const char *label)
{
    size_t at = oq_str_find(text, oq_cstr(label));
    if (at == SIZE_MAX)
        return 0;
    oq_str rest = oq_str_trim(oq_str_sub(text, at + strlen(label), SIZE_MAX));
    size_t len = rest.len && rest.ptr[0] == '-';
    while (len < rest.len && strchr("0123456789.", rest.ptr[len]))
        len++;
    double value = 0;
    oq_parse_f64(oq_str_sub(rest, 0, len), &value);
    return value;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(oq_arena *arena, const double *values, size_t count)
{
    double *sorted = oq_copy(arena, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, by_size);
    return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

double bench_resident_mb(int pid)
{
    char path[64], line[200];
    double kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = bench_number_after(oq_cstr(line), "VmRSS:");
    if (f)
        fclose(f);
    return kib * 1024 / 1e6;
}
