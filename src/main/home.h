/* main/home.h
 *
 * OPTRIA_HOME: the folder of what this machine keeps. Besides the private database (main/cluster.h)
 * there are small files, one text each, for this account alone: keys and passwords that were made
 * at the first start. A file is there in full or not at all, whenever the machine stops. */
#ifndef MAIN_HOME_H
#define MAIN_HOME_H

#include "base/base.h"

enum { HOME_TEXT_MAX = 4096 };

#define HOME_JWT_KEY    "jwt-secret-key"
#define HOME_MASTER_KEY "master-key"

/* Makes the folder, and those above it, and gives its absolute path. Nobody else may look into it;
 * with `others_pass` another account may reach what it owns inside (mode 0711, not 0700): a
 * database that root started runs under one. A folder that is there already keeps its mode. Fails:
 * home.folder (folder, reason). */
OQ_CHECKED oq_err *home_make(oq_arena *arena, oq_str folder, bool others_pass,
                             const char **ret_path);

/* One of us at a time: held until the process ends, however it does. `*ret_was_cut_off`: the one
 * before was killed, and what it started may still be on its way out.
 * Fails: home.in_use (folder, pid), home.folder. */
OQ_CHECKED oq_err *home_lock(oq_arena *arena, const char *home, int *ret_fd, bool *ret_was_cut_off);
/* The end went well. */
void home_unlock(int fd);

/* The text of a file, without its line end; not given: there is no such file.
 * Fails: home.file (file, reason). */
OQ_CHECKED oq_err *home_read(oq_arena *arena, const char *home, const char *name, oq_str *ret_text);

/* Fails: home.file. */
OQ_CHECKED oq_err *home_write(oq_arena *arena, const char *home, const char *name, oq_str text);

/* The text that is kept under this name, else a new one by `make`, kept from now on. */
OQ_CHECKED oq_err *home_keep(oq_arena *arena, const char *home, const char *name,
                             oq_str (*make)(oq_arena *arena), oq_str *ret_text);

/* 256 random bits, as text: for JWT_SECRET_KEY and OPTRIA_MASTER_KEY. */
oq_str home_new_key(oq_arena *arena);

#endif
