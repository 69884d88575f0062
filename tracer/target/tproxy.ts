import type { TproxyTarget } from "../../engine/iptables/extensions/tproxy-target.js";
import { formatAddress } from "../../engine/net/ip.js";
import { endBranch, rewrite, type Branch } from "../walk/branch.js";
import { suppose } from "../walk/suppose.js";
import type { Walker } from "../walk/world.js";
import type { Effect } from "./effect.js";
import { setXmark } from "./mark.js";

/** `xt_TPROXY.c`: marks the packet for a listening socket, or drops it where there is none. */
export function tproxy(
  walker: Walker,
  branch: Branch,
  target: TproxyTarget,
  where: string,
): Effect {
  const { onIp, mark } = target;
  const port = portOf(branch, target);
  const own = onIp === undefined || onIp === 0 || onIp === 0n;
  const at = `${own ? "the incoming interface's address" : formatAddress(onIp)} port ${port}`;
  const question = {
    kind: "socket",
    name: port,
    what: `a transparent socket listens on ${at}`,
    why: "the node's open sockets are not given",
    key: `tproxy ${at}`,
  };
  const drop = (other: Branch) =>
    endBranch(other, "dropped", `${where} (TPROXY finds no socket on ${at})`);
  if (!suppose(walker, branch, question, drop)) {
    if (branch.end === undefined) drop(branch);
    return "ended";
  }
  branch.proxied = true;
  if (mark !== undefined) rewrite(branch, where, { mark: setXmark(branch.packet.mark, mark) });
  return "accept";
}

/** Without `--on-port` (or with port 0) the packet's own. */
function portOf({ packet }: Branch, { onPort = 0 }: TproxyTarget): string {
  if (onPort !== 0) return String(onPort);
  return typeof packet.destinationPort === "number" ? String(packet.destinationPort) : "?";
}
