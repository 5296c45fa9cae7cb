import { id, keccak256, toUtf8Bytes, type TypedDataField } from "ethers";
import type { Budget } from "./budget";
import type { Charge } from "./charge";
import { contractError, SessionKeyError } from "./errors";
import { MAX_GRANT_HEIGHT } from "./constants";
import { packUint, strip, type Address, type Hex } from "./hex";
import type { Permission } from "./permission";
import type { Rule } from "./rule";
import { permissionHeight, type Session } from "./session";
import { MerkleTree, merkleRoot, padToPowerOfTwo, treeHeight } from "./tree";

/**
 * The EIP-712 domain: no chain id, it is in the session, so that one signature can grant sessions on many chains.
 * @example const domain: SessionDomain = sessionDomain(validator);
 */
export interface SessionDomain {
  readonly name: "SessionKeyValidator";
  readonly version: "1";
  readonly verifyingContract: Address;
}

/**
 * Names of the structs that are signed.
 * @example const signed: SessionPrimaryType = grantTypedData([session], validator).primaryType; // "Session"
 */
export type SessionPrimaryType = "Session" | "SessionGrant" | "SessionUse" | "SessionRevocation";

/**
 * What `wallet.signTypedData(domain, types, message)` and `TypedDataEncoder` take (ethers v6; without EIP712Domain).
 * @example
 * const { domain, types, message }: TypedData = sessionTypedData(session, validator);
 * const signature = await wallet.signTypedData(domain, types, message);
 */
export interface TypedData {
  readonly domain: SessionDomain;
  readonly types: Record<string, TypedDataField[]>;
  readonly primaryType: SessionPrimaryType;
  readonly message: Record<string, unknown>;
}

/**
 * The validator's EIP-712 domain.
 * @example TypedDataEncoder.hashDomain(sessionDomain(validator))
 */
export function sessionDomain(validator: Address): SessionDomain {
  return { name: "SessionKeyValidator", version: "1", verifyingContract: validator };
}

// ------------------------------------------------------------------------------------------------------------ types

const BUDGET_FIELDS = "uint8 kind,uint104 limit,uint32 period";
const PERMISSION_FIELDS = "uint8 kind,address target,bytes4 selector,uint128 maxValue,Rule[] rules,Charge[] charges";
const RULE_FIELDS = "uint8 op,uint16[] path,uint16[] other,bytes32 mask,uint256 value";
const CHARGE_FIELDS = "uint8 budget,uint8 source,uint16[] path";
const USE_FIELDS = "bytes32 userOpHash,bytes envelope";
const REVOCATION_FIELDS = "address account,uint256 chainId,bytes32 sessionId";

function sessionFields(height: number): string {
  return (
    "address account,uint256 chainId,uint64 epoch,uint64 salt,bytes signer,uint48 validAfter,uint48 validUntil," +
    `address paymaster,uint8 feeBudget,Budget[] budgets,Permission${"[2]".repeat(height)} permissions`
  );
}

function parseFields(fields: string): TypedDataField[] {
  return fields.split(",").map((field) => {
    const [type, name] = field.split(" ") as [string, string];
    return { type, name };
  });
}

function sessionTypes(height: number): Record<string, TypedDataField[]> {
  return {
    Session: parseFields(sessionFields(height)),
    Budget: parseFields(BUDGET_FIELDS),
    Permission: parseFields(PERMISSION_FIELDS),
    Rule: parseFields(RULE_FIELDS),
    Charge: parseFields(CHARGE_FIELDS),
  };
}

/** EIP-712 wants the referenced structs in alphabetical order. */
const LEAF_TYPES = `Charge(${CHARGE_FIELDS})Permission(${PERMISSION_FIELDS})Rule(${RULE_FIELDS})`;

/**
 * `encodeType` of `Session` with a permission tree of that height, as in the contract's table of type hashes.
 * @example id(sessionType(0)) // its type hash
 */
export function sessionType(height: number): string {
  return `Session(${sessionFields(height)})Budget(${BUDGET_FIELDS})${LEAF_TYPES}`;
}

/** `encodeType` of `SessionGrant` with `2^grantHeight` sessions, each with a permission tree of height `height`. */
export function sessionGrantType(grantHeight: number, height: number): string {
  const fields = `Session${"[2]".repeat(grantHeight)} sessions`;
  return `SessionGrant(${fields})Budget(${BUDGET_FIELDS})${LEAF_TYPES}Session(${sessionFields(height)})`;
}

// ------------------------------------------------------------------------------------------------------- typed data

type Nested<Item> = Item | readonly Nested<Item>[];

/** `items` (a power of two) as nested pairs, as the type `Item[2][2]…` has them. */
function nest<Item>(items: readonly Item[]): Nested<Item> {
  if (items.length === 1) return items[0]!;
  const half = items.length / 2;
  return [nest(items.slice(0, half)), nest(items.slice(half))];
}

