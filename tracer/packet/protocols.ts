import { SCTP, TCP, UDP } from "../../engine/net/protocol.js";

export const UDPLITE = 136;
export const DCCP = 33;

/** Protocols whose headers start with two ports. */
export function hasPorts(protocol: number): boolean {
  return (
    protocol === TCP ||
    protocol === UDP ||
    protocol === SCTP ||
    protocol === UDPLITE ||
    protocol === DCCP
  );
}
