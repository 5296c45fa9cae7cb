import { readFileSync } from "node:fs";
import { ethers } from "hardhat";
import { pickTime } from "../sdk";
import { enable, operation, send, sessionOf } from "../test/helpers/operations";
import { now, world } from "../test/helpers/world";
import { SCENARIOS } from "./scenarios";

interface Step {
  pc: number;
  op: string;
  gas: number;
  gasCost: number;
  depth: number;
  stack: string[];
}

async function main() {
  const name = process.env.SCENARIO ?? "call";
  const scenario = SCENARIOS.find((s) => s.name === name)!;
  const w = await world();
  const { permissions, ...rest } = scenario.terms(w);
  const session = await sessionOf(w, permissions, rest);
  await enable(w, session);
  const time = pickTime(session, permissions, await now());
  const options = time === undefined ? {} : { time };
  await send(w, await operation(w, session, scenario.calls(w), options));
  const { receipt } = await send(w, await operation(w, session, scenario.calls(w), options));
  const trace = (await ethers.provider.send("debug_traceTransaction", [
    receipt.hash,
    { disableStorage: true, disableMemory: true },
  ])) as { structLogs: Step[] };
  const logs = trace.structLogs;
  // find the frame: first CALL to the validator
  let start = -1;
  for (let i = 0; i < logs.length; i++) {
    const l = logs[i]!;
    if (
      l.op === "CALL" &&
      l.stack[l.stack.length - 2]!.toLowerCase().endsWith(w.validatorAddress.slice(2).toLowerCase())
    ) {
      start = i + 1;
      break;
    }
  }
  const depth = logs[start]!.depth;
  let end = start;
  while (logs[end]!.depth >= depth) end++;
  const steps = logs.slice(start, end);
  console.log(name, "frame gas", steps[0]!.gas - steps[steps.length - 1]!.gas, "steps", steps.length);
  // source map
  const dbg = JSON.parse(
    readFileSync("artifacts/contracts/SessionKeyValidator.sol/SessionKeyValidator.dbg.json", "utf8"),
  ) as { buildInfo: string };
  const info = JSON.parse(readFileSync("artifacts/contracts/SessionKeyValidator.sol/" + dbg.buildInfo, "utf8"));
  const out = info.output.contracts["contracts/SessionKeyValidator.sol"].SessionKeyValidator.evm.deployedBytecode;
  const sources: Record<number, string> = {};
  const text: Record<string, string> = {};
  for (const [p, s] of Object.entries(info.output.sources as Record<string, { id: number }>)) {
    sources[s.id] = p;
    text[p] = info.input.sources[p].content;
  }
  const code = Buffer.from(out.object, "hex");
  const map: string[] = out.sourceMap.split(";");
  const entries: [number, number, number][] = [];
  let prev: [number, number, number] = [0, 0, 0];
  for (const m of map) {
    const p = m.split(":");
    prev = [p[0] ? +p[0] : prev[0], p[1] ? +p[1] : prev[1], p[2] ? +p[2] : prev[2]];
    entries.push([...prev]);
  }
  const pcToIndex: Record<number, number> = {};
  let idx = 0;
  for (let pc = 0; pc < code.length; pc++) {
    pcToIndex[pc] = idx++;
    const o = code[pc]!;
    if (o >= 0x60 && o <= 0x7f) pc += o - 0x5f;
  }
  const byLine: Record<string, number> = {};
  const byOp: Record<string, number> = {};
  const byFile: Record<string, number> = {};
  for (let i = 0; i < steps.length; i++) {
    const s = steps[i]!;
    if (s.depth !== depth) continue;
    const next = steps.slice(i + 1).find((n) => n.depth === depth);
    const cost = next ? s.gas - next.gas : s.gasCost;
    byOp[s.op] = (byOp[s.op] ?? 0) + cost;
    const [o, , f] = entries[pcToIndex[s.pc]!]!;
    const file = sources[f];
    if (!file) {
      byLine["generated"] = (byLine["generated"] ?? 0) + cost;
      continue;
    }
    const line = text[file]!.slice(0, o).split("\n").length;
    const key = `${file.split("/").pop()}:${line} ${text[file]!.split("\n")[line - 1]!.trim().slice(0, 90)}`;
    byLine[key] = (byLine[key] ?? 0) + cost;
    byFile[file] = (byFile[file] ?? 0) + cost;
  }
  if (process.env.SEQ) {
    let cur = "";
    let sum = 0;
    let ops: string[] = [];
    const flush = () => {
      if (cur)
        console.log(
          String(sum).padStart(6),
          cur.padEnd(70).slice(0, 70),
          process.env.SEQ === "2" ? ops.join(" ") : ops.length,
        );
    };
    for (let i = 0; i < steps.length; i++) {
      const s = steps[i]!;
      if (s.depth !== depth) continue;
      const next = steps.slice(i + 1).find((n) => n.depth === depth);
      const cost = next ? s.gas - next.gas : s.gasCost;
      const [o, , f] = entries[pcToIndex[s.pc]!]!;
      const file = sources[f];
      const line = file ? text[file]!.slice(0, o).split("\n").length : 0;
      const key = file
        ? `${file.split("/").pop()}:${line} ${text[file]!.slice(o).split("\n")[0]!.trim()}`
        : "generated";
      if (key !== cur) {
        flush();
        cur = key;
        sum = 0;
        ops = [];
      }
      sum += cost;
      ops.push(s.op);
    }
    flush();
  }
  const top = (r: Record<string, number>, n: number) =>
    Object.entries(r)
      .sort((a, b) => b[1] - a[1])
      .slice(0, n)
      .forEach(([k, v]) => console.log(String(v).padStart(7), k));
  top(byFile, 20);
  console.log();
  top(byLine, 60);
  console.log();
  top(byOp, 25);
}
void main();
