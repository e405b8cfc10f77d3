// orval: a client from every contract, compiled strictly, and a prescription by it.
import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "orval";
import { APIS, begin, bundled, compile, contract, prescribe, scratch } from "./generating.mjs";
import { physician, testToken } from "./proof.mjs";
import { expect, need, step, told } from "./steps.mjs";

/** Real answers, each parsed by the schema that was made of its operation. */
async function answersFit({ "catalog-api": catalog, "helsetilbud-api": feed, "prescription-api": prescription }) {
  const { provenFetch } = await physician();
  const token = await testToken({ kind: "citizen", audience: "nhn:helsetilbud", userClaimsParameters: { pid: told("PATIENT") } });
  const me = { headers: { Authorization: `Bearer ${token}` } };
  const search = { method: "POST", headers: { "Content-Type": "application/json" } };
  const asked = { ...search, body: JSON.stringify({ patient: { nationalId: told("PATIENT") } }) };
  const answers = [
    [catalog.ListToolsResponse, fetch(`${told("CATALOG_URL")}/v1/tools?limit=200&facets=true`)],
    [catalog.ListToolChangesResponse, fetch(`${told("CATALOG_URL")}/v1/tools/changes?limit=200`)],
    [feed.ListMyToolsResponse, fetch(`${told("FEED_URL")}/v1/me/tools`, me)],
    [feed.ListFeedResponse, fetch(`${told("FEED_URL")}/v1/me/feed`, me)],
    [feed.ListMyHistoryResponse, fetch(`${told("FEED_URL")}/v1/me/history`, me)],
    [prescription.ListPrescribableToolsResponse, provenFetch(`${told("PRESCRIPTION_URL")}/v1/prescribable-tools?limit=200`)],
    [prescription.SearchPrescriptionsResponse, provenFetch(`${told("PRESCRIPTION_URL")}/v1/prescriptions/search`, asked)],
  ];
  for (const [schema, answer] of answers) expect(schema.parse(await (await answer).json()).items.length > 0, "nothing was answered");
}

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
const checks = await step("generates schemas of zod from what is answered", async () => {
  const found = {};
  for (const api of ["catalog-api", "helsetilbud-api", "prescription-api"]) {
    const target = join(scratch, `${api}-zod.ts`);
    await generate({ input: { target: contract(api) }, output: { target, client: "zod" } }, scratch);
    found[api] = await bundled(`${api}-zod.ts`);
  }
  return found;
});
await step("finds that answers are as those schemas say", () => answersFit(need(checks)));
await step("lists tools, prescribes one, and knows the refusal of a second by its status", () => prescribe(need(compiled)));
