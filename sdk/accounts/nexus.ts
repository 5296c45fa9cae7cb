import { concat, toUtf8Bytes, TypedDataEncoder, ZeroHash, type TypedDataDomain } from "ethers";
import { asAddress, asHex, byteLength, packUint, type Address, type Hex } from "../hex";
import type { TypedData } from "../typedData";
import type { AccountAdapter, OwnerTypedData } from "./adapter";
import { encodeInstall, uninstallFromList } from "./erc7579";

/**
 * What the owner of a Nexus signs. `nested`: ERC-7739 `TypedDataSign`, the wallet shows the session. `personal`: ERC-7739
 * `PersonalSign`, the wallet shows bytes, the signature is 65 bytes long. `plain`: the session itself, for an owner
 * validator without ERC-7739, or one that counts the session key validator among its safe senders.
 * @example
 * const signing: NexusSigning = "personal";
 * const adapter = nexusAccount({ account, chainId, ownerValidator, signing });
 */
export type NexusSigning = "nested" | "personal" | "plain";

/**
 * Which Nexus, and how its owner signs.
 * @example
 * const options: NexusOptions = { account, chainId, ownerValidator, version: "1.2.0" };
 * const adapter = nexusAccount(options);
 */
export interface NexusOptions {
  readonly account: Address;
  readonly chainId: bigint;
  /** The installed validator that knows the owner: Nexus's K1 validator, for example. */
  readonly ownerValidator: Address;
  /** `nested` by default. */
  readonly signing?: NexusSigning;
  /** Version of the account's EIP-712 domain, as its `eip712Domain()` says; by default `1.0.1`, as Nexus 1.0.0 says. */
  readonly version?: string;
}

/** Nonce mode "validate"; 0x01 would install a module on the way. */
const VALIDATE_MODE = "00";

const ACCOUNT_FIELDS = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
  { name: "salt", type: "bytes32" },
];

/**
 * Biconomy's Nexus 1.0: nonce `key(3) ‖ mode(1) ‖ validator(20) ‖ sequence(8)`, ERC-1271 signature `validator(20) ‖ rest`.
 * The account hands the digest on as it is; its K1 validator wants it nested by ERC-7739, so that the owner's signature
 * is good for this account alone.
 *
 * @example
 * const nexus = nexusAccount({ account, chainId, ownerValidator });
 * const signature = await ownerSignature(wallet, nexus, grantTypedData([session], validator));
 */
export function nexusAccount(options: NexusOptions): AccountAdapter {
  const { signing = "nested", version = "1.0.1", chainId } = options;
  const owner = asAddress(options.ownerValidator, "ownerValidator");
  const account = asAddress(options.account, "account");
  const domain = { name: "Nexus", version, chainId, verifyingContract: account };
  return {
    nonceKey: (validator, key = 0) =>
      BigInt(`0x${packUint(key, 3)}${VALIDATE_MODE}${asAddress(validator, "validator").slice(2)}`),
    installModule: (validator, initData = "0x") => encodeInstall(validator, initData),
    uninstallModule: uninstallFromList,
    ownerTypedData: (data) => ({ plain: (): OwnerTypedData => data, nested, personal })[signing](data, domain),
    wrapOwnerSignature: (signature, data) =>
      concat([owner, asHex(signature, "signature"), ...(signing === "nested" ? nestedSuffix(data) : [])]),
  };
}

/** `TypedDataSign`: the session with the account's domain beside it, in the domain of the session key validator. */
function nested(data: TypedData, domain: TypedDataDomain): OwnerTypedData {
  return {
    domain: data.domain,
    types: { TypedDataSign: [{ name: "contents", type: data.primaryType }, ...ACCOUNT_FIELDS], ...data.types },
    primaryType: "TypedDataSign",
    message: { contents: data.message, ...domain, salt: ZeroHash },
  };
}

/** `PersonalSign`: what was hashed to the digest, in the domain of the account. */
function personal(data: TypedData, domain: TypedDataDomain): OwnerTypedData {
  const prefixed = TypedDataEncoder.encode(data.domain, data.types, data.message);
  return {
    domain,
    types: { PersonalSign: [{ name: "prefixed", type: "bytes" }] },
    primaryType: "PersonalSign",
    message: { prefixed },
  };
}

/**
 * What follows the signature: domain separator, struct hash, description, length of the description. The types are in
 * alphabetical order, as EIP-712 encodes them after `TypedDataSign`; hence the name of the primary one at the end.
 */
function nestedSuffix({ domain, types, primaryType, message }: TypedData): Hex[] {
  const encodedTypes = Object.keys(types)
    .sort()
    .map((name) => `${name}(${types[name]!.map((field) => `${field.type} ${field.name}`).join(",")})`);
  const description = concat([toUtf8Bytes(encodedTypes.join("") + primaryType)]);
  return [
    TypedDataEncoder.hashDomain(domain),
    TypedDataEncoder.hashStruct(primaryType, types, message),
    description,
    `0x${packUint(byteLength(description), 2)}`,
  ];
}
