/**
 * All use cases, one after the other on a local chain: what their session keys do, and what they are refused.
 *
 *   npm run examples
 *
 * Exits with 1 at the first surprise, or if the documents in this folder say something else; `UPDATE=1` writes these.
 */
import { script } from "../scripts/support/cli";
import { examples } from "./index";
import { keepDocuments } from "./support/documents";
import { playAll } from "./support/example";

script({}, async () => {
  const outcomes = await playAll(examples);
  const rows = outcomes.flatMap(({ rows }) => rows);
  const refused = rows.filter(({ error }) => error !== undefined).length;
  console.log(`\n${outcomes.length} use cases: ${rows.length - refused} jobs done, ${refused} attempts refused`);
  keepDocuments(outcomes);
});
