import type { Provider } from "ethers";
import type { AccountAdapter } from "../accounts/adapter";
import type { UseKey } from "../actions/use";
import type { EnvelopeGrant } from "../envelope";
import { SessionKeyError } from "../errors";
import type { ErrorSource } from "../explain";
import { proofFor, type Grant } from "../grant";
import { asAddress, type Address } from "../hex";
import type { Session } from "../session";
import type { Transport, WaitOptions } from "../transport/transport";
import { sessionId } from "../typedData";
import type { PackedUserOperation, UserOperation, UserOpGas } from "../userOp";
import type { Clock } from "./clock";

/**
 * What a paymaster gives to an operation.
 * @example
 * const limits = { paymasterVerificationGasLimit: 100_000n, paymasterPostOpGasLimit: 50_000n };
 * const sponsorship: Sponsorship = { paymaster, paymasterData: "0x", ...limits };
 */
export type Sponsorship = Required<
  Pick<UserOperation, "paymaster" | "paymasterVerificationGasLimit" | "paymasterPostOpGasLimit" | "paymasterData">
>;

/**
 * Asks a paymaster (ERC-7677): first for `stub` data of the right length, with which gas is estimated, then, when all
 * else is known, for the `final` data. The key signs after that.
 * @example
 * const limits = { paymasterVerificationGasLimit: 100_000n, paymasterPostOpGasLimit: 50_000n };
 * const sponsor: Sponsor = () => Promise.resolve({ paymaster, paymasterData: "0x", ...limits }); // one that asks nothing
 */
export type Sponsor = (op: PackedUserOperation, stage: "stub" | "final") => Promise<Sponsorship>;

/**
 * How one operation is sent.
 * @example
 * const options: SendOptions = { nonceKey: 7, gas: { callGasLimit: 90_000n } };
 * const response = await signer.sendCalls(calls, options);
 */
export interface SendOptions {
  /**
   * Operations with the same key are included in the order in which they were sent. By default each takes a key of its
   * own if others are on their way, and nobody knows in which order they are included: send what belongs together as one
   * batch.
   */
  readonly nonceKey?: number;
  /** Gas and fees that are not to be estimated. */
  readonly gas?: Partial<UserOpGas>;
  /** `signed`: the grant travels with every operation, and nothing is stored but usage. */
  readonly mode?: "signed";
  /** Who pays; the account by default. */
  readonly sponsor?: Sponsor;
  /** `false`: do not ask {@link checkCalls} before anything is sent. What no permission allows is refused all the same. */
  readonly precheck?: boolean;
}

/**
 * What a {@link SessionSigner} is made of.
 * @example
 * const options: SessionSignerOptions = { grant, key, transport, provider, adapter };
 * const signer = new SessionSigner(options);
 */
export interface SessionSignerOptions extends SendOptions {
  /** The owner's grant, or what a session file has of it; may be left out if the session is enabled already. */
  readonly grant?: Grant | EnvelopeGrant;
  /** The first session of the grant by default. */
  readonly session?: Session;
  /** The session key validator; that of the grant by default. */
  readonly validator?: Address;
  readonly key: UseKey;
  readonly transport: Transport;
  /** A node of the session's chain. */
  readonly provider: Provider;
  readonly adapter: Pick<AccountAdapter, "nonceKey">;
  /** What creates the account with the validator installed, if it does not exist yet. */
  readonly creation?: Required<Pick<UserOperation, "factory" | "factoryData">>;
  /** ABIs of the targets, by which errors are explained. */
  readonly abis?: readonly ErrorSource[];
  /** How long `wait()` waits, and how often it asks. */
  readonly waiting?: WaitOptions;
  /** The chain's by default. */
  readonly clock?: Clock;
}

/** The session that a signer uses, with what proves that it was granted. */
export interface GrantedSession {
  readonly session: Session;
  readonly validator: Address;
  readonly grant?: EnvelopeGrant;
}

/** Raises `NO_SESSION` without a session and a validator, `NOT_GRANTED` if the grant is of other sessions. */
export function grantedSession({ grant, ...options }: SessionSignerOptions): GrantedSession {
  const whole = grant !== undefined && "sessions" in grant ? grant : undefined;
  const session = options.session ?? whole?.sessions[0];
  const validator = options.validator ?? whole?.validator;
  if (session === undefined || validator === undefined) {
    throw new SessionKeyError("NO_SESSION", "give the signer a grant, or a session and its validator");
  }
  const common = { session, validator: asAddress(validator, "validator") };
  if (grant === undefined) return common;
  return { ...common, grant: "sessions" in grant ? proofOf(session, grant) : grant };
}

function proofOf(session: Session, grant: Grant): EnvelopeGrant {
  const id = sessionId(session);
  const index = grant.sessions.findIndex((granted) => sessionId(granted) === id);
  if (index < 0) throw new SessionKeyError("NOT_GRANTED", `the grant is not of session ${id}`, { sessionId: id });
  return proofFor(grant, index);
}