function sessionMessage(session: Session): Record<string, unknown> {
  const { account, chainId, epoch, salt, signer, validAfter, validUntil, paymaster, feeBudget, budgets } = session;
  const permissions = nest(padToPowerOfTwo(session.permissions.map(permissionMessage)));
  return {
    account,
    chainId,
    epoch,
    salt,
    signer,
    validAfter,
    validUntil,
    paymaster,
    feeBudget,
    budgets: budgets.map(({ kind, limit, period }) => ({ kind, limit, period })),
    permissions,
  };
}

function permissionMessage(permission: Permission): Record<string, unknown> {
  const { kind, target, selector, maxValue, charges } = permission;
  const rules = permission.rules.map((rule) => ({ ...rule, mask: `0x${packUint(rule.mask, 32)}` }));
  return { kind, target, selector, maxValue, rules, charges };
}

/**
 * What the owner signs to grant one session.
 * @example
 * const { domain, types, message } = sessionTypedData(session, validator);
 * await wallet.signTypedData(domain, types, message);
 */
export function sessionTypedData(session: Session, validator: Address): TypedData {
  return {
    domain: sessionDomain(validator),
    types: sessionTypes(permissionHeight(session)),
    primaryType: "Session",
    message: sessionMessage(session),
  };
}

/**
 * What the owner signs to grant several sessions at once; the last one is repeated up to a power of two.
 * Raises `GRANT_TOO_SMALL`, `GrantTooHigh`, `DIFFERENT_HEIGHTS`.
 */
export function sessionGrantTypedData(sessions: readonly Session[], validator: Address): TypedData {
  const { grantHeight, height } = grantShape(sessions);
  const field = { type: `Session${"[2]".repeat(grantHeight)}`, name: "sessions" };
  return {
    domain: sessionDomain(validator),
    types: { SessionGrant: [field], ...sessionTypes(height) },
    primaryType: "SessionGrant",
    message: { sessions: nest(padToPowerOfTwo(sessions.map(sessionMessage))) },
  };
}

/**
 * What the session key signs: this operation with this envelope (without the key's signature).
 *
 * @example
 * const envelope = openEnvelope(op.signature, calls.length).bytes;
 * const { domain, types, message } = sessionUseTypedData(hashUserOp(context, op), envelope, validator);
 * const signature = await bot.signTypedData(domain, types, message);
 */
export function sessionUseTypedData(userOpHash: Hex, envelope: Hex, validator: Address): TypedData {
  return {
    domain: sessionDomain(validator),
    types: { SessionUse: parseFields(USE_FIELDS) },
    primaryType: "SessionUse",
    message: { userOpHash, envelope },
  };
}

/**
 * What the owner signs for `revokeSessionBySig`.
 *
 * @example
 * const revocation = { account, chainId, sessionId: sessionId(session) };
 * const { domain, types, message } = sessionRevocationTypedData(revocation, validator);
 * const signature = await wallet.signTypedData(domain, types, message);
 */
export function sessionRevocationTypedData(
  revocation: { readonly account: Address; readonly chainId: bigint; readonly sessionId: Hex },
  validator: Address,
): TypedData {
  const { account, chainId, sessionId } = revocation;
  return {
    domain: sessionDomain(validator),
    types: { SessionRevocation: parseFields(REVOCATION_FIELDS) },
    primaryType: "SessionRevocation",
    message: { account, chainId, sessionId },
  };
}

// ---------------------------------------------------------------------------------------------------------- hashing
// Written out rather than left to TypedDataEncoder, because an envelope holds hashes of parts (leaves and proofs), and
// because a tree of 1,024 permissions takes it seconds. Tests prove both equal.

function word(value: bigint | number): string {
  return packUint(value, 32);
}

function addressWord(address: Address): string {
  return strip(address).toLowerCase().padStart(64, "0");
}

function hashWords(words: readonly string[]): Hex {
  return keccak256(`0x${words.join("")}`);
}

function hashList(hashes: readonly Hex[]): string {
  return strip(hashWords(hashes.map(strip)));
}

function hashPath(path: readonly number[]): string {
  return strip(hashWords(path.map(word)));
}

const BUDGET_TYPEHASH = strip(id(`Budget(${BUDGET_FIELDS})`));
const RULE_TYPEHASH = strip(id(`Rule(${RULE_FIELDS})`));
const CHARGE_TYPEHASH = strip(id(`Charge(${CHARGE_FIELDS})`));
const PERMISSION_TYPEHASH = strip(id(`Permission(${PERMISSION_FIELDS})Charge(${CHARGE_FIELDS})Rule(${RULE_FIELDS})`));
const USE_TYPEHASH = strip(id(`SessionUse(${USE_FIELDS})`));
const REVOCATION_TYPEHASH = strip(id(`SessionRevocation(${REVOCATION_FIELDS})`));
const DOMAIN_TYPEHASH = strip(id("EIP712Domain(string name,string version,address verifyingContract)"));
const NAME_HASH = strip(keccak256(toUtf8Bytes("SessionKeyValidator")));
const VERSION_HASH = strip(keccak256(toUtf8Bytes("1")));

/** EIP-712 struct hash of a budget. */
export function budgetHash(budget: Budget): Hex {
  return hashWords([BUDGET_TYPEHASH, word(budget.kind), word(budget.limit), word(budget.period)]);
}

