import { expect } from "chai";
import { id, TypedDataEncoder } from "ethers";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sessionRevocationTypedData, sessionUseTypedData } from "../../sdk";
import { sessionGrantType, sessionType } from "../../sdk/typedData";

const SOURCE = readFileSync(join(__dirname, "../../contracts/libraries/TypeHashes.sol"), "utf8");
const NOBODY = `0x${"00".repeat(20)}`;
const NOTHING = `0x${"00".repeat(32)}`;

// Written out once more, from design.md: the SDK must not be the only witness of its own types.
const BUDGET = "Budget(uint8 kind,uint104 limit,uint32 period)";
const CHARGE = "Charge(uint8 budget,uint8 source,uint16[] path)";
const RULE = "Rule(uint8 op,uint16[] path,uint16[] other,bytes32 mask,uint256 value)";
const PERMISSION =
  "Permission(uint8 kind,address target,bytes4 selector,uint128 maxValue,Rule[] rules,Charge[] charges)";
const SESSION_FIELDS =
  "address account,uint256 chainId,uint64 epoch,uint64 salt,bytes signer,uint48 validAfter,uint48 validUntil," +
  "address paymaster,uint8 feeBudget,Budget[] budgets,Permission";
const session = (height: number): string =>
  `Session(${SESSION_FIELDS}${"[2]".repeat(height)} permissions)${BUDGET}${CHARGE}${PERMISSION}${RULE}`;

const NAMED: Record<string, string> = {
  DOMAIN: "EIP712Domain(string name,string version,address verifyingContract)",
  BUDGET,
  CHARGE,
  PERMISSION: PERMISSION + CHARGE + RULE,
  RULE,
  SESSION_USE: "SessionUse(bytes32 userOpHash,bytes envelope)",
  SESSION_REVOCATION: "SessionRevocation(address account,uint256 chainId,bytes32 sessionId)",
};

describe("TypeHashes.sol", () => {
  const named = new Map(
    [...SOURCE.matchAll(/bytes32 internal constant (\w+) =\s*(0x[0-9a-f]{64});/g)].map(([, name, hash]) => [
      name!,
      hash!,
    ]),
  );
  const all = [...SOURCE.matchAll(/0x[0-9a-f]{64}/g)].map(([hash]) => hash);

  for (const [name, type] of Object.entries(NAMED)) {
    it(`${name} is keccak256 of "${type}"`, () => {
      expect(named.get(name)).to.equal(id(type));
    });
  }

  it("has no named constant that this test does not know", () => {
    expect([...named.keys()].sort()).to.deep.equal(Object.keys(NAMED).sort());
  });

  it("has the hashes of Session for the heights 0 to 10, in this order, and no others", () => {
    const sessions = all.filter((hash) => ![...named.values()].includes(hash));
    expect(sessions).to.deep.equal(Array.from({ length: 11 }, (_, height) => id(session(height))));
  });

  it("has the strings of the types that SessionGrant refers to", () => {
    for (const type of [BUDGET, CHARGE, PERMISSION, RULE]) expect(SOURCE).to.include(`"${type}"`);
    expect(SOURCE).to.include(`Session(${SESSION_FIELDS}`);
  });

  it("agrees with the SDK and with ethers", () => {
    const use = sessionUseTypedData(NOTHING, "0x", NOBODY);
    const revocation = sessionRevocationTypedData({ account: NOBODY, chainId: 1n, sessionId: NOTHING }, NOBODY);
    expect(TypedDataEncoder.from(use.types).encodeType("SessionUse")).to.equal(NAMED["SESSION_USE"]);
    expect(TypedDataEncoder.from(revocation.types).encodeType("SessionRevocation")).to.equal(
      NAMED["SESSION_REVOCATION"],
    );
    for (let height = 0; height <= 10; height++) {
      expect(sessionType(height)).to.equal(session(height));
      for (let grantHeight = 1; grantHeight <= 10; grantHeight++) {
        const field = `SessionGrant(Session${"[2]".repeat(grantHeight)} sessions)`;
        const parts = [field, BUDGET, CHARGE, PERMISSION, RULE, session(height).split(BUDGET)[0]!];
        expect(sessionGrantType(grantHeight, height)).to.equal(parts.join(""));
      }
    }
  });
});
