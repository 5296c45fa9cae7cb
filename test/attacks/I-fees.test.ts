import { concat, dataSlice, parseEther, ZeroAddress } from "ethers";
import { ANY_PAYMASTER, argumentCharge, FEES_SPONSORED, totalBudget, type Session } from "../../sdk";
import { GreedyPaymaster__factory } from "../../typechain-types";
import { asAccount, enable, GAS, MAX_FEE, operation, send, sessionOf } from "../helpers/operations";
import { callOf, permissionFor } from "../helpers/validation";
import { world } from "../helpers/world";
import { sendBundle } from "../integration/bundle";
import { delegatedSeat, installedSeat } from "../matrix/accounts/index";
import * as seats from "../matrix/operations";
import { openZeppelinSponsor, sponsoredLater } from "../matrix/sponsors";
import { attack } from "./catalogue";
import { encode, having, spentOf } from "./fixture";

/** A session that pays its fees from budget 0. */
const paying = (limit: bigint) => having(undefined, { budgets: [totalBudget(limit)], feeBudget: 0 });

/** A paymaster that sponsors everybody, with a deposit. */
async function greedy() {
  const w = await world();
  const paymaster = await (await new GreedyPaymaster__factory(w.bundler).deploy(w.tokenAddress)).getAddress();
  await w.entryPoint.getFunction("depositTo")(paymaster, { value: parseEther("10") });
  const limits = { paymasterVerificationGasLimit: 200_000n, paymasterPostOpGasLimit: 200_000n };
  const session = async (overrides: Partial<Session>) => {
    const found = await sessionOf(w, [permissionFor(w)], overrides);
    await enable(w, found);
    return found;
  };
  return { w, paymaster, fields: { paymaster, ...limits }, session };
}

