/* incident/pdf_font.h: the program's own fonts for pango, in memory. */
#ifndef INCIDENT_PDF_FONT_H
#define INCIDENT_PDF_FONT_H

#include <pango/pangocairo.h>

#define PDF_FONT "IBM Plex Sans Arabic"

/* A map of its own: maps may not be shared by threads. The caller unrefs it; NULL when the fonts
 * were not built in, and then the system's are as good as any. */
PangoFontMap *pdf_font_map(void);

#endif
