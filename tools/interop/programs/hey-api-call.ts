import { createClient, createConfig } from "./prescription-api/client/index.ts";
import { listPrescribableTools, prescribe } from "./prescription-api/sdk.gen.ts";

interface Told {
  baseUrl: string;
  fetch: typeof fetch;
  nationalId: string;
  toolId: string;
}

export async function listAndPrescribe({ baseUrl, fetch, nationalId, toolId }: Told) {
  const client = createClient(createConfig({ baseUrl, fetch }));
  const listed = await listPrescribableTools({ client, query: { limit: 100 } });
  const body = { patient: { nationalId }, toolId };
  const made = await prescribe({ client, body, headers: { "Idempotency-Key": crypto.randomUUID() } });
  const again = await prescribe({ client, body });
  return {
    tools: listed.data?.items.length ?? 0,
    prescriptionId: made.data?.prescriptionId ?? made.error?.code,
    refusal: again.error?.code,
  };
}
