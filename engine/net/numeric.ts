import { parseIPv4 } from "./ip.js";

/**
 * A number as C's `strtoul` reads it with base 0: decimal, `0x` hex or `0` octal, after any blanks
 * and a plus sign.
 */
export function parseCNumber(text: string): number | undefined {
  if (/^[1-9]\d*$|^0$/.test(text)) return Number(text);
  const start = /^[ \t\n\v\f\r]*\+?/.exec(text)?.[0].length ?? 0;
  if (start > 0) return parseCNumber(text.slice(start));
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return Number(text);
  return /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

/**
 * An IPv4 address as iptables reads it where no host name is meant: up to four parts, those left
 * out being zero, each decimal, hex or octal (`libxtables: xtables_numeric_to_ipaddr`). `010.1` is
 * 8.1.0.0.
 */
export function parseNumericIPv4(text: string): number | undefined {
  return parseIPv4(text) ?? parseLoose(text);
}

function parseLoose(text: string): number | undefined {
  const parts = text.split(".", 5);
  if (parts.length > 4) return undefined;
  let address = 0;
  for (let at = 0; at < 4; at++) {
    const part = at < parts.length ? parseCNumber(parts[at] ?? "") : 0;
    if (part === undefined || part > 255) return undefined;
    address = address * 256 + part;
  }
  return address;
}

/**
 * An IPv4 address as `inet_aton` and `getaddrinfo` read it: up to four numbers, hex and octal too,
 * the last filling all bytes left. `1.2` is 1.0.0.2.
 */
export function parseShortIPv4(text: string): number | undefined {
  const parts = text.split(".", 5);
  let address = 0;
  for (const [at, item] of parts.entries()) {
    const part = /^\d/.test(item) ? parseCNumber(item) : undefined;
    const isLast = at === parts.length - 1;
    const limit = isLast ? 2 ** (8 * (4 - at)) - 1 : 255;
    if (part === undefined || at > 3 || part > limit) return undefined;
    address += isLast ? part : part * 2 ** (8 * (3 - at));
  }
  return address;
}
