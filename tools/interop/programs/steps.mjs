// What a program does with its client, step by step: each step is one line of JSON on the standard output.
//
//   const found = await step("reads a Task", () => client.read({ resourceType: "Task", id }));
//
// A step that fails is our fault until the program has said otherwise beforehand: whose it is instead (`client`, or
// `design` where we refuse on purpose), a pattern that the failure must match, and one sentence for who meets it.
// Whatever fails in another way than that is ours again.

export const byClient = (pattern, sentence) => ({ whose: "client", pattern, sentence });
export const byDesign = (pattern, sentence) => ({ whose: "design", pattern, sentence });

class NotReached extends Error {}

export function told(name) {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

/** What came of an earlier step; without it the step is not reached. */
export function need(value) {
  if (value === undefined) throw new NotReached();
  return value;
}

export function expect(condition, what = "") {
  if (!condition) throw new Error(typeof what === "string" ? what : JSON.stringify(what));
}

/** The error that a call is to be refused with. */
export async function refusal(call) {
  const answer = await call().catch((error) => ({ error }));
  expect(answer !== null && typeof answer === "object" && "error" in answer, "it was answered");
  return answer.error;
}

/** What came of it; undefined where it failed. */
export async function step(what, work, ...otherwise) {
  try {
    const came = await work();
    tell({ did: what, result: "works", failure: "", sentence: "" });
    return came;
  } catch (error) {
    if (error instanceof NotReached) tell({ did: what, result: "not-reached", failure: "", sentence: "" });
    else failed(what, inWords(error), otherwise);
    return undefined;
  }
}

function failed(what, failure, otherwise) {
  const known = otherwise.find(({ pattern }) => pattern.test(failure));
  const { whose, sentence } = known ?? { whose: "ours", sentence: "" };
  tell({ did: what, result: whose, failure: failure.slice(0, 2000), sentence });
}

function inWords(error) {
  const parts = [`${error?.name ?? "Error"}: ${error?.message ?? String(error)}`];
  if (error?.cause) parts.push(inWords(error.cause));
  const more = error?.response?.data ?? error?.outcome ?? error?.error_description;
  if (more) parts.push(typeof more === "string" ? more : JSON.stringify(more));
  return parts.join("; ");
}

function tell(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
