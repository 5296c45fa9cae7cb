/** Positions of what could not be read: the contract checks once per item, the SDK once per field. */
const LOOSE: Readonly<Record<string, readonly number[]>> = { EnvelopeTruncated: [0], ArgumentOutOfBounds: [1] };

/** An error of the validator without the arguments that contract and SDK may fill in differently. */
export function comparable(name: string, args: readonly unknown[]): unknown {
  // One wrong byte often breaks several words and lengths; which of them is named first is nobody's business.
  if (name.startsWith("NonCanonical")) return "NonCanonical";
  const loose = LOOSE[name] ?? [];
  return [name, args.map((arg, i) => (loose.includes(i) ? "any" : arg))];
}
