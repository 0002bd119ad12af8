// Solves a model in CPLEX LP form with HiGHS: node highs_peer.mjs FILE SECONDS
// Prints "objective=… bound=… seconds=… optimal=0|1"; what it does not have is left out.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const highs = await require("highs")();
const [file, seconds] = process.argv.slice(2);
const model = highs.createModel({ format: "lp", data: readFileSync(file, "utf8") });
try {
    model.options.set({ output_flag: false, time_limit: Number(seconds), mip_rel_gap: 1e-6 });
    const began = performance.now();
    model.run();
    const took = (performance.now() - began) / 1000;
    const isOptimal = model.getModelStatus() === highs.constants.modelStatus.optimal;
    const hasPlan = isOptimal || Number(model.info.get("primal_solution_status")) === 2;
    const bound = model.info.get("mip_dual_bound");
    const facts = [`seconds=${took.toFixed(2)}`, `optimal=${Number(isOptimal)}`];
    if (Number.isFinite(bound)) facts.unshift(`bound=${bound}`);
    if (hasPlan) facts.unshift(`objective=${model.getObjectiveValue()}`);
    console.log(facts.join(" "));
} finally {
    model.dispose();
}
