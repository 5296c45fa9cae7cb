// What `session-keys --help` says beside the lists that commander makes.

/** Above the lists. */
export const INTRODUCTION = `Session keys for smart accounts, from a terminal: the owner says what a key may do, the chain enforces it.

A session is a file. The owner makes it (new), reads it (describe), signs it (grant), and hands it to whoever holds the
session key, who tries calls (check) and makes them (send). What was used and what is left: list, show. The end: revoke.`;

/** Below them. */
export const APPENDIX = `
Exit codes:
  0  done
  2  usage: a wrong option, file, policy or key; nothing was signed or sent
  3  refused by policy: the session does not allow it, or it is expired, revoked or not granted
  4  chain or bundler: not reachable, another chain than the session's, or it failed there
  5  not found: a file, a contract, an account, a session or an operation
  6  the owner's turn: what the owner's own wallet has to call or to sign is printed; nothing was sent

Accounts:
  modular (such as deploy makes), nexus, kernel, safe7579, referenceMsa (the reference account of ERC-7579). An account
  says itself which it is, and which EntryPoint it obeys. send, run, grant and revoke --by-signature work for all of
  them; enable, revoke and revoke-all for those of deploy: for the others they print the call that the owner's own
  wallet has to make.

Keys:
  A key is never an argument: arguments that look like one are refused. It comes from an encrypted JSON keystore, as
  geth and ethers write it (--owner-keystore, --session-keystore, --sender-keystore), or from the environment.

Environment:
  SESSION_KEYS_RPC               a node, as --rpc; http://127.0.0.1:8545 by default
  SESSION_KEYS_BUNDLER           a bundler, as --bundler; "self" is --self-bundle
  SESSION_KEYS_ACCOUNT_TYPE      the account's type, as --account-type
  SESSION_KEYS_OWNER_KEY         private key of the owner
  SESSION_KEYS_SESSION_KEY       private key of the session
  SESSION_KEYS_SENDER_KEY        private key of the ordinary account that sends, with --self-bundle; else the owner's or
                                 the session's own
  SESSION_KEYS_<…>_KEYSTORE      the same three from a keystore file, if there is no key
  SESSION_KEYS_PASSWORD          password of the keystores; SESSION_KEYS_<…>_PASSWORD if they differ
  SESSION_KEYS_DEBUG             1: where an error comes from
  NO_COLOR                       no colours, no spinner

Examples:
  $ session-keys deploy --self-bundle --fund 1
  $ session-keys new --for 0x7099…79C8 --recipient 0x90F7…b906 --amount 0.05 --period 604800 --fees 0.02
  $ session-keys describe session.json
  $ session-keys grant session.json
  $ session-keys send session.json --call "0x90F7…b906 value=0.01" --self-bundle
  $ session-keys revoke session.json --self-bundle

The whole story is in docs/walkthrough.md.`;
