// fhir-kit-client: a record system reads its organisation's Tasks.
import { randomUUID } from "node:crypto";
import { Client } from "fhir-kit-client";
import { physician } from "./proof.mjs";
import { byDesign, expect, need, refusal, step, told } from "./steps.mjs";

const { headers } = await physician();
const client = new Client({
  baseUrl: `${told("PRESCRIPTION_URL")}/fhir`,
  requestSigner: async (url, request) => {
    for (const [name, value] of Object.entries(await headers(request.method, url))) request.headers.set(name, value);
  },
});
const number = `urn:oid:2.16.578.1.12.4.1.4.1|${told("PATIENT")}`;

async function collected(searchParams, options) {
  const found = [];
  let bundle = await client.search({ resourceType: "Task", searchParams, options });
  for (let pages = 0; bundle && pages < 100; pages += 1) {
    found.push(...(bundle.entry ?? []).map(({ resource }) => resource.id));
    bundle = await client.nextPage({ bundle });
  }
  const different = new Set(found).size;
  expect(found.length === different && different >= Number(told("TASKS")), `${found.length} Tasks, ${different} different`);
  return found;
}

async function missing(id) {
  const { response } = await refusal(() => client.read({ resourceType: "Task", id }));
  expect(response.status === 404 && response.data.resourceType === "OperationOutcome", response.data);
}

async function unchanged() {
  const task = await client.read({ resourceType: "Task", id: need(ids)[0] });
  const { response } = Client.httpFor(task);
  const etag = response.headers.get("etag");
  expect(etag, "no ETag");
  const again = await refusal(() => client.read({ resourceType: "Task", id: task.id, options: { headers: { "If-None-Match": etag } } }));
  expect(again.response.status === 304, again.response);
}

async function versioned() {
  const task = await client.read({ resourceType: "Task", id: need(ids)[0] });
  const statement = await client.capabilityStatement();
  const { versioning } = statement.rest[0].resource.find(({ type }) => type === "Task");
  if (!task.meta?.versionId || versioning === "no-version") return;
  const version = await client.vread({ resourceType: "Task", id: task.id, version: task.meta.versionId });
  expect(version.meta.versionId === task.meta.versionId, version);
}

/** What other clients ask for: HAPI's, Firely's, and those that take any JSON. */
const ACCEPTED = [
  "application/fhir+json;q=1.0, application/json+fhir;q=0.9",
  "application/fhir+xml;q=1.0, application/fhir+json;q=1.0, application/xml+fhir;q=0.9, application/json+fhir;q=0.9",
  "application/fhir+json; fhirVersion=4.0",
  "application/fhir+json; fhirVersion=4.0; charset=utf-8",
  "application/json, text/plain, */*",
];

async function asOthersAsk() {
  for (const path of [`Task/${need(ids)[0]}`, "Task?_count=1", "metadata"]) {
    for (const accept of ACCEPTED) {
      const answer = await client.request(path, { options: { headers: { accept, "accept-charset": "utf-8" } } });
      const type = Client.httpFor(answer).response.headers.get("content-type");
      expect(/json/.test(type), `${path} as ${accept}: ${type}`);
    }
  }
}

async function formatInAddress() {
  for (const path of [`Task/${need(ids)[0]}`, "Task", "metadata"]) await client.request(`${path}?_format=json&_pretty=false`);
}

await step("reads the CapabilityStatement", async () => {
  const statement = await client.capabilityStatement();
  expect(statement.fhirVersion === "4.0.1", statement);
});
const ids = await step("searches Tasks and pages through all, two on a page", () => collected({ _count: 2 }));
await step("pages with `_format`, `_pretty` and `_count=1000`, as HAPI's and Medplum's clients ask", () =>
  collected({ _format: "json", _pretty: "false", _count: 1000 }));
await step("is answered in JSON with the `Accept` of HAPI's and Firely's clients", asOthersAsk);
await step("reads with `_format=json&_pretty=false` in every address, as HAPI's client does", formatInAddress);
await step("counts (`_summary=count`)", async () => {
  const bundle = await client.search({ resourceType: "Task", searchParams: { _summary: "count" } });
  expect(bundle.total >= Number(told("TASKS")), bundle);
});
await step("reads a Task", async () => expect((await client.read({ resourceType: "Task", id: need(ids)[0] })).status));
await step("reads the version that a Task says it is (`vread`), if the metadata promises versions", versioned);
await step("asks again with the entity tag and is told that nothing has changed (304)", unchanged);
await step("meets a missing Task as status 404 with an OperationOutcome", () => missing(randomUUID()));
await step("meets an ill-formed id as status 404", () => missing("abc"));
await step("searches by patient by POST (`postSearch`), and pages through", () =>
  collected({ "patient.identifier": number, _count: 2 }, { postSearch: true }));
await step("searches by patient in the address", () => client.search({ resourceType: "Task", searchParams: { "patient.identifier": number } }),
  byDesign(/patient-search-by-post/, "A national identity number must not be in an address: say `options: { postSearch: true }`."));
