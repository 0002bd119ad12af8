/* historian/signal_view.h
 *
 * Signals on pages: in the words, numbers and units of whoever reads. */
#ifndef HISTORIAN_SIGNAL_VIEW_H
#define HISTORIAN_SIGNAL_VIEW_H

#include "historian/signal.h"
#include "web/page.h"

/* The name in the page's language, else in the other one, else the metric. */
oq_str signal_name(oq_lang lang, const series *e);
/* "/series/<id>". */
oq_str signal_path(oq_arena *arena, const series *e);
/* "7.12 mm/s", or a state's text: "running". Five digits, but never fewer than the whole ones, as
 * web/scripts/chart/words.js has it. */
oq_str signal_value_text(const web_page *page, const series *e, double value);
int signal_decimals(double value);
/* "good", "uncertain" ... and what is known of the reason: "bad (sensor failure)". */
oq_str signal_quality_text(const web_page *page, quality q);
/* "H 7.1 · HH 9 mm/s"; empty without limits. */
oq_str signal_limits_text(const web_page *page, const hist_signal *g);

/* Members of `to`: id href name key metric unit unit_text value state_text badge{kind text}
 * quality (only where it is not good) quality_kind seen_ago seen_at limits asset_code is_state
 * is_normal. */
void signal_put(const web_page *page, web_value *to, const hist_signal *g);

/* What a script needs to go on with new samples: {"id", "name", "unit", "unit_text",
 * "is_state", "states", "gap_max_ms", "limits"}, as a text. */
oq_str signal_live_config(const web_page *page, const hist_signal *g);
void signal_write_config(oq_json *j, const web_page *page, const hist_signal *g);

#endif
