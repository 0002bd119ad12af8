#include "incident/pdf.h"

#include <cairo-pdf.h>
#include <pthread.h>

#include "incident/pdf_font.h"

#include "base/banned.h"

/* Points: A4. */
#define WIDTH   595.276
#define HEIGHT  841.89
#define MARGIN  48.0
#define TOP     76.0
#define BOTTOM  (HEIGHT - 62.0)
#define INSIDE  (WIDTH - 2 * MARGIN)
#define INDENT  14.0
#define PADDING 4.0

enum { CELL_LINES_MAX = 12, TEXT_BYTES_MAX = 16 * 1024 };

typedef enum tone { INK, MUTED, FAINT, ACCENT } tone;

struct pdf {
    oq_arena *arena;
    oq_buf *out;
    pdf_frame frame;
    PangoContext *context;
    cairo_surface_t *surface;
    cairo_t *cairo;
    double y;
    int page;
    bool is_full; /* at pages_max: what comes is left out */
    pdf_column column[PDF_COLUMNS_MAX];
    size_t columns;
};

/* fontconfig's and pango's caches are shared between maps: one paper is drawn at a time, which
 * takes some ten milliseconds. */
static pthread_mutex_t drawing = PTHREAD_MUTEX_INITIALIZER;

static cairo_status_t take(void *self, const unsigned char *bytes, unsigned int len)
{
    oq_buf *out = self;
    oq_buf_put(out, bytes, len);
    return out->overflow ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static cairo_status_t lose(void *self, const unsigned char *bytes, unsigned int len)
{
    return CAIRO_STATUS_SUCCESS;
}

/* --- letters ------------------------------------------------------------------------------------*/

static PangoLayout *layout_of(pdf *p, oq_str text, double size, bool is_bold, double width)
{
    PangoLayout *layout = pango_layout_new(p->context);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, is_bold ? PDF_FONT_BOLD : PDF_FONT);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_font_description_set_weight(font, is_bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_auto_dir(layout, FALSE); /* the paper's direction; isolates have their own */
    pango_layout_set_alignment(layout, p->frame.is_rtl ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    size_t len = text.len < TEXT_BYTES_MAX ? text.len : TEXT_BYTES_MAX;
    while (len < text.len && len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
        len--;
    pango_layout_set_text(layout, text.len ? text.ptr : "", (int)len);
    return layout;
}

static void colour(pdf *p, tone ink)
{
    static const double rgb[][3] = {
        [INK] = {0.1, 0.13, 0.14},
        [MUTED] = {0.35, 0.4, 0.42},
        [FAINT] = {0.82, 0.85, 0.86},
        [ACCENT] = {0.05, 0.37, 0.42},
    };
    cairo_set_source_rgb(p->cairo, rgb[ink][0], rgb[ink][1], rgb[ink][2]);
}

static double height_of(PangoLayout *layout)
{
    PangoRectangle box;
    pango_layout_get_extents(layout, NULL, &box);
    return (double)box.height / PANGO_SCALE;
}

/* At the start (or end) of the line, as far as `width` goes. */
static void put_line(pdf *p, oq_str text, double size, bool is_end, double y, tone ink)
{
    PangoLayout *layout = layout_of(p, text, size, false, INSIDE);
    bool is_right = p->frame.is_rtl != is_end;
    pango_layout_set_alignment(layout, is_right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    pango_layout_set_height(layout, -1);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    colour(p, ink);
    cairo_move_to(p->cairo, MARGIN, y);
    pango_cairo_show_layout(p->cairo, layout);
    g_object_unref(layout);
}

static void put_rule(pdf *p, double y)
{
    colour(p, FAINT);
    cairo_set_line_width(p->cairo, 0.7);
    cairo_new_path(p->cairo);
    cairo_move_to(p->cairo, MARGIN, y);
    cairo_line_to(p->cairo, WIDTH - MARGIN, y);
    cairo_stroke(p->cairo);
}

/* --- pages --------------------------------------------------------------------------------------*/

static void begin_page(pdf *p)
{
    oq_arg fact[] = {{.name = "page", .value = oq_strf(p->arena, "%d", ++p->page)},
                     {.name = "pages", .value = oq_strf(p->arena, "%d", p->frame.pages)}};
    put_line(p, p->frame.head, 8.5, false, 34, MUTED);
    put_line(p, p->frame.head_end, 8.5, true, 34, MUTED);
    put_rule(p, 54);
    put_rule(p, HEIGHT - 50);
    put_line(p, p->frame.foot, 7, false, HEIGHT - 42, MUTED);
    oq_str text = p->frame.page_of;
    OQ_AUTO(oq_buf) out = oq_buf_make(1024);
    while (text.len) {
        size_t at = oq_str_find_char(text, '{');
        oq_buf_str(&out, oq_str_sub(text, 0, at));
        if (at == SIZE_MAX)
            break;
        oq_str rest = oq_str_sub(text, at + 1, SIZE_MAX);
        bool is_page = oq_str_starts(rest, OQ_STR("page}"));
        oq_buf_str(&out, fact[is_page ? 0 : 1].value);
        text = oq_str_sub(rest, oq_str_find_char(rest, '}') + 1, SIZE_MAX);
    }
    put_line(p, oq_buf_view(&out), 7, true, HEIGHT - 42, MUTED);
    p->y = TOP;
}

static bool next_page(pdf *p)
{
    if (p->page >= p->frame.pages_max) {
        p->is_full = true;
        return false;
    }
    cairo_show_page(p->cairo);
    begin_page(p);
    return true;
}

/* Room for so much, on this page or the next. */
static bool has_room(pdf *p, double height)
{
    if (p->is_full)
        return false;
    return p->y + height <= BOTTOM || p->y <= TOP || next_page(p);
}

pdf *pdf_open(oq_arena *arena, oq_buf *out, const pdf_frame *frame)
{
    pthread_mutex_lock(&drawing);
    pdf *p = oq_new(arena, pdf);
    *p = (pdf){.arena = arena, .out = out, .frame = *frame};
    p->surface = cairo_pdf_surface_create_for_stream(out ? take : lose, out, WIDTH, HEIGHT);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE,
                                   oq_str_c(arena, frame->title));
    p->cairo = cairo_create(p->surface);
    p->context = pango_font_map_create_context(pdf_font_map());
    pango_cairo_context_set_resolution(p->context, 72);
    pango_context_set_base_dir(p->context,
                               frame->is_rtl ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
    pango_cairo_update_context(p->cairo, p->context);
    begin_page(p);
    return p;
}

oq_err *pdf_close(pdf *p, int *ret_pages)
{
    cairo_destroy(p->cairo);
    cairo_surface_finish(p->surface);
    cairo_status_t status = cairo_surface_status(p->surface);
    cairo_surface_destroy(p->surface);
    g_object_unref(p->context);
    *ret_pages = p->page;
    pthread_mutex_unlock(&drawing);
    if (status != CAIRO_STATUS_SUCCESS || (p->out && p->out->overflow))
        return oq_fail(OQ_INTERNAL, "report.not_drawn");
    return NULL;
}

/* --- text ---------------------------------------------------------------------------------------*/

/* Line by line, so that a paragraph may go over pages. `indent` is at the start. */
static void flow(pdf *p, oq_str text, double size, bool is_bold, double indent, tone ink)
{
    if (!text.len || p->is_full)
        return;
    PangoLayout *layout = layout_of(p, text, size, is_bold, INSIDE - indent);
    PangoLayoutIter *line = pango_layout_get_iter(layout);
    double left = MARGIN + (p->frame.is_rtl ? 0 : indent);
    do {
        PangoRectangle box;
        pango_layout_iter_get_line_extents(line, NULL, &box);
        double height = (double)box.height / PANGO_SCALE;
        if (!has_room(p, height))
            break;
        double ascent = (double)(pango_layout_iter_get_baseline(line) - box.y) / PANGO_SCALE;
        colour(p, ink);
        cairo_move_to(p->cairo, left + (double)box.x / PANGO_SCALE, p->y + ascent);
        pango_cairo_show_layout_line(p->cairo, pango_layout_iter_get_line_readonly(line));
        p->y += height;
    } while (pango_layout_iter_next_line(line));
    pango_layout_iter_free(line);
    g_object_unref(layout);
}

void pdf_gap(pdf *p, double points)
{
    if (p->y > TOP)
        p->y += points;
}

void pdf_title(pdf *p, oq_str text)
{
    flow(p, text, 18, true, 0, INK);
    pdf_gap(p, 2);
}

/* Not alone at the foot of a page. */
void pdf_heading(pdf *p, oq_str text)
{
    pdf_gap(p, 12);
    if (!has_room(p, 54))
        return;
    flow(p, text, 12.5, true, 0, ACCENT);
    pdf_gap(p, 3);
}

void pdf_text(pdf *p, oq_str text)
{
    flow(p, text, 10, false, 0, INK);
    pdf_gap(p, 3);
}

void pdf_small(pdf *p, oq_str text)
{
    flow(p, text, 8.5, false, 0, MUTED);
    pdf_gap(p, 2);
}

void pdf_item(pdf *p, oq_str text)
{
    if (!text.len || !has_room(p, 14))
        return;
    double x = p->frame.is_rtl ? WIDTH - MARGIN - 4 : MARGIN + 4;
    colour(p, MUTED);
    cairo_new_path(p->cairo);
    cairo_arc(p->cairo, x, p->y + 7.5, 1.6, 0, 6.2832);
    cairo_fill(p->cairo);
    flow(p, text, 10, false, INDENT, INK);
    pdf_gap(p, 2);
}

/* A cell of `width` at `x`; returns its height. `y` below zero: only measured. */
static double put_cell(pdf *p, oq_str text, double size, bool is_bold, double x, double y,
                       double width, tone ink)
{
    PangoLayout *layout = layout_of(p, text, size, is_bold, width);
    pango_layout_set_height(layout, -CELL_LINES_MAX);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    double height = height_of(layout);
    if (y >= 0) {
        colour(p, ink);
        cairo_move_to(p->cairo, x, y);
        pango_cairo_show_layout(p->cairo, layout);
    }
    g_object_unref(layout);
    return height;
}

void pdf_fact(pdf *p, oq_str label, oq_str value)
{
    const double label_width = 130;
    if (!value.len || p->is_full)
        return;
    double left = p->frame.is_rtl ? MARGIN : MARGIN + label_width;
    double width = INSIDE - label_width;
    double height = put_cell(p, value, 10, false, 0, -1, width, INK);
    if (!has_room(p, height))
        return;
    put_cell(p, label, 9, false, p->frame.is_rtl ? WIDTH - MARGIN - label_width : MARGIN, p->y + 1,
             label_width - 8, MUTED);
    put_cell(p, value, 10, false, left, p->y, width, INK);
    p->y += height + 2;
}

void pdf_bar(pdf *p, oq_str label, oq_str value, double share, bool is_strong)
{
    const double value_width = 60, bar_height = 5;
    if (!has_room(p, 30))
        return;
    bool is_rtl = p->frame.is_rtl;
    double height = put_cell(p, label, 10, is_strong, is_rtl ? MARGIN + value_width : MARGIN, p->y,
                             INSIDE - value_width, INK);
    put_line(p, value, 10, true, p->y, INK);
    p->y += height + 2;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    colour(p, FAINT);
    cairo_new_path(p->cairo);
    cairo_rectangle(p->cairo, MARGIN, p->y, INSIDE, bar_height);
    cairo_fill(p->cairo);
    colour(p, is_strong ? ACCENT : MUTED);
    cairo_rectangle(p->cairo, is_rtl ? WIDTH - MARGIN - INSIDE * share : MARGIN, p->y,
                    INSIDE * share, bar_height);
    cairo_fill(p->cairo);
    p->y += bar_height + 7;
}

/* --- tables -------------------------------------------------------------------------------------*/

static double row_height(pdf *p, const oq_str *cell, double size, bool is_bold)
{
    double height = 0;
    for (size_t i = 0; i < p->columns; i++) {
        double width = INSIDE * p->column[i].share - 2 * PADDING;
        double own = put_cell(p, cell[i], size, is_bold, 0, -1, width, INK);
        height = own > height ? own : height;
    }
    return height + 2 * PADDING;
}

static void put_row(pdf *p, const oq_str *cell, double size, bool is_bold, double height)
{
    double at = 0;
    for (size_t i = 0; i < p->columns; i++) {
        double width = INSIDE * p->column[i].share;
        double x = p->frame.is_rtl ? WIDTH - MARGIN - at - width : MARGIN + at;
        put_cell(p, cell[i], size, is_bold, x + PADDING, p->y + PADDING, width - 2 * PADDING,
                 is_bold ? MUTED : INK);
        at += width;
    }
    p->y += height;
    put_rule(p, p->y);
}

static void put_table_head(pdf *p)
{
    oq_str label[PDF_COLUMNS_MAX];
    for (size_t i = 0; i < p->columns; i++)
        label[i] = p->column[i].label;
    put_row(p, label, 8, true, row_height(p, label, 8, true));
}

void pdf_table_begin(pdf *p, const pdf_column *column, size_t columns)
{
    p->columns = columns < PDF_COLUMNS_MAX ? columns : PDF_COLUMNS_MAX;
    memcpy(p->column, column, p->columns * sizeof *column);
    if (has_room(p, 60))
        put_table_head(p);
}

void pdf_row(pdf *p, const oq_str *cell)
{
    if (p->is_full)
        return;
    double height = row_height(p, cell, 8.5, false);
    if (p->y + height > BOTTOM) {
        if (!next_page(p))
            return;
        put_table_head(p);
    }
    put_row(p, cell, 8.5, false, height);
}
