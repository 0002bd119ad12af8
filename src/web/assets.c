/* Styles, scripts, icons and fonts: built into the program, named by their content. */
#include "base/embed.h"
#include "web/inner.h"

typedef struct asset {
    oq_str name;   /* "app.css" */
    oq_str hashed; /* "app.3f9a1c2b.css" */
    oq_str path;   /* "/static/app.3f9a1c2b.css" */
} asset;

static struct {
    asset *at;
    size_t count;
    web_value *view;
} assets;

/* "app.css" as a template names it: "app_css". */
static const char *member_name(oq_arena *arena, oq_str name)
{
    char *member = oq_str_c(arena, name);
    for (char *c = member; *c; c++)
        if (*c == '.' || *c == '-' || *c == '/')
            *c = '_';
    return member;
}

oq_err *web_assets_load(oq_arena *arena, oq_str manifest_json)
{
    web_value *manifest;
    OQ_TRY(web_from_json(arena, manifest_json, &manifest));
    if (!web_is_object(manifest))
        return oq_fail(OQ_INTERNAL, "web.manifest_malformed");
    size_t count = web_member_count(manifest);
    asset *at = oq_new_n(arena, asset, count);
    web_value *view = web_object(arena);
    for (size_t i = 0; i < count; i++) {
        oq_str hashed = web_as_text(web_member_at(manifest, i, &at[i].name));
        if (hashed.len == 0)
            return oq_fail(OQ_INTERNAL, "web.manifest_malformed");
        at[i].hashed = hashed;
        at[i].path = oq_strf(arena, "/static/%.*s", OQ_FMT(hashed));
        web_put_text(view, member_name(arena, at[i].name), at[i].path);
    }
    assets.at = at;
    assets.count = count;
    assets.view = view;
    return NULL;
}

web_value *web_assets_view(void)
{
    return assets.view;
}

oq_str web_asset_path(oq_str name)
{
    for (size_t i = 0; i < assets.count; i++)
        if (oq_str_eq(assets.at[i].name, name))
            return assets.at[i].path;
    return OQ_STR("");
}

bool web_asset_is_known(oq_str hashed_name)
{
    for (size_t i = 0; i < assets.count; i++)
        if (oq_str_eq(assets.at[i].hashed, hashed_name))
            return true;
    return false;
}

const char *web_content_type(oq_str file_name)
{
    static const struct {
        const char *suffix, *type;
    } row[] = {
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".woff2", "font/woff2"},
        {".ttf", "font/ttf"},
        {".json", "application/json"},
        {".png", "image/png"},
        {".txt", "text/plain; charset=utf-8"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        if (oq_str_ends(file_name, oq_cstr(row[i].suffix)))
            return row[i].type;
    return "application/octet-stream";
}

/* --- routes ----------------------------------------------------------------------------------*/

static oq_err *answer_file(http_req *rq, oq_str hashed, bool is_immutable)
{
    oq_arena *arena = http_arena(rq);
    oq_str bytes = oq_embedded_find(oq_strf(arena, "assets/%.*s", OQ_FMT(hashed)));
    if (!web_asset_is_known(hashed) || !oq_str_given(bytes))
        return oq_fail(OQ_NOT_FOUND, "http.not_found");
    oq_str zipped = oq_embedded_find(oq_strf(arena, "assets/%.*s.gz", OQ_FMT(hashed)));
    http_answer_static(rq, web_content_type(hashed), bytes, zipped, hashed, is_immutable);
    return NULL;
}

static oq_err *get_asset(http_req *rq)
{
    return answer_file(rq, http_path_text(rq, "name"), true);
}

/* Browsers and tools ask for it by this name. */
static oq_err *get_favicon(http_req *rq)
{
    oq_str path = web_asset_path(OQ_STR("favicon.svg"));
    return answer_file(rq, oq_str_sub(path, strlen("/static/"), SIZE_MAX), false);
}

/* Search engines may read the landing page; everything else wants a session anyway. */
static oq_err *get_robots(http_req *rq)
{
    http_answer_static(rq, web_content_type(OQ_STR("robots.txt")),
                       OQ_STR("User-agent: *\nAllow: /$\nAllow: /?lang=\nAllow: /static/\n"
                              "Allow: /favicon.svg\nDisallow: /\n"),
                       OQ_NONE, OQ_STR("robots-1"), false);
    return NULL;
}

const http_route web_routes[] = {
    {HTTP_GET, "/static/{name}", CAP_PUBLIC, .handle_plain = get_asset, .is_cheap = true,
     .summary = "Styles, scripts, icons and fonts, named by their content"},
    {HTTP_GET, "/favicon.svg", CAP_PUBLIC, .handle_plain = get_favicon, .is_cheap = true,
     .summary = "The sign of the product"},
    {HTTP_GET, "/robots.txt", CAP_PUBLIC, .handle_plain = get_robots, .is_cheap = true,
     .summary = "What search engines may read"},
    {0},
};
