import { strict as assert } from "node:assert";
import { JsonRpcProvider } from "ethers";
import { runSession } from "./session.js";

async function main(): Promise<void> {
  const url = process.env["RPC_URL"];
  assert(url, "RPC_URL is not set");
  const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1 });
  await runSession(await provider.getSigner(0));
  provider.destroy();
  console.log("session done");
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
