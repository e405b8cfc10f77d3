// Tokens of the sandbox bound to a key of our own, and a proof for each request (RFC 9449).
import * as DPoP from "dpop";
import { told } from "./steps.mjs";

const SCOPES = "nhn:verktoyformidler/prescribe nhn:verktoyformidler/read";

export async function testToken(asked) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`${told("SANDBOX_URL")}/test-token`, { method: "POST", headers, body: JSON.stringify(asked) });
  if (!answer.ok) throw new Error(`no token: ${answer.status}`);
  return (await answer.json()).access_token;
}

/** A physician's token: `headers` gives a call its two headers, which is all that DPoP asks of a client. */
export async function physician() {
  const keys = await DPoP.generateKeyPair("ES256");
  const token = await testToken({
    audience: "nhn:verktoyformidler",
    scope: SCOPES,
    jkt: await DPoP.calculateThumbprint(keys.publicKey),
    userClaimsParameters: { hprNumber: "990000101" },
  });
  const headers = async (method, url) => ({
    Authorization: `DPoP ${token}`,
    DPoP: await DPoP.generateProof(keys, String(url).split("?")[0], method, undefined, token),
  });
  /** As `fetch`, with the token and its proof. */
  const provenFetch = async (input, options = {}) => {
    const request = new Request(input, options);
    for (const [name, value] of Object.entries(await headers(request.method, request.url))) request.headers.set(name, value);
    return fetch(request);
  };
  return { token, headers, provenFetch };
}
