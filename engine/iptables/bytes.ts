/** Length in UTF-8, which is what the limits of iptables and the kernel count. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    // A pair of surrogates has four bytes in all, a lone one is written as U+FFFD.
    bytes += code < 0x800 ? 1 : isPair(text, at) ? 1 : 2;
    if (isPair(text, at)) {
      bytes++;
      at++;
    }
  }
  return bytes;
}

function isPair(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0xd800 || code > 0xdbff) return false;
  const next = text.charCodeAt(at + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}
