import { concat, dataSlice } from "ethers";
import { callPermission, encodeExecute, transferPermission } from "../../sdk";
import { BATCH_MODE, EXECUTE_SELECTOR, SINGLE_MODE } from "../../sdk/constants";
import { operation } from "../helpers/operations";
import { bytes, callOf, claim, patch, word } from "../helpers/validation";
import { attack } from "./catalogue";
import { disguised, encode, forged, having, selector, transfer, type Having } from "./fixture";

/** A mode word of call type, execution type, 4 unused bytes, selector and payload. */
function mode(callType: number, execType = 0, rest = "0x"): string {
  return concat([bytes(callType, 1), bytes(execType, 1), rest, `0x${"00".repeat(30 - (rest.length - 2) / 2)}`]);
}

/** The ordinary operation of `found` with another word or selector in its callData. */
async function patched(found: Having, at: number, replacement: string, callData = encodeExecute([callOf(found.w)])) {
  return disguised(found, patch(callData, at, replacement));
}

describe("B: execution wrapping", () => {
  attack("B1", "of all call types only single and batch", async (trial) => {
    const found = await having();
    const others = [0x02, 0x10, 0x80, 0xfe, 0xff];
    for (const word of others.map((callType) => mode(callType))) {
      await trial.refused(found.w, await patched(found, 4, word), "ForbiddenMode", [word]);
    }
    await trial.accepted(found.w, found.session, [callOf(found.w)]);
    await trial.accepted(found.w, found.session, [callOf(found.w), callOf(found.w)]);
  });

  attack("B2", "no try mode, single or batch, though it would only fail quietly", async (trial) => {
    const found = await having();
    const { w, session } = found;
    const batch = encodeExecute([callOf(w), callOf(w)]);
    for (const [word, callData] of [
      [mode(0, 1), undefined],
      [mode(1, 1), batch],
      [mode(0, 2), undefined],
      [mode(0, 0xff), undefined],
    ] as const) {
      await trial.refused(w, await patched(found, 4, word, callData), "ForbiddenMode", [word]);
    }
    await trial.accepted(w, session, [callOf(w)]);
  });

  attack("B3", "no bit of the mode's unused bytes, selector or payload", async (trial) => {
    const found = await having();
    for (let byte = 2; byte < 32; byte += 3) {
      const word = patch(SINGLE_MODE, byte, bytes(1 << (byte % 8), 1));
      await trial.refused(found.w, await patched(found, 4, word), "ForbiddenMode", [word]);
    }
    await trial.accepted(found.w, found.session, [callOf(found.w)]);
  });

  attack("B4", "no other function of any account, though its arguments are those of execute", async (trial) => {
    const found = await having();
    const functions = [
      "executeFromExecutor(bytes32,bytes)",
      "execute(address,uint256,bytes)",
      "execute(bytes)",
      "executeBatch((address,uint256,bytes)[])",
      "executeUserOp((address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes),bytes32)",
      "installModule(uint256,address,bytes)",
      "uninstallModule(uint256,address,bytes)",
      "installValidations(bytes21[],(uint32,address)[],bytes[],bytes[])",
      "changeRootValidator(bytes21,address,bytes,bytes)",
      "emergencyUninstallHook((address,uint256,bytes),bytes)",
      "execTransactionFromModule(address,uint256,bytes,uint8)",
      "setFallbackHandler(address)",
      "upgradeToAndCall(address,bytes)",
      "initialize(address,bytes)",
      "initializeAccount(bytes)",
      "withdrawDepositTo(address,uint256)",
      "isValidSignature(bytes32,bytes)",
      "multicall(bytes[])",
    ];
    for (const name of functions) {
      const op = await patched(found, 0, selector(name));
      await trial.refused(found.w, op, "ForbiddenSelector", [selector(name), EXECUTE_SELECTOR]);
    }
    await trial.accepted(found.w, found.session, [callOf(found.w)]);
  });

  attack("B5", "no executeUserOp around it: once, twice, around installModule, with bytes behind", async (trial) => {
    const found = await having();
    const { w, session } = found;
    const wrapper = selector(
      "executeUserOp((address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes),bytes32)",
    );
    const inner = encodeExecute([callOf(w)]);
    const installing = w.account.interface.encodeFunctionData("installModule", [2, w.targetAddress, "0x"]);
    for (const callData of [
      concat([wrapper, inner]),
      concat([wrapper, wrapper, inner]),
      concat([wrapper, installing]),
      concat([wrapper, inner, "0x00"]),
      wrapper,
    ]) {
      const op = await disguised(found, callData);
      await trial.refused(w, op, "ForbiddenSelector", [wrapper, EXECUTE_SELECTOR]);
    }
    await trial.accepted(w, session, [callOf(w)]);
  });

  attack("B6", "value needs a permission of its own, and a permission for value takes no calldata", async (trial) => {
    const paying = await having((w) => [callPermission(w.tokenAddress, selector("transfer(address,uint256)"))]);
    const { w, session } = paying;
    const rich = { ...transfer(w, w.stranger.address, 1), value: 1n };
    const op = await operation(w, session, [rich], { envelope: claim(session, [0]) });
    await trial.refused(w, op, "ValueTooHigh", [0n, 1n, 0n]);
    await trial.accepted(w, session, [transfer(w, w.stranger.address, 1)]);

    const sending = await having((all) => [transferPermission(all.targetAddress, 5n)]);
    const call = { target: sending.w.targetAddress, value: 5n, data: "0x" };
    for (const data of [dataSlice(callOf(sending.w).data, 0, 1), callOf(sending.w).data, encode("increment()")]) {
      const length = BigInt((data.length - 2) / 2);
      const hidden = await forged(sending, [{ ...call, data }]);
      await trial.refused(sending.w, hidden, "CallDataMismatch", [0n, 1n, length]);
    }
    await trial.accepted(sending.w, sending.session, [call]);
    const nothing = encode("execute(bytes32,bytes)", BATCH_MODE, concat([word(32), word(0)]));
    await trial.refused(sending.w, await disguised(sending, nothing, [call]), "InvalidCallCount", [0n, 32n]);
  });
});
