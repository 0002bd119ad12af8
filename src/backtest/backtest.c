#include "backtest/backtest.h"

#include "base/banned.h"

const oq_choice backtest_dataset_choices[] = {
    {BACKTEST_AZURE, "azure-pdm"},
    {BACKTEST_CAUSRCA, "causrca"},
    {BACKTEST_PETSHOP, "petshop-rca"},
    {BACKTEST_TEP, "tep"},
    {0, NULL},
};

oq_err *backtest_run(oq_arena *arena, int dataset, const char *folder, report **ret_report)
{
    switch (dataset) {
    case BACKTEST_AZURE:
        return backtest_azure(arena, folder, OQ_TIME_NONE, OQ_TIME_NONE, ret_report);
    case BACKTEST_CAUSRCA:
        return backtest_causrca(arena, folder, ret_report);
    case BACKTEST_PETSHOP:
        return backtest_petshop(arena, folder, ret_report);
    default:
        return backtest_tep(arena, folder, ret_report);
    }
}
