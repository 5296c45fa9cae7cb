import { strict as assert } from "node:assert";
import { ethers } from "hardhat";
import validatorAbi from "session-keys/abi/SessionKeyValidator.json";
import { runSession } from "../session";

describe("a Hardhat project with session-keys", () => {
  it("runs a session with the package's validator", async () => {
    const [bundler] = await ethers.getSigners();
    await runSession(bundler!);
  });

  it("runs a session with a validator that inherits from it", async () => {
    const [bundler] = await ethers.getSigners();
    const validator = await (await ethers.getContractFactory("NamedValidator")).deploy();
    const address = await validator.getAddress();
    await runSession(bundler!, address);
    const guarded = await (await ethers.getContractFactory("Guarded")).deploy(address);
    assert.equal(await guarded.getFunction("epoch")(address), 0n);
    assert.equal(await new ethers.Contract(address, validatorAbi, bundler).getFunction("epochOf")(address), 0n);
  });
});
