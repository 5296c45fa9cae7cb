import type { EntryPointVersion } from "../sdk";
import { kernel } from "../test/matrix/accounts/kernel";
import { openZeppelin } from "../test/matrix/accounts/modular";
import { nexusOf } from "../test/matrix/accounts/nexus";
import { safe } from "../test/matrix/accounts/safe7579";
import type { AccountKind } from "../test/matrix/ground";

/** An account that is measured, on the EntryPoint that it is at home on. */
export interface Home {
  readonly id: string;
  readonly name: string;
  readonly kind: AccountKind;
  readonly version: EntryPointVersion;
}

/** OpenZeppelin's account: the one that the targets are for. */
export const OPEN_ZEPPELIN: Home = { id: "openZeppelin", name: "OpenZeppelin", kind: openZeppelin, version: "0.8" };

/** Nexus with the plain ECDSA validator that the others have. */
export const NEXUS: Home = {
  id: "nexus",
  name: "Nexus",
  kind: nexusOf("Biconomy Nexus 1.0.0, plain owner", ({ ownerValidator }) => ownerValidator, "plain"),
  version: "0.7",
};

/** The others. */
export const OTHER_HOMES: readonly Home[] = [
  NEXUS,
  { id: "kernel", name: "Kernel", kind: kernel, version: "0.7" },
  { id: "safe7579", name: "Safe7579", kind: safe, version: "0.7" },
];
