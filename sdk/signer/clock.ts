import type { Provider } from "ethers";
import { chainTime } from "../actions/context";

/**
 * What a signer knows of time, in seconds.
 * @example const clock: Clock = { ...chainClock(provider), now: () => Promise.resolve(Math.floor(Date.now() / 1000)) };
 */
export interface Clock {
  /** Unix seconds. */
  now(): Promise<number>;
  /** Resolves after so many seconds. */
  sleep(seconds: number): Promise<void>;
}

/**
 * The chain's clock, and real sleep.
 * @example await chainClock(provider).now()
 */
export function chainClock(provider: Provider): Clock {
  return {
    now: () => chainTime(provider),
    sleep: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
  };
}
