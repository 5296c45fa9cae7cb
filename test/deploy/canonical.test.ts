import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keccak256 } from "ethers";
import { ethers, ignition } from "hardhat";
import { deterministicAddress, ensureDeterministicDeployer } from "../../sdk/actions/deploy";
import { ENTRY_POINTS } from "../../sdk";
import SessionKeys from "../../ignition/modules/SessionKeys";
import { CONTRACTS, deploymentPlan } from "../../scripts/support/system";

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
    const [signer] = await ethers.getSigners();
    await ensureDeterministicDeployer(signer!);
    const deployed = await ignition.deploy(SessionKeys);
    const { sessionKeyValidator, sessionLens } = deploymentPlan();
    for (const [contract, { salt, initCode }] of [
      [deployed.sessionKeyValidator, sessionKeyValidator],
      [deployed.sessionLens, sessionLens],
    ] as const) {
      const address = deterministicAddress(salt, initCode);
      expect(await contract.getAddress()).to.equal(address);
      expect(await ethers.provider.getCode(address)).to.not.equal("0x");
    }
  });
});
