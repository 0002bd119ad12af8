/* workorder/sniff.h
 *
 * What a file is, by its bytes: a sender's word is not taken. Pure. Taken are pictures (PNG, JPEG,
 * GIF, WebP, HEIC), PDF, office documents (OOXML), short films (MP4, QuickTime) and plain text; not
 * what a browser would run (HTML, SVG, scripts are text, and are only ever handed out as text). */
#ifndef WORKORDER_SNIFF_H
#define WORKORDER_SNIFF_H

#include "base/base.h"

/* The media type; NULL: not taken. */
const char *sniff_media_type(oq_str content);

/* A name for the file: the last part of a path, trimmed. False when nothing is left, or it holds
 * characters that deceive readers: control characters, marks that turn the direction of text. */
bool sniff_file_name(oq_str given, oq_str *ret_name);

#endif
