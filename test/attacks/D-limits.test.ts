import { concat } from "ethers";
import {
  argumentCharge,
  callPermission,
  countCharge,
  dangerOf,
  ecdsaKey,
  MAX_UINT256,
  periodicBudget,
  rule,
  sessionId,
  totalBudget,
  transferPermission,
  valueCharge,
  type Budget,
  type Call,
  type Permission,
} from "../../sdk";
import { MAX_PERIODS, MAX_SPENT, MAX_UINT128 } from "../../sdk/constants";
import { asAccount, enable, MAX_FEE, operation, send } from "../helpers/operations";
import { attempt, callOf, claim, permissionFor, validate, word } from "../helpers/validation";
import { storesOf } from "../helpers/trace";
import { now, world, type World } from "../helpers/world";
import { sendBundle } from "../integration/bundle";
import { attack, type Trial } from "./catalogue";
import { encode, forged, having, selector, spentOf, transfer, type Having } from "./fixture";

const TRANSFER = selector("transfer(address,uint256)");
const APPROVE = selector("approve(address,uint256)");

/** `act(amount)`, charged to budget 0. */
const spending = (budget: Budget, overrides: Parameters<typeof having>[1] = {}) =>
  having((w) => [permissionFor(w, { charges: [argumentCharge(0, [0])] })], { budgets: [budget], ...overrides });

/** Transfers and approvals of the world's token, both charged to one budget. */
const tokenSpending = (limit: bigint) =>
  having(
    (w) =>
      [TRANSFER, APPROVE].map((name) => callPermission(w.tokenAddress, name, { charges: [argumentCharge(0, [32])] })),
    { budgets: [totalBudget(limit)] },
  );

const approve = (w: World, spender: string, amount: number): Call => ({
  target: w.tokenAddress,
  value: 0n,
  data: encode("approve(address,uint256)", spender, amount),
});

async function exceeds(trial: Trial, found: Having, calls: readonly Call[], asked: bigint, remaining: bigint) {
  await trial.refused(found.w, await forged(found, calls), "BudgetExceeded", [0n, asked, remaining]);
}

