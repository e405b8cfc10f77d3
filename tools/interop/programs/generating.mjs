// What the programs that generate TypeScript have in common: running a package's command, compiling, bundling.
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { physician } from "./proof.mjs";
import { expect, told } from "./steps.mjs";

const here = dirname(fileURLToPath(import.meta.url));
export const scratch = told("SCRATCH");
export const APIS = ["catalog-api", "consent-api", "helsetilbud-api", "notification-service", "prescription-api"];
export const contract = (api) => join(told("OPENAPI"), `${api}.json`);

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    skipLibCheck: true,
    target: "es2023",
    lib: ["es2023", "dom", "dom.iterable"],
    module: "esnext",
    moduleResolution: "bundler",
    allowImportingTsExtensions: true,
    types: ["node"],
  },
  include: ["**/*.ts"],
};

/** An empty folder with the program that uses what will be generated. */
export async function begin(call) {
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  await writeFile(join(scratch, "tsconfig.json"), JSON.stringify(TSCONFIG));
  await writeFile(join(scratch, "package.json"), JSON.stringify({ type: "module" }));
  await cp(join(here, call), join(scratch, "call.ts"));
}

/** Runs a package's command; what it says is the error's text when it fails. */
export async function run(name, ...words) {
  const folder = join(here, "node_modules", name.package ?? name);
  const { bin } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const script = typeof bin === "string" ? bin : bin[name.command ?? Object.keys(bin)[0]];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(folder, script), ...words], { cwd: scratch, maxBuffer: 2 ** 26 });
    return stdout + stderr;
  } catch (error) {
    throw new Error(`${error.stdout ?? ""}${error.stderr ?? ""}` || error.message);
  }
}

/** Strictly, everything that was generated and the program that uses it. */
export async function compile() {
  await run({ package: "typescript", command: "tsc" }, "--project", scratch);
}

/** What a program exports, after a bundler has put it together as for a browser. */
export async function bundled(program = "call.ts") {
  const { build } = await import("esbuild");
  const outfile = join(scratch, program.replace(/ts$/, "mjs"));
  await build({ entryPoints: [join(scratch, program)], outfile, bundle: true, format: "esm", platform: "node", logLevel: "silent" });
  return import(pathToFileURL(outfile).href);
}

/** Lists the tools and prescribes one by the generated client, which is given a `fetch` that proves each call. */
export async function prescribe() {
  const { provenFetch } = await physician();
  const { listAndPrescribe } = await bundled();
  const came = await listAndPrescribe({ baseUrl: told("PRESCRIPTION_URL"), fetch: provenFetch, nationalId: told("PATIENT"), toolId: told("TOOL") });
  expect(came.tools > 0 && came.prescriptionId && came.refusal === "already-prescribed", came);
}
