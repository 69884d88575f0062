import { servicePort, type ServiceProtocol } from "./service-names.js";

/**
 * 0 to 65535, by number (`0x` and octal as the C library reads them) or by service name; names
 * differ between protocols, and without one any entry of the name will do.
 */
export function parsePort(text: string, protocol?: ServiceProtocol): number | undefined {
  if (/^(?:0[xX][0-9a-fA-F]+|\d+)$/.test(text)) {
    const octal = /^0\d/.test(text);
    if (octal && !/^0[0-7]+$/.test(text)) return undefined;
    const port = octal ? Number.parseInt(text, 8) : Number(text);
    return port <= 65535 ? port : undefined;
  }
  return servicePort(text, protocol);
}
