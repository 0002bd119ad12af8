/* alarm/pages.h: what the pages of alarms and rules share. */
#ifndef ALARM_PAGES_H
#define ALARM_PAGES_H

#include "alarm/api.h"
#include "web/page.h"

extern const oq_field board_query_fields[], page_deed_fields[], page_shelve_fields[],
    page_many_fields[], page_silence_fields[], kpi_page_query_fields[],
    alarm_rule_list_query_fields[], alarm_rule_form_fields[], alarm_rule_file_fields[];

http_handler alarm_page_board, alarm_page_one, alarm_page_acknowledge, alarm_page_acknowledge_many,
    alarm_page_reset, alarm_page_shelve, alarm_page_unshelve, alarm_page_kpis, alarm_page_silence,
    alarm_page_silence_end;
http_handler alarm_rule_page_list, alarm_rule_page_new, alarm_rule_page_add, alarm_rule_page_one,
    alarm_rule_page_change, alarm_rule_page_remove, alarm_rule_page_file, alarm_rule_page_take_file,
    alarm_rule_page_limits;

/* The one of two texts that the reader's language has. */
oq_str alarm_text(oq_lang lang, oq_str text, oq_str text_ar);
/* One row of a list, and the head of an alarm's page. */
void alarm_put_row(const web_page *page, web_value *to, const alert_row *row, oq_us now);
/* priority {kind text}: colour, sign and word. */
void alarm_put_priority(const web_page *page, web_value *to, int priority);
OQ_CHECKED oq_err *alarm_show_one(http_req *rq, oq_scope *s, oq_uuid id, const oq_err *err);

/* A quiet window as somebody types it. */
typedef struct silence_form {
    int kind;
    oq_str asset, rule, until, reason;
    oq_uuid site_id;
} silence_form;
extern const oq_choice alarm_window_choices[];
/* The quiet ones, with a window that could not be made and what is wrong with it. */
OQ_CHECKED oq_err *alarm_show_window(http_req *rq, oq_scope *s, const silence_form *typed,
                                     const oq_err *err);

#endif
