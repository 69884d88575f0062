/**
 * Brings the file tables of ARCHITECTURE.md up to date: a line for each new file, made of its first
 * docstring's first sentence, none for a file that is gone. Lines that are there stay as they are.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./root.js";

const path = join(ROOT, "ARCHITECTURE.md");
const text = readFileSync(path, "utf8");
const START = "<!-- files -->";
const start = text.indexOf(START) + START.length;
const known = new Map(
  [...text.matchAll(/^\| `([^`]+\.ts)` +\| (.*?) +\|$/gm)].map(([, file = "", line = ""]) => [
    file,
    line,
  ]),
);
const files = ["engine", "tracer", "bench"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name)),
);
const folders = new Map<string, string[]>();
for (const file of files.sort()) {
  const folder = dirname(file);
  folders.set(folder, [...(folders.get(folder) ?? []), file]);
}
const tables = [...folders].map(([folder, members]) => {
  const rows = members.map((file) => `| \`${file}\` | ${known.get(file) ?? firstSentence(file)} |`);
  return `### ${folder}/\n\n| file | what it is |\n|---|---|\n${rows.join("\n")}\n`;
});
writeFileSync(path, `${text.slice(0, start)}\n\n${tables.join("\n")}`);

/** Of the file's first docstring that is not about a field; the exported names where there is none. */
function firstSentence(file: string): string {
  const source = readFileSync(join(ROOT, file), "utf8");
  const doc = /^\/\*\*\s*([\s\S]*?)\*\//m.exec(source)?.[1];
  if (doc === undefined) {
    const names = [...source.matchAll(/^export (?:const|function|class|interface|type) (\w+)/gm)];
    return names.map(([, name]) => `\`${name}\``).join(", ");
  }
  const words = doc
    .replaceAll(/\s*\n\s*\*?\s*/g, " ")
    .replace(/^\* /, "")
    .trim();
  const sentence = /^.*?[.;:](?= |$)/.exec(words)?.[0] ?? words;
  return sentence.replace(/[.;:]$/, "").replaceAll("|", "\\|");
}
