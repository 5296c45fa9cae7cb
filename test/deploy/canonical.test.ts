import { expect } from "chai";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keccak256 } from "ethers";
import { deterministicAddress, ensureDeterministicDeployer } from "../../sdk/actions/deploy";
import { ENTRY_POINTS } from "../../sdk";
import { execute, HARDHAT, ScriptWorld } from "../scripts/node";
import { CONTRACTS, deploymentPlan } from "../../cli/support/system";

const FILE = join(__dirname, "../../deployments/canonical.json");

/** Salt, hash of the init code and address of every contract, for the pinned compiler. */
function canonical(): Record<string, unknown> {
  const plan = deploymentPlan();
  return Object.fromEntries(
    CONTRACTS.map((name) => {
      const { salt, initCode } = plan[name];
      return [name, { address: deterministicAddress(salt, initCode), salt, initCodeHash: keccak256(initCode) }];
    }),
  );
}

describe("deterministic deployment @size", () => {
  it("the build has the recorded init code, salt and addresses (UPDATE=1 records them)", () => {
    if (process.env["UPDATE"] === "1") writeFileSync(FILE, `${JSON.stringify(canonical(), null, 2)}\n`);
    expect(JSON.parse(readFileSync(FILE, "utf8"))).to.deep.equal(canonical());
  });

  it("the EntryPoint from npm lands at its canonical address", () => {
    expect(canonical()["entryPoint"]).to.have.property("address", ENTRY_POINTS["0.8"]);
  });

  it("Ignition deploys to the same addresses", async () => {
    // A chain of its own: on this one, other tests have deployed them already.
    const node = await ScriptWorld.start();
    try {
      await ensureDeterministicDeployer(await node.provider.getSigner(0));
      const deploy = ["ignition", "deploy", "ignition/modules/SessionKeys.ts", "--network", "localhost"];
      const folder = ["--deployment-id", `test-${process.pid}`];
      const run = await execute([HARDHAT, ...deploy, ...folder], { LOCALHOST_URL: node.url });
      expect(run.code, run.stdout + run.stderr).to.equal(0);
      for (const name of ["sessionKeyValidator", "sessionLens"] as const) {
        const { salt, initCode } = deploymentPlan()[name];
        expect(await node.provider.getCode(deterministicAddress(salt, initCode))).to.not.equal("0x");
      }
    } finally {
      node.stop();
      rmSync(join(__dirname, `../../ignition/deployments/test-${process.pid}`), { recursive: true, force: true });
    }
  });
});
