import { expect } from "chai";
import { parseEther } from "ethers";
import { ethers } from "hardhat";
import {
  decodeFailedOp,
  ecdsaKey,
  grantSession,
  grantSessions,
  HandleOpsTransport,
  listSessions,
  proofFor,
  revokeSession,
  SessionSigner,
  sessionState,
  total,
  useSession,
  type Call,
} from "../../sdk";
import {
  CONTRACT_CALL,
  importSession,
  permissionResponse,
  readPermissionContext,
  sessionOfRequest,
  stringifySessionFile,
  type PermissionRequest,
} from "../../sdk/handover";
import { TOKEN } from "../../scripts/support/token";
import { sessionOf } from "../helpers/operations";
import { contextOf, expectCodeOf, ownerOf } from "../helpers/owner";
import { callOf, permissionFor } from "../helpers/validation";
import { now, world } from "../helpers/world";

/** The error with which the EntryPoint or the validator refused; `undefined` if nobody did. */
async function refusal(sent: Promise<unknown>): Promise<string | undefined> {
  const failed = await sent.then(() => undefined, decodeFailedOp);
  return failed?.name ?? failed?.aa;
}

describe("From the owner to the app", () => {
  it("by a file: one of three sessions under one signature, read, checked against the chain, used, revoked", async () => {
    const w = await world();
    const owner = ownerOf(w);
    const first = await sessionOf(w, [permissionFor(w)]);
    const sessions = [first, { ...first, salt: 1n }, { ...first, salt: 2n }];
    const grant = await grantSessions(owner, sessions);
    const file = { validator: grant.validator, session: sessions[2]!, grant: proofFor(grant, 2), label: "third" };

    const { session, enabled, ...imported } = await importSession(ethers.provider, stringifySessionFile(file));
    expect(enabled).to.equal(false);
    const { provider } = ethers;
    const transport = new HandleOpsTransport({ bundler: w.bundler });
    const parts = { key: ecdsaKey(w.key), transport, provider, adapter: contextOf(w).adapter };
    const signer = new SessionSigner({ ...imported, session, ...parts });
    expect((await (await signer.sendCalls([callOf(w, [1])])).wait()).operation.success).to.equal(true);
    expect((await importSession(ethers.provider, stringifySessionFile(file))).enabled).to.equal(true);
    await revokeSession(owner, session);
    await expectCodeOf(importSession(ethers.provider, stringifySessionFile(file)), "SESSION_REVOKED");
  });

  it("by ERC-7715: an app asks for a stream of tokens to two payees, gets it, and spends what has accrued", async () => {
    const w = await world();
    const owner = ownerOf(w);
    const start = (await now()) - 100;
    const request: PermissionRequest = {
      chainId: `0x${w.chainId.toString(16)}`,
      to: w.key.address,
      permission: {
        type: "erc20-token-stream",
        isAdjustmentAllowed: false,
        data: { tokenAddress: w.tokenAddress, amountPerSecond: "0x5", startTime: start, justification: "salaries" },
      },
      rules: [
        { type: "expiry", data: { timestamp: start + 86_400 } },
        { type: "payee", data: { addresses: [w.stranger.address, w.otherAccountAddress] } },
      ],
    };
    const session = sessionOfRequest(request, {
      account: w.accountAddress,
      epoch: await w.validator.epochOf(w.accountAddress),
      fees: total(parseEther("1")),
      now: await now(),
    });
    const grant = await grantSession(owner, session);
    const response = permissionResponse(request, { validator: grant.validator, session, grant: proofFor(grant, 0) });

    const file = await importSession(ethers.provider, readPermissionContext(response.context));
    const pay = (to: string, amount: bigint): Call => {
      return { target: w.tokenAddress, value: 0n, data: TOKEN.encodeFunctionData("transfer", [to, amount]) };
    };
    const use = { session: file.session, key: ecdsaKey(w.key), mode: "enable", grant: file.grant! } as const;
    const before = await w.token.balanceOf(w.stranger.address);
    await useSession(contextOf(w), { ...use, calls: [pay(w.stranger.address, 350n)] });
    expect((await w.token.balanceOf(w.stranger.address)) - before).to.equal(350n);
    expect(await refusal(useSession(contextOf(w), { ...use, calls: [pay(w.stranger.address, 5_000n)] }))).to.equal(
      "BudgetExceeded",
    );
    await expectCodeOf(useSession(contextOf(w), { ...use, calls: [pay(w.targetAddress, 1n)] }), "NO_PERMISSION");

    const contracts = { validator: w.validatorAddress, lens: await w.lens.getAddress() };
    expect((await sessionState(owner.provider, contracts, session)).budgets[0]?.spent).to.equal(350n);
    await revokeSession(owner, readPermissionContext(response.context).session);
    const [listed] = await listSessions(ethers.provider, w.validatorAddress, w.accountAddress, { known: [session] });
    expect(listed).to.include({ status: 2, source: "given" });
  });

  it("by ERC-7715: calls of a function with conditions on its arguments", async () => {
    const w = await world();
    const data = {
      address: w.targetAddress,
      function: "function set(uint256 value) payable",
      rules: { value: { lte: "0x3e8" } },
      calls: 1,
    };
    const request: PermissionRequest = {
      chainId: `0x${w.chainId.toString(16)}`,
      from: w.accountAddress,
      to: w.key.address,
      permission: { type: CONTRACT_CALL, isAdjustmentAllowed: false, data },
      rules: [{ type: "expiry", data: { timestamp: (await now()) + 86_400 } }],
    };
    const session = sessionOfRequest(request, { fees: total(parseEther("1")), now: await now() });
    const grant = proofFor(await grantSession(ownerOf(w), session), 0);
    const set = (value: number): Call => {
      return { target: w.targetAddress, value: 0n, data: w.target.interface.encodeFunctionData("set", [value]) };
    };
    const use = { session, key: ecdsaKey(w.key), mode: "enable", grant } as const;
    await expectCodeOf(useSession(contextOf(w), { ...use, calls: [set(1001)] }), "NO_PERMISSION");
    expect((await useSession(contextOf(w), { ...use, calls: [set(1000)] })).success).to.equal(true);
    expect(await refusal(useSession(contextOf(w), { ...use, calls: [set(1)] }))).to.equal("BudgetExceeded");
  });
});
