// Unpacks the browser of @sparticuz/chromium into a folder: the program, and the libraries that a bare machine lacks.
// It is made for another place, and unpacks into /tmp by itself; here everything stays in the folder named.
import { createReadStream, createWriteStream, mkdirSync, chmodSync, renameSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { extract } from "tar-fs";

const [folder] = process.argv.slice(2);
const bin = join(import.meta.dirname, "node_modules/@sparticuz/chromium/bin");
const source = (name) => [createReadStream(join(bin, name)), createBrotliDecompress({ chunkSize: 2 ** 21 })];

mkdirSync(folder, { recursive: true });
for (const name of ["al2023", "fonts", "swiftshader"]) await pipeline(...source(`${name}.tar.br`), extract(folder));
await pipeline(...source("chromium.br"), createWriteStream(join(folder, "chromium.part")));
chmodSync(join(folder, "chromium.part"), 0o755);
renameSync(join(folder, "chromium.part"), join(folder, "chromium"));
