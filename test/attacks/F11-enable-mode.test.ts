import { concat, dataSlice, hashMessage, id, toBeHex } from "ethers";
import { ethers } from "hardhat";
import { encodeExecute } from "../../sdk";
import { install } from "../matrix/accounts/index";
import { nexus } from "../matrix/accounts/nexus";
import { calldata } from "../matrix/ground";
import * as seats from "../matrix/operations";
import { attack } from "./catalogue";

const ENABLE_MODE = "01";

/** Bytes after their length in four. */
const sized = (data: string): string => concat([toBeHex((data.length - 2) / 2, 4), data]);

describe("F11: an account's own enable mode @size", () => {
  attack(
    "F11",
    "a session key cannot have Nexus install a module, though Nexus lets the signature choose the validator",
    async (trial) => {
      const seat = await install(nexus, "0.7");
      const session = await seats.sessionOf(seat);
      await seats.enableBy(seat, session);
      const { validatorAddress: validator, subject, key } = seat;
      const installing = async (signer: string, signature: string) => {
        const nonceKey = BigInt(`0x000000${ENABLE_MODE}${validator.slice(2)}`);
        const op = await seats.draft(seat, nonceKey, encodeExecute([seats.increment(seat)]));
        const request = concat([seat.ownerValidator, toBeHex(2, 32), sized("0x"), sized(concat([signer, signature]))]);
        return { ...op, signature: concat([request, "0x"]) };
      };
      for (const hash of [id("ModuleEnableMode"), hashMessage("enable")]) {
        const signature = key.signingKey.sign(hash).serialized;
        const op = await installing(validator, signature);
        const refusal = await seats.refusalOf(seat, op);
        trial.repelled(refusal, `AA23 ${id("EnableModeSigError()").slice(0, 10)}`, "EnableModeSigError");
      }
      const asked = calldata("isValidSignature(bytes32,bytes)", [
        id("order"),
        concat([validator, key.signingKey.sign(id("order")).serialized]),
      ]);
      const answer = await ethers.provider.call({ to: subject.address, data: asked });
      trial.repelled(dataSlice(answer, 0, 4), "0xffffffff", "0xffffffff");
      trial.admitted((await seats.use(seat, session, [seats.increment(seat)])).success, true);
    },
  );
});
