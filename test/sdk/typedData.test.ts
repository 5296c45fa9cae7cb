import { expect } from "chai";
import * as fc from "fast-check";
import { SignTypedDataVersion, TypedDataUtils } from "@metamask/eth-sig-util";
import { TypedDataEncoder, Wallet, recoverAddress } from "ethers";
import {
  digest,
  grantDigest,
  sessionId,
  sessionRevocationTypedData,
  sessionTypedData,
  sessionUseTypedData,
  type Session,
  type TypedData,
} from "../../sdk";
import {
  domainSeparator,
  grantHash,
  permissionHash,
  sessionGrantType,
  sessionGrantTypedData,
  sessionRevocationHash,
  sessionType,
  sessionUseHash,
} from "../../sdk/typedData";
import { ACCOUNT, bytesHex, expectCode, sessionOf, simpleSession, VALIDATOR } from "./arbitraries";

const byEthers = ({ domain, types, message }: TypedData) => TypedDataEncoder.hash(domain, types, message);

const DOMAIN_TYPE = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "verifyingContract", type: "address" },
];

/** As a wallet gets it over JSON-RPC: integers as decimal strings. */
const byMetaMask = ({ domain, types, primaryType, message }: TypedData) => {
  const plain = JSON.parse(JSON.stringify(message, (_, value) => (typeof value === "bigint" ? `${value}` : value)));
  const data = { domain: { ...domain }, types: { ...types, EIP712Domain: DOMAIN_TYPE }, primaryType, message: plain };
  return `0x${Buffer.from(TypedDataUtils.eip712Hash(data as never, SignTypedDataVersion.V4)).toString("hex")}`;
};

/** `count` permissions made of a few. */
const grow = (session: Session, count: number): Session => ({
  ...session,
  permissions: Array.from({ length: count }, (_, i) => ({
    ...session.permissions[i % session.permissions.length]!,
    maxValue: BigInt(i),
  })),
});

describe("typedData", () => {
  for (let height = 0; height <= 10; height++) {
    it(`hashes sessions of height ${height} as ethers does`, function () {
      this.timeout(20_000);
      const counts = fc.integer({ min: height === 0 ? 1 : 2 ** (height - 1) + 1, max: 2 ** height });
      const numRuns = height > 7 ? 1 : height > 4 ? 3 : 15;
      fc.assert(
        fc.property(sessionOf(1, 3), counts, (seed, count) => {
          const session = grow(seed, count);
          const typed = sessionTypedData(session, VALIDATOR);
          expect(digest(VALIDATOR, sessionId(session))).to.equal(byEthers(typed));
          expect(TypedDataEncoder.from(typed.types).encodeType("Session")).to.equal(sessionType(height));
        }),
        { numRuns },
      );
    });
  }

  it("hashes sessions as MetaMask does", () => {
    fc.assert(
      fc.property(sessionOf(1, 5), (session) => {
        expect(digest(VALIDATOR, sessionId(session))).to.equal(byMetaMask(sessionTypedData(session, VALIDATOR)));
      }),
      { numRuns: 20 },
    );
  });

  it("hashes grants as ethers and MetaMask do", () => {
    fc.assert(
      fc.property(sessionOf(1, 3), fc.integer({ min: 2, max: 5 }), (session, count) => {
        const sessions = Array.from({ length: count }, (_, i) => ({ ...session, chainId: BigInt(i) }));
        const typed = sessionGrantTypedData(sessions, VALIDATOR);
        const expected = digest(VALIDATOR, grantHash(sessions));
        expect(expected).to.equal(grantDigest(sessions, VALIDATOR));
        expect(byEthers(typed)).to.equal(expected);
        expect(byMetaMask(typed)).to.equal(expected);
      }),
      { numRuns: 10 },
    );
    const typed = sessionGrantTypedData([simpleSession(), simpleSession()], VALIDATOR);
    expect(TypedDataEncoder.from(typed.types).encodeType("SessionGrant")).to.equal(sessionGrantType(1, 0));
  });

  it("refuses grants of one session and of sessions of different heights", () => {
    const one = simpleSession();
    expectCode(() => grantHash([one]), "GRANT_TOO_SMALL", { found: 1 });
    expectCode(() => sessionGrantTypedData([one, grow(one, 2)], VALIDATOR), "DIFFERENT_HEIGHTS", { found: [0, 1] });
    expect(grantHash([grow(one, 3), grow(one, 4)])).to.have.length(66);
    expectCode(() => grantHash(Array<Session>(1025).fill(one)), "GrantTooHigh", { found: 11n, max: 10n });
  });

  it("hashes uses and revocations as ethers and MetaMask do", () => {
    fc.assert(
      fc.property(bytesHex(32), bytesHex(0, 100), (hash, envelope) => {
        const use = sessionUseTypedData(hash, envelope, VALIDATOR);
        expect(digest(VALIDATOR, sessionUseHash(hash, envelope)))
          .to.equal(byEthers(use))
          .and.to.equal(byMetaMask(use));
        const revocation = sessionRevocationTypedData({ account: ACCOUNT, chainId: 5n, sessionId: hash }, VALIDATOR);
        const revoked = digest(VALIDATOR, sessionRevocationHash(ACCOUNT, 5n, hash));
        expect(revoked).to.equal(byEthers(revocation)).and.to.equal(byMetaMask(revocation));
      }),
      { numRuns: 20 },
    );
  });

  it("has the domain separator of ethers, without a chain id", () => {
    const { domain } = sessionTypedData(simpleSession(), VALIDATOR);
    expect(domainSeparator(VALIDATOR)).to.equal(TypedDataEncoder.hashDomain(domain));
  });

  it("is what a wallet signs", async () => {
    const wallet = Wallet.createRandom();
    const { domain, types, message } = sessionTypedData(simpleSession(), VALIDATOR);
    const signature = await wallet.signTypedData(domain, types, message);
    expect(recoverAddress(digest(VALIDATOR, sessionId(simpleSession())), signature)).to.equal(wallet.address);
  });

  it("gives different ids to sessions that differ in one field", () => {
    const session = simpleSession();
    const ids = [
      session,
      ...(["epoch", "salt", "chainId"] as const).map((key) => ({ ...session, [key]: 99n })),
      { ...session, account: VALIDATOR },
      { ...session, feeBudget: 0 },
      { ...session, validUntil: 2_999_999 },
      grow(session, 2),
    ].map((each) => sessionId(each));
    expect(new Set(ids).size).to.equal(ids.length);
    expect(permissionHash(session.permissions[0]!)).not.to.equal(
      permissionHash({ ...session.permissions[0]!, kind: 2 }),
    );
  });
});
