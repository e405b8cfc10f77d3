import createClient from "openapi-fetch";
import type { paths } from "./prescription-api.ts";

interface Told {
  baseUrl: string;
  fetch: typeof fetch;
  nationalId: string;
  toolId: string;
}

export async function listAndPrescribe({ baseUrl, fetch, nationalId, toolId }: Told) {
  const api = createClient<paths>({ baseUrl, fetch: (request) => fetch(request) });
  const listed = await api.GET("/v1/prescribable-tools", { params: { query: { limit: 100 } } });
  const body = { patient: { nationalId }, toolId };
  const params = { header: { "Idempotency-Key": crypto.randomUUID() } };
  const made = await api.POST("/v1/prescriptions", { body, params });
  const again = await api.POST("/v1/prescriptions", { body });
  return {
    tools: listed.data?.items.length ?? 0,
    prescriptionId: made.data?.prescriptionId ?? made.error?.code,
    refusal: again.error?.code,
  };
}
