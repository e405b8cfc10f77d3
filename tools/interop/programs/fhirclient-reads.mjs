// fhirclient for JavaScript (SMART): a record system reads its organisation's Tasks.
import { randomUUID } from "node:crypto";
import FHIR from "fhirclient";
import { physician } from "./proof.mjs";
import { byDesign, expect, need, refusal, step, told } from "./steps.mjs";

const base = `${told("PRESCRIPTION_URL")}/fhir`;
const { headers } = await physician();

/** The one method that makes requests, with a proof for each: pages are fetched through it too. */
class Proven extends FHIR.FhirClient {
  async fhirRequest(uri, options = {}) {
    const url = new URL(String(uri), `${base}/`).href;
    return super.fhirRequest(url, { ...options, headers: { ...options.headers, ...(await headers(options.method ?? "GET", url)) } });
  }
}
const client = new Proven(base);

async function collected(query) {
  const found = [];
  for await (const task of client.resources(`Task?${query}`)) found.push(task.id);
  const different = new Set(found).size;
  expect(found.length === different && different >= Number(told("TASKS")), `${found.length} Tasks, ${different} different`);
  return found;
}

async function missing(id) {
  const error = await refusal(() => client.fhirRequest(`Task/${id}`));
  expect(error.status === 404 && /OperationOutcome|Finner|finnes/.test(error.message), error.message);
}

const form = async (fields) =>
  client.fhirRequest("Task/_search", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  });
const number = `urn:oid:2.16.578.1.12.4.1.4.1|${told("PATIENT")}`;

await step("reads the CapabilityStatement's release without login", async () => expect((await client.getFhirRelease()) === 4));
const ids = await step("searches Tasks and pages through all, two on a page", () => collected("_count=2"));
await step("pages with `_format`, `_pretty` and `_count=1000`, as HAPI's and Medplum's clients ask", () =>
  collected("_format=json&_pretty=false&_count=1000"));
await step("reads a Task", async () => expect((await client.fhirRequest(`Task/${need(ids)[0]}`)).resourceType === "Task"));
await step("meets a missing Task as an error of status 404 that says what the OperationOutcome says", () => missing(randomUUID()));
await step("meets an ill-formed id as an error of status 404", () => missing("abc"));
await step("is answered `application/json` when it asks for that, as it does", async () => {
  const { response } = await client.fhirRequest(`Task/${need(ids)[0]}`, { includeResponse: true });
  expect(/\bjson\b/.test(response.headers.get("content-type")), response.headers.get("content-type"));
});
await step("searches by patient by POST", async () => expect((await form({ "patient.identifier": number })).entry.length > 0));
await step("searches by patient in the address", () => client.fhirRequest(`Task?patient.identifier=${encodeURIComponent(number)}`),
  byDesign(/skjema|_search|patient-search-by-post/, "A national identity number must not be in an address: use `POST /fhir/Task/_search`."));
