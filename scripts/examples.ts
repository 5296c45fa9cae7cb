/**
 * All use cases, one after the other on a local chain: what their session keys do, and what they are refused.
 *
 *   npm run examples
 *
 * Exits with 1 at the first surprise, or if the documents in examples/ say something else; `UPDATE=1` writes these.
 */
import { examples } from "../examples";
import { keepDocuments } from "../examples/support/documents";
import { playAll } from "../examples/support/example";
import { script } from "./support/cli";

script({}, async () => {
  const outcomes = await playAll(examples);
  const rows = outcomes.flatMap(({ rows }) => rows);
  const refused = rows.filter(({ error }) => error !== undefined).length;
  console.log(`\n${outcomes.length} use cases: ${rows.length - refused} jobs done, ${refused} attempts refused`);
  keepDocuments(outcomes);
});