/** EIP-712 struct hash of a rule. */
export function ruleHash(rule: Rule): Hex {
  return hashWords([
    RULE_TYPEHASH,
    word(rule.op),
    hashPath(rule.path),
    hashPath(rule.other),
    word(rule.mask),
    word(rule.value),
  ]);
}

/** EIP-712 struct hash of a charge. */
export function chargeHash(charge: Charge): Hex {
  return hashWords([CHARGE_TYPEHASH, word(charge.budget), word(charge.source), hashPath(charge.path)]);
}

/** EIP-712 struct hash of a permission: a leaf of the session's tree. */
export function permissionHash(permission: Permission): Hex {
  return hashWords([
    PERMISSION_TYPEHASH,
    word(permission.kind),
    addressWord(permission.target),
    strip(permission.selector).padEnd(64, "0"),
    word(permission.maxValue),
    hashList(permission.rules.map(ruleHash)),
    hashList(permission.charges.map(chargeHash)),
  ]);
}

/**
 * The permission tree of a session; build it once and hand it to whatever takes a `tree`.
 * @example const tree = permissionTree(session); tree.proof(0);
 */
export function permissionTree(session: Pick<Session, "permissions">): MerkleTree {
  return new MerkleTree(session.permissions.map(permissionHash));
}

/**
 * EIP-712 struct hash of a session of which only the root and the height of the permission tree are known: what the
 * contract computes from an envelope.
 */
export function sessionStructHash(session: Omit<Session, "permissions">, root: Hex, height: number): Hex {
  return hashWords([
    strip(id(sessionType(height))),
    addressWord(session.account),
    word(session.chainId),
    word(session.epoch),
    word(session.salt),
    strip(keccak256(session.signer)),
    word(session.validAfter),
    word(session.validUntil),
    addressWord(session.paymaster),
    word(session.feeBudget),
    hashList(session.budgets.map(budgetHash)),
    strip(root),
  ]);
}

/**
 * The session's id: its EIP-712 struct hash. Does not validate the session.
 *
 * @example
 * const contract = new Contract(validator, VALIDATOR_INTERFACE, provider);
 * const status = await contract.getFunction("sessionStatus")(sessionId(session), account);
 */
export function sessionId(session: Session, tree: MerkleTree = permissionTree(session)): Hex {
  return sessionStructHash(session, tree.root, tree.height);
}

/** EIP-712 struct hash of a `SessionGrant` from the root of its tree of session ids; see {@link grantHash}. */
export function grantStructHash(root: Hex, grantHeight: number, height: number): Hex {
  return hashWords([strip(id(sessionGrantType(grantHeight, height))), strip(root)]);
}

/** EIP-712 struct hash of a grant of two sessions or more. Raises as {@link sessionGrantTypedData}. */
export function grantHash(sessions: readonly Session[]): Hex {
  const { grantHeight, height } = grantShape(sessions);
  return grantStructHash(merkleRoot(sessions.map((session) => sessionId(session))), grantHeight, height);
}

/** EIP-712 struct hash that the session key signs; `envelope` ends before the key's signature. */
export function sessionUseHash(userOpHash: Hex, envelope: Hex): Hex {
  return hashWords([USE_TYPEHASH, strip(userOpHash), strip(keccak256(envelope))]);
}

/** EIP-712 struct hash of a revocation. */
export function sessionRevocationHash(account: Address, chainId: bigint, sessionId: Hex): Hex {
  return hashWords([REVOCATION_TYPEHASH, addressWord(account), word(chainId), strip(sessionId)]);
}

/** The validator's EIP-712 domain separator. */
export function domainSeparator(validator: Address): Hex {
  return hashWords([DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, addressWord(validator)]);
}

/**
 * The EIP-712 digest that is signed: `keccak256(0x1901 ‖ domain separator ‖ struct hash)`.
 * @example digest(validator, sessionId(session)) // what the owner signs for one session
 */
export function digest(validator: Address, structHash: Hex): Hex {
  return keccak256(`0x1901${strip(domainSeparator(validator))}${strip(structHash)}`);
}

function grantShape(sessions: readonly Session[]): { grantHeight: number; height: number } {
  const heights = sessions.map(permissionHeight);
  const [first, second] = heights;
  if (first === undefined || second === undefined) {
    const message = `${sessions.length} sessions: a SessionGrant has at least 2; a single Session is signed itself`;
    throw new SessionKeyError("GRANT_TOO_SMALL", message, { found: sessions.length, min: 2 });
  }
  if (heights.some((height) => height !== first)) {
    const message = `permission trees of heights ${heights.join(", ")}: all sessions of a grant have the same height`;
    throw new SessionKeyError("DIFFERENT_HEIGHTS", message, { found: heights });
  }
  const grantHeight = treeHeight(sessions.length);
  if (grantHeight > MAX_GRANT_HEIGHT)
    throw contractError("GrantTooHigh", { found: grantHeight, max: MAX_GRANT_HEIGHT });
  return { grantHeight, height: first };
}
