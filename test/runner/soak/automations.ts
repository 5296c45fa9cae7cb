import { readFileSync } from "node:fs";
import { Interface } from "ethers";
import { modularAccount } from "../../../sdk";
import { parseSessionFile } from "../../../sdk/handover";
import { defineAutomation, every, type Automation } from "../../../runner";
import type { LoadContext } from "../../../runner/load";
import { recipient, type Ground } from "./ground";

const TOKEN = new Interface(["function transfer(address to, uint256 amount)"]);
const OWNER = "0x0000000000000000000000000000000000000001";

/** Each session pays its recipient 10^n in its n-th period: what the recipient has in the end tells every one of them. */
export default function automations({ key }: LoadContext): Automation[] {
  const { token, files, period, periods } = JSON.parse(readFileSync(process.env["GROUND"]!, "utf8")) as Ground;
  return files.map((text, i) =>
    defineAutomation({
      name: `pay-${i}`,
      file: parseSessionFile(text),
      ...(key === undefined ? {} : { key }),
      adapter: modularAccount(OWNER),
      schedule: every(period),
      // Many sessions on one account: their nonce keys are dealt out, and not drawn.
      lane: 1_000 + i * periods,
      calls: (context) => [
        {
          target: token,
          value: 0n,
          data: TOKEN.encodeFunctionData("transfer", [recipient(i), 10n ** BigInt(context.period.index)]),
        },
      ],
      send: { gas: { verificationGasLimit: 700_000n, callGasLimit: 100_000n, preVerificationGas: 60_000n } },
    }),
  );
}
