/**
 * The session key (account #1) makes one call or several, all or none, through EntryPoint.handleOps.
 *
 *   npx ts-node -T scripts/use.ts --network localhost --mode enable \
 *     --call "0x90F79bf6EB2c4f870365E785982E1f101E93b906 value=0.01"
 *
 * --call "TARGET [value=ETHER] [FUNCTION ARGUMENTS…]"   repeatable, e.g. "0x… transfer(address,uint256) 0x… 5000"
 * --mode use|enable|signed   enable: the grant in the file enables the session on its first use; signed: it travels every
 *                            time and nothing is enabled; use (the default): the session is enabled already
 * --file PATH                session.json by default
 */
import { formatEther } from "ethers";
import { parseCall } from "../cli/support/calls";
import { HandleOpsTransport, MODES, SessionSigner, type Mode } from "../sdk";
import { connect, installation } from "./support/chain";
import { oneOf, script, UserError } from "./support/cli";
import { DEFAULT_FILE, readSession } from "./support/sessionFiles";
import { printFacts } from "./support/table";

const options = {
  call: { type: "string", multiple: true, default: [] as string[] },
  mode: { type: "string", default: "use" },
  file: { type: "string", default: DEFAULT_FILE },
} as const;

script(options, async (values) => {
  const mode = oneOf(values.mode, "mode", Object.keys(MODES) as Mode[]);
  const calls = values.call.map(parseCall);
  if (calls.length === 0) throw new UserError("--call is missing");
  const chain = await connect();
  const installed = await installation(chain);
  const { session, grant } = readSession(values.file, chain, installed);
  if (mode !== "use" && !grant)
    throw new UserError(`mode ${mode} needs the owner's grant, and ${values.file} has none`);
  const signer = new SessionSigner({
    session,
    validator: installed.validator,
    ...(mode !== "use" && grant ? { grant } : {}),
    ...(mode === "signed" ? { mode } : {}),
    key: chain.key,
    transport: new HandleOpsTransport({ bundler: chain.bundler }),
    provider: chain.provider,
    adapter: installed.adapter,
    // What is refused here, the chain has refused.
    precheck: false,
  });
  const { operation } = await (await signer.sendCalls(calls)).wait();
  printFacts([
    ["done", `${calls.length} call(s), mode ${mode}`],
    ["gas", `${operation.actualGasUsed} (${formatEther(operation.actualGasCost)} ETH)`],
    ["transaction", operation.transactionHash],
  ]);
});
