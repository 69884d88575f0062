import type { ConnlimitMatch } from "../../engine/iptables/extensions/connlimit.js";
import { andAddress, maskOfLength } from "../../engine/net/prefix.js";
import type { Address } from "../../engine/net/ip.js";
import type { HostState } from "../host/types.js";
import { use, type Branch } from "../walk/branch.js";
import { liveConnections, type Tracked } from "../walk/memory.js";
import { truth, type Truth } from "./truth.js";

/**
 * `xt_connlimit.c: connlimit_mt`: connections of the address's prefix, this one included. The kernel
 * counts those that came by the rule; here all of the table count.
 */
export function connlimitMatches(match: ConnlimitMatch, branch: Branch, host: HostState): Truth {
  const { upto, above, daddr } = match;
  const side = daddr === true ? "destination" : "source";
  const own = keyOf(branch.packet[side], match.mask);
  use(branch, "no other connections count for connlimit", host.connections);
  const current = branch.tracking.kind === "tracked" ? branch.tracking.connection.id : undefined;
  const others = liveConnections(branch.memory).filter(
    (connection) =>
      connection.id !== current &&
      !isClosed(connection) &&
      keyOf(connection.original[side], match.mask) === own,
  );
  const count = others.length + 1;
  if (above !== undefined) return truth(count > above.value !== above.not);
  return truth(upto === undefined || count <= upto.value !== upto.not);
}

function isClosed({ tcp }: Tracked): boolean {
  return tcp === "TIME_WAIT" || tcp === "CLOSE";
}

function keyOf(address: Address, length: number | undefined): Address {
  const family = typeof address === "number" ? 4 : 6;
  return length === undefined ? address : andAddress(address, maskOfLength(family, length));
}
