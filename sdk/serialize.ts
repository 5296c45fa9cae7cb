import { AbiCoder } from "ethers";
import { SessionKeyError } from "./errors";
import { packUint, strip, toHex, type Hex } from "./hex";
import type { Permission } from "./permission";
import { normalizeSession, type Session } from "./session";

const VERSION = "01";

const RULE = "tuple(uint8 op,uint16[] path,uint16[] other,bytes32 mask,uint256 value)";
const CHARGE = "tuple(uint8 budget,uint8 source,uint16[] path)";
const PERMISSION = `tuple(uint8 kind,address target,bytes4 selector,uint128 maxValue,${RULE}[] rules,${CHARGE}[] charges)`;
const BUDGET = "tuple(uint8 kind,uint104 limit,uint32 period)";
const SESSION =
  "tuple(address account,uint256 chainId,uint64 epoch,uint64 salt,bytes signer,uint48 validAfter,uint48 validUntil," +
  `address paymaster,uint8 feeBudget,${BUDGET}[] budgets,${PERMISSION}[] permissions)`;

/**
 * The whole session as bytes: the `data` of `enableSession`, from which anyone can rebuild it. One version byte `0x01`,
 * then `abi.encode` of the struct with the permissions as one flat, unpadded list.
 * Raises what {@link validateSession} raises.
 * @example
 * const enabling = VALIDATOR_INTERFACE.encodeFunctionData("enableSession", [sessionId(session), serializeSession(session)]);
 */
export function serializeSession(session: Session): Hex {
  const { permissions, ...rest } = normalizeSession(session);
  const raw = {
    ...rest,
    permissions: permissions.map((permission) => ({
      ...permission,
      rules: permission.rules.map((rule) => ({ ...rule, mask: `0x${packUint(rule.mask, 32)}` })),
    })),
  };
  return `0x${VERSION}${strip(AbiCoder.defaultAbiCoder().encode([SESSION], [raw]))}`;
}

/**
 * The session that {@link serializeSession} made these bytes of. Compare its {@link sessionId} to the event's: the
 * contract does not check the data. Raises `UNKNOWN_VERSION`, `MALFORMED_SESSION` (also for any other encoding of the same
 * session), and what {@link validateSession} raises.
 * @example const same = sessionId(parseSession(serializeSession(session))) === sessionId(session); // true
 */
export function parseSession(bytes: Hex | Uint8Array): Session {
  const hex = toHex(bytes);
  const version = hex.slice(2, 4);
  if (version !== VERSION) {
    throw new SessionKeyError("UNKNOWN_VERSION", `version byte 0x${version}, expected 0x${VERSION}`, {
      found: version,
    });
  }
  const session = normalizeSession(decode(`0x${hex.slice(4)}`));
  if (serializeSession(session) !== hex) throw malformed("not the encoding that serializeSession makes");
  return session;
}

function decode(hex: Hex): Session {
  try {
    const [raw] = AbiCoder.defaultAbiCoder().decode([SESSION], hex) as unknown as [RawSession];
    return fromRaw(raw);
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
}

function malformed(reason: string): SessionKeyError {
  return new SessionKeyError("MALFORMED_SESSION", reason);
}

/** What ethers decodes: fields by name, every integer a bigint, masks as hex. */
interface RawSession {
  readonly account: string;
  readonly chainId: bigint;
  readonly epoch: bigint;
  readonly salt: bigint;
  readonly signer: string;
  readonly validAfter: bigint;
  readonly validUntil: bigint;
  readonly paymaster: string;
  readonly feeBudget: bigint;
  readonly budgets: readonly RawBudget[];
  readonly permissions: readonly RawPermission[];
}

type RawBudget = Readonly<Record<"kind" | "limit" | "period", bigint>>;

interface RawPermission {
  readonly kind: bigint;
  readonly target: string;
  readonly selector: string;
  readonly maxValue: bigint;
  readonly rules: readonly RawRule[];
  readonly charges: readonly RawCharge[];
}

interface RawRule {
  readonly op: bigint;
  readonly path: readonly bigint[];
  readonly other: readonly bigint[];
  readonly mask: string;
  readonly value: bigint;
}

interface RawCharge {
  readonly budget: bigint;
  readonly source: bigint;
  readonly path: readonly bigint[];
}

function fromRaw(raw: RawSession): Session {
  const { account, chainId, epoch, salt, signer, paymaster } = raw;
  return {
    account,
    chainId,
    epoch,
    salt,
    signer,
    paymaster,
    validAfter: Number(raw.validAfter),
    validUntil: Number(raw.validUntil),
    feeBudget: Number(raw.feeBudget),
    budgets: raw.budgets.map(({ kind, limit, period }) => ({ kind: Number(kind), limit, period: Number(period) })),
    permissions: raw.permissions.map(permissionFromRaw),
  };
}

function permissionFromRaw({ kind, target, selector, maxValue, rules, charges }: RawPermission): Permission {
  return {
    kind: Number(kind),
    target,
    selector,
    maxValue,
    rules: rules.map(({ op, path, other, mask, value }) => ({
      op: Number(op),
      path: path.map(Number),
      other: other.map(Number),
      mask: BigInt(mask),
      value,
    })),
    charges: charges.map(({ budget, source, path }) => ({
      budget: Number(budget),
      source: Number(source),
      path: path.map(Number),
    })),
  };
}
