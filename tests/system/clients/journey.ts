// A record system, a citizen's page and a gateway in TypeScript, on types generated from the contracts.
//
// Compiled in strict mode, with no cast and no edit of what is generated. What it needs is in the environment; what came
// of it is printed as JSON.
import { createHmac, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import * as DPoP from "dpop";
import createClient, { type Middleware } from "openapi-fetch";
import type { paths as FeedApi } from "./helsetilbud-api.ts";
import type { paths as NotificationApi } from "./notification-service.ts";
import type { components, paths as PrescriptionApi } from "./prescription-api.ts";

type Prescription = components["schemas"]["Prescription"];
type Problem = components["schemas"]["Problem"];

const patient = { nationalId: setting("NATIONAL_ID") };

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

/** What was answered; a refusal is thrown with its code. */
function answered<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.data === undefined) throw new Error(`refused: ${answer.error?.code}`);
  return answer.data;
}

async function token(asked: object): Promise<string> {
  const body = JSON.stringify(asked);
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`${setting("SANDBOX_URL")}/test-token`, { method: "POST", headers, body });
  const given: unknown = await answer.json();
  if (typeof given === "object" && given !== null && "access_token" in given && typeof given.access_token === "string") {
    return given.access_token;
  }
  throw new Error(`no token: ${answer.status}`);
}

/** A token bound to a key of our own, and a proof for each request (RFC 9449). */
async function practitioner(): Promise<Middleware> {
  const keys = await DPoP.generateKeyPair("ES256");
  const held = await token({
    audience: "nhn:verktoyformidler",
    scope: "nhn:verktoyformidler/prescribe nhn:verktoyformidler/read",
    jkt: await DPoP.calculateThumbprint(keys.publicKey),
    userClaimsParameters: { hprNumber: "990000101" },
  });
  return {
    async onRequest({ request }) {
      const { origin, pathname } = new URL(request.url);
      request.headers.set("Authorization", `DPoP ${held}`);
      request.headers.set("DPoP", await DPoP.generateProof(keys, origin + pathname, request.method, undefined, held));
      return request;
    },
  };
}

async function citizen(audience: string): Promise<Middleware> {
  const held = await token({ kind: "citizen", audience, userClaimsParameters: { pid: patient.nationalId } });
  return {
    onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${held}`);
      return request;
    },
  };
}

/** As the gateway signs what it tells. */
const signature: Middleware = {
  async onRequest({ request }) {
    const at = Math.floor(Date.now() / 1000);
    const body = await request.clone().text();
    const digest = createHmac("sha256", setting("RECEIPT_SECRET")).update(`${at}.${body}`).digest("hex");
    request.headers.set("Signature", `t=${at},v1=${digest}`);
    return request;
  },
};

async function prescribe(): Promise<{ name: string; made: Prescription }> {
  const api = createClient<PrescriptionApi>({ baseUrl: setting("PRESCRIPTION_URL") });
  api.use(await practitioner());
  const found = answered(await api.POST("/v1/patients/lookup", { body: patient }));
  const { items } = answered(await api.GET("/v1/prescribable-tools", { params: { query: { limit: 100 } } }));
  const tool = items.filter(({ prescribable }) => prescribable)[Number(setting("WHICH_TOOL"))];
  if (tool === undefined) throw new Error("no tool can be prescribed");
  const body = { patient, toolId: tool.toolId };
  const params = { header: { "Idempotency-Key": randomUUID() } };
  const made = answered(await api.POST("/v1/prescriptions", { body, params }));
  const again = await api.POST("/v1/prescriptions", { body });
  if (again.error?.code !== "already-prescribed" || again.error.prescriptionId !== made.prescriptionId) {
    throw new Error("a second prescription should be refused, and say which is the first");
  }
  return { name: found.name, made };
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let times = 0; times < 100; times += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(100);
  }
  throw new Error(`not seen: ${what}`);
}

async function feed({ prescriptionId }: Prescription): Promise<string> {
  const api = createClient<FeedApi>({ baseUrl: setting("FEED_URL") });
  api.use(await citizen("nhn:helsetilbud"));
  const event = await until("the prescription in the feed", async () => {
    const { items } = answered(await api.GET("/v1/me/feed"));
    return items.find((one) => one.prescriptionId === prescriptionId);
  });
  return event.title;
}

async function receipt({ prescriptionId }: Prescription): Promise<{ kind: string; received: number; unknown: number }> {
  const baseUrl = setting("NOTIFICATION_URL");
  const mine = createClient<NotificationApi>({ baseUrl });
  mine.use(await citizen("nhn:varsling"));
  const { kind, reference } = await until("an SMS about the prescription", async () => {
    const { items } = answered(await mine.GET("/v1/me/notifications"));
    const sms = items.find(({ about, channel }) => about === prescriptionId && channel === "sms");
    return sms?.messageId ? { kind: sms.kind, reference: sms.messageId } : undefined;
  });
  const gateway = createClient<NotificationApi>({ baseUrl });
  gateway.use(signature);
  const told = await gateway.POST("/v1/delivery-receipts/{provider}", {
    params: { path: { provider: "sms-gateway" } },
    body: { receipts: [{ receiptId: randomUUID(), reference, status: "delivered", at: new Date().toISOString() }] },
  });
  return { kind, ...answered(told) };
}

const { name, made } = await prescribe();
const title = await feed(made);
const { kind, received, unknown } = await receipt(made);
console.log(
  JSON.stringify({
    patient: name,
    prescriptionId: made.prescriptionId,
    feed: title,
    notified: kind,
    receipts: [received, unknown],
  }),
);
