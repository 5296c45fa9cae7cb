import { expect } from "chai";
import type { SessionKeyError } from "../../sdk";
import { Desk, payer, TIMEOUT, until } from "./parts";

describe("Metrics of a runner", function () {
  this.timeout(TIMEOUT);
  let desk: Desk;
  beforeEach(() => (desk = new Desk()));
  afterEach(() => desk.clear());

  it("are served on 127.0.0.1 under /metrics as long as it runs, and nowhere else", async () => {
    const { w, automation } = await payer();
    const runner = await desk.runner(w, { automations: [automation], metricsPort: 0 });
    const at = (host: string, path: string) => fetch(`http://${host}:${runner.metricsPort}${path}`);
    await until("done", () => runner.counts.done === 1);
    const response = await at("127.0.0.1", "/metrics");
    expect(response.status).to.equal(200);
    expect(response.headers.get("content-type")).to.equal("text/plain; version=0.0.4; charset=utf-8");
    const lines = (await response.text()).split("\n");
    expect(lines).to.include.members([
      'session_keys_actions_total{outcome="done"} 1',
      "session_keys_operations_sent_total 1",
      "session_keys_actions_in_flight 0",
      "session_keys_automations 1",
      "session_keys_action_seconds_count 1",
      "# TYPE session_keys_faults_total counter",
    ]);
    for (const path of ["/", "/metrics/", "/state.db"]) expect((await at("127.0.0.1", path)).status).to.equal(404);
    // Whatever listens on all addresses answers here, too.
    const elsewhere = await at("127.0.0.2", "/metrics").catch(() => "refused");
    expect(elsewhere).to.equal("refused");
    const { metricsPort } = runner;
    await runner.stop();
    expect(await fetch(`http://127.0.0.1:${metricsPort}/metrics`).catch(() => "refused")).to.equal("refused");
  });

  it("have no port: the runner does not start, says so, and leaves nothing open", async () => {
    const { w, automation } = await payer();
    const first = await desk.runner(w, { automations: [], state: desk.path("first.db"), metricsPort: 0 });
    const second = desk.runner(w, { automations: [automation], metricsPort: first.metricsPort! });
    expect(await second.catch(({ code }: SessionKeyError) => code)).to.equal("PORT_UNAVAILABLE");
    expect(desk.of("not started")[0]).to.include({ code: "PORT_UNAVAILABLE", level: "error" });
    const third = await desk.runner(w, { automations: [automation], metricsPort: 0 });
    await until("done", () => third.counts.done === 1);
  });
});
