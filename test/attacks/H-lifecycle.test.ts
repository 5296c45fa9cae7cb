import { AbiCoder, concat, id } from "ethers";
import { ethers } from "hardhat";
import { grantDigest, sessionId, type Call } from "../../sdk";
import { MeddlingSigner__factory } from "../../typechain-types";
import { asBareAccount } from "../contracts/SessionKeyValidator/answers";
import { asAccount, enable, grantBy, operation, ownerOperation, sessionOf } from "../helpers/operations";
import { attempt, callOf, permissionFor, validate, word } from "../helpers/validation";
import { world, type World } from "../helpers/world";
import { sendBundle } from "../integration/bundle";
import { delegatedSeat } from "../matrix/accounts/index";
import * as seats from "../matrix/operations";
import { attack } from "./catalogue";
import { having } from "./fixture";

/** The name of the validator's error, or "accepted". */
async function outcome(w: World, action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    const { data } = error as { data?: string };
    return w.validator.interface.parseError(data ?? "0x")?.name ?? "reverted";
  }
  return "accepted";
}

describe("H: lifecycle", () => {
  attack(
    "H1",
    "after uninstalling and installing again no session of before works, however many there were",
    async (trial) => {
      const gas = new Set<bigint>();
      for (const count of [0, 1, 2, 3, 128]) {
        const w = await world();
        const account = await asAccount(w);
        const sessions = await Promise.all(
          Array.from({ length: Math.min(count, 3) }, (_, i) => sessionOf(w, [permissionFor(w)], { salt: BigInt(i) })),
        );
        const others = Array.from({ length: count - sessions.length }, (_, i) => id(`session ${i}`));
        await account.enableSessions([...sessions.map((session) => sessionId(session)), ...others]);
        if (sessions[0]) await trial.accepted(w, sessions[0], [callOf(w)]);
        gas.add((await (await account.onUninstall("0x")).wait())!.gasUsed);
        await account.onInstall("0x");
        for (const session of sessions) {
          const reborn = sessionId({ ...session, epoch: session.epoch + 2n });
          await trial.refused(w, await operation(w, session, [callOf(w)]), "SessionNotEnabled", [reborn]);
        }
      }
      trial.admitted(gas.size, 1);
    },
  );

  attack("H2", "uninstalling never fails: with any data, twice, not installed, with 30,000 gas", async (trial) => {
    const { w, session } = await having();
    await trial.accepted(w, session, [callOf(w)]);
    const account = await asAccount(w);
    for (const data of ["0x", "0x00", `0x${"ff".repeat(1000)}`]) {
      for (let times = 0; times < 2; times++) {
        trial.admitted(
          await outcome(w, account.onUninstall(data, data === "0x" ? { gasLimit: 51_000n } : {})),
          "accepted",
        );
      }
    }
    trial.admitted(await outcome(w, w.validator.connect(w.stranger).onUninstall("0x")), "accepted");
    await account.onInstall("0x");
    await trial.refused(w, await operation(w, session, [callOf(w)]), "SessionNotEnabled");
  });

  attack(
    "H3",
    "the module is a validator and nothing else: no other type can be installed or taken away",
    async (trial) => {
      const { w, session } = await having();
      const types = await Promise.all([0, 2, 3, 4, 5, 6, 10].map((type) => w.validator.isModuleType(type)));
      trial.repelled(types.some(Boolean), false, "isModuleType false");
      const itself = w.account.connect((await asAccount(w)).runner);
      for (const type of [2, 3, 4]) {
        const done = await itself.uninstallModule.staticCall(type, w.validatorAddress, "0x").then(
          () => true,
          () => false,
        );
        trial.repelled(done, false, "the account reverts");
      }
      trial.admitted(await w.validator.isModuleType(1), true);
      await trial.accepted(w, session, [callOf(w)]);
    },
  );

  attack(
    "H4",
    "an owner's contract that is asked for a signature cannot re-enter: it is a STATICCALL",
    async (trial) => {
      const w = await world();
      const { interface: module } = w.validator;
      for (const [data, accepted] of [
        [module.encodeFunctionData("epochOf", [w.accountAddress]), true],
        [module.encodeFunctionData("enableSession", [word(1), "0x"]), false],
        [module.encodeFunctionData("revokeAllSessions"), false],
        [module.encodeFunctionData("onInstall", ["0x"]), false],
      ] as const) {
        const meddling = await new MeddlingSigner__factory(w.bundler).deploy(w.validator, data);
        const account = await meddling.getAddress();
        await asBareAccount(w, account);
        const session = await sessionOf(w, [permissionFor(w)], { account });
        const grant = { sessions: [session], validator: w.validatorAddress, signature: "0x" };
        const answer = await validate(w, await attempt(w, session, [callOf(w)], { mode: "enable", grant }));
        const digest = grantDigest([session], w.validatorAddress);
        if (accepted) trial.admitted(typeof answer, "bigint");
        else trial.repelled(answer, ["BadGrant", [account, digest]], "BadGrant");
      }
    },
  );

  attack("H5", "install data is empty or a list of ids, exactly; installing again starts again", async (trial) => {
    const { w, session } = await having();
    const account = await asAccount(w);
    const list = AbiCoder.defaultAbiCoder().encode(["bytes32[]"], [[id("one")]]);
    for (const data of [
      "0x00",
      concat([list, "0x00"]),
      list.slice(0, -2),
      concat([word(64), word(0)]),
      concat([word(32), word(2n ** 64n)]),
      concat([word(32), word(2n ** 251n)]),
    ]) {
      trial.repelled(await outcome(w, account.onInstall.staticCall(data)), "InvalidInstallData", "InvalidInstallData");
    }
    await account.onInstall(list);
    trial.admitted(await w.validator.sessionStatus(id("one"), w.accountAddress), 1n);
    await trial.refused(w, await operation(w, session, [callOf(w)]), "SessionNotEnabled");
    await w.validator.connect(w.stranger).onInstall("0x");
    trial.admitted(await w.validator.isInitialized(w.stranger), true);
  });

  attack(
    "H6",
    "nobody can occupy a key, a salt or an id: other accounts' sessions are other sessions",
    async (trial) => {
      const w = await world();
      const session = await sessionOf(w, [permissionFor(w)]);
      const sid = sessionId(session);
      await w.validator.connect(w.stranger).onInstall("0x");
      await w.validator.connect(w.stranger).enableSession(sid, "0x");
      await trial.refused(w, await operation(w, session, [callOf(w)]), "SessionNotEnabled", [sid]);
      await w.validator.connect(w.stranger).revokeSession(sid);
      await enable(w, session);
      await trial.accepted(w, session, [callOf(w)]);
    },
  );

  attack("H7", "an epoch goes up by one and only by the account; its 64 bits never come around", async (trial) => {
    const { w, session } = await having();
    const before = await w.validator.epochOf(w.accountAddress);
    trial.repelled(
      await outcome(w, w.validator.connect(w.stranger).revokeAllSessions()),
      "NotInstalled",
      "NotInstalled",
    );
    trial.admitted(await w.validator.epochOf(w.accountAddress), before);
    await trial.accepted(w, session, [callOf(w)]);
    await (await asAccount(w)).revokeAllSessions();
    trial.admitted(await w.validator.epochOf(w.accountAddress), before + 1n);
    await trial.refused(w, await operation(w, session, [callOf(w)]), "SessionNotEnabled");
  });

  attack(
    "H8",
    "an EOA that was delegated elsewhere and comes back finds its sessions dead once it installs anew",
    async (trial) => {
      const seat = await delegatedSeat("0.8");
      const session = await seats.sessionOf(seat);
      await seats.enableBy(seat, session);
      const calls = [seats.increment(seat)];
      trial.admitted((await seats.use(seat, session, calls)).success, true);
      const eoa = seat.owner.connect(ethers.provider);
      const delegateTo = async (address: string) => {
        const nonce = await eoa.getNonce();
        const authorization = await eoa.authorize({ address, nonce: nonce + 1, chainId: seat.chainId });
        await (
          await eoa.sendTransaction({
            type: 4,
            to: eoa.address,
            gasLimit: 200_000n,
            nonce,
            authorizationList: [authorization],
          })
        ).wait();
      };
      const old = await seats.sessionOperation(seat, session, calls);
      await delegateTo(seat.targetAddress);
      const away = await seats.refusalOf(seat, old).catch(() => "refused");
      trial.repelled(away === "accepted", false, "refused by the other delegate");
      await delegateTo(seat.delegate);
      const { adapter } = seat.subject;
      await seats.succeed(seat, await seats.ownerOperation(seat, adapter.uninstallModule(seat.validatorAddress)));
      await seats.succeed(seat, await seats.ownerOperation(seat, adapter.installModule(seat.validatorAddress)));
      const dead = await seats.refusalOf(seat, await seats.sessionOperation(seat, session, calls));
      trial.repelled(dead, "AA23 SessionNotEnabled", "SessionNotEnabled");
    },
  );

  attack("H9", "the owner's revocation and a use in one bundle: the use still runs, and never again", async (trial) => {
    const { w, session, sid } = await having();
    const data = w.validator.interface.encodeFunctionData("revokeSession", [sid]);
    const revoking: Call = { target: w.validatorAddress, value: 0n, data };
    const ops = [await ownerOperation(w, [revoking]), await operation(w, session, [callOf(w)], { nonceKey: 1 })];
    trial.admitted((await sendBundle(w, ops)).successes, [true, true]);
    trial.admitted((await w.target.records()).length, 1);
    await trial.refused(w, await operation(w, session, [callOf(w)]), "SessionIsRevoked", [sid]);
  });

  attack("H10", "revoked wins over enabled, in any order and by any way", async (trial) => {
    const w = await world();
    const account = await asAccount(w);
    const session = await sessionOf(w, [permissionFor(w)]);
    const [sid, grant] = [sessionId(session), await grantBy(w, [session])];
    await account.revokeSession(sid);
    trial.repelled(
      await outcome(w, account.enableSession.staticCall(sid, "0x")),
      "SessionIsRevoked",
      "SessionIsRevoked",
    );
    trial.repelled(
      await outcome(w, account.enableSessions.staticCall([word(1), sid])),
      "SessionIsRevoked",
      "SessionIsRevoked",
    );
    for (const mode of ["enable", "signed"] as const) {
      await trial.refused(w, await operation(w, session, [callOf(w)], { mode, grant }), "SessionIsRevoked", [sid]);
    }
    const other = { ...session, salt: 1n };
    await enable(w, other);
    await trial.accepted(w, other, [callOf(w)]);
    await account.revokeSessions([sessionId(other), sid]);
    await trial.refused(w, await operation(w, other, [callOf(w)]), "SessionIsRevoked", [sessionId(other)]);
  });
});
