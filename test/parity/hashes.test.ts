import { SignTypedDataVersion, TypedDataUtils, type MessageTypes } from "@metamask/eth-sig-util";
import { expect } from "chai";
import * as fc from "fast-check";
import { keccak256, toBeHex, TypedDataEncoder } from "ethers";
import {
  digest,
  FEES_UNLIMITED,
  grantDigest,
  grantTypedData,
  permissionTree,
  sessionId,
  sessionTypedData,
  type MerkleProof,
  type Session,
  type TypedData,
} from "../../sdk";
import { encodeEnvelope } from "../../sdk/envelope";
import { foldProof } from "../../sdk/tree";
import { grantStructHash, permissionHash, sessionGrantType, sessionStructHash, sessionType } from "../../sdk/typedData";
import { adapter, enable, sessionOf } from "../helpers/operations";
import { attempt, callOf, expectAccepted, expectRevert, permissionFor } from "../helpers/validation";
import { world, type World } from "../helpers/world";
import { sessionOf as anySession } from "../sdk/arbitraries";

// Four independent implementations of one hash: the SDK's own, ethers, MetaMask, and the contract.

const HEIGHTS = Array.from({ length: 11 }, (_, height) => height);
const DOMAIN_TYPE = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "verifyingContract", type: "address" },
];

function byEthers({ domain, types, message }: TypedData): string {
  return TypedDataEncoder.hash({ ...domain }, types, message);
}

/** As a wallet gets it over JSON-RPC: integers as decimal strings. */
function byMetaMask({ domain, types, primaryType, message }: TypedData): string {
  const decimal = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);
  const plain = JSON.parse(JSON.stringify({ domain, message }, decimal)) as Pick<TypedData, "domain" | "message">;
  const data = { types: { ...types, EIP712Domain: DOMAIN_TYPE }, primaryType, ...plain };
  const hash = TypedDataUtils.eip712Hash<MessageTypes>(data, SignTypedDataVersion.V4);
  return `0x${Buffer.from(hash).toString("hex")}`;
}

/** `count` permissions made of the few of the seed. */
function grow(seed: Session, count: number): Session {
  const permissions = Array.from({ length: count }, (_, i) => ({
    ...seed.permissions[i % seed.permissions.length]!,
    maxValue: BigInt(i),
  }));
  return { ...seed, permissions };
}

/** Random sessions whose tree has that height, filled as little or as much as can be, or in between. */
const sessionsOfHeight = (height: number): fc.Arbitrary<Session> => {
  const [min, max] = height === 0 ? [1, 1] : [2 ** (height - 1) + 1, 2 ** height];
  const count = fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }));
  return fc.tuple(anySession(1, 4), count).map(([seed, size]) => grow(seed, size));
};

/** The session as one of the world's, so that the contract can meet it. */
function at(w: World, epoch: bigint, session: Session): Session {
  return { ...session, account: w.accountAddress, chainId: w.chainId, epoch };
}