describe("I: gas, fees, paymasters, initCode", () => {
  attack("I1", "a thousand times the price is a thousand times the charge", async (trial) => {
    const { w, session } = await paying(MAX_FEE);
    const fields = { maxFeePerGas: GAS.maxFeePerGas * 1000n };
    const op = await operation(w, session, [callOf(w)], { fields });
    await trial.refused(w, op, "BudgetExceeded", [0n, MAX_FEE * 1000n, MAX_FEE]);
    await trial.accepted(w, session, [callOf(w)]);
  });

  attack("I2", "the charge is by maxFeePerGas, and nobody reads the base fee", async (trial) => {
    const found = await paying(2n * MAX_FEE);
    const { w, session } = found;
    // Traced: BASEFEE in validation would be a violation of OP-011.
    await trial.accepted(w, session, [callOf(w)], { fields: { maxPriorityFeePerGas: 1n } });
    trial.admitted(await spentOf(found), MAX_FEE);
    const fields = { maxPriorityFeePerGas: 0n, maxFeePerGas: GAS.maxFeePerGas + 1n };
    const asked = (MAX_FEE / GAS.maxFeePerGas) * fields.maxFeePerGas;
    await trial.refused(w, await operation(w, session, [callOf(w)], { fields }), "BudgetExceeded", [
      0n,
      asked,
      MAX_FEE,
    ]);
  });

  attack("I3", "every gas field counts, by one unit as by 2^120 - 1", async (trial) => {
    const { w, session } = await paying(MAX_FEE);
    for (const field of ["verificationGasLimit", "callGasLimit", "preVerificationGas"] as const) {
      for (const value of [GAS[field] + 1n, 2n ** 64n, 2n ** 119n]) {
        const asked = MAX_FEE + (value - GAS[field]) * GAS.maxFeePerGas;
        const op = await operation(w, session, [callOf(w)], { fields: { [field]: value } });
        await trial.refused(w, op, "BudgetExceeded", [0n, asked, MAX_FEE]);
      }
      const overflowing = await operation(w, session, [callOf(w)], { fields: { [field]: 2n ** 120n } });
      await trial.rejected(w, overflowing, "AA94");
    }
    await trial.accepted(w, session, [callOf(w)]);
  });

  attack("I4", "a key that bundles its own operations takes the fee budget and not a wei more", async (trial) => {
    const fields = { preVerificationGas: 5_000_000n, maxPriorityFeePerGas: GAS.maxFeePerGas };
    const gas = fields.preVerificationGas + GAS.callGasLimit + GAS.verificationGasLimit;
    const { w, session } = await paying(2n * gas * GAS.maxFeePerGas);
    const wealth = async () => {
      const deposit = (await w.entryPoint.getFunction("balanceOf")(w.accountAddress)) as bigint;
      return (await w.bundler.provider.getBalance(w.accountAddress)) + deposit;
    };
    const before = await wealth();
    for (let times = 0; times < 2; times++) await trial.accepted(w, session, [callOf(w)], { fields });
    const op = await operation(w, session, [callOf(w)], { fields });
    await trial.refused(w, op, "BudgetExceeded", [0n, gas * GAS.maxFeePerGas, 0n]);
    const lost = before - (await wealth());
    trial.admitted(lost > 0n && lost <= 2n * gas * GAS.maxFeePerGas, true);
  });

  attack(
    "I5",
    "no other paymaster than the named one, which could take what the account once allowed it",
    async (trial) => {
      const { w, paymaster, fields, session } = await greedy();
      const none = await session({});
      const named = await session({ paymaster, feeBudget: FEES_SPONSORED });
      const other = await session({ paymaster: w.targetAddress, salt: 1n });
      const allowing = encode("approve(address,uint256)", paymaster, 1000n);
      await (
        (
          await asAccount(w)
        ).runner as unknown as { sendTransaction(tx: object): Promise<unknown> }
      ).sendTransaction({ to: w.tokenAddress, data: allowing });
      for (const [found, allowed] of [
        [none, ZeroAddress],
        [other, w.targetAddress],
      ] as const) {
        const op = await operation(w, found, [callOf(w)], { fields });
        await trial.refused(w, op, "PaymasterNotAllowed", [paymaster, allowed]);
      }
      const unsponsored = await operation(w, named, [callOf(w)]);
      await trial.refused(w, unsponsored, "PaymasterRequired", []);
      const any = await session({ paymaster: ANY_PAYMASTER, salt: 2n });
      const packed = (await operation(w, any, [callOf(w)], { fields })).paymasterAndData;
      for (const length of [51, 20, 1]) {
        const op = { ...(await operation(w, any, [callOf(w)])), paymasterAndData: dataSlice(packed, 0, length) };
        const failure = await send(w, op).catch((error: Error) => error.message);
        trial.repelled(typeof failure === "string" && failure.includes("AA93"), true, "AA93");
      }
      trial.repelled(await w.token.balanceOf(paymaster), 0n, "nothing taken");
      await trial.accepted(w, named, [callOf(w)], { fields });
      trial.admitted(await w.token.balanceOf(paymaster), 1000n);
    },
  );

  attack("I6", "on v0.9 the part of paymasterAndData that no one signed decides nothing", async (trial) => {
    const seat = await installedSeat("0.9");
    const [named, other] = [await openZeppelinSponsor(seat), await openZeppelinSponsor(seat)];
    const session = await seats.sessionOf(seat, { paymaster: named.address, feeBudget: FEES_SPONSORED });
    await seats.enableBy(seat, session);
    const calls = [seats.increment(seat)];
    const { complete } = await sponsoredLater(seat, session, calls, named);
    const swapped = concat([other.address, dataSlice(complete.paymasterAndData, 20)]);
    const refused = await seats.refusalOf(seat, { ...complete, paymasterAndData: swapped });
    trial.repelled(refused, "AA23 PaymasterNotAllowed", "PaymasterNotAllowed");
    trial.admitted((await seats.send(seat, complete)).success, true);
  });

  attack("I7", "no init data behind the EIP-7702 marker, which v0.8 would run before validation", async (trial) => {
    const seat = await delegatedSeat("0.8");
    const session = await seats.sessionOf(seat);
    await seats.enableBy(seat, session);
    const use = (factoryData: string) =>
      seats.sessionOperation(seat, session, [seats.increment(seat)], { fields: { factory: "0x7702", factoryData } });
    // accountId() and entryPoint(), harmless here; an initialiser is called in the same way.
    for (const data of ["0x9cfd7cff", "0xb0d691fe"]) {
      const refusal = await seats.refusalOf(seat, await use(data));
      trial.repelled(refusal, "AA23 DelegationInitData", "DelegationInitData");
    }
    trial.admitted((await seats.succeed(seat, await use("0x"))).success, true);
  });

  attack("I8", "an execution that reverts is counted and charged all the same", async (trial) => {
    const found = await having(
      (w) => [
        {
          ...permissionFor(w, { charges: [argumentCharge(1, [0])] }),
          selector: encode("fail(uint256)", 0n).slice(0, 10),
        },
      ],
      {
        budgets: [totalBudget(2n * MAX_FEE), totalBudget(10n)],
        feeBudget: 0,
      },
    );
    const { w, session } = found;
    const failing = [{ ...callOf(w), data: encode("fail(uint256)", 6n) }];
    const { success } = await send(w, await operation(w, session, failing));
    trial.admitted([success, await spentOf(found, 0), await spentOf(found, 1)], [false, MAX_FEE, 6n]);
    await trial.refused(w, await operation(w, session, failing), "BudgetExceeded", [1n, 6n, 4n]);
  });

  attack("I9", "validations of one bundle leave nothing behind that the next could change", async (trial) => {
    const found = await having((w) => [permissionFor(w, { charges: [argumentCharge(0, [0])] })], {
      budgets: [totalBudget(10n)],
    });
    const { w, session } = found;
    const other = { ...session, salt: 1n };
    await enable(w, other);
    const ops = [
      await operation(w, session, [callOf(w, [3])], { nonceKey: 1 }),
      await operation(w, other, [callOf(w, [10])], { nonceKey: 2 }),
      await operation(w, session, [callOf(w, [4])], { nonceKey: 3 }),
    ];
    trial.admitted((await sendBundle(w, ops)).successes, [true, true, true]);
    trial.admitted(
      (await w.target.records()).map(({ data }) => data),
      [3, 10, 4].map((amount) => callOf(w, [amount]).data),
    );
    trial.admitted(await spentOf(found), 7n);
    await trial.refused(w, await operation(w, session, [callOf(w, [4])]), "BudgetExceeded", [0n, 4n, 3n]);
  });
});
