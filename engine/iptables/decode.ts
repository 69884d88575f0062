import { constants, isAscii } from "node:buffer";
import { fault, type Checked, type Fault } from "../errors.js";

/** The largest file that is read, in bytes: more letters than a text of Node.js can have. */
export const MAX_TEXT_BYTES = constants.MAX_STRING_LENGTH;

/** Told before anything of such a file is read; `bytes` is `undefined` where nobody has counted. */
export function tooLarge(bytes: number | undefined, file?: string): Fault {
  const size = bytes === undefined ? "there is more" : `the file has ${megabytes(bytes)}, more`;
  const message = `${size} than can be read at once, which is ${megabytes(MAX_TEXT_BYTES)}: split it`;
  return fault("file-too-large", message, file === undefined ? {} : { file });
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

/**
 * The text of a file, which is UTF-8: a byte that is not becomes U+FFFD, and a byte order mark goes.
 * `undefined` where it is no text (a NUL tells) or is too large. Nearly all dumps are ASCII, which
 * is decoded many times as fast.
 */
export function decodeText(bytes: Uint8Array, file?: string): Checked<string | undefined> {
  if (bytes.length > MAX_TEXT_BYTES) {
    return { value: undefined, faults: [tooLarge(undefined, file)] };
  }
  const zero = bytes.indexOf(0);
  if (zero >= 0) {
    const message = `not a text file: byte ${zero + 1} is zero`;
    const at = file === undefined ? {} : { file };
    return { value: undefined, faults: [fault("binary-file", message, at)] };
  }
  const text = isAscii(bytes)
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1")
    : new TextDecoder().decode(bytes);
  return { value: text, faults: [] };
}
