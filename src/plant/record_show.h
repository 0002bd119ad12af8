/* plant/record_show.h: records as people read them. For the plant's pages alone. */
#ifndef PLANT_RECORD_SHOW_H
#define PLANT_RECORD_SHOW_H

#include "plant/record_text.h"
#include "web/page.h"

/* How a member is shown and asked for, where its type does not say it. */
typedef enum record_widget {
    WIDGET_PLAIN,
    WIDGET_MONEY,    /* minor units of the record's currency; people see and type whole ones */
    WIDGET_WEEKDAYS, /* bits from Sunday on */
    WIDGET_CLOCK,    /* minutes after midnight: 07:00 */
    WIDGET_LONG,     /* a text of several lines */
    WIDGET_CODE,     /* left to right, whatever the language */
} record_widget;
record_widget record_widget_of(const oq_field *field);

/* "Site", "sites" in the page's language. */
oq_str record_kind_label(oq_lang lang, const record_kind *kind);
oq_str record_kind_labels(oq_lang lang, const record_kind *kind);

/* The text of a value of an enum: "plant.choice.<field>.<value>". */
oq_str record_choice_label(oq_arena *arena, oq_lang lang, const oq_field *field, const char *value);

/* Sunday first: the short name of a day of the week. */
oq_str record_day_label(const web_page *page, int day);

/* The member as a reader sees it; "—" where nothing is given. Labels of references were loaded. */
oq_str record_shown(const web_page *page, const record_refs *refs, const record_kind *kind,
                    const oq_field *field, const void *record);

/* A kind's name of a column above a table: "Name", where the form asks for "Name (English)". */
oq_str record_head_label(const web_page *page, const record_kind *kind, const char *member);

/* A name, title or text in the page's language, where it was given in it; else the field itself. */
const oq_field *record_field_for(const web_page *page, const record_kind *kind,
                                 const oq_field *field, const void *record);

/* Whether its codes are for programs (classes, skills), so that people are shown its name first. */
bool record_is_named(const record_kind *kind);

/* What a label is called: code and name in the page's language, in the order people look for. */
oq_str record_label_shown(const web_page *page, const record_kind *kind, const record_label *label);

/* Where a record of a kind is looked at. */
oq_str record_href(oq_arena *arena, const record_kind *kind, oq_uuid id);

/* The reference that the member is, or NULL. */
const record_ref *record_ref_of(const record_kind *kind, const char *field);

/* The currency of a record's amounts: its own, else the tenant's. */
oq_str record_currency(const web_page *page, const record_kind *kind, const void *record);

/* May the one who asks see, and change, records of the kind? */
bool record_may_read(const web_page *page, const record_kind *kind);
bool record_may_manage(const web_page *page, const record_kind *kind);

#endif