describe("Parity of hashes", () => {
  for (const height of HEIGHTS) {
    const numRuns = height > 6 ? 1 : height > 4 ? 2 : 12;
    it(`sessions of height ${height}: SDK, ethers, MetaMask and the lens agree`, async function () {
      this.timeout(120_000);
      const w = await world();
      const property = fc.asyncProperty(
        sessionsOfHeight(height),
        fc.bigInt(0n, 2n ** 64n - 1n),
        async (random, epoch) => {
          const session = at(w, epoch, random);
          const typed = sessionTypedData(session, w.validatorAddress);
          const tree = permissionTree(session);
          const hash = digest(w.validatorAddress, sessionId(session, tree));
          expect(tree.height).to.equal(height);
          expect(byEthers(typed)).to.equal(hash);
          expect(byMetaMask(typed)).to.equal(hash);
          const terms = { ...session, budgets: [...session.budgets], height, permissionsRoot: tree.root };
          expect(await w.lens.sessionId(terms)).to.equal(sessionId(session, tree));
        },
      );
      await fc.assert(property, { numRuns });
    });

    it(`sessions of height ${height}: an operation validates as soon as that id is enabled`, async function () {
      this.timeout(120_000);
      const w = await world();
      const epoch = await w.validator.epochOf(w.accountAddress);
      const property = fc.asyncProperty(sessionsOfHeight(height), fc.nat(), async (random, seed) => {
        const session: Session = {
          ...at(w, epoch, random),
          signer: w.key.address,
          feeBudget: FEES_UNLIMITED,
          permissions: [...random.permissions],
        };
        // One leaf that can be used, among those that cannot.
        const place = seed % session.permissions.length;
        const mine = permissionFor(w);
        const permissions = session.permissions.map((permission, i) => (i === place ? mine : permission));
        const usable = { ...session, permissions };
        const tree = permissionTree(usable);
        const call = { permission: mine, proof: tree.proof(place) };
        const envelope = encodeEnvelope({ mode: "use", session: usable, height, calls: [call] });
        const op = await attempt(w, usable, [callOf(w)], { envelope });
        await expectRevert(w, op, "SessionNotEnabled", [sessionId(usable, tree)]);
        await enable(w, usable);
        await expectAccepted(w, op);
      });
      await fc.assert(property, { numRuns: Math.min(numRuns, 5) });
    });
  }

  it("grants: SDK, ethers and MetaMask agree", function () {
    this.timeout(60_000);
    const sizes = fc.tuple(fc.integer({ min: 0, max: 3 }).chain(sessionsOfHeight), fc.integer({ min: 1, max: 9 }));
    const property = fc.property(sizes, ([seed, count]) => {
      const sessions = Array.from({ length: count }, (_, i) => ({ ...seed, chainId: BigInt(i), salt: BigInt(i * 7) }));
      const validator = `0x${"5e".repeat(20)}`;
      const typed = grantTypedData(sessions, validator);
      const hash = grantDigest(sessions, validator);
      expect(byEthers(typed)).to.equal(hash);
      expect(byMetaMask(typed)).to.equal(hash);
    });
    fc.assert(property, { numRuns: 12 });
  });

  it("grants of every height of sessions of every height: the types agree with ethers', and the contract accepts", async function () {
    this.timeout(120_000);
    const w = await world();
    const base = await sessionOf(w, [permissionFor(w)]);
    const leaf = permissionHash(base.permissions[0]!);
    // The siblings are hashes of nothing in particular: a proof shows no more than that.
    const proofOf = (height: number, salt: string): MerkleProof => ({
      index: height === 0 ? 0 : (height * 77) % 2 ** height,
      siblings: Array.from({ length: height }, (_, i) => keccak256(salt + toBeHex(i, 1).slice(2))),
    });
    for (const height of HEIGHTS) {
      const proof = proofOf(height, "0xaa");
      const id = sessionStructHash(base, foldProof(leaf, proof), height);
      for (const grantHeight of HEIGHTS) {
        const grantProof = proofOf(grantHeight, "0xbb");
        const signed = grantHeight === 0 ? id : grantStructHash(foldProof(id, grantProof), grantHeight, height);
        const { serialized } = w.owner.signingKey.sign(digest(w.validatorAddress, signed));
        const envelope = encodeEnvelope({
          mode: "signed",
          session: base,
          height,
          calls: [{ permission: base.permissions[0]!, proof }],
          grant: { proof: grantProof, signature: adapter(w).wrapOwnerSignature(serialized) },
        });
        await expectAccepted(w, await attempt(w, base, [callOf(w)], { envelope }));
        if (grantHeight > 0) expect(sessionGrantType(grantHeight, height)).to.equal(encodeType(grantHeight, height));
      }
      expect(sessionType(height)).to.equal(TypedDataEncoder.from(typesOf(height)).encodeType("Session"));
    }
  });
});

/** The types of a session of that height, as a wallet gets them. */
function typesOf(height: number): TypedData["types"] {
  const { types } = sessionTypedData({ ...EXAMPLE, permissions: EXAMPLE.permissions }, EXAMPLE.account);
  const { Session: fields, ...rest } = types as Required<Record<"Session", { name: string; type: string }[]>>;
  const last = { name: "permissions", type: `Permission${"[2]".repeat(height)}` };
  return { ...rest, Session: [...fields.slice(0, -1), last] };
}

function encodeType(grantHeight: number, height: number): string {
  const field = { name: "sessions", type: `Session${"[2]".repeat(grantHeight)}` };
  return TypedDataEncoder.from({ ...typesOf(height), SessionGrant: [field] }).encodeType("SessionGrant");
}

const [EXAMPLE] = fc.sample(anySession(1, 1), { numRuns: 1, seed: 1 }) as [Session];
