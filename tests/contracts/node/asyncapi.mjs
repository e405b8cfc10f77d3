// Reads an AsyncAPI document as its users' tools will; prints what is wrong with it and fails when something is.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const [file] = process.argv.slice(2);
const { document, diagnostics } = await new Parser().parse(await readFile(file, "utf8"));
const [ERROR, WARNING] = [0, 1];
const found = diagnostics.filter(({ severity }) => severity === ERROR || severity === WARNING);
for (const { code, message, path } of found) console.log(`${code}: ${message} (${path.join(".")})`);
process.exitCode = found.length > 0 || document === undefined ? 1 : 0;
