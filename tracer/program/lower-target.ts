import type { DnatTarget } from "../../engine/iptables/extensions/dnat-target.js";
import type { SnatTarget } from "../../engine/iptables/extensions/snat-target.js";
import type { MasqueradeTarget } from "../../engine/iptables/extensions/masquerade-target.js";
import type { Address } from "../../engine/net/ip.js";
import type { PlainTarget } from "../target/index.js";
import { classOf } from "./address-classes.js";
import { writeAddress } from "./fields.js";
import type { Lowering } from "./lowering.js";
import {
  ACCEPT,
  COUNT,
  DROP,
  LEAVE,
  MASQUERADE,
  REJECT,
  RETURN,
  SET_MARK,
  TO_DESTINATION,
  TO_SOURCE,
} from "./operations.js";

/** The operation for what a rule does, jumps aside; targets that are rare are left to the reference. */
export function lowerTarget(
  target: PlainTarget | undefined,
  rule: number,
  lowering: Lowering,
): readonly number[] {
  if (target === undefined) return [COUNT, rule];
  switch (target.name) {
    case "ACCEPT":
      return [ACCEPT, rule];
    case "DROP":
      return [DROP, rule];
    case "RETURN":
      return [RETURN, rule];
    case "REJECT":
      return [REJECT, rule];
    case "MARK":
      if (target.xmark === undefined) return [COUNT, rule];
      return [SET_MARK, rule, target.xmark.mask, target.xmark.value];
    case "DNAT":
      return lowerDnat(target, rule, lowering);
    case "SNAT":
      return lowerSnat(target, rule);
    case "MASQUERADE":
      return lowerMasquerade(target, rule);
    case "AUDIT":
    case "CHECKSUM":
    case "LOG":
    case "NFLOG":
    case "TEE":
    case "TRACE":
      return [COUNT, rule];
    default:
      return [LEAVE];
  }
}

/** To one address, one port or both; of several one is chosen, which is left to the reference. */
function lowerDnat(target: DnatTarget, rule: number, { classes }: Lowering): readonly number[] {
  const { addresses, ports } = target.toDestination ?? {};
  if (target.random === true) return [LEAVE];
  if (addresses !== undefined && addresses.min !== addresses.max) return [LEAVE];
  if (ports !== undefined && (ports.min !== ports.max || ports.base !== undefined)) return [LEAVE];
  const address = addresses?.min;
  const number = address === undefined ? -1 : classOf(classes, address);
  return [TO_DESTINATION, rule, number, ...partsOf(address), ports?.min ?? -1];
}

function lowerSnat(target: SnatTarget, rule: number): readonly number[] {
  const { addresses, ports } = target.toSource ?? {};
  if (target.random === true || target.randomFully === true) return [LEAVE];
  if (addresses === undefined || addresses.min !== addresses.max) return [LEAVE];
  return ports === undefined ? [TO_SOURCE, rule, ...partsOf(addresses.min)] : [LEAVE];
}

function lowerMasquerade(target: MasqueradeTarget, rule: number): readonly number[] {
  if (target.toPorts !== undefined) return [LEAVE];
  return [MASQUERADE, rule, target.random === true || target.randomFully === true ? 1 : 0];
}

function partsOf(address: Address | undefined): readonly number[] {
  const parts = new Int32Array(4);
  if (address !== undefined) writeAddress(parts, 0, address);
  return [...parts];
}
