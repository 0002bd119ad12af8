#include "incident/pdf_font.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/base.h"
#include "base/embed.h"

#include "base/banned.h"

static PangoFontMap *map; /* as long as the program lives */

/* fontconfig takes files alone: each font is one that stands in memory and in no folder. They live
 * as long as the program. */
static bool add_font(FcConfig *to, const oq_embedded *file)
{
    int fd = memfd_create("font", MFD_CLOEXEC);
    if (fd < 0)
        return false;
    for (size_t at = 0; at < file->len;) {
        ssize_t wrote = write(fd, file->ptr + at, file->len - at);
        if (wrote <= 0) {
            close(fd);
            return false;
        }
        at += (size_t)wrote;
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return FcConfigAppFontAddFile(to, (const FcChar8 *)path);
}

/* NULL: the fonts were not built in, or nothing can be kept in memory. */
static FcConfig *load_config(void)
{
    FcConfig *made = FcConfigCreate();
    size_t count = 0;
    for (const oq_embedded *file = oq_embedded_files; made && file->name; file++) {
        oq_str name = oq_cstr(file->name);
        if (oq_str_starts(name, OQ_STR("assets/plex-")) && oq_str_ends(name, OQ_STR(".ttf")))
            count += add_font(made, file);
    }
    if (count && FcConfigBuildFonts(made))
        return made;
    if (made)
        FcConfigDestroy(made);
    return NULL;
}

PangoFontMap *pdf_font_map(void)
{
    if (map)
        return map;
    FcConfig *config = load_config();
    map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    if (config)
        pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), config);
    return map;
}
