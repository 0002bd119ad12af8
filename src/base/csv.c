#include "base/csv.h"

#include "base/banned.h"

oq_csv oq_csv_to(oq_buf *out)
{
    oq_buf_lit(out, "\xef\xbb\xbf");
    return (oq_csv){.out = out};
}

static const char formula_signs[] = "=+-@\t\r";

/* Spreadsheets skip blanks before they decide; so does this. */
static bool looks_like_formula(oq_str text)
{
    double number;
    if (oq_parse_f64(text, &number))
        return false;
    while (text.len && text.ptr[0] == ' ')
        text = oq_str_sub(text, 1, SIZE_MAX);
    return text.len && memchr(formula_signs, text.ptr[0], sizeof formula_signs - 1);
}

static bool wants_quotes(oq_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (memchr(",;\"\r\n\t", text.ptr[i], 6))
            return true;
    return text.len && (text.ptr[0] == ' ' || text.ptr[text.len - 1] == ' ');
}

void oq_csv_cell(oq_csv *csv, oq_str text)
{
    if (csv->in_row)
        oq_buf_char(csv->out, ',');
    csv->in_row = true;
    bool quotes = wants_quotes(text);
    if (quotes)
        oq_buf_char(csv->out, '"');
    if (looks_like_formula(text))
        oq_buf_char(csv->out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            oq_buf_char(csv->out, '"');
        oq_buf_char(csv->out, text.ptr[i]);
    }
    if (quotes)
        oq_buf_char(csv->out, '"');
}

void oq_csv_end_row(oq_csv *csv)
{
    oq_buf_lit(csv->out, "\r\n");
    csv->in_row = false;
}

oq_str oq_csv_plain(oq_str cell)
{
    bool is_guarded = cell.len > 1 && cell.ptr[0] == '\'';
    oq_str text = oq_str_sub(cell, 1, SIZE_MAX);
    return is_guarded && looks_like_formula(text) ? text : cell;
}
