import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Wallet } from "ethers";
import { ethers } from "hardhat";
import { encodeExecute, type Call, type OwnerTypedData } from "../../sdk";
import { kernel } from "../matrix/accounts/kernel";
import { nexus } from "../matrix/accounts/nexus";
import { safe, safeOwners } from "../matrix/accounts/safe7579";
import { ownerOperation, succeed } from "../matrix/operations";
import { FILE, withGuest, type Guest } from "./guest";
import { runHere } from "./shell";

describe("session-keys: owners of other accounts than its own", function () {
  let guest: Guest;
  withGuest((opened) => (guest = opened));

  /** What the command printed, made by the owner's own wallet. */
  async function byOwner(...argv: string[]): Promise<void> {
    const { seat } = guest;
    const { ok, code, result } = await guest.ask(...argv);
    expect(`${ok} ${code}`).to.equal("false 6");
    expect(result["account"]).to.equal(seat.subject.address);
    const printed = result["calls"] as (Call & { value: string })[];
    const calls = printed.map((call) => ({ ...call, value: BigInt(call.value) }));
    await succeed(seat, await ownerOperation(seat, encodeExecute(calls)));
  }

  it("what the owner's own wallet has to do is printed: enable, revoke, revoke-all", async () => {
    const { subject } = await guest.sit(kernel, "0.7");
    await guest.define();
    const blocks = await ethers.provider.getBlockNumber();
    const { code, out, err } = await runHere(["enable", FILE], guest.world());
    expect(code, err).to.equal(6);
    expect(out).to.match(/^Nothing was sent\. .*kernel \(kernel\.advanced\.v0\.3\.1\), EntryPoint v0\.7\ntarget /s);
    expect(await ethers.provider.getBlockNumber()).to.equal(blocks);

    await byOwner("enable", FILE);
    await guest.done(...guest.set(7));
    await byOwner("revoke", FILE);
    expect(await guest.refused(...guest.set(8))).to.equal("3 SESSION_REVOKED");
    await guest.grant("--salt", "2", "--force");
    await guest.done(...guest.set(8));
    await byOwner("revoke-all", "--account", subject.address);
    expect(await guest.refused(...guest.set(9))).to.equal("3 WRONG_EPOCH");
    expect(await guest.counter()).to.equal(8);
  });

  it("Safe7579 of two owners: both sign what --typed-data prints; one signature is not enough", async () => {
    await guest.sit(safe, "0.7");
    await guest.define();
    const { code, result } = await guest.ask("grant", FILE, "--typed-data");
    expect(code).to.equal(6);
    const { domain, types, message } = result["typedData"] as OwnerTypedData;
    const { SafeMessage = [] } = types;
    const sign = async (owner: Wallet) => (await owner.signTypedData(domain, { SafeMessage }, message)).slice(2);
    const [first = "", second = ""] = await Promise.all(safeOwners(guest.seat).map(sign));
    const text = readFileSync(guest.path(FILE), "utf8");
    expect(await guest.refused("grant", FILE, "--signature", `0x${first}`)).to.equal("3 WRONG_GRANT");
    expect(await guest.refused("grant", FILE, "--signature", "signed")).to.equal("2 USAGE");
    expect(readFileSync(guest.path(FILE), "utf8")).to.equal(text);
    await guest.done("grant", FILE, "--signature", `0x${first}${second}`);
    await guest.done(...guest.set(7));
    expect(await guest.counter()).to.equal(7);
  });

  it("which validator knows the owner is said where the account has several, and a Safe has none", async () => {
    const { ownerValidator, nestedOwnerValidator, ...seat } = await guest.sit(nexus, "0.7");
    const data = seat.subject.adapter.installModule(ownerValidator, seat.owner.address);
    await succeed(guest.seat, await ownerOperation(guest.seat, data));
    await guest.define();
    expect(await guest.refused("grant", FILE)).to.equal("2 NO_OWNER_VALIDATOR");
    expect(await guest.refused("grant", FILE, "--owner-validator", seat.targetAddress)).to.equal("3 WRONG_GRANT");
    await guest.done("grant", FILE, "--owner-validator", nestedOwnerValidator);
    await guest.done("grant", FILE, "--owner-validator", ownerValidator);
    await guest.done(...guest.set(7));
    await guest.sit(safe, "0.7");
    await guest.define("--force");
    expect(await guest.refused("grant", FILE, "--owner-validator", ownerValidator)).to.equal("2 USAGE");
  });
});
