import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Patch } from "./mutant";

const FOLDER = join(__dirname, "handmade");

/** The bugs of others, each made again in our code; in the order of their ids in the catalogue. */
export function handmade(): Patch[] {
  const files = readdirSync(FOLDER).sort(new Intl.Collator("en", { numeric: true }).compare);
  return files.map((file) => JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Patch);
}
