/**
 * A token to try the scripts with: deploys OpenZeppelin's preset and mints 10,000 of it to the account of account #0.
 *
 *   npx ts-node -T scripts/token.ts --network localhost
 */
import { deployToken } from "./support/token";
import { connect, installation } from "./support/chain";
import { script } from "./support/cli";
import { printFacts } from "./support/table";

script({}, async () => {
  const chain = await connect();
  const { account } = await installation(chain);
  const token = await deployToken(chain.bundler, account);
  printFacts([
    ["token", token],
    ["minted", `10000 to ${account}`],
  ]);
});
