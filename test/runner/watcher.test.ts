import { mine } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { sessionId } from "../../sdk";
import { connect } from "../../runner/connect";
import { defineAutomation, every, eventSeen, viewResult } from "../../runner";
import { counted, DAY, Desk, looked, payer, proxyToChain, TIMEOUT } from "./parts";
import type { Proxy } from "./proxy";

const TRANSFER = "event Transfer(address indexed from, address indexed to, uint256 value)";
const BALANCE = "function balanceOf(address) view returns (uint256)";
const BLOCKS = 3;

describe("How often a runner asks", function () {
  this.timeout(TIMEOUT);
  let desk: Desk;
  let proxy: Proxy;
  beforeEach(async () => {
    desk = new Desk();
    proxy = await proxyToChain();
  });
  afterEach(async () => {
    await desk.clear();
    await proxy.close();
  });

  for (const sessions of [1, 1_000]) {
    it(`${sessions} sessions: two questions a look, and two more a block`, async () => {
      const { w, session, common, pay } = await payer();
      const when = [
        viewResult(w.tokenAddress, BALANCE, [w.stranger.address], { atLeast: 10n ** 20n }),
        eventSeen(w.tokenAddress, TRANSFER, [null, w.otherAccountAddress]),
      ];
      const automations = Array.from({ length: sessions }, (_, i) => {
        const file = { validator: w.validatorAddress, session: { ...session, salt: BigInt(i) } };
        return defineAutomation({ ...common, file, lane: 1_000 * i, schedule: every(DAY), when, calls: [pay(1n)] });
      });
      expect(new Set(automations.map(({ file }) => sessionId(file.session))).size).to.equal(sessions);
      const provider = await connect({ url: proxy.url });
      const runner = await desk.runner(w, { automations, provider });
      await looked(runner);
      for (let i = 0; i < BLOCKS; i++) {
        await mine();
        await looked(runner);
      }
      await runner.stop();
      // With the one of the start, which reads the chain's block 0 besides.
      const looks = 1 + (await counted(runner, "polls_total"));
      expect(proxy.asked.get("eth_getBlockByNumber")).to.equal(looks + 1);
      expect(proxy.asked.get("eth_getLogs")).to.equal(BLOCKS);
      expect(proxy.asked.get("eth_call")).to.equal(looks + 1 + BLOCKS);
      expect(runner.counts.due).to.equal(0);
    });
  }
});
