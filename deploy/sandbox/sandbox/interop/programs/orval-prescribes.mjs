// orval: a client from every contract, compiled strictly, and a prescription by it.
import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "orval";
import { APIS, begin, compile, contract, prescribe, scratch } from "./generating.mjs";
import { need, step } from "./steps.mjs";

await begin("orval-call.ts");
const mutator = join(scratch, "orval-fetch.ts");
await cp(join(dirname(fileURLToPath(import.meta.url)), "orval-fetch.ts"), mutator);
const made = await step("generates from all five contracts", async () => {
  for (const api of APIS) {
    const output = { target: join(scratch, `${api}.ts`), client: "fetch", override: { mutator: { path: mutator, name: "provenFetch" } } };
    await generate({ input: { target: contract(api) }, output }, scratch);
  }
  return true;
});
const compiled = await step("what it generates compiles strictly, with a program that uses it", () => compile(need(made)).then(() => true));
await step("lists tools, prescribes one, and knows the refusal of a second by its status", () => prescribe(need(compiled)));
