import type { SessionKeyError } from "../../../sdk";
import { expectCode } from "../arbitraries";

/** {@link expectCode} for what is raised later. */
export async function expectRejectedWith(
  promise: Promise<unknown>,
  code: string,
  details?: Record<string, unknown>,
): Promise<SessionKeyError> {
  const act = await promise.then(
    () => () => undefined,
    (error: unknown) => () => {
      throw error;
    },
  );
  return expectCode(act, code, details);
}
