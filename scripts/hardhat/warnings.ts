import { TASK_COMPILE_SOLIDITY_CHECK_ERRORS } from "hardhat/builtin-tasks/task-names";
import { subtask } from "hardhat/config";
import { HardhatPluginError } from "hardhat/plugins";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

interface CompilerOutput {
  errors?: { severity: string; formattedMessage: string; sourceLocation?: { file: string } }[];
}

/**
 * Compiler warnings from our own sources are errors; those from node_modules are not ours to fix.
 * Instrumented code (solidity-coverage) is full of warnings and is never shipped.
 */
subtask(TASK_COMPILE_SOLIDITY_CHECK_ERRORS).setAction(
  async (args: { output: CompilerOutput; quiet: boolean }, hre: HardhatRuntimeEnvironment, runSuper) => {
    await runSuper(args);
    if ("__SOLIDITY_COVERAGE_RUNNING" in hre) return;

    const ours = (args.output.errors ?? []).filter(
      ({ severity, sourceLocation }) =>
        severity === "warning" && (sourceLocation === undefined || sourceLocation.file.startsWith("contracts/")),
    );
    if (ours.length > 0) {
      throw new HardhatPluginError("session-keys", `${ours.length} compiler warning(s) in contracts/, none is allowed`);
    }
  },
);
