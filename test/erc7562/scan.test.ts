import { expect } from "chai";
import { artifacts } from "hardhat";
import { scanBytecode } from "./scan";

function opcodesOf(runtime: string): string[] {
  return scanBytecode(runtime).map(({ opcode }) => opcode);
}

async function runtimeOf(name: string): Promise<string> {
  return (await artifacts.readArtifact(name)).deployedBytecode;
}

describe("ERC-7562 static scan", () => {
  const FORBIDDEN: readonly (readonly [code: string, opcode: string])[] = [
    ["31", "BALANCE"],
    ["32", "ORIGIN"],
    ["3a", "GASPRICE"],
    ["40", "BLOCKHASH"],
    ["41", "COINBASE"],
    ["42", "TIMESTAMP"],
    ["43", "NUMBER"],
    ["44", "PREVRANDAO"],
    ["45", "GASLIMIT"],
    ["47", "SELFBALANCE"],
    ["48", "BASEFEE"],
    ["49", "BLOBHASH"],
    ["4a", "BLOBBASEFEE"],
    ["f0", "CREATE"],
    ["f2", "CALLCODE"],
    ["f4", "DELEGATECALL"],
    ["f5", "CREATE2"],
    ["ff", "SELFDESTRUCT"],
  ];

  for (const [code, opcode] of FORBIDDEN) {
    it(`finds ${opcode} and where it is`, () => {
      expect(scanBytecode(`0x6001${code}`)).to.deep.equal([{ pc: 2, opcode }]);
    });
  }

  it("finds GAS unless a call follows", () => {
    expect(scanBytecode("0x5a50")).to.deep.equal([{ pc: 0, opcode: "GAS" }]);
    expect(opcodesOf("0x5a")).to.deep.equal(["GAS"]);
    expect(opcodesOf("0x5af1")).to.deep.equal([]);
    expect(opcodesOf("0x5afa")).to.deep.equal([]);
    expect(opcodesOf("0x5af4")).to.deep.equal(["DELEGATECALL"]);
  });

  it("skips push data of every length, even if it is cut off", () => {
    for (let length = 1; length <= 32; length++) {
      const push = (0x5f + length).toString(16);
      expect(opcodesOf(`0x${push}${"42".repeat(length)}00`)).to.deep.equal([]);
      expect(opcodesOf(`0x${push}${"42".repeat(length + 1)}`)).to.deep.equal(["TIMESTAMP"]);
      expect(opcodesOf(`0x${push}42`)).to.deep.equal([]);
    }
    expect(opcodesOf("0x5f42"), "PUSH0 has no data").to.deep.equal(["TIMESTAMP"]);
  });

  it("skips what cannot be reached, up to the next JUMPDEST", () => {
    for (const terminator of ["00", "56", "f3", "fd", "fe"]) {
      expect(opcodesOf(`0x${terminator}42`)).to.deep.equal([]);
      expect(scanBytecode(`0x${terminator}425b43`)).to.deep.equal([{ pc: 3, opcode: "NUMBER" }]);
    }
  });

  it("takes a JUMPDEST in push data for data", () => {
    expect(opcodesOf("0x00605b42")).to.deep.equal([]);
  });

  it("cuts off the metadata, and only metadata", () => {
    const hash = `1220${"5b42".repeat(16)}`;
    const metadata = `a264697066735822${hash}64736f6c634300081e0033`;
    expect(opcodesOf(`0x6001${metadata}`)).to.deep.equal([]);
    expect(opcodesOf("0x60015b42420002"), "the last bytes are a length, but of no CBOR map").to.have.length(2);
  });

  it("finds nothing in a stateless verifier", async () => {
    expect(scanBytecode(await runtimeOf("StatelessVirtues"))).to.deep.equal([]);
    expect(scanBytecode(await runtimeOf("StorageVices")), "its vices are no opcodes").to.deep.equal([]);
  });

  it("finds every vice of the relay that solc compiled", async () => {
    const expected = FORBIDDEN.map(([, opcode]) => opcode).filter(
      (opcode) => !["CALLCODE", "SELFDESTRUCT"].includes(opcode),
    );
    expect(opcodesOf(await runtimeOf("Relay"))).to.include.members([...expected, "GAS"]);
    expect(opcodesOf(await runtimeOf("AccessVices"))).to.include.members(["CALLCODE", "DELEGATECALL"]);
  });
});
