// @hey-api/openapi-ts: a client from every contract, compiled strictly, and a prescription by it.
import { join } from "node:path";
import { createClient } from "@hey-api/openapi-ts";
import { APIS, begin, compile, contract, prescribe, scratch } from "./generating.mjs";
import { byClient, expect, need, step } from "./steps.mjs";

await begin("hey-api-call.ts");
const warnings = [];
console.warn = (...words) => warnings.push(words.join(" "));
const made = await step("generates from all five contracts", async () => {
  for (const api of APIS) {
    await createClient({ input: contract(api), output: join(scratch, api), logs: { level: "silent" }, plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"] });
  }
  return true;
});
await step("generates without a warning", () => expect(need(made) && warnings.length === 0, [...new Set(warnings)].join("\n")),
  byClient(/^Error: [^\n]*unsupported security scheme[^}]*"scheme": "DPoP"[^}]*}$/,
    "It knows the HTTP schemes basic and bearer, and warns of `DPoP` at each operation: the token and its proof are put in by a `fetch` of one's own."));
const compiled = await step("what it generates compiles strictly, with a program that uses it", () => compile(need(made)).then(() => true));
await step("lists tools, prescribes one, and knows the refusal of a second by its type", () => prescribe(need(compiled)));
