// Where orval lets one make the request oneself (`override.mutator`): the address, and a proof for the call.
interface Place {
  baseUrl: string;
  fetch: typeof fetch;
}

export const place: Place = { baseUrl: "", fetch };

export async function provenFetch<T>(url: string, options: RequestInit): Promise<T> {
  const answer = await place.fetch(place.baseUrl + url, options);
  const text = await answer.text();
  const json = answer.headers.get("content-type")?.includes("json");
  return { data: json ? JSON.parse(text) : text, status: answer.status, headers: answer.headers } as T;
}
