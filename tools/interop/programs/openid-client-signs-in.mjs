// openid-client: a supplier signs a citizen in, and takes machine tokens from HelseID as the sandbox has it.
import { randomUUID } from "node:crypto";
import * as oidc from "openid-client";
import { testToken } from "./proof.mjs";
import { expect, need, step, told } from "./steps.mjs";

const [sandbox, feed, prescription] = ["SANDBOX_URL", "FEED_URL", "PRESCRIPTION_URL"].map(told);
const [supplier, tool, redirectUri] = ["supplier-299900940", "fd7082b3-d492-4dae-9cac-700460660be0", `${sandbox}/supplier/callback`];
// a sandbox has no TLS; whatever an address says, the issuer is one that the supplier knows
const trusting = { execute: [oidc.allowInsecureRequests] };

async function authentication(client) {
  const jwk = await (await fetch(`${sandbox}/clients/${client}/key`)).json();
  const algorithm = jwk.kty === "RSA" ? { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } : { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("jwk", { ...jwk, alg: undefined, use: undefined }, algorithm, false, ["sign"]);
  return oidc.PrivateKeyJwt({ key, kid: jwk.kid });
}

const discovered = async (issuer, client = supplier) =>
  oidc.discovery(new URL(issuer), client, undefined, await authentication(client), trusting);

/** What the citizen's side does: opens a tool of the supplier. `iss` and `login_hint`, as its launch address gets them. */
async function launch() {
  const token = await testToken({ kind: "citizen", audience: "nhn:helsetilbud", userClaimsParameters: { pid: told("PATIENT") } });
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": randomUUID() };
  const added = await fetch(`${feed}/v1/me/tools`, { method: "POST", headers, body: JSON.stringify({ toolId: tool }) });
  expect([201, 409].includes(added.status), added.status);
  const opened = await fetch(`${feed}/v1/me/tools/${tool}/open`, { method: "POST", headers: { Authorization: headers.Authorization } });
  return new URL((await opened.json()).url).searchParams;
}

async function signedIn(bound) {
  const came = await launch();
  const config = await discovered(came.get("iss"));
  oidc.enableNonRepudiationChecks(config); // the ID token's signature is looked at too, by the published keys
  const options = bound ? { DPoP: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair("ES256")) } : {};
  const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), idTokenExpected: true };
  const parameters = {
    redirect_uri: redirectUri,
    scope: "openid",
    login_hint: came.get("login_hint"),
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: "S256",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  };
  const address = await oidc.buildAuthorizationUrlWithPAR(config, parameters, options);
  const answer = await fetch(address, { redirect: "manual" });
  const back = new URL(answer.headers.get("location"));
  const tokens = await oidc.authorizationCodeGrant(config, back, checks, undefined, options);
  expect(tokens.token_type.toLowerCase() === (bound ? "dpop" : "bearer"), tokens.token_type);
  return { config, options, checks, back, tokens };
}

async function userinfo({ config, options, tokens }) {
  const { sub, toolId } = tokens.claims();
  const claims = await oidc.fetchUserInfo(config, tokens.access_token, sub, options);
  expect(toolId === tool && Array.isArray(claims.prescribers), claims);
}

async function again({ config, options, checks, back }) {
  const refused = await oidc.authorizationCodeGrant(config, back, checks, undefined, options).catch((error) => error);
  expect(refused.error === "invalid_grant", refused);
}

async function machine(client, scope) {
  const config = await discovered(sandbox, client);
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair("ES256"));
  const tokens = await oidc.clientCredentialsGrant(config, { scope }, { DPoP });
  expect(tokens.token_type.toLowerCase() === "dpop", tokens);
  return { config, DPoP, tokens };
}

/** `fetchProtectedResource` makes the proof of each call. */
async function called({ config, DPoP, tokens }) {
  const address = new URL(`${prescription}/v1/tools/${tool}/prescribers`);
  const body = JSON.stringify({ patient: { nationalId: told("PATIENT") } });
  const headers = new Headers({ "Content-Type": "application/json" });
  const answer = await oidc.fetchProtectedResource(config, tokens.access_token, address, "POST", body, headers, { DPoP });
  expect(answer.status === 200, await answer.text());
}

await step("discovers both issuers", () => Promise.all([discovered(sandbox), discovered(feed)]));
const plain = await step("signs a citizen in: PAR, PKCE, `private_key_jwt`, code, ID token checked", () => signedIn(false));
await step("asks userinfo who prescribed", () => userinfo(need(plain)));
await step("is refused the code a second time (`invalid_grant`)", () => again(need(plain)));
const bound = await step("signs a citizen in with DPoP", () => signedIn(true));
await step("asks userinfo with a bound token", () => userinfo(need(bound)));
const token = await step("takes a machine token with DPoP from HelseID's shape", () => machine(supplier, "nhn:verktoyformidler/supplier"));
await step("takes one where the issuer demands a nonce (`use_dpop_nonce`)", () => machine("ehr-nonce", "nhn:helsenorge.eksternapi/helsenorgeaktivsjekken"));
await step("calls prescription-api with it, a proof for each request", () => called(need(token)));
