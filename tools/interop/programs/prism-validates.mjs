// Prism: as a proxy, through which real calls pass, it holds each question and answer against the contract; as a mock it
// answers from the contract alone.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { physician, testToken } from "./proof.mjs";
import { byClient, expect, need, step, told } from "./steps.mjs";

const folder = join(dirname(fileURLToPath(import.meta.url)), "node_modules/@stoplight/prism-cli");
const { bin } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
const command = join(folder, typeof bin === "string" ? bin : bin.prism);

/** A port that nobody listens on. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const UNKNOWN_SCHEME = /do not support this type of security scheme: http\/dpop/;
const started = [];
process.on("exit", () => started.forEach((proxy) => proxy.kill()));

/** Prism's address, once it listens. */
async function listening(mode, api, ...upstream) {
  const port = await freePort();
  const words = [mode, join(told("OPENAPI"), `${api}.json`), ...upstream, "--port", String(port), "--host", "127.0.0.1"];
  const proxy = spawn(process.execPath, [command, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  started.push(proxy);
  let said = "";
  for (const stream of [proxy.stdout, proxy.stderr]) stream.on("data", (data) => (said += data));
  for (let waited = 0; waited < 600 && !said.includes("listening"); waited += 1) {
    expect(proxy.exitCode === null, said);
    await pause(100);
  }
  expect(said.includes("listening"), said);
  return `http://127.0.0.1:${port}`;
}

const proxied = (api, upstream) => listening("proxy", api, upstream);

/** An answer that neither Prism nor the API found fault with. */
async function held(status, asking) {
  const answer = await asking;
  const text = await answer.text();
  const violations = JSON.parse(answer.headers.get("sl-violations") ?? "[]").filter(({ message }) => !UNKNOWN_SCHEME.test(message));
  expect(violations.length === 0, JSON.stringify(violations));
  expect([status].flat().includes(answer.status), `${answer.status}: ${text}`);
  return text && answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text;
}

const [prescription, feed, catalog] = ["PRESCRIPTION_URL", "FEED_URL", "CATALOG_URL"].map(told);
const { headers } = await physician();
/** The proof is of the API's own address, which is the one that it is asked at by whoever stands in front. */
const call = async (proxy, method, path, body, more = {}) =>
  fetch(proxy + path, {
    method,
    headers: { ...(await headers(method, prescription + path)), ...(body ? { "Content-Type": "application/json" } : {}), ...more },
    body: body && JSON.stringify(body),
  });
const patient = { nationalId: told("PATIENT") };

const api = await step("stands in front of prescription-api", () => proxied("prescription-api", prescription));
await step("knows the security scheme `DPoP` (RFC 9449, 7.1)", async () => {
  const violations = (await call(need(api), "GET", "/v1/prescribable-tools?limit=1")).headers.get("sl-violations");
  expect(!violations, violations);
}, byClient(UNKNOWN_SCHEME, "It knows the HTTP schemes basic, bearer and digest: leave out `--errors`, with which this warning refuses every call."));
await step("notices what is wrong: a look-up without a number", async () => {
  const answer = await call(need(api), "POST", "/v1/patients/lookup", {});
  expect(/nationalId/.test(answer.headers.get("sl-violations")), answer.headers.get("sl-violations"));
});
await step("finds no fault with a look-up", async () => held(200, call(need(api), "POST", "/v1/patients/lookup", patient)));
await step("finds no fault with the list of tools", async () => held(200, call(need(api), "GET", "/v1/prescribable-tools?limit=20")));
const made = await step("finds no fault with a prescription", async () =>
  held(201, call(need(api), "POST", "/v1/prescriptions", { patient, toolId: told("TOOL") }, { "Idempotency-Key": crypto.randomUUID() })));
await step("finds no fault with the refusal of a second one (409)", async () =>
  held(409, call(need(api), "POST", "/v1/prescriptions", { patient, toolId: told("TOOL") })));
await step("finds no fault with reading it, its note, and its Task", async () => {
  const { prescriptionId } = need(made);
  await held(200, call(api, "GET", `/v1/prescriptions/${prescriptionId}`));
  await held(200, call(api, "GET", `/v1/prescriptions/${prescriptionId}/journal-note`, undefined, { Accept: "text/plain" }));
  await held(200, call(api, "GET", `/fhir/Task/${prescriptionId}`, undefined, { Accept: "application/fhir+json" }));
});
await step("finds no fault with a search of Tasks and the metadata", async () => {
  await held(200, call(need(api), "GET", "/fhir/Task?status=ready&_count=2", undefined, { Accept: "application/fhir+json" }));
  await held(200, fetch(`${api}/fhir/metadata`, { headers: { Accept: "application/fhir+json" } }));
});
await step("finds no fault with one that is not there (404)", async () => held(404, call(need(api), "GET", `/v1/prescriptions/${crypto.randomUUID()}`)));

const tools = await step("stands in front of catalog-api, and finds no fault with its lists", async () => {
  const proxy = await proxied("catalog-api", catalog);
  await held(200, fetch(`${proxy}/v1/tools?facets=true&limit=5`));
  await held(200, fetch(`${proxy}/v1/tools/changes`));
  await held(200, fetch(`${proxy}/v1/code-lists`));
  return proxy;
});
await step("finds no fault with bad input that the API refuses", async () => held([400, 422], fetch(`${need(tools)}/v1/tools?cursor=no`)));
await step("stands in front of helsetilbud-api, and finds no fault with a citizen's pages", async () => {
  const proxy = await proxied("helsetilbud-api", feed);
  const token = await testToken({ kind: "citizen", audience: "nhn:helsetilbud", userClaimsParameters: { pid: patient.nationalId } });
  const me = { Authorization: `Bearer ${token}` };
  for (const path of ["/v1/me/tools", "/v1/me/feed", "/v1/me/history", "/v1/me/available-tools"]) await held(200, fetch(proxy + path, { headers: me }));
});
await step("answers open calls from the contract alone (mock), with a login in the header or without", async () => {
  for (const [api, paths] of [["catalog-api", ["/v1/tools", "/v1/code-lists"]], ["helsetilbud-api", ["/.well-known/openid-configuration", "/oidc/jwks"]]]) {
    const mock = await listening("mock", api);
    for (const path of paths) {
      for (const login of [{}, { Authorization: "Bearer any" }]) {
        const answer = await fetch(mock + path, { headers: login });
        expect(answer.status === 200, `${path}: ${answer.status} ${JSON.stringify(login)}`);
      }
    }
  }
});
process.exit(0);
