import { generateKeyPair, generateKeyPairSync } from "node:crypto";
import { promisify } from "node:util";
import { Wallet } from "ethers";
import { ecdsaKey, type SessionKey } from "../../sdk";
import { multisigKey, p256Key, p256Sha256Key, rsaKey } from "../../sdk/keys";
import {
  ERC7913RSAVerifier__factory,
  MultisigVerifier__factory,
  P256Sha256Verifier__factory,
  P256Verifier__factory,
} from "../../typechain-types";
import { openZeppelin } from "../../test/matrix/accounts/modular";
import { grantOf, increment, sessionOf } from "../../test/matrix/operations";
import { measured } from "../support/measure";
import { settle, type Place } from "../support/place";

const newP256 = () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

/** Takes seconds, in which the connections of this process stay alive. */
async function rsa(place: Place, modulusLength: number): Promise<SessionKey> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength });
  return rsaKey({ verifier: await deploy(place, ERC7913RSAVerifier__factory), key: privateKey });
}

type Verifier = { new (deployer: Place["deployer"]): { deploy(): Promise<{ getAddress(): Promise<string> }> } };

async function deploy({ deployer }: Place, verifier: Verifier): Promise<string> {
  return (await new verifier(deployer).deploy()).getAddress();
}

async function multisig(place: Place, threshold: number, count: number): Promise<SessionKey> {
  const members = Array.from({ length: count }, () => ecdsaKey(Wallet.createRandom()));
  return multisigKey({ verifier: await deploy(place, MultisigVerifier__factory), threshold, members });
}

/** The keys whose estimates docs/bundlers.md shows. What calls the precompile at 0x100 is refused: rules.test.ts. */
const KINDS: Record<string, (place: Place) => Promise<SessionKey>> = {
  ECDSA: (place) => Promise.resolve(ecdsaKey(place.key)),
  "2 of 3 ECDSA": (place) => multisig(place, 2, 3),
  "16 of 16 ECDSA": (place) => multisig(place, 16, 16),
  "RSA-2048": (place) => rsa(place, 2048),
  "RSA-4096": (place) => rsa(place, 4096),
  "P-256": async (place) => p256Key({ verifier: await deploy(place, P256Verifier__factory), key: newP256() }),
  "P-256, SHA-256": async (place) =>
    p256Sha256Key({ verifier: await deploy(place, P256Sha256Verifier__factory), key: newP256() }),
};

describe("keys, as the bundler estimates them", () => {
  let place: Place;

  before(async () => {
    place = await settle(openZeppelin, "0.8");
  });

  for (const [name, create] of Object.entries(KINDS)) {
    it(name, async () => {
      const key = await create(place);
      const session = { ...(await sessionOf(place)), signer: key.signer };
      const grant = await grantOf(place, session);
      await measured(place, [name, "enabling"], session, [increment(place)], { mode: "enable", grant, key });
      await measured(place, [name, "use"], session, [increment(place)], { key });
    });
  }
});
