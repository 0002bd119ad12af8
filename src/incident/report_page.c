/* The report as a page to print, and as PDF. */
#include "incident/report.h"

#include "base/banned.h"

static oq_err *make(http_req *rq, oq_scope *s, web_page *page, dossier **ret_dossier)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(dossier_get(s, id, 0, ret_dossier));
    *page = web_page_begin(rq, "incidents/report", "report.title", "blackbox");
    report_put(page, page->view, *ret_dossier, oq_now(s));
    web_put_text(page->view, "tenant_name", http_who_of(rq)->tenant_name);
    return NULL;
}

oq_err *report_page_get(http_req *rq, oq_scope *s)
{
    web_page page;
    dossier *d;
    OQ_TRY(make(rq, s, &page, &d));
    oq_str number = dossier_name(page.arena, d->it->number);
    page.title =
        oq_strf(page.arena, "%.*s · %.*s", OQ_FMT(web_say(&page, "report.title")), OQ_FMT(number));
    web_page_crumb(&page, web_say(&page, "blackbox.title"), "/blackbox");
    web_page_crumb(&page, number, dossier_path(page.arena, d->it->id).ptr);
    web_page_crumb(&page, web_say(&page, "report.title"), NULL);
    return web_page_send(&page);
}

oq_err *report_pdf_get(http_req *rq, oq_scope *s)
{
    web_page page;
    dossier *d;
    OQ_TRY(make(rq, s, &page, &d));
    oq_arena *a = page.arena;
    oq_buf out = oq_buf_make(REPORT_BYTES_MAX);
    oq_err *err = report_draw(&page, page.view, &out);
    if (err) {
        oq_buf_drop(&out);
        return err;
    }
    http_as_file(rq, oq_strf(a, "%.*s-%.*s.pdf", OQ_FMT(dossier_name(a, d->it->number)),
                             OQ_FMT(oq_lang_code(page.locale.lang))));
    http_answer_buf(rq, 200, "application/pdf", &out);
    return NULL;
}
