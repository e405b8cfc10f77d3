// Makes web/web/static/vendor of the packages in package-lock.json. Run by `make assets`; its output is committed.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const here = import.meta.dirname;
const out = join(here, "../web/static/vendor");
const packages = join(here, "node_modules");
const source = join(packages, "@digdir/designsystemet-css/dist/src");
const font = join(packages, "@fontsource-variable/source-sans-3");
const read = (...path) => readFileSync(join(...path), "utf8").trim();

const COMPONENTS = [
  "alert", "badge", "button", "card", "details", "dialog", "divider", "error-summary", "field", "fieldset", "heading",
  "input", "label", "link", "list", "paragraph", "skip-link", "table", "tabs", "tag", "validation-message",
];
// č, š, ŋ, đ and ŧ of Sami names are fetched only where they stand on the page
const FONTS = ["latin", "latin-ext"];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

function theme() {
  const cli = join(packages, "@digdir/designsystemet/dist/bin/designsystemet.js");
  const run = (...words) => execFileSync(process.execPath, [cli, ...words], { cwd: here, stdio: "ignore" });
  run("tokens", "create");
  run("tokens", "build", "-t", "./tokens", "-o", "./css");
  const made = read(here, "css/helseverktoy.css");
  // the theme names a font and no other for where it does not load
  const named = made.replaceAll("--ds-font-family: Source Sans 3;", "--ds-font-family: 'Source Sans 3', system-ui, sans-serif;");
  for (const folder of ["css", "tokens"]) rmSync(join(here, folder), { recursive: true });
  return named.replace(/\/\*[^]*?\*\//g, "").replace(/\n\s+/g, "\n").replace(/\n{2,}/g, "\n");
}

function components() {
  const parts = COMPONENTS.map((name) => read(source, `${name}.css`));
  return `@layer ds.theme, ds.base, ds.components;\n@layer ds.base{${read(source, "base.css")}}\n@layer ds.components{${parts.join("\n")}}\n`;
}

function faces() {
  const every = read(font, "wght.css").split(/(?=\/\* source-sans-3-)/);
  return FONTS.map((set) => {
    const face = every.find((it) => it.startsWith(`/* source-sans-3-${set}-wght-normal */`));
    cpSync(join(font, `files/source-sans-3-${set}-wght-normal.woff2`), join(out, `source-sans-3-${set}.woff2`));
    return face
      .replace("Source Sans 3 Variable", "Source Sans 3")
      .replace(/url\([^)]*\) format\('woff2-variations'\)/, `url(source-sans-3-${set}.woff2) format('woff2')`)
      .replace(/\/\*[^]*?\*\/\s*/, "")
      .trim();
  }).join("\n");
}

function notice() {
  const lock = JSON.parse(read(here, "package-lock.json")).packages;
  const used = [["@digdir/designsystemet-css", "MIT"], ["@fontsource-variable/source-sans-3", "OFL-1.1"], ["@digdir/designsystemet", "MIT"]];
  const part = ([name]) => `${name} ${lock[`node_modules/${name}`].version}\n\n${read(packages, name, "LICENSE")}\n`;
  return `The files of this folder are made of these packages by web/assets/build.mjs.\n\n${used.map(part).join("\n\n")}`;
}

writeFileSync(join(out, "theme.css"), `${theme()}\n${faces()}\n`);
writeFileSync(join(out, "designsystemet.css"), components());
writeFileSync(join(out, "NOTICE"), notice());

const digest = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");
const lines = readdirSync(out).sort().map((name) => `${digest(join(out, name))}  ${name}`);
const inputs = ["build.mjs", "designsystemet.config.json", "package-lock.json"].map((name) => `${digest(join(here, name))}  ../../../assets/${name}`);
writeFileSync(join(out, "SHA256SUMS"), [...inputs, ...lines, ""].join("\n"));
