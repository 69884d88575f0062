/** The codes of a text's letters: a walk over them takes half the time of one over the text. */
export type Codes = Uint8Array | Uint16Array;

export function codesOf(text: string): Codes {
  // Only a text of nothing but ASCII has as many bytes as letters.
  if (Buffer.byteLength(text) === text.length) return Buffer.from(text, "latin1");
  const codes = new Uint16Array(text.length);
  for (let at = 0; at < codes.length; at++) codes[at] = text.charCodeAt(at);
  return codes;
}
