import { ZeroAddress } from "ethers";
import * as fc from "fast-check";
import {
  anyCallPermission,
  callAnyTargetPermission,
  callPermission,
  ecdsaKey,
  encodeExecute,
  ENTRY_POINTS,
  explain,
  lint,
  permissionTree,
  sessionId,
  validateSession,
  type Permission,
  type Session,
} from "../../sdk";
import { TIME_LIMIT } from "../../sdk/constants";
import { decodeEnvelope, encodeEnvelope } from "../../sdk/envelope";
import { callOf, permissionFor } from "../helpers/validation";
import { expectCode, sessionOf as anySession } from "../sdk/arbitraries";
import { attack } from "./catalogue";
import { having, selector } from "./fixture";

describe("K: SDK", () => {
  attack(
    "K",
    "the SDK refuses or warns of what the contract refuses or what is dangerous, and a dummy signature has the right length",
    async (trial) => {
      const { w, session } = await having();
      const refusing: [Partial<Session>, string][] = [
        [{ permissions: [callPermission(w.accountAddress, "0x12345678")] }, "FORBIDDEN_TARGET"],
        [{ permissions: [callPermission(ZeroAddress, "0x12345678")] }, "FORBIDDEN_TARGET"],
        [{ permissions: [anyCallPermission(ENTRY_POINTS["0.8"])] }, "FORBIDDEN_TARGET"],
        [{ permissions: [] }, "EMPTY_PERMISSIONS"],
        [{ validUntil: TIME_LIMIT }, "InvalidTimeWindow"],
        [{ validUntil: session.validUntil * 1000 * 1000 }, "InvalidTimeWindow"],
        [{ validUntil: 0 }, "InvalidTimeWindow"],
        [{ feeBudget: 0 }, "InvalidFeeBudget"],
      ];
      for (const [change, code] of refusing) {
        expectCode(() => validateSession({ ...session, ...change }), code);
        trial.repelled(code, code, code);
      }
      const approve = selector("approve(address,uint256)");
      const warnings: [Permission, string][] = [
        [callPermission(w.tokenAddress, approve), "APPROVE_WITHOUT_BUDGET"],
        [callAnyTargetPermission(approve), "ANY_TARGET"],
        [anyCallPermission(w.tokenAddress), "ANY_CALL"],
      ];
      for (const [permission, code] of warnings) {
        const found = lint({ ...session, permissions: [permission] }).map((finding) => finding.code);
        trial.repelled((found as string[]).includes(code), true, `lint ${code}`);
      }
      expectCode(() => encodeExecute([]), "InvalidCallCount");
      trial.repelled(explain({ message: "AA24 signature error" }).code, "AA24", "explain AA24");

      const key = ecdsaKey(w.key);
      trial.admitted(key.dummySignature.length, (await key.signDigest(sessionId(session))).length);
      const property = fc.property(anySession(1, 4), (random) => {
        const tree = permissionTree(random);
        const calls = [{ permission: random.permissions[0]!, proof: tree.proof(0) }];
        const envelope = encodeEnvelope({ mode: "use", session: random, height: tree.height, calls });
        const { session: read } = decodeEnvelope(envelope, 1);
        return read.salt === random.salt && read.signer === random.signer && read.validUntil === random.validUntil;
      });
      trial.admitted(fc.check(property, { numRuns: 100, seed: 1 }).failed, false);
      trial.admitted(permissionFor(w), session.permissions[0]);
      await trial.accepted(w, session, [callOf(w)]);
    },
  );
});
