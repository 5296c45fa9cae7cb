import { concat, hashMessage, id, TypedDataEncoder } from "ethers";
import { ethers } from "hardhat";
import { digest, grantDigest, sessionId } from "../../sdk";
import { sessionUseHash } from "../../sdk/typedData";
import { answering, ERC1271_MAGIC, place, asWord } from "../contracts/verifiers/fixture";
import { asAccount, draft, enable, hashOf } from "../helpers/operations";
import { callOf, word } from "../helpers/validation";
import type { World } from "../helpers/world";
import { attack, type Trial } from "./catalogue";
import { answerOf, encode, having } from "./fixture";

const NO = "0xffffffff";
const MAIL = { Mail: [{ name: "text", type: "string" }] };

/** Typed data of an app. */
function mail(name: string, chainId: bigint, verifyingContract: string): string {
  return TypedDataEncoder.hash({ name, version: "1", chainId, verifyingContract }, MAIL, { text: "hello" });
}

/** A token's permit, as the token would ask for it. */
function permit(w: World): string {
  const fields = ["owner address", "spender address", "value uint256", "nonce uint256", "deadline uint256"];
  const Permit = fields.map((field) => ({ name: field.split(" ")[0]!, type: field.split(" ")[1]! }));
  const domain = { name: "Token", version: "1", chainId: w.chainId, verifyingContract: w.tokenAddress };
  const message = { owner: w.accountAddress, spender: w.stranger.address, value: 1n, nonce: 0n, deadline: 2n ** 40n };
  return TypedDataEncoder.hash(domain, { Permit }, message);
}

/** The session's key signs nothing for the account; its owner does, and the session itself goes on working. */
async function signsNothing(trial: Trial, hashes: (found: Awaited<ReturnType<typeof having>>) => readonly string[]) {
  const found = await having();
  const { w, session } = found;
  for (const hash of hashes(found)) trial.repelled(await answerOf(w, hash, w.key), NO, NO);
  const byOwner = concat([w.ownerValidatorAddress, w.owner.signingKey.sign(id("order")).serialized]);
  trial.admitted(await w.account.isValidSignature(id("order"), byOwner), ERC1271_MAGIC);
  await trial.accepted(w, session, [callOf(w)]);
}

describe("J: ERC-1271 as an escape hatch", () => {
  attack("J1", "no permit, order, message, operation or grant", async (trial) => {
    await signsNothing(trial, ({ w, session }) => [
      permit(w),
      id("an order of CoW, 0x or Seaport"),
      hashMessage("login"),
      grantDigest([{ ...session, salt: 1n }], w.validatorAddress),
      digest(w.validatorAddress, sessionUseHash(id("operation"), "0x")),
      digest(w.validatorAddress, sessionId(session)),
    ]);
    const { w, session } = await having();
    const nested = await draft(w, w.validatorAddress, encode("execute(bytes32,bytes)", word(0), "0x"));
    trial.repelled(await answerOf(w, hashOf(w, nested), w.key), NO, NO);
    await trial.accepted(w, session, [callOf(w)]);
  });

  attack("J2", "for no app, on no chain, for no account", async (trial) => {
    await signsNothing(trial, ({ w }) => [
      mail("A", w.chainId, w.targetAddress),
      mail("B", w.chainId, w.targetAddress),
      mail("A", 1n, w.targetAddress),
      mail("A", w.chainId, w.otherAccountAddress),
    ]);
  });

  attack("J3", "in no wrapping of ERC-7739, and the probe for it gets no answer", async (trial) => {
    const { w, session } = await having();
    const probe = `0x${"7739".repeat(16)}`;
    trial.repelled(await w.account.isValidSignature(probe, w.validatorAddress), NO, NO);
    const signature = w.key.signingKey.sign(id("contents")).serialized;
    for (const tail of [
      "0x",
      "0x01",
      "0x0000",
      "0xffff",
      concat([signature, word(1), word(2), "0x4d61696c", "0x0004"]),
      concat([signature, "0xffff"]),
    ]) {
      const wrapped = concat([w.validatorAddress, tail]);
      trial.repelled(await w.account.isValidSignature(id("contents"), wrapped), NO, NO);
    }
    await trial.accepted(w, session, [callOf(w)]);
  });

  attack("J4", "alive, paused, revoked, of an older epoch or uninstalled", async (trial) => {
    const { w, session, sid } = await having();
    const account = await asAccount(w);
    await trial.accepted(w, session, [callOf(w)]);
    for (const change of [
      () => Promise.resolve(),
      () => account.pause(),
      () => account.revokeSession(sid),
      () => account.revokeAllSessions(),
      () => account.onUninstall("0x"),
    ]) {
      await change();
      trial.repelled(await answerOf(w, hashMessage("login"), w.key), NO, NO);
    }
  });

  attack("J5", "there is no right to sign that could stand beside a spending limit", async (trial) => {
    await signsNothing(trial, ({ w }) => [permit(w), permit(w)]);
  });

  attack("J6", "whoever it is asked for: the account itself, the module, an app", async (trial) => {
    const { w, session } = await having();
    const signature = w.key.signingKey.sign(permit(w)).serialized;
    const asked = w.validator.connect(await ethers.getImpersonatedSigner(w.accountAddress));
    for (const sender of [w.accountAddress, w.validatorAddress, w.tokenAddress, w.stranger.address]) {
      trial.repelled(await asked.isValidSignatureWithSender(sender, permit(w), signature), NO, NO);
    }
    await trial.accepted(w, session, [callOf(w)]);
  });

  attack("J7", "whoever asks: a stranger gets the same answer, also for his own account", async (trial) => {
    const { w, session } = await having();
    const yes = await place(answering(asWord(ERC1271_MAGIC)));
    const signature = w.key.signingKey.sign(permit(w)).serialized;
    for (const asker of [w.stranger.address, w.otherAccountAddress, yes]) {
      const validator = w.validator.connect(await ethers.getImpersonatedSigner(asker));
      trial.repelled(await validator.isValidSignatureWithSender(asker, permit(w), signature), NO, NO);
    }
    await enable(w, { ...session, salt: 1n });
    await trial.accepted(w, session, [callOf(w)]);
  });
});
