// openapi-typescript: types from every contract, compiled strictly, and a prescription by them and openapi-fetch.
import { join } from "node:path";
import { APIS, begin, compile, contract, prescribe, run, scratch } from "./generating.mjs";
import { need, step } from "./steps.mjs";

await begin("openapi-typescript-call.ts");
const made = await step("generates from all five contracts", async () => {
  for (const api of APIS) await run("openapi-typescript", contract(api), "-o", join(scratch, `${api}.ts`));
  return true;
});
const compiled = await step("what it generates compiles strictly, with a program that uses it", () => compile(need(made)).then(() => true));
await step("lists tools, prescribes one, and knows the refusal of a second by its type", () => prescribe(need(compiled)));
