/* recipe/pipe.h
 *
 * Reading and storing at the same time: a thread fills portions of rows, whoever asks takes them in
 * their order and gives them back. A few portions are all the memory there is. */
#ifndef RECIPE_PIPE_H
#define RECIPE_PIPE_H

#include "recipe/rows.h"

typedef struct pipe pipe;

/* Begins to read. `r` belongs to the pipe's thread until pipe_close. Fails: import.no_thread. */
OQ_CHECKED oq_err *pipe_open(row_reader *r, size_t values, pipe **ret_pipe);
/* Waits for the next portion. Fails as rows_next; the error is then in `arena`. */
OQ_CHECKED oq_err *pipe_take(pipe *p, oq_arena *arena, rows_portion **ret_portion);
void pipe_give(pipe *p, rows_portion *portion);
/* Ends the thread, whatever it does. */
void pipe_close(pipe *p);

#endif
