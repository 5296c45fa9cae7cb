import { concat, keccak256 } from "ethers";
import { SessionKeyError } from "../errors";
import { asHex, byteLength, packUint, type Address, type Hex } from "../hex";
import type { SessionKey } from "../key";
import { assertSigner, verifierKey, type VerifierKey } from "./verifierKey";

/** Most signers of one {@link multisigKey} (inclusive). */
export const MAX_MULTISIG_SIGNERS = 16;

/**
 * A signer whose key is not at hand: it counts among the signers, and signs elsewhere.
 * @example const members: readonly MultisigMember[] = [ecdsaKey(bot), { signer: bob }];
 */
export type MultisigMember = SessionKey | Pick<SessionKey, "signer">;

/**
 * What a {@link multisigKey} is made of.
 * @example
 * const options: MultisigKeyOptions = { verifier, threshold: 1, members: [ecdsaKey(bot), { signer: bob }] };
 * const either = multisigKey(options);
 */
export interface MultisigKeyOptions {
  /** `MultisigVerifier`. */
  readonly verifier: Address;
  /** How many have to sign: from 1 to the number of members. */
  readonly threshold: number;
  /** In any order. At least `threshold` of them can sign. */
  readonly members: readonly MultisigMember[];
}

/**
 * One signature of a multisig.
 * @example
 * const hash = digest(validator, sessionId(session));
 * const signed: MemberSignature = { signer: key.signer, signature: await key.signDigest(hash) };
 */
export interface MemberSignature {
  readonly signer: Hex;
  readonly signature: Hex;
}

/**
 * `threshold` of up to 16 keys of any kind. The first `threshold` members that can sign (in the order of the verifier) do;
 * the dummy is made of their dummies.
 * Raises as `encodeMultisigKey`, `TOO_FEW_KEYS`, `InvalidSignerLength`, `INVALID_ADDRESS`.
 *
 * @example
 * const [phone, laptop] = [ecdsaKey(bot), ecdsaKey(Wallet.createRandom())];
 * const twoOfThree = multisigKey({ verifier, threshold: 2, members: [phone, laptop, { signer: bob }] });
 */
export function multisigKey({ verifier, threshold, members }: MultisigKeyOptions): VerifierKey {
  const signers = members.map(({ signer }) => signer);
  const key = encodeMultisigKey(threshold, signers);
  const order = sortSigners(signers);
  const able = members.filter((member): member is SessionKey => "signDigest" in member);
  const rank = ({ signer }: SessionKey) => order.indexOf(signer.toLowerCase());
  const chosen = [...able].sort((a, b) => rank(a) - rank(b)).slice(0, threshold);
  if (chosen.length < threshold) {
    const message = `${able.length} members can sign, the threshold is ${threshold}`;
    throw new SessionKeyError("TOO_FEW_KEYS", message, { found: able.length, min: threshold });
  }
  const encode = (signatures: readonly MemberSignature[]) => encodeMultisigSignature(signers, signatures);
  return verifierKey({
    verifier,
    key,
    dummySignature: encode(chosen.map(({ signer, dummySignature }) => ({ signer, signature: dummySignature }))),
    signDigest: async (digest) =>
      encode(
        await Promise.all(
          chosen.map(async (member) => ({ signer: member.signer, signature: await member.signDigest(digest) })),
        ),
      ),
    unestimatedGas: chosen.reduce((sum, member) => sum + (member.unestimatedGas ?? 0n), 0n),
  });
}

/**
 * The key of a `MultisigVerifier`: `threshold(1)`, then for each signer `length(2) ‖ signer`, by ascending keccak256.
 * Raises `INVALID_THRESHOLD`, `TOO_MANY_SIGNERS`, `DUPLICATE_SIGNER`, `InvalidSignerLength`.
 * @example encodeMultisigKey(2, [alice.signer, bob.signer, carol.signer])
 */
export function encodeMultisigKey(threshold: number, signers: readonly Hex[]): Hex {
  const sorted = sortSigners(signers);
  const max = sorted.length;
  if (max > MAX_MULTISIG_SIGNERS) {
    const message = `${max} signers, at most ${MAX_MULTISIG_SIGNERS}`;
    throw new SessionKeyError("TOO_MANY_SIGNERS", message, { found: max, max: MAX_MULTISIG_SIGNERS });
  }
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > max) {
    throw new SessionKeyError("INVALID_THRESHOLD", `${threshold} of ${max} signers`, { found: threshold, max });
  }
  return `0x${packUint(threshold, 1)}${sorted.map(lengthPrefixed).join("")}`;
}

/**
 * The signature of a `MultisigVerifier`: for each one `index(1) ‖ length(2) ‖ signature`, by ascending index.
 * For signatures that were collected elsewhere; a {@link multisigKey} does it by itself.
 * Raises `UNKNOWN_SIGNER`, `DUPLICATE_SIGNATURE`, `DUPLICATE_SIGNER`.
 *
 * @example
 * const hash = digest(validator, sessionId(session));
 * const signatures = [{ signer: key.signer, signature: await key.signDigest(hash) }];
 * const signature = encodeMultisigSignature([key.signer, bob], signatures);
 */
export function encodeMultisigSignature(signers: readonly Hex[], signatures: readonly MemberSignature[]): Hex {
  const sorted = sortSigners(signers);
  const indexed = signatures.map(({ signer, signature }) => ({
    index: sorted.indexOf(signer.toLowerCase()),
    signer,
    signature: asHex(signature, "signature"),
  }));
  indexed.sort((a, b) => a.index - b.index);
  indexed.forEach(({ index, signer }, position) => {
    if (index < 0) throw new SessionKeyError("UNKNOWN_SIGNER", `${signer} is none of the signers`, { signer });
    if (indexed[position - 1]?.index === index) {
      throw new SessionKeyError("DUPLICATE_SIGNATURE", `two signatures of ${signer}`, { signer });
    }
  });
  return concat(indexed.map(({ index, signature }) => `0x${packUint(index, 1)}${lengthPrefixed(signature)}`));
}

/** The order of the verifier; each signer once. */
function sortSigners(signers: readonly Hex[]): Hex[] {
  const hashed = signers
    .map((signer) => assertSigner(asHex(signer, "signer")))
    .map((signer) => ({ signer, hash: keccak256(signer) }));
  hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  hashed.forEach(({ signer, hash }, index) => {
    if (hashed[index - 1]?.hash === hash) {
      throw new SessionKeyError("DUPLICATE_SIGNER", `${signer} is named twice`, { signer });
    }
  });
  return hashed.map(({ signer }) => signer);
}

function lengthPrefixed(bytes: Hex): string {
  return packUint(byteLength(bytes), 2) + bytes.slice(2);
}
