import { expect } from "chai";
import { callAsOwner, decodeFailedOp, encodeExecute, plainOwner, signAsOwner } from "../../../sdk";
import { userOpTypedData } from "../../../sdk/userOp";
import { verifyTypedData } from "ethers";
import { ethers } from "hardhat";
import { draft, expectRejection, send } from "../../helpers/operations";
import { contextOf, ownerOf } from "../../helpers/owner";
import { callOf } from "../../helpers/validation";
import { world } from "../../helpers/world";

describe("plainOwner", () => {
  it("has the account make calls, all or none, and answers when they are included", async () => {
    const w = await world();
    const owner = ownerOf(w);
    const done = await owner.execute(w.accountAddress, [callOf(w, [1]), callOf(w, [2])]);
    expect([done.success, (await w.target.records()).length]).to.deep.equal([true, 2]);
    const fail = { target: w.targetAddress, value: 0n, data: w.target.interface.encodeFunctionData("fail", [1]) };
    expect((await owner.execute(w.accountAddress, [callOf(w, [3]), fail])).success).to.equal(false);
    expect((await w.target.records()).length).to.equal(2);
  });

  it("is nobody else", async () => {
    const w = await world();
    const thief = plainOwner(contextOf(w), w.otherKey.connect(ethers.provider));
    const failed = await thief.execute(w.accountAddress, [callOf(w)]).then(() => undefined, decodeFailedOp);
    expect(failed?.aa).to.equal("AA24");
    await callAsOwner(contextOf(w), { account: w.accountAddress, owner: w.owner }, [callOf(w)]);
  });
});

describe("signAsOwner", () => {
  it("signs the struct that EntryPoint v0.8 hashes", async () => {
    const w = await world();
    const op = await draft(w, w.ownerValidatorAddress, encodeExecute([callOf(w)]));
    const signed = await signAsOwner(contextOf(w), w.owner, op);
    const { entryPoint, chainId } = contextOf(w);
    const { domain, types, message } = userOpTypedData(op, { entryPoint, chainId, version: "0.8" });
    expect(verifyTypedData(domain, types, message, signed.signature)).to.equal(w.owner.address);
    await expectRejection(w, await signAsOwner(contextOf(w), w.otherKey, op), "AA24");
    expect((await send(w, signed)).success).to.equal(true);
  });
});
