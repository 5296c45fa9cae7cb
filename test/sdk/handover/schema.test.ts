import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toJSONSchema } from "zod/mini";
import { SESSION_FILE_FORMAT } from "../../../sdk/handover/format";
import { SESSION_FILE_SCHEMA } from "../../../sdk/handover/version";

// `UPDATE=1 npx hardhat test test/sdk/handover/schema.test.ts` writes the schema anew.

const PATH = join(__dirname, "../../../sdk/handover/session-file.schema.json");

describe("session-file.schema.json", () => {
  it("is what the code validates", () => {
    const schema = {
      ...toJSONSchema(SESSION_FILE_FORMAT),
      $id: SESSION_FILE_SCHEMA,
      title: "Session file",
      description: "A session as it travels from the owner of a smart account to the app that holds the session key.",
    };
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (process.env["UPDATE"] !== undefined) writeFileSync(PATH, text);
    expect(JSON.parse(readFileSync(PATH, "utf8"))).to.deep.equal(JSON.parse(text));
  });
});
