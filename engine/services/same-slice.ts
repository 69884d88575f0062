import type { EndpointSliceObject, SliceEndpoint, SlicePort } from "../kubernetes/types.js";
import { compareText } from "./names.js";

/**
 * Whether two versions of a slice mean the same to a proxy: ports and endpoints in any order,
 * metadata and Pod references aside, and with `hintsCount` off zone hints too (kube-proxy's
 * `esInfoChanged`).
 */
export function sameSlice(
  left: EndpointSliceObject,
  right: EndpointSliceObject,
  hintsCount: boolean,
): boolean {
  const same = hintsCount ? sameEndpoint : sameWithoutHints;
  return (
    left.service === right.service &&
    left.unusable === right.unusable &&
    sameList(left.ports, right.ports, samePort, comparePorts) &&
    sameList(left.endpoints, right.endpoints, same, compareEndpoints)
  );
}

function sameList<T>(
  left: readonly T[],
  right: readonly T[],
  same: (left: T, right: T) => boolean,
  compare: (left: T, right: T) => number,
): boolean {
  if (left.length !== right.length) return false;
  if (left.every((item, index) => isSame(item, right[index], same))) return true;
  const sorted = right.toSorted(compare);
  return left.toSorted(compare).every((item, index) => isSame(item, sorted[index], same));
}

function isSame<T>(left: T, right: T | undefined, same: (left: T, right: T) => boolean): boolean {
  return right !== undefined && (left === right || same(left, right));
}

function samePort(left: SlicePort, right: SlicePort): boolean {
  return (
    left.name === right.name &&
    left.protocol === right.protocol &&
    left.port === right.port &&
    left.appProtocol === right.appProtocol
  );
}

function comparePorts(left: SlicePort, right: SlicePort): number {
  return left.port - right.port;
}

function sameEndpoint(left: SliceEndpoint, right: SliceEndpoint): boolean {
  return sameWithoutHints(left, right) && sameZones(left.zoneHints, right.zoneHints);
}

function sameWithoutHints(left: SliceEndpoint, right: SliceEndpoint): boolean {
  return (
    left.addresses === right.addresses &&
    left.ready === right.ready &&
    left.serving === right.serving &&
    left.terminating === right.terminating &&
    left.nodeName === right.nodeName &&
    left.zone === right.zone
  );
}

function compareEndpoints(left: SliceEndpoint, right: SliceEndpoint): number {
  return compareText(left.addresses, right.addresses);
}

function sameZones(left: readonly string[], right: readonly string[]): boolean {
  return (
    left === right ||
    (left.every((zone) => right.includes(zone)) && right.every((zone) => left.includes(zone)))
  );
}
