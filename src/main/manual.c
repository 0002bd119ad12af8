#include "main/manual.h"

#include "base/lang.h"
#include "core/capability.h"
#include "main/modules.h"
#include "main/settings.h"

#include "base/banned.h"

static void head(oq_buf *out, const char *title, const char *lead)
{
    oq_buf_f(out, "# %s\n\n%s\n\nWritten by `optria docs` from the program's own tables.\n", title,
             lead);
}

/* A cell: no line ends, and a bar does not end it. */
static void cell(oq_buf *out, oq_str text)
{
    oq_buf_lit(out, " ");
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '|')
            oq_buf_lit(out, "\\|");
        else
            oq_buf_char(out, text.ptr[i] == '\n' ? ' ' : text.ptr[i]);
    }
    oq_buf_lit(out, " |");
}

static void code_cell(oq_buf *out, const char *text)
{
    if (!text || !*text) {
        oq_buf_lit(out, " |");
        return;
    }
    oq_buf_lit(out, " `");
    for (; *text; text++) {
        if (*text == '|')
            oq_buf_char(out, '\\');
        oq_buf_char(out, *text);
    }
    oq_buf_lit(out, "` |");
}

/* --- routes -------------------------------------------------------------------------------------*/

static const char *const method_names[HTTP_METHOD_COUNT] = {
    [HTTP_GET] = "GET",     [HTTP_POST] = "POST",     [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
};

static void fields_cell(oq_buf *out, const oq_field *fields)
{
    oq_buf_lit(out, " ");
    for (const oq_field *f = fields; f && f->type; f++)
        oq_buf_f(out, "%s`%s`%s", f == fields ? "" : ", ", f->name, f->required ? "*" : "");
    oq_buf_lit(out, " |");
}

static void write_route(oq_buf *out, const http_route *r)
{
    oq_buf_lit(out, "|");
    code_cell(out, method_names[r->method]);
    code_cell(out, r->path);
    code_cell(out, oq_choice_text(cap_choices, r->cap));
    fields_cell(out, r->query);
    fields_cell(out, r->body);
    oq_buf_f(out, " %s |", r->handle_platform ? "platform" : r->handle ? "tenant" : "");
    cell(out, oq_cstr(r->summary));
    oq_buf_lit(out, "\n");
}

static void write_routes_where(oq_buf *out, bool is_page)
{
    oq_buf_lit(out,
               "\n| method | path | capability | query | body (* required) | works in | what |\n"
               "|---|---|---|---|---|---|---|\n");
    for (size_t t = 0; module_routes[t]; t++)
        for (const http_route *r = module_routes[t]; r->method; r++)
            if (r->is_page == is_page)
                write_route(out, r);
}

static void write_routes(oq_buf *out)
{
    head(out, "Routes",
         "Every path that the server answers. Another tenant's id is \"not found\".");
    oq_buf_lit(out, "\n## For machines\n");
    write_routes_where(out, false);
    oq_buf_lit(out, "\n## Pages\n");
    write_routes_where(out, true);
}

/* --- rights -------------------------------------------------------------------------------------*/

static void write_capabilities(oq_buf *out)
{
    head(out, "Roles and capabilities",
         "Who may do what. An empty cell is \"no\". The table is `src/core/capability.c`.");
    oq_buf_lit(out, "\n| capability | what |");
    for (const oq_choice *role = role_choices; role->text; role++)
        code_cell(out, role->text);
    oq_buf_lit(out, "\n|---|---|");
    for (const oq_choice *role = role_choices; role->text; role++)
        oq_buf_lit(out, "---|");
    oq_buf_lit(out, "\n");
    for (const oq_choice *cap = cap_choices; cap->text; cap++) {
        oq_buf_lit(out, "|");
        code_cell(out, cap->text);
        cell(out, oq_cstr(oq_cap_help((oq_cap)cap->value)));
        for (const oq_choice *role = role_choices; role->text; role++) {
            bool has = oq_caps_have(oq_caps_of_role((oq_role)role->value), (oq_cap)cap->value);
            oq_buf_f(out, "%s|", has ? " ● " : " ");
        }
        oq_buf_lit(out, "\n");
    }
}

/* --- settings -----------------------------------------------------------------------------------*/

static void write_settings(oq_buf *out)
{
    head(out, "Settings",
         "Environment variables. `optria config` shows each with its value and where it comes "
         "from; secrets are masked there and appear in no log.");
    oq_buf_lit(out, "\n| variable | default | what |\n|---|---|---|\n");
    for (const oq_field *f = setting_fields; f->type; f++) {
        oq_buf_lit(out, "|");
        code_cell(out, f->env);
        code_cell(out, f->preset);
        cell(out, oq_cstr(f->help));
        oq_buf_lit(out, "\n");
    }
}

/* --- errors -------------------------------------------------------------------------------------*/

static void write_error(void *self, oq_str key, oq_str text)
{
    oq_buf *out = self;
    oq_str prefix = OQ_STR("error.");
    if (!oq_str_starts(key, prefix))
        return;
    oq_str code = oq_str_sub(key, prefix.len, SIZE_MAX);
    oq_buf_f(out, "| `%.*s` |", OQ_FMT(code));
    cell(out, text);
    cell(out, oq_text(OQ_LANG_AR, key));
    oq_buf_lit(out, "\n");
}

static void write_errors(oq_buf *out)
{
    head(out, "Errors",
         "Problems (RFC 9457) carry a stable `code`; what a person reads is the sentence in the "
         "person's language. Words in braces are filled in.");
    oq_buf_lit(out, "\n| kind | HTTP status |\n|---|---|\n");
    for (oq_kind kind = OQ_INVALID; kind < OQ_KIND_COUNT; kind++)
        oq_buf_f(out, "| %s | %d |\n", oq_kind_name(kind), oq_kind_status(kind));
    oq_buf_lit(out, "\n| code | English | العربية |\n|---|---|---|\n");
    oq_lang_each(OQ_LANG_EN, write_error, out);
}

const manual_page manual_pages[] = {
    {"routes.md", write_routes},
    {"capabilities.md", write_capabilities},
    {"settings.md", write_settings},
    {"errors.md", write_errors},
    {NULL, NULL},
};
