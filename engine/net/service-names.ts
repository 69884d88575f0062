/** Well-known port names of IANA's registry as Debian's `/etc/services` spells them. */
const PORTS: ReadonlyMap<string, number> = new Map([
  ["ftp", 21],
  ["ssh", 22],
  ["telnet", 23],
  ["smtp", 25],
  ["domain", 53],
  ["http", 80],
  ["ntp", 123],
  ["snmp", 161],
  ["https", 443],
]);

export function servicePort(name: string): number | undefined {
  return PORTS.get(name);
}
