// What the package exports as `session-keys/keys`: keys that an ERC-7913 verifier understands.
export * from "./erc1271";
export {
  encodeMultisigSignature,
  multisigKey,
  type MemberSignature,
  type MultisigKeyOptions,
  type MultisigMember,
} from "./multisig";
export {
  compactSignature,
  P256_UNESTIMATED_GAS,
  p256Key,
  p256PublicKey,
  p256Sha256Key,
  type P256KeyOptions,
  type P256Sha256KeyOptions,
  type P256Signer,
} from "./p256";
export { rsaKey, type RsaKeyOptions } from "./rsa";
export type { KeySource } from "./webCrypto";
export {
  encodeAssertion,
  WEBAUTHN_UNESTIMATED_GAS,
  webAuthnKey,
  webAuthnPublicKey,
  type Assertion,
  type AssertionBytes,
  type WebAuthnKeyOptions,
} from "./webAuthn";
export type { VerifierKey } from "./verifierKey";
