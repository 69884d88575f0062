import { readFile, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fault, type Checked, type Fault } from "../../engine/errors.js";
import { decodeText, MAX_TEXT_BYTES, tooLarge } from "../../engine/iptables/decode.js";
import type { Io } from "./io.js";

/** A file's name as the user gave it, and its text. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

const OBJECT_FILE = /\.(?:ya?ml|json)$/i;

/** Reads each path: a file, `-` for standard input, or a folder of `.yaml`, `.yml`, `.json`. */
export async function readSources(
  paths: readonly string[],
  io: Io,
): Promise<Checked<readonly Source[]>> {
  const value: Source[] = [];
  const faults: Fault[] = [];
  for (const path of paths) {
    const read = await readPath(path, io);
    value.push(...read.value);
    faults.push(...read.faults);
  }
  return { value, faults };
}

/** Reads one file, or standard input for `-`; `undefined` where it cannot be read. */
export async function readSource(path: string, io: Io): Promise<Checked<Source | undefined>> {
  const { value, faults } = await readPath(path, io, noFolder);
  return { value: value[0], faults };
}

async function noFolder(path: string): Promise<Checked<readonly Source[]>> {
  const message = "this is a folder: name one file";
  return { value: [], faults: [fault("unreadable-file", message, { file: path })] };
}

async function readPath(
  path: string,
  io: Io,
  ofFolder = readFolder,
): Promise<Checked<readonly Source[]>> {
  if (path === "-") return decode("standard input", await io.stdin());
  try {
    const found = await stat(resolve(io.cwd, path));
    if (found.isDirectory()) return await ofFolder(path, io);
    if (found.size > MAX_TEXT_BYTES) return { value: [], faults: [tooLarge(found.size, path)] };
    return decode(path, await readFile(resolve(io.cwd, path)));
  } catch (error) {
    return { value: [], faults: [unreadable(path, error)] };
  }
}

async function readFolder(path: string, io: Io): Promise<Checked<readonly Source[]>> {
  const names = await readdir(resolve(io.cwd, path), { recursive: true });
  const files = names.filter((name) => OBJECT_FILE.test(name)).sort();
  if (files.length > 0)
    return readSources(
      files.map((name) => join(path, name)),
      io,
    );
  return {
    value: [],
    faults: [fault("empty-folder", "no .yaml, .yml or .json file in this folder", { file: path })],
  };
}

function decode(file: string, bytes: Uint8Array): Checked<readonly Source[]> {
  const { value: text, faults } = decodeText(bytes, file);
  return { value: text === undefined ? [] : [{ file, text }], faults };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EISDIR: "is a folder",
  ENOTDIR: "a part of the path is not a folder",
};

function unreadable(file: string, error: unknown): Fault {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return fault("unreadable-file", reason, { file });
}
