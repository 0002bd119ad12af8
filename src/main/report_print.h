/* main/report_print.h
 *
 * A backtest's report on stdout: figures and tables for people, JSON for programs. */
#ifndef MAIN_REPORT_PRINT_H
#define MAIN_REPORT_PRINT_H

#include "backtest/report.h"
#include "main/command.h"

void report_print_text(const command_run *run, const report *r);
/* {"dataset", "figures": [{"name","value","low","high","unit","peer","peer_value","wanted","ok"}],
 *  "tables": {name: [[cell, ...], ...]}} */
void report_print_json(oq_str dataset, const report *r);

#endif
