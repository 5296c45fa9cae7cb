import { TASK_COMPILE_SOLIDITY_CHECK_ERRORS } from "hardhat/builtin-tasks/task-names";
import { subtask } from "hardhat/config";
import { HardhatPluginError } from "hardhat/plugins";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

interface CompilerMessage {
  severity: string;
  errorCode?: string;
  sourceLocation?: { file: string };
}

interface CompilerOutput {
  errors?: CompilerMessage[];
}

/**
 * Compiler warnings from our own sources are errors; those from node_modules are not ours to fix.
 * Instrumented code (solidity-coverage) is full of warnings and is never shipped.
 */
subtask(TASK_COMPILE_SOLIDITY_CHECK_ERRORS).setAction(
  async (args: { output: CompilerOutput; quiet: boolean }, hre: HardhatRuntimeEnvironment, runSuper) => {
    await runSuper(args);
    if ("__SOLIDITY_COVERAGE_RUNNING" in hre) return;

    const ours = (args.output.errors ?? []).filter(isOurs);
    if (ours.length > 0) {
      throw new HardhatPluginError("session-keys", `${ours.length} compiler warning(s) in contracts/, none is allowed`);
    }
  },
);

/** solc says once per build that transient storage needs care. The mocks that misuse it on purpose know. */
const TRANSIENT_STORAGE = "2394";

function isOurs({ severity, errorCode, sourceLocation }: CompilerMessage): boolean {
  if (severity !== "warning") return false;
  const file = sourceLocation?.file ?? "contracts/";
  return file.startsWith("contracts/") && !(errorCode === TRANSIENT_STORAGE && file.startsWith("contracts/mocks/"));
}
