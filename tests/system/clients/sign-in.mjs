// A supplier signs a citizen in with openid-client, which nobody here wrote, set up as its documentation says.
//
// Prints who has come as JSON. The citizen's browser is `fetch`, which follows one redirect at a time.
//
//   LAUNCH_URL     the address that the citizen was sent to, from POST /v1/me/tools/{toolId}/open
//   CLIENT_ID      the supplier's client
//   CLIENT_KEY     its private key as a JWK
//   REDIRECT_URI   one that is registered
//   DPOP           anything: the tokens shall be bound to a key
import * as oidc from "openid-client";

const { LAUNCH_URL, CLIENT_ID, CLIENT_KEY, REDIRECT_URI, DPOP } = process.env;
const came = new URL(LAUNCH_URL).searchParams;

const jwk = JSON.parse(CLIENT_KEY);
const algorithm = { name: "ECDSA", namedCurve: "P-256" };
const key = await crypto.subtle.importKey("jwk", { ...jwk, alg: undefined, use: undefined }, algorithm, false, ["sign"]);
const authentication = oidc.PrivateKeyJwt({ key, kid: jwk.kid });
// a sandbox has no TLS; whatever the address says, the issuer is one that the supplier knows
const trusting = { execute: [oidc.allowInsecureRequests] };
const config = await oidc.discovery(new URL(came.get("iss")), CLIENT_ID, undefined, authentication, trusting);
oidc.enableNonRepudiationChecks(config); // the ID token's signature is looked at too, by the published keys

const options = DPOP ? { DPoP: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair("ES256")) } : {};
const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()];
const parameters = {
  redirect_uri: REDIRECT_URI,
  scope: "openid",
  login_hint: came.get("login_hint"),
  code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
  state: expectedState,
  nonce: expectedNonce,
};
const authorization = await oidc.buildAuthorizationUrlWithPAR(config, parameters, options);

const answer = await fetch(authorization, { redirect: "manual" });
const back = new URL(answer.headers.get("location"));

const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
const tokens = await oidc.authorizationCodeGrant(config, back, checks, undefined, options);
const claims = tokens.claims();
const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub, options);

// what must not work, by the same client: the code again
const again = await oidc.authorizationCodeGrant(config, back, checks, undefined, options).then(
  () => "answered",
  (refusal) => refusal.error,
);
const after = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub, options).then(
  () => "answered",
  () => "refused",
);
console.log(JSON.stringify({ tokenType: tokens.token_type, claims, userinfo, again, after }));
