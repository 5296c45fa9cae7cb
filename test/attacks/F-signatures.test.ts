import { setCode } from "@nomicfoundation/hardhat-network-helpers";
import {
  concat,
  dataSlice,
  hashMessage,
  getBytes,
  N,
  toBeHex,
  TypedDataEncoder,
  ZeroAddress,
  type Wallet,
} from "ethers";
import {
  buildEnvelope,
  countCharge,
  decodeFailedOp,
  digest,
  ecdsaKey,
  ENTRY_POINTS,
  grantDigest,
  grantTypedData,
  permissionTree,
  sessionId,
  signUse,
  totalBudget,
  userOpHash,
  type FailedOp,
  type Grant,
  type PackedUserOperation,
  type Session,
  type SessionKey,
} from "../../sdk";
import { encodeEnvelope } from "../../sdk/envelope";
import { foldProof } from "../../sdk/tree";
import { permissionHash, sessionStructHash, sessionUseHash } from "../../sdk/typedData";
import { SessionKeyValidator__factory } from "../../typechain-types";
import { ERC1271_MAGIC, ERC7913_MAGIC, validAnswers } from "../contracts/SessionKeyValidator/answers";
import { adapter, asAccount, draft, enable, grantBy, hashOf, operation, seal, sessionOf } from "../helpers/operations";
import { secondChain } from "../helpers/secondChain";
import { callOf, claim, permissionFor, SELECTOR, validate, word } from "../helpers/validation";
import { world, type World } from "../helpers/world";
import { attack } from "./catalogue";
import { having, spentOf, type Having } from "./fixture";

/** A granted session, not enabled. */
async function granted(overrides: Partial<Session> = {}) {
  const w = await world();
  const session = await sessionOf(w, [permissionFor(w)], overrides);
  const grant = await grantBy(w, [session]);
  return { w, session, sid: sessionId(session), grant, calls: [callOf(w)] };
}

/** The grant with the owner's signature over another digest. */
function over(w: World, grant: Grant, hash: string, owner: Wallet = w.owner): Grant {
  return { ...grant, signature: adapter(w).wrapOwnerSignature(owner.signingKey.sign(hash).serialized) };
}

/** A key that signs with whatever `sign` makes of the digest. */
function keyOf({ session }: Pick<Having, "session">, sign: (digest: string) => string): SessionKey {
  return { signer: session.signer, dummySignature: "0x", signDigest: (hash) => Promise.resolve(sign(hash)) };
}

/** What the module's storage is. */
async function storageOf(w: World): Promise<unknown> {
  const { storageHash } = (await w.bundler.provider.send("eth_getProof", [w.validatorAddress, [], "latest"])) as {
    storageHash: string;
  };
  return storageHash;
}

/** Signatures by another version of the protocol than the contract speaks. */
async function sealedFor(
  found: Having,
  hash: string,
  validator = found.w.validatorAddress,
): Promise<PackedUserOperation> {
  const { w, session } = found;
  const op = await operation(w, session, [callOf(w)]);
  const envelope = buildEnvelope({ session, calls: [callOf(w)], mode: "use" });
  return { ...op, signature: await signUse({ envelope, userOpHash: hash, validator, key: ecdsaKey(w.key) }) };
}

