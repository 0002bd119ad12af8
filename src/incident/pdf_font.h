/* incident/pdf_font.h: the program's own fonts for pango, in memory. */
#ifndef INCIDENT_PDF_FONT_H
#define INCIDENT_PDF_FONT_H

#include <pango/pangocairo.h>

#define PDF_FONT      "IBM Plex Sans Arabic"
#define PDF_FONT_BOLD "IBM Plex Sans Arabic SemiBold," PDF_FONT

/* The map of the program, with the fonts that were used so far; without fonts built in, the system's.
 * One caller at a time. */
PangoFontMap *pdf_font_map(void);

#endif
