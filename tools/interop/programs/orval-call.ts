import { listPrescribableTools, prescribe } from "./prescription-api.ts";
import { place } from "./orval-fetch.ts";

interface Told {
  baseUrl: string;
  fetch: typeof fetch;
  nationalId: string;
  toolId: string;
}

export async function listAndPrescribe({ baseUrl, fetch, nationalId, toolId }: Told) {
  Object.assign(place, { baseUrl, fetch });
  const listed = await listPrescribableTools({ limit: 100 });
  const body = { patient: { nationalId }, toolId };
  const made = await prescribe(body, { headers: { "Idempotency-Key": crypto.randomUUID(), "Content-Type": "application/json" } });
  const again = await prescribe(body);
  return {
    tools: listed.status === 200 ? listed.data.items.length : 0,
    prescriptionId: made.status === 201 ? made.data.prescriptionId : made.data.code,
    refusal: again.status === 409 ? again.data.code : undefined,
  };
}