describe("F: signatures, replay, grants", () => {
  attack(
    "F1",
    "a signature for another EntryPoint, or its version of the hash, is none for this one",
    async (trial) => {
      const found = await having();
      const { w, session } = found;
      const op = await operation(w, session, [callOf(w)]);
      for (const version of ["0.7", "0.8", "0.9"] as const) {
        for (const entryPoint of [ENTRY_POINTS["0.7"], ENTRY_POINTS["0.8"], ENTRY_POINTS["0.9"]]) {
          const hash = userOpHash(op, { entryPoint, chainId: w.chainId, version });
          if (hash !== hashOf(w, op)) await trial.rejected(w, await sealedFor(found, hash), "AA24");
        }
      }
      await trial.accepted(w, session, [callOf(w)]);
    },
  );

  attack(
    "F2",
    "on another account of the same owner and key neither operation nor grant is worth anything",
    async (trial) => {
      const { w, session, grant, calls } = await granted();
      const account = w.otherAccountAddress;
      const twin = { ...session, account, epoch: await w.validator.epochOf(account) };
      const moved = await operation(w, twin, calls, { mode: "enable", grant: { ...grant, sessions: [twin] } });
      await trial.refused(w, moved, "BadGrant", [account, grantDigest([twin], w.validatorAddress)]);
      await enable(w, session);
      const own = await operation(w, session, calls);
      await trial.refused(w, { ...own, sender: account }, "SessionNotEnabled", [sessionId(twin)]);
      await enable(w, twin);
      await trial.rejected(w, { ...own, sender: account }, "AA24");
      await trial.accepted(w, session, calls);
    },
  );

  attack("F3", "on another chain neither works, but one grant may name two chains", async (trial) => {
    const w = await world();
    const second = await secondChain(w, 31_338n);
    // The two chains have clocks of their own.
    const here = await sessionOf(w, [permissionFor(w)], { validAfter: 1 });
    const there = { ...here, chainId: second.chainId, salt: 1n };
    const grant = await grantBy(w, [here, there]);
    const calls = [callOf(w)];
    const foreign = await operation(w, there, calls, { mode: "enable", grant, grantIndex: 1 });
    await trial.refused(w, foreign, "BadGrant");
    const used = await operation(w, here, calls, { mode: "enable", grant });
    const { receipt } = await trial.accepted(second, there, calls, { mode: "enable", grant, grantIndex: 1 });
    const handleOps = w.entryPoint.interface.encodeFunctionData("handleOps", [[used], w.bundler.address]);
    const failure = await second.bundler
      .sendTransaction({ to: receipt.to, data: handleOps, gasLimit: 5_000_000n })
      .then((response) => response.wait())
      .catch((error: unknown) => decodeFailedOp(error));
    trial.repelled((failure as FailedOp | undefined)?.name, "BadGrant", "BadGrant");
    await trial.included(w, used);
  });

  attack("F4", "another instance of the validator takes neither the grant nor the key's signature", async (trial) => {
    const { w, session, grant, calls } = await granted();
    const second = await new SessionKeyValidator__factory(w.bundler).deploy();
    await w.account.connect((await asAccount(w)).runner).installModule(1, second, "0x");
    const there: World = { ...w, validator: second, validatorAddress: await second.getAddress() };
    await trial.refused(there, await operation(there, session, calls, { mode: "enable", grant }), "BadGrant");
    await enable(there, session);
    const op = await operation(there, session, calls);
    const envelope = buildEnvelope({ session, calls, mode: "use" });
    await trial.rejected(there, await seal(w, op, envelope), "AA24");
    await trial.accepted(there, session, calls);
  });

  attack(
    "F5",
    "an enabling cannot be replayed after revoking, after reinstalling, or as the same operation",
    async (trial) => {
      const { w, session, sid, grant, calls } = await granted();
      const options = { mode: "enable", grant } as const;
      const op = await operation(w, session, calls, options);
      await trial.included(w, op);
      await trial.rejected(w, op, "AA25");
      const account = await asAccount(w);
      await account.revokeSession(sid);
      await trial.refused(w, await operation(w, session, calls, options), "SessionIsRevoked", [sid]);
      await account.onUninstall("0x");
      await account.onInstall("0x");
      await trial.refused(w, await operation(w, session, calls, options), "BadGrant");
    },
  );

  attack(
    "F6",
    "a grant that was never used dies with the revocation of its session, and with all of them",
    async (trial) => {
      const { w, session, sid, grant, calls } = await granted();
      const other = { ...session, salt: 1n };
      const later = await grantBy(w, [other]);
      await (await asAccount(w)).revokeSession(sid);
      for (const mode of ["enable", "signed"] as const) {
        await trial.refused(w, await operation(w, session, calls, { mode, grant }), "SessionIsRevoked", [sid]);
      }
      await trial.accepted(w, other, calls, { mode: "signed", grant: later });
      await (await asAccount(w)).revokeAllSessions();
      for (const mode of ["enable", "signed"] as const) {
        await trial.refused(w, await operation(w, other, calls, { mode, grant: later }), "BadGrant");
      }
    },
  );

  attack("F8", "who enables the session first does the victim no harm", async (trial) => {
    const { w, session, sid, grant, calls } = await granted();
    const op = await operation(w, session, calls, { mode: "enable", grant });
    const stranger = w.validator.connect(w.stranger);
    const reverted = await stranger.enableSession(sid, "0x").then(
      () => "accepted",
      () => "NotInstalled",
    );
    trial.repelled(reverted, "NotInstalled", "NotInstalled");
    await enable(w, session);
    await trial.included(w, op);
    const unknown = { ...grant, signature: "0x" };
    const fresh = { ...session, salt: 1n };
    const bad = await operation(w, fresh, calls, { mode: "enable", grant: { ...unknown, sessions: [fresh] } });
    await trial.refused(w, bad, "BadGrant");
  });

  attack("F9", "a batch is signed as a whole: not a part of it, nor in another order", async (trial) => {
    const found = await having();
    const { w, session } = found;
    const calls = [callOf(w, [1]), callOf(w, [2])];
    const op = await operation(w, session, calls);
    const reversed = await operation(w, session, [...calls].reverse());
    await trial.rejected(w, { ...op, callData: reversed.callData }, "AA24");
    const part = await operation(w, session, calls.slice(0, 1));
    await trial.rejected(w, { ...op, callData: part.callData }, "AA24");
    await trial.included(w, op);
  });

  attack("F10", "a session key cannot sign the grant of a session, alone or through the module", async (trial) => {
    const { w, session, grant, calls } = await granted();
    await enable(w, { ...session, salt: 1n });
    const hash = grantDigest([session], w.validatorAddress);
    const signed = w.key.signingKey.sign(hash).serialized;
    for (const prefix of [w.validatorAddress, w.ownerValidatorAddress, "0x"]) {
      const forgedGrant = { ...grant, signature: concat([prefix, signed]) };
      const op = await operation(w, session, calls, { mode: "enable", grant: forgedGrant });
      await trial.refused(w, op, "BadGrant", [w.accountAddress, hash]);
    }
    await trial.accepted(w, session, calls, { mode: "enable", grant });
  });

  attack("F12", "the zero address is nobody: neither as a key nor as the owner", async (trial) => {
    for (const signature of ["0x", `0x${"00".repeat(65)}`, `0x${"00".repeat(64)}1b`, `0x${"00".repeat(64)}1d`]) {
      const nobody = await having(undefined, { signer: ZeroAddress });
      const op = await operation(nobody.w, nobody.session, [callOf(nobody.w)], { key: keyOf(nobody, () => signature) });
      await trial.rejected(nobody.w, op, "AA24");
      const { w, session, grant, calls } = await granted();
      const wrapped = { ...grant, signature: concat([w.ownerValidatorAddress, signature]) };
      await trial.refused(w, await operation(w, session, calls, { mode: "signed", grant: wrapped }), "BadGrant");
    }
    const { w, session } = await having();
    await trial.accepted(w, session, [callOf(w)]);
  });

  attack("F13", "65 bytes, low s, v 27 or 28; anything else is a wrong signature", async (trial) => {
    const found = await having();
    const { w, session } = found;
    const misshapen: ((r: string, s: string, v: number) => string)[] = [
      (r, s, v) => concat([r, toBeHex(N - BigInt(s), 32), toBeHex(55 - v, 1)]),
      (r, s, v) => concat([r, s, toBeHex(v - 27, 1)]),
      (r, s, v) => concat([r, s, toBeHex(55 - v, 1)]),
      (r, s, v) => concat([r, toBeHex(BigInt(s) | (BigInt(v - 27) << 255n), 32)]),
      (r, s) => concat([r, s]),
      (r, s) => dataSlice(concat([r, s]), 0, 63),
      (r, s, v) => concat([r, s, toBeHex(v, 1), "0x00"]),
      (r, s, v) => concat([r, s, toBeHex(v, 32)]),
      () => "0x1b",
      () => "0x",
    ];
    for (const make of misshapen) {
      const key = keyOf(found, (hash) => {
        const { r, s, v } = w.key.signingKey.sign(hash);
        return make(r, s, v);
      });
      await trial.rejected(w, await operation(w, session, [callOf(w)], { key }), "AA24");
    }
    await trial.accepted(w, session, [callOf(w)]);
  });

  attack("F14", "mode, window, payer and time cannot be switched after the key has signed", async (trial) => {
    const { w, session, grant, calls } = await granted();
    await enable(w, session);
    const use = await operation(w, session, calls);
    for (const options of [
      { mode: "enable", grant },
      { mode: "signed", grant },
      { time: session.validAfter + 1 },
    ] as const) {
      const other = await operation(w, session, calls, options);
      const switched = other.signature.slice(0, -130) + use.signature.slice(-130);
      await trial.rejected(w, { ...use, signature: switched }, "AA24");
    }
    await trial.included(w, use);
  });

  attack(
    "F15",
    "the module calls nobody that the operation names: an ERC-6492 wrapping is a wrong signature",
    async (trial) => {
      const { w, session, grant, calls } = await granted();
      const wrapped = `${concat([word(w.targetAddress), word(0x60), word(0xa0), word(4), `${SELECTOR}${"00".repeat(28)}`, word(0)])}${"6492".repeat(16)}`;
      const bad = await operation(w, session, calls, { mode: "enable", grant: { ...grant, signature: wrapped } });
      await trial.refused(w, bad, "BadGrant");
      await enable(w, session);
      const key = keyOf({ session }, () => wrapped);
      await trial.rejected(w, await operation(w, session, calls, { key }), "AA24");
      trial.admitted((await w.target.records()).length, 0);
      await trial.accepted(w, session, calls);
    },
  );

  attack("F16", "no inner node, other place, other tree or repeated leaf passes for a permission", async (trial) => {
    const found = await having((w) =>
      ["0x00000001", "0x00000002", SELECTOR].map((selector) => ({ ...permissionFor(w), selector })),
    );
    const { w, session } = found;
    const [calls, tree] = [[callOf(w)], permissionTree(session)];
    const permission = session.permissions[2]!;
    const lawful = tree.proof(2);
    const attempted = async (proof: typeof lawful, height = 2) =>
      operation(w, session, calls, {
        envelope: encodeEnvelope({ mode: "use", session, height, calls: [{ permission, proof }] }),
      });
    const otherRoot = (proof: typeof lawful) =>
      sessionStructHash(session, foldProof(permissionHash(permission), proof), proof.siblings.length);
    for (const proof of [
      { ...lawful, index: 0 },
      { ...lawful, index: 1 },
      { ...lawful, siblings: [...lawful.siblings].reverse() },
      { index: 0, siblings: lawful.siblings.slice(1) },
      { index: 0, siblings: [] },
      { index: 2, siblings: [...lawful.siblings, lawful.siblings[1]!] },
    ]) {
      const op = await attempted(proof, proof.siblings.length);
      await trial.refused(w, op, "SessionNotEnabled", [otherRoot(proof)]);
    }
    await trial.included(w, await attempted(lawful));
    await trial.included(w, await attempted(tree.proof(3)));
  });

  attack(
    "F17",
    "the grant is the EIP-712 struct that ethers hashes: another order, space or type is another grant",
    async (trial) => {
      const { w, session, grant, calls } = await granted();
      const { domain, types, message } = grantTypedData([session], w.validatorAddress);
      const renamed = Object.fromEntries(
        Object.entries(types).map(([name, fields]) => [name, name === "Budget" ? fields : [...fields].reverse()]),
      );
      for (const hash of [
        TypedDataEncoder.hash({ ...domain }, renamed, message),
        TypedDataEncoder.hash({ ...domain, chainId: w.chainId }, types, message),
        TypedDataEncoder.hash({ ...domain, version: "2" }, types, message),
        TypedDataEncoder.hash({ ...domain, verifyingContract: w.accountAddress }, types, message),
        sessionId(session),
      ]) {
        const op = await operation(w, session, calls, { mode: "enable", grant: over(w, grant, hash) });
        await trial.refused(w, op, "BadGrant");
      }
      const right = TypedDataEncoder.hash({ ...domain }, types, message);
      trial.admitted(right, grantDigest([session], w.validatorAddress));
      await trial.accepted(w, session, calls, { mode: "enable", grant: over(w, grant, right) });
    },
  );

  attack("F18", "only the right magic word says yes", async (trial) => {
    for (const magic of [ERC1271_MAGIC, "0x20c13b0b", "0xffffffff", "0x00000000"]) {
      const w = await world();
      const signer = concat([await validAnswers(magic)["the magic in a word"]!(w), "0x01"]);
      const session = await sessionOf(w, [permissionFor(w)], { signer });
      await enable(w, session);
      await trial.rejected(w, await operation(w, session, [callOf(w)]), "AA24");
    }
    const w = await world();
    const signer = concat([await validAnswers(ERC7913_MAGIC)["the magic in a word"]!(w), "0x01"]);
    const session = await sessionOf(w, [permissionFor(w)], { signer });
    await enable(w, session);
    await trial.accepted(w, session, [callOf(w)], { broken: ["STO-021"] });
  });

  attack("F19", "whoever calls the module acts for himself alone", async (trial) => {
    const found = await having((w) => [permissionFor(w, { charges: [countCharge(0)] })], {
      budgets: [totalBudget(1n)],
    });
    const { w, session } = found;
    const op = await operation(w, session, [callOf(w)]);
    const before = await storageOf(w);
    const refusal = [w.stranger.address, w.accountAddress];
    trial.repelled(await validate(w, op, w.stranger.address), ["NotSender", refusal], "NotSender");
    await w.validator.connect(w.stranger).onInstall("0x");
    trial.repelled(before === (await storageOf(w)), false, "own epoch only");
    const own = { ...op, sender: w.stranger.address };
    const answer = await validate(w, own, w.stranger.address);
    const theirs = sessionId({ ...session, account: w.stranger.address, epoch: 1n });
    trial.repelled(answer, ["SessionNotEnabled", [theirs]], "SessionNotEnabled");
    await trial.included(w, op);
  });

  attack(
    "F20",
    "ids are whole hashes, and a key may have many sessions without one replacing another",
    async (trial) => {
      const found = await having((w) => [permissionFor(w, { charges: [countCharge(0)] })], {
        budgets: [totalBudget(1n)],
      });
      const { w, session } = found;
      const second = { ...session, salt: 1n };
      const near = toBeHex(BigInt(sessionId(second)) ^ 1n, 32);
      await (await asAccount(w)).enableSession(near, "0x");
      await trial.refused(w, await operation(w, second, [callOf(w)]), "SessionNotEnabled", [sessionId(second)]);
      await enable(w, second);
      await trial.accepted(w, session, [callOf(w)]);
      await trial.accepted(w, second, [callOf(w)]);
      await trial.refused(w, await operation(w, session, [callOf(w)]), "BudgetExceeded", [0n, 1n, 0n]);
    },
  );

  attack("F21", "the key signs which of its sessions pays; nobody else chooses", async (trial) => {
    const found = await having((w) => [permissionFor(w, { charges: [countCharge(0)] })], {
      budgets: [totalBudget(2n)],
    });
    const { w, session } = found;
    const other = { ...session, salt: 1n };
    await enable(w, other);
    const [op, elsewhere] = [await operation(w, session, [callOf(w)]), await operation(w, other, [callOf(w)])];
    const swapped = elsewhere.signature.slice(0, -130) + op.signature.slice(-130);
    await trial.rejected(w, { ...op, signature: swapped }, "AA24");
    await trial.included(w, op);
    trial.admitted(await spentOf(found), 1n);
  });

  attack("F22", "one digest, one form: neither raw hashes nor a wallet's message", async (trial) => {
    const found = await having();
    const { w, session } = found;
    const op = await draft(w, w.validatorAddress, (await operation(w, session, [callOf(w)])).callData);
    const envelope = claim(session, [0]);
    const hash = hashOf(w, op);
    const right = digest(w.validatorAddress, sessionUseHash(hash, envelope));
    for (const signed of [
      hash,
      hashMessage(getBytes(hash)),
      hashMessage(getBytes(right)),
      sessionUseHash(hash, envelope),
    ]) {
      const signature = concat([envelope, w.key.signingKey.sign(signed).serialized]);
      await trial.rejected(w, { ...op, signature }, "AA24");
    }
    await trial.included(w, { ...op, signature: concat([envelope, w.key.signingKey.sign(right).serialized]) });
  });

  attack("F23", "code at the key's address, delegated or not, is never asked", async (trial) => {
    const { w, session } = await having();
    const yes = await validAnswers(ERC1271_MAGIC)["the magic in a word"]!(w);
    await setCode(w.key.address, concat(["0xef0100", yes]));
    await trial.rejected(w, await operation(w, session, [callOf(w)], { key: ecdsaKey(w.otherKey) }), "AA24");
    await trial.rejected(w, await operation(w, session, [callOf(w)], { key: keyOf({ session }, () => "0x") }), "AA24");
    const contract = { ...session, signer: yes };
    await enable(w, contract);
    await trial.rejected(w, await operation(w, contract, [callOf(w)]), "AA24");
    await trial.accepted(w, session, [callOf(w)]);
  });
});
