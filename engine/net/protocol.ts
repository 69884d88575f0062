/**
 * Protocol numbers that iptables 1.8.9 knows by name without `/etc/protocols`
 * (`xtables_chain_protos`), which are also the ones it prints by name in a save.
 */
const PROTOCOLS: readonly (readonly [name: string, number: number])[] = [
  ["tcp", 6],
  ["sctp", 132],
  ["udp", 17],
  ["udplite", 136],
  ["icmp", 1],
  ["icmpv6", 58],
  ["ipv6-icmp", 58],
  ["esp", 50],
  ["ah", 51],
  ["ipv6-mh", 135],
  ["mh", 135],
  ["all", 0],
];

export const TCP = 6;
export const UDP = 17;
export const SCTP = 132;
export const ICMP = 1;
export const ICMPV6 = 58;

const BY_NAME: ReadonlyMap<string, number> = new Map(PROTOCOLS);

export function protocolNumber(text: string): number | undefined {
  const known = BY_NAME.get(text.toLowerCase());
  if (known !== undefined) return known;
  if (!/^\d{1,3}$/.test(text)) return undefined;
  const number = Number(text);
  return number <= 255 ? number : undefined;
}

/** The name a save prints, or the number as text. */
export function protocolName(number: number): string {
  return PROTOCOLS.find(([, known]) => known === number)?.[0] ?? String(number);
}
