import { formatAddress } from "../../engine/net/ip.js";
import type { HostState } from "../host/types.js";
import { isOwnAddress } from "./address-type.js";
import type { Branch } from "./branch.js";
import { lookUp } from "./fib.js";
import { flowOf } from "./route.js";
import { readEither, readMaximum } from "./sysctls.js";
import type { Walker } from "./world.js";

/**
 * Why the source cannot be real (`fib_frontend.c: fib_validate_source`). `rp_filter` is read only
 * where it makes a difference, so that an assumed value is told only where it mattered.
 */
export function spoofed(walker: Walker, branch: Branch, device: string): string | undefined {
  const { host } = walker.world;
  const { source } = branch.packet;
  if (device === "lo") return undefined;
  if (isOwnAddress(host, source) && !readEither(branch, host, "accept_local", device)) {
    return "the source is an address of the node itself";
  }
  const back = wayBack(walker, branch, device);
  if (back === "by the same device") return undefined;
  const strictness = readMaximum(branch, host, "rp_filter", device);
  if (strictness === 0) return undefined;
  switch (back) {
    case "none":
      return "rp_filter: there is no route back to the source";
    case "no host's address":
      return "rp_filter: the source is no host's address";
    case "by another device":
      return strictness === 1
        ? `rp_filter: the way back to ${formatAddress(source)} is not by ${device}`
        : undefined;
  }
}

type WayBack = "none" | "no host's address" | "by another device" | "by the same device";

/** The mark counts with `src_valid_mark` alone, which is read where it makes a difference. */
function wayBack({ world: { host } }: Walker, branch: Branch, device: string): WayBack {
  const plain = wayBackWith(host, branch, device, 0);
  const { mark } = branch.packet;
  const marked = mark === 0 ? plain : wayBackWith(host, branch, device, mark);
  if (marked === plain) return plain;
  return readEither(branch, host, "src_valid_mark", device) ? marked : plain;
}

function wayBackWith(host: HostState, { packet }: Branch, device: string, mark: number): WayBack {
  const back = lookUp(host, {
    ...flowOf(packet, device, packet.destination),
    destination: packet.source,
    mark,
  });
  if (back.kind !== "route") return "none";
  if (back.route.type !== "unicast") return "no host's address";
  const same = back.route.hops.some((hop) => hop.device === device);
  return same ? "by the same device" : "by another device";
}
