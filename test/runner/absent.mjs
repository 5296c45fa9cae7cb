// A machine on which the package that ABSENT names is not installed: `node --import ./test/runner/absent.mjs …`.
import { register } from "node:module";

const resolve = `export async function resolve(name, context, next) {
  if (name !== ${JSON.stringify(process.env.ABSENT)}) return next(name, context);
  throw Object.assign(new Error("Cannot find package " + name), { code: "ERR_MODULE_NOT_FOUND" });
}`;
register(`data:text/javascript,${encodeURIComponent(resolve)}`);
