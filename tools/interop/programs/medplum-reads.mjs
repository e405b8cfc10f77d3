// @medplum/core: a record system reads its organisation's Tasks with Medplum's client, which is not bound to its server.
import { randomUUID } from "node:crypto";
import { MedplumClient, OperationOutcomeError, isNotFound } from "@medplum/core";
import { physician } from "./proof.mjs";
import { byClient, byDesign, expect, need, refusal, step, told } from "./steps.mjs";

const { provenFetch } = await physician();
const medplum = new MedplumClient({ baseUrl: `${told("PRESCRIPTION_URL")}/`, fhirUrlPath: "fhir", fetch: provenFetch, cacheTime: 0, maxRetries: 0 });
const number = `urn:oid:2.16.578.1.12.4.1.4.1|${told("PATIENT")}`;

async function collected(query) {
  const found = [];
  for await (const page of medplum.searchResourcePages("Task", query)) found.push(...page.map(({ id }) => id));
  const different = new Set(found).size;
  expect(found.length === different && different >= Number(told("TASKS")), `${found.length} Tasks, ${different} different`);
  return found;
}

async function missing(id) {
  const error = await refusal(() => medplum.readResource("Task", id));
  expect(error instanceof OperationOutcomeError && error.outcome.issue[0].code === "not-found", error.outcome ?? error.message);
}

await step("reads the CapabilityStatement", async () => {
  const statement = await medplum.get("fhir/metadata");
  expect(statement.fhirVersion === "4.0.1", statement);
});
const ids = await step("searches Tasks and pages through all, two on a page", () => collected("_count=2"));
const more = await step("pages through all as it asks by itself (`_count=1000`)", () => collected({ _count: 1000 }));
await step("searches with `_total=accurate`, as its tables ask", async () => {
  const bundle = await medplum.search("Task", { _count: 20, _total: "accurate", _sort: "-_lastUpdated" });
  expect(bundle.total >= Number(told("TASKS")), `total ${bundle.total}`);
});
await step("takes the newest (`searchOne`)", async () => expect(await medplum.searchOne("Task", "_sort=-_lastUpdated")));
await step("reads a Task", async () => expect((await medplum.readResource("Task", need(ids ?? more)[0])).resourceType === "Task"));
await step("reads a Task by reference", async () => expect((await medplum.readReference({ reference: `Task/${need(ids ?? more)[0]}` })).id));
await step("meets a missing Task as an `OperationOutcomeError` of code `not-found`", () => missing(randomUUID()));
await step("meets an ill-formed id the same way", () => missing("abc"));
await step("searches by patient by POST", async () => {
  const body = new URLSearchParams({ "patient.identifier": number }).toString();
  const bundle = await medplum.post(medplum.fhirUrl("Task", "_search"), body, "application/x-www-form-urlencoded");
  expect(bundle.entry.length > 0, bundle);
});
await step("searches by patient in the address", () => medplum.search("Task", { "patient.identifier": number }),
  byDesign(/skjema|_search|patient-search-by-post/, "A national identity number must not be in an address: post a form to `Task/_search`."));
