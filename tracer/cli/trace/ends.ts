import { fault, type Checked, type Fault } from "../../../engine/errors.js";
import type { KubernetesObjects } from "../../../engine/kubernetes/types.js";
import { familyOf, type Family } from "../../../engine/net/ip.js";
import { parseEnd } from "../ends/parse.js";
import { resolveEnd, type ResolvedEnd } from "../ends/resolve.js";
import type { TraceOptions } from "./options.js";

export interface TraceEnds {
  readonly from: ResolvedEnd;
  readonly to: ResolvedEnd;
  readonly family: Family;
}

/** Both ends of the packet; `undefined` with faults where one is not to be had. */
export function resolveEnds(
  options: TraceOptions,
  objects: KubernetesObjects,
): Checked<TraceEnds | undefined> {
  const faults: Fault[] = [];
  const asked: Family | undefined =
    options.family === undefined ? undefined : options.family === "6" ? 6 : 4;
  const resolve = (
    flag: "--from" | "--to",
    family: Family | undefined,
  ): ResolvedEnd | undefined => {
    const text = flag === "--from" ? options.from : options.to;
    if (text === undefined) {
      faults.push(fault("end-missing", `${flag} is needed: an address or a name`, { field: flag }));
      return undefined;
    }
    const end = parseEnd(text);
    const found = typeof end === "string" ? end : resolveEnd(end, { objects, family });
    if (typeof found !== "string") return found;
    faults.push(fault("bad-end", found, { field: flag }));
    return undefined;
  };
  const to = resolve("--to", asked ?? plainFamily(options.from));
  const family = to === undefined ? asked : familyOf(to.address);
  const from = resolve("--from", family);
  if (from === undefined || to === undefined) return { value: undefined, faults };
  if (familyOf(from.address) !== familyOf(to.address)) {
    const message = `--from is IPv${familyOf(from.address)}, --to is IPv${familyOf(to.address)}`;
    return {
      value: undefined,
      faults: [...faults, fault("mixed-families", message, { field: "--to" })],
    };
  }
  if (asked !== undefined && asked !== family) {
    const message = `IPv${asked} is asked for, and both ends are IPv${familyOf(to.address)}`;
    return {
      value: undefined,
      faults: [...faults, fault("mixed-families", message, { field: "--family" })],
    };
  }
  return { value: { from, to, family: familyOf(to.address) }, faults };
}

/** The family of an end that is an address; names leave it open. */
function plainFamily(text: string | undefined): Family | undefined {
  const end = text === undefined ? undefined : parseEnd(text);
  return end === undefined || typeof end === "string" || end.kind !== "address"
    ? undefined
    : familyOf(end.address);
}