describe("D: limits and parameter rules", () => {
  attack("D1", "60 and 60 of 100: over two operations, in a batch, in a bundle", async (trial) => {
    const found = await spending(totalBudget(100n));
    const { w, session } = found;
    const sixty = callOf(w, [60]);
    await exceeds(trial, found, [sixty, sixty], 120n, 100n);
    const ops = [1, 2].map((nonceKey) => operation(w, session, [sixty], { nonceKey }));
    const { failed } = await sendBundle(w, await Promise.all(ops));
    trial.repelled(
      [failed?.opIndex, failed?.name, failed?.args],
      [1, "BudgetExceeded", [0n, 60n, 40n]],
      "BudgetExceeded",
    );
    await trial.accepted(w, session, [sixty]);
    await exceeds(trial, found, [sixty], 60n, 40n);
    await trial.accepted(w, session, [callOf(w, [40])]);
  });

  attack("D2", "approving again, drained or not, is charged in full each time", async (trial) => {
    const found = await tokenSpending(100n);
    const { w, session } = found;
    const drain = () =>
      w.token.connect(w.stranger) as unknown as { transferFrom(a: string, b: string, c: bigint): Promise<unknown> };
    await trial.accepted(w, session, [approve(w, w.stranger.address, 50)]);
    await drain().transferFrom(w.accountAddress, w.stranger.address, 50n);
    await trial.accepted(w, session, [approve(w, w.stranger.address, 50)]);
    await drain().transferFrom(w.accountAddress, w.stranger.address, 50n);
    await exceeds(trial, found, [approve(w, w.stranger.address, 1)], 1n, 0n);
    await exceeds(trial, found, [transfer(w, w.stranger.address, 1)], 1n, 0n);
    trial.admitted(await w.token.balanceOf(w.stranger.address), 100n);
  });

  attack("D3", "a token that may be transferred may not be moved in any other way", async (trial) => {
    const found = await tokenSpending(100n);
    const { w, session } = found;
    const doors = [
      "increaseAllowance(address,uint256)",
      "decreaseAllowance(address,uint256)",
      "transferFrom(address,address,uint256)",
      "push(address,uint256)",
      "pull(address,uint256)",
      "move(address,address,uint256)",
      "mint(address,uint256)",
      "burn(uint256)",
      "burnFrom(address,uint256)",
      "send(address,uint256,bytes)",
      "transferAndCall(address,uint256)",
      "approveAndCall(address,uint256)",
      "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
      "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)",
      "approve(address,address,uint160,uint48)",
      "setApprovalForAll(address,bool)",
      "authorizeOperator(address)",
      "operatorSend(address,address,uint256,bytes,bytes)",
      "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
      "multicall(bytes[])",
      "grantRole(bytes32,address)",
      "pause()",
      "unpause()",
      "withdraw(uint256)",
      "safeTransferFrom(address,address,uint256)",
    ];
    for (const door of doors) {
      const data = concat([selector(door), word(w.stranger.address), word(1)]);
      await trial.refused(w, await forged(found, [{ target: w.tokenAddress, value: 0n, data }]), "SessionNotEnabled");
    }
    await trial.accepted(w, session, [transfer(w, w.stranger.address, 1)]);
  });

  attack(
    "D4",
    "transferFrom is a function of its own: granted, it is bound to the account and charged",
    async (trial) => {
      const name = selector("transferFrom(address,address,uint256)");
      const pull = (w: World, from: string, amount: number): Call => ({
        target: w.tokenAddress,
        value: 0n,
        data: encode("transferFrom(address,address,uint256)", from, w.stranger.address, amount),
      });
      const found = await having(
        (w) => [
          callPermission(w.tokenAddress, name, {
            rules: [rule("eq", [0], BigInt(w.accountAddress))],
            charges: [argumentCharge(0, [64])],
          }),
          callPermission(w.tokenAddress, APPROVE),
        ],
        { budgets: [totalBudget(10n)] },
      );
      const { w, session } = found;
      const foreign = [0n, 0n, 0n, BigInt(w.otherAccountAddress), BigInt(w.accountAddress)];
      await trial.refused(w, await forged(found, [pull(w, w.otherAccountAddress, 1)]), "RuleNotMet", foreign);
      await exceeds(trial, found, [pull(w, w.accountAddress, 11)], 11n, 10n);
      await trial.accepted(w, session, [approve(w, w.accountAddress, 10), pull(w, w.accountAddress, 10)]);
    },
  );

  attack(
    "D5",
    "an id is counted like an amount, and no transfer covers setApprovalForAll or ERC-1155",
    async (trial) => {
      const found = await having(
        (w) => [callPermission(w.targetAddress, APPROVE, { charges: [argumentCharge(0, [32])] })],
        { budgets: [totalBudget(100n)] },
      );
      const { w, session } = found;
      const nft = (signature: string, ...values: unknown[]) => ({ ...callOf(w), data: encode(signature, ...values) });
      await exceeds(trial, found, [nft("approve(address,uint256)", w.stranger.address, 101)], 101n, 100n);
      for (const data of [
        nft("setApprovalForAll(address,bool)", w.stranger.address, true),
        nft(
          "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
          w.accountAddress,
          w.stranger.address,
          [1],
          [1],
          "0x",
        ),
      ]) {
        await trial.refused(w, await forged(found, [data]), "SessionNotEnabled");
      }
      const all = { selector: selector("setApprovalForAll(address,bool)"), rules: [], charged: [] };
      trial.repelled(dangerOf(all)?.code, "DANGEROUS_FUNCTION", "dangerOf DANGEROUS_FUNCTION");
      await trial.accepted(w, session, [nft("approve(address,uint256)", w.stranger.address, 7)]);
    },
  );

  attack("D6", "calldata is what is charged, whatever the token does: no code, no answer, a revert", async (trial) => {
    const codeless = "0x00000000000000000000000000000000000c0de5";
    const found = await having(
      (w) =>
        [w.targetAddress, codeless, w.tokenAddress].map((token) =>
          callPermission(token, TRANSFER, { charges: [argumentCharge(0, [32])] }),
        ),
      { budgets: [totalBudget(100n)] },
    );
    const { w, session } = found;
    const odd = (target: string, amount: bigint) => ({ ...transfer(w, w.stranger.address, amount), target });
    await trial.accepted(w, session, [odd(w.targetAddress, 30n)]);
    await trial.accepted(w, session, [odd(codeless, 30n)]);
    const broke = (await asAccount(w)).runner;
    await (w.token.connect(broke) as unknown as { transfer(to: string, amount: bigint): Promise<unknown> }).transfer(
      w.targetAddress,
      10n ** 30n,
    );
    const failing = await send(w, await operation(w, session, [odd(w.tokenAddress, 30n)]));
    trial.admitted([failing.success, await spentOf(found)], [false, 90n]);
    await trial.refused(w, await operation(w, session, [odd(w.targetAddress, 11n)]), "BudgetExceeded", [0n, 11n, 10n]);
  });

  attack(
    "D7",
    "only another salt starts afresh: not pausing, enabling again, or another limit of the same session",
    async (trial) => {
      const found = await spending(totalBudget(10n));
      const { w, session } = found;
      await trial.accepted(w, session, [callOf(w, [10])]);
      const account = await asAccount(w);
      await account.pause();
      await account.unpause();
      await enable(w, session);
      await exceeds(trial, found, [callOf(w, [1])], 1n, 0n);
      const raised = { ...session, budgets: [totalBudget(20n)] };
      await trial.refused(w, await operation(w, raised, [callOf(w, [1])]), "SessionNotEnabled", [sessionId(raised)]);
      const again = { ...session, salt: 1n };
      await enable(w, again);
      await trial.accepted(w, again, [callOf(w, [10])]);
    },
  );

  attack("D8", "what a revoked session of the same key used or allowed does not live on in the next", async (trial) => {
    const found = await spending(totalBudget(10n));
    const { w, session, sid } = found;
    await trial.accepted(w, session, [callOf(w, [9])]);
    await (await asAccount(w)).revokeSession(sid);
    const permissions: Permission[] = [permissionFor(w, { charges: [argumentCharge(0, [32])] })];
    const fresh = { ...session, salt: 1n, permissions };
    await enable(w, fresh);
    await exceeds(trial, { w, session: fresh, sid }, [callOf(w, [0, 11])], 11n, 10n);
    await trial.accepted(w, fresh, [callOf(w, [99, 10])]);
    await trial.refused(w, await operation(w, session, [callOf(w, [1])]), "SessionIsRevoked", [sid]);
  });

  attack("D9", "no two sessions, budgets or accounts share a slot", async (trial) => {
    const found = await having(
      (w) => [permissionFor(w, { charges: Array.from({ length: 4 }, (_, i) => argumentCharge(2 * i, [0])) })],
      {
        budgets: Array.from({ length: 8 }, () => totalBudget(1000n)),
      },
    );
    const { w } = found;
    const seen = new Map<string, string>();
    for (const account of [w.accountAddress, w.otherAccountAddress]) {
      for (const salt of [0n, 1n]) {
        const epoch = await w.validator.epochOf(account);
        const session = { ...found.session, account, salt, epoch };
        await enable(w, session);
        const { receipt } = await trial.accepted(w, session, [callOf(w, [1])]);
        const stores = (await storesOf(receipt.hash)).filter(
          ({ contract }) => contract === w.validatorAddress.toLowerCase(),
        );
        for (const slot of new Set(stores.map(({ slot }) => slot))) {
          trial.repelled(seen.get(slot), undefined, "no slot shared");
          seen.set(slot, `${account} ${salt}`);
        }
      }
    }
    trial.admitted(seen.size, 2 * 2 * 4);
  });

  attack("D10", "no sum, product or narrowing wraps: 2^k - 1, 2^k, 2^k + 1", async (trial) => {
    const found = await spending(totalBudget(MAX_SPENT));
    const { w, session } = found;
    for (const k of [104n, 120n, 128n, 160n, 248n]) {
      for (const amount of [2n ** k - 1n, 2n ** k, 2n ** k + 1n]) {
        if (amount > MAX_SPENT) await exceeds(trial, found, [callOf(w, [amount])], amount, MAX_SPENT);
      }
    }
    await exceeds(trial, found, [callOf(w, [MAX_UINT256])], MAX_UINT256, MAX_SPENT);
    await exceeds(trial, found, [callOf(w, [MAX_UINT256]), callOf(w, [2n])], MAX_UINT256, MAX_SPENT);
    const half = [callOf(w, [2n ** 255n]), callOf(w, [2n ** 255n])];
    await exceeds(trial, found, half, MAX_UINT256, MAX_SPENT);
    for (const amount of [2n ** 48n, 2n ** 96n - 1n, 2n ** 64n + 1n])
      await trial.accepted(w, session, [callOf(w, [amount])]);
    const left = MAX_SPENT - (await spentOf(found));
    await exceeds(trial, found, [callOf(w, [left + 1n])], left + 1n, left);
    await trial.accepted(w, session, [callOf(w, [left])]);
    trial.admitted(await spentOf(found), MAX_SPENT);

    const paying = await spending(totalBudget(MAX_SPENT), { feeBudget: 0 });
    const dear = await operation(w, paying.session, [callOf(w, [0])], { fields: { maxFeePerGas: 2n ** 119n } });
    const asked = (MAX_FEE / 2_000_000_000n) * 2n ** 119n;
    await trial.refused(w, dear, "BudgetExceeded", [0n, asked, MAX_SPENT]);
    const rich = await having(
      (all) => [transferPermission(all.targetAddress, MAX_UINT128, { charges: [valueCharge(0)] })],
      { budgets: [totalBudget(MAX_SPENT)] },
    );
    const wei = { target: w.targetAddress, value: MAX_UINT128, data: "0x" };
    await exceeds(trial, rich, [wei, wei], 2n * MAX_UINT128, MAX_SPENT);
    const over = { ...wei, value: MAX_UINT128 + 1n };
    const op = await operation(w, rich.session, [over], { envelope: claim(rich.session, [0]) });
    await trial.refused(w, op, "ValueTooHigh", [0n, MAX_UINT128 + 1n, MAX_UINT128]);
  });

  attack(
    "D10",
    "limits around powers of two hold to the unit, and a full word spills into no neighbour",
    async (trial) => {
      for (const k of [8n, 64n, 103n]) {
        for (const limit of [2n ** k - 1n, 2n ** k, 2n ** k + 1n]) {
          const found = await spending(totalBudget(limit));
          await exceeds(trial, found, [callOf(found.w, [limit + 1n])], limit + 1n, limit);
          await exceeds(trial, found, [callOf(found.w, [limit]), callOf(found.w, [1])], limit + 1n, limit);
          if (limit === 2n ** k) await trial.accepted(found.w, found.session, [callOf(found.w, [limit])]);
        }
      }

      await world();
      const period = 1700;
      const [present, last] = [await now(), MAX_PERIODS - 1];
      const validAfter = present - last * period - 10;
      const full = await having(
        (w) => [permissionFor(w, { charges: [0, 1, 2, 3].map((i) => argumentCharge(i, [0])) })],
        {
          budgets: [
            totalBudget(MAX_SPENT),
            periodicBudget(MAX_SPENT, period),
            totalBudget(MAX_SPENT),
            totalBudget(MAX_SPENT),
          ],
          validAfter,
          validUntil: validAfter + MAX_PERIODS * period,
        },
      );
      const { w, session, sid } = full;
      const all = { time: present - 5 };
      await trial.accepted(w, session, [callOf(w, [MAX_SPENT])], all);
      const usage = await Promise.all([0, 1, 2, 3].map((i) => w.validator.budgetUsage(sid, session.account, i)));
      trial.admitted(
        usage.map(({ spent }) => spent),
        Array(4).fill(MAX_SPENT),
      );
      trial.admitted(
        usage.map(({ period: index }) => index),
        [0n, BigInt(last), 0n, 0n],
      );
      trial.admitted(await w.validator.sessionStatus(sid, session.account), 1n);
      await trial.refused(w, await operation(w, session, [callOf(w, [1])], all), "BudgetExceeded", [0n, 1n, 0n]);
    },
  );

  attack(
    "D11",
    "a wrong key returns 1 and charges, which the EntryPoint undoes; every other failure reverts",
    async (trial) => {
      const found = await spending(totalBudget(10n));
      const { w, session } = found;
      await trial.rejected(w, await operation(w, session, [callOf(w, [9])], { key: ecdsaKey(w.otherKey) }), "AA24");
      trial.admitted(await spentOf(found), 0n);
      const wrong = await attempt(w, session, [callOf(w, [11])]);
      trial.repelled(await validate(w, wrong), ["BudgetExceeded", [0n, 11n, 10n]], "BudgetExceeded");
      await trial.accepted(w, session, [callOf(w, [10])]);
    },
  );

  attack("D12", "what a reverting execution used stays used, and only the key can bring that about", async (trial) => {
    const found = await having(
      (w) => [callPermission(w.targetAddress, selector("fail(uint256)"), { charges: [argumentCharge(0, [0])] })],
      { budgets: [totalBudget(10n)] },
    );
    const { w, session } = found;
    const call = { ...callOf(w), data: encode("fail(uint256)", 6n) };
    const { success } = await send(w, await operation(w, session, [call]));
    trial.admitted([success, await spentOf(found)], [false, 6n]);
    await exceeds(trial, found, [call], 6n, 4n);
    // A stranger asks the module to validate the account's own operation.
    const op = await operation(w, session, [{ ...call, data: encode("fail(uint256)", 1n) }]);
    const answer = await validate(w, op, w.stranger.address);
    trial.repelled(answer, ["NotSender", [w.stranger.address, w.accountAddress]], "NotSender");
    trial.admitted(await spentOf(found), 6n);
  });

  attack("D13", "two operations of one bundle cannot both pass", async (trial) => {
    const found = await having((w) => [permissionFor(w, { charges: [countCharge(0)] })], {
      budgets: [totalBudget(1n)],
    });
    const { w, session } = found;
    const ops = await Promise.all([1, 2].map((nonceKey) => operation(w, session, [callOf(w)], { nonceKey })));
    const { failed } = await sendBundle(w, ops);
    trial.repelled([failed?.opIndex, failed?.aa, failed?.name], [1, "AA23", "BudgetExceeded"], "BudgetExceeded");
    trial.admitted((await sendBundle(w, ops.slice(0, 1))).successes, [true]);
  });

  attack(
    "D14",
    "the sum over a batch counts, whatever the order, and several charges of one call add up",
    async (trial) => {
      const found = await having(
        (w) => [permissionFor(w, { charges: [argumentCharge(0, [0]), argumentCharge(0, [32]), countCharge(1)] })],
        { budgets: [totalBudget(10n), totalBudget(3n)] },
      );
      const { w, session } = found;
      for (const amounts of [
        [
          [1, 2],
          [7, 1],
        ],
        [
          [7, 1],
          [1, 2],
        ],
        [[0, 11]],
      ]) {
        const sum = BigInt(amounts.flat().reduce((a, b) => a + b));
        await exceeds(
          trial,
          found,
          amounts.map((args) => callOf(w, args)),
          sum,
          10n,
        );
      }
      const many = Array.from({ length: 4 }, () => callOf(w, [0, 0]));
      await trial.refused(w, await forged(found, many), "BudgetExceeded", [1n, 4n, 3n]);
      await trial.accepted(w, session, [callOf(w, [1, 2]), callOf(w, [7, 0])]);
      trial.admitted([await spentOf(found, 0), await spentOf(found, 1)], [10n, 2n]);
    },
  );

  attack("D15", "a count is of calls, not of operations", async (trial) => {
    const found = await having((w) => [permissionFor(w, { charges: [countCharge(0)] })], {
      budgets: [totalBudget(5n)],
    });
    const { w, session } = found;
    await trial.accepted(w, session, [callOf(w), callOf(w), callOf(w)]);
    await exceeds(trial, found, [callOf(w), callOf(w), callOf(w)], 3n, 2n);
    await trial.accepted(w, session, [callOf(w), callOf(w)]);
    await exceeds(trial, found, [callOf(w)], 1n, 0n);
  });
});
