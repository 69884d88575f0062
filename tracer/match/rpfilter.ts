import type { RpfilterMatch } from "../../engine/iptables/extensions/rpfilter.js";
import type { HostState } from "../host/types.js";
import { use, type Branch } from "../walk/branch.js";
import { lookUp } from "../walk/fib.js";
import { flowOf } from "../walk/route.js";
import { negatedIf, truth, type Truth } from "./truth.js";

/** `ipt_rpfilter.c: rpfilter_mt`, `ip6t_rpfilter.c`. */
export function rpfilterMatches(match: RpfilterMatch, branch: Branch, host: HostState): Truth {
  return negatedIf(match.invert === true, truth(comesBack(match, branch, host)));
}

function comesBack(match: RpfilterMatch, branch: Branch, host: HostState): boolean {
  const { packet } = branch;
  const device = packet.inInterface ?? "lo";
  if (device === "lo") return true;
  if (packet.source === 0 || packet.source === 0n) return true;
  use(branch, "the node's routes", host.routes);
  const flow = {
    ...flowOf(packet, "lo", packet.destination),
    destination: packet.source,
    mark: match.validmark === true ? packet.mark : 0,
  };
  const back = lookUp(host, flow);
  if (back.kind !== "route") return false;
  const { type, hops } = back.route;
  if (type !== "unicast" && !(type === "local" && match.acceptLocal === true)) return false;
  return match.loose === true || hops.some((hop) => hop.device === device);
}
