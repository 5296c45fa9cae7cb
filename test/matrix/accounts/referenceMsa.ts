import { referenceMsaAccount } from "../../../sdk";
import { modulekitBytecode } from "../bytecode";
import { calldata, deploy, fund, words, type AccountKind, type Ground } from "../ground";
import { REFUSED, subject } from "./subject";

/** The implementation, and the calldata that initialises an account with the owner's validator. */
export async function referenceMsaSystem(ground: Ground): Promise<{ implementation: string; initialize: string }> {
  const { ownerValidator, owner } = ground;
  const implementation = await deploy(ground, modulekitBytecode("ERC7579", "ERC7579_BYTECODE"));
  const bootstrap = await deploy(ground, modulekitBytecode("ERC7579", "ERC7579_BOOTSTRAP_BYTECODE"));
  const init = calldata("singleInitMSA(address,bytes)", [ownerValidator, owner.address]);
  const initialize = calldata("initializeAccount(bytes)", [words(["address", "bytes"], [bootstrap, init])]);
  return { implementation, initialize };
}

/** The reference account of ERC-7579 behind its proxy. */
export const referenceMsa: AccountKind = {
  name: "ERC-7579 reference account (uMSA.advanced/withHook.v0.1)",
  uninstalled: "AA24 signature error",
  refuses: { "0.8": REFUSED, "0.9": REFUSED },
  async create(ground) {
    const { implementation, initialize } = await referenceMsaSystem(ground);
    const account = await deploy(
      ground,
      modulekitBytecode("ERC7579", "MSAPROXY_BYTECODE"),
      words(["address", "bytes"], [implementation, initialize]),
    );
    await fund(account);
    const adapter = referenceMsaAccount(ground.ownerValidator);
    return subject(ground, account, adapter, adapter.nonceKey(ground.ownerValidator));
  },
};
