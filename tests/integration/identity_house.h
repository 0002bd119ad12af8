/* The whole program with people to sign in as, and what its tests ask of answers. */
#ifndef INTEGRATION_IDENTITY_HOUSE_H
#define INTEGRATION_IDENTITY_HOUSE_H

#include "base/test.h"
#include "support/testapp.h"

#define GOOD_PASSWORD "a+pump-house+7+in+spring" /* TESTAPP_PASSWORD, in a form */

typedef struct house {
    testapp *app;
    oq_arena *arena;
    oq_uuid tenant_a, tenant_b;
    oq_uuid admin, viewer, other; /* admin@a.example, viewer@a.example, admin@b.example */
    testclient *a, *b;            /* both administrators, signed in through the API */
} house;

/* For cmocka: *state is a house; of an empty installation, or with everybody named above and
 * owner@optria.example. */
int house_open_empty(void **state);
int house_open(void **state);
int house_close(void **state);

void house_add_people(house *h);

/* printf, kept as long as the house. */
char *house_text(house *h, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *house_id(house *h, oq_uuid id);

/* --- asking as a browser --------------------------------------------------------------------------*/

/* Asks for a page and takes its token against forged forms along. */
testreply house_page(house *h, testclient *c, const char *path);
/* A browser of its own, signed in through the page; `email` as a form has it. */
testclient *house_browser(house *h, const char *email);

/* --- what came back -------------------------------------------------------------------------------*/

void check_status(const char *label, testreply r, int status);
void check_problem(const char *label, testclient *c, testreply r, int status, const char *code);
void check_leads(const char *label, testreply r, const char *where);
void check_shows(const char *label, testreply r, const char *what);
bool shows(testreply r, const char *what);
/* The text between two others; fails the test when it is not there. */
char *between(house *h, testreply r, const char *before, const char *after);

#endif
