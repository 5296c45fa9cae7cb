import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { SessionKeyError } from "../sdk/errors";

/**
 * The runner's numbers, as Prometheus reads them.
 * @example
 * const { registry }: Metrics = new Runner({ automations: [automation], provider, transport, state: stateFile }).metrics;
 * console.log(await registry.metrics());
 */
export class Metrics {
  readonly registry = new Registry();
  readonly actions = new Counter({
    ...{ name: "session_keys_actions_total", help: "Actions by their outcome", labelNames: ["outcome"] as const },
    registers: [this.registry],
  });
  readonly faults = new Counter({
    ...{ name: "session_keys_faults_total", help: "Failures that are tried again", labelNames: ["code"] as const },
    registers: [this.registry],
  });
  readonly sent = new Counter({
    ...{ name: "session_keys_operations_sent_total", help: "Operations that were taken by bundler or node" },
    registers: [this.registry],
  });
  readonly polls = new Counter({
    ...{ name: "session_keys_polls_total", help: "Looks at the chain" },
    registers: [this.registry],
  });
  readonly inFlight = new Gauge({
    ...{ name: "session_keys_actions_in_flight", help: "Actions that are due and have no outcome yet" },
    registers: [this.registry],
  });
  readonly automations = new Gauge({
    ...{ name: "session_keys_automations", help: "Automations that are watched" },
    registers: [this.registry],
  });
  readonly block = new Gauge({
    ...{ name: "session_keys_block", help: "Newest block that was seen" },
    registers: [this.registry],
  });
  readonly seconds = new Histogram({
    ...{ name: "session_keys_action_seconds", help: "From due to its outcome" },
    ...{ buckets: [1, 2, 5, 10, 30, 60, 300, 1_800], registers: [this.registry] },
  });
}

/** A server of metrics that runs. */
export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `/metrics` on 127.0.0.1 only. Raises `PORT_UNAVAILABLE`.
 * @param port 0 for any that is free.
 */
export async function serveMetrics({ registry }: Pick<Metrics, "registry">, port: number): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.url !== "/metrics") return void response.writeHead(404).end();
    void registry.metrics().then((text) => response.setHeader("content-type", registry.contentType).end(text));
  });
  await listening(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listening(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", ({ message }) => reject(new SessionKeyError("PORT_UNAVAILABLE", message, { port })));
    server.listen(port, "127.0.0.1", resolve);
  });
}
