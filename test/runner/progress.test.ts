import { expect } from "chai";
import { terminal } from "../../cli/io";
import { showProgress } from "../../runner";
import { until } from "./parts";

const LINE = "0 in flight, 0 done, 0 elsewhere, 0 refused, 0 reverted, 0 missed, 0 faults";
const CLEAR = "\r\u001b[2K";

describe("The progress of a runner", () => {
  const none = { due: 0, done: 0, elsewhere: 0, reverted: 0, refused: 0, missed: 0, faults: 0, inFlight: 0 };

  function shown(isTTY: boolean) {
    const written: string[] = [];
    const runner = { counts: none, head: { number: 7 } };
    const end = showProgress(runner, { isTTY, write: (text) => void written.push(text) });
    return { written, runner, end };
  }

  it("on a terminal: one line, written over when something changes", async () => {
    const { written, runner, end } = shown(true);
    expect(written).to.deep.equal([`${CLEAR}block 7: ${LINE}`]);
    runner.head = { number: 8 };
    await until("changed", () => written.length === 2);
    expect(written[1]).to.equal(`${CLEAR}block 8: ${LINE}`);
    end();
    expect(written.slice(2)).to.deep.equal(["\n"]);
  });

  it("elsewhere: whole lines without control characters, the last state at the end", () => {
    const { written, runner, end } = shown(false);
    runner.counts = { ...none, done: 1, due: 1 };
    end();
    expect(written).to.deep.equal([`block 7: ${LINE}\n`, `block 7: ${LINE.replace("0 done", "1 done")}\n`]);
    const quiet = shown(false);
    quiet.end();
    expect(quiet.written, "nothing has changed").to.deep.equal([`block 7: ${LINE}\n`]);
  });

  for (const [isTTY, env, live] of [
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { TERM: "dumb" }, false],
  ] as const) {
    it(`is live on ${isTTY ? "a terminal" : "a pipe"} with ${JSON.stringify(env)}: ${live}`, () => {
      const saved = { isTTY: process.stdout.isTTY, env: process.env };
      try {
        process.stdout.isTTY = isTTY;
        process.env = { ...saved.env, NO_COLOR: "", TERM: "xterm", ...env };
        const startup = { version: "0", loadOra: () => Promise.reject(new Error("no spinner here")) };
        expect(Boolean(terminal(startup, false).colour)).to.equal(live);
      } finally {
        process.stdout.isTTY = saved.isTTY;
        process.env = saved.env;
      }
    });
  }
});
