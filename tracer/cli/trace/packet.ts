import { fault, warning, type Checked, type Fault } from "../../../engine/errors.js";
import { formatAddress, type Address } from "../../../engine/net/ip.js";
import type { HostState } from "../../host/types.js";
import { isFurther } from "../../match/header.js";
import { hasPorts } from "../../packet/protocols.js";
import { packetOfParts, readPacketLines } from "../../packet/jsonl.js";
import type { Packet } from "../../packet/types.js";
import { isOwnAddress } from "../../walk/address-type.js";
import { lookUp } from "../../walk/fib.js";
import type { TraceEnds } from "./ends.js";
import type { TraceOptions } from "./options.js";

/** A port that clients take; which one matters only to rules that ask for it. */
export const CLIENT_PORT = 40000;

/** The packet that the options ask for, read as a line of `--packets` would be. */
export function packetOf(
  options: TraceOptions,
  { from, to }: TraceEnds,
  host: HostState,
): Checked<Packet | undefined> {
  const entrance = options.in ?? entranceOf(host, from.address);
  const described = {
    ...(entrance === undefined ? {} : { in: entrance }),
    protocol: options.proto,
    source: formatAddress(from.address),
    destination: formatAddress(to.address),
    ...(options.flags === undefined ? {} : { flags: options.flags }),
    ...(options.mark === undefined ? {} : { mark: numberOr(options.mark) }),
    ...(to.port === undefined ? {} : { destinationPort: to.port }),
    ...(options.fragment === undefined ? {} : { fragment: fragmentOf(options.fragment) }),
  };
  const { value, faults } = readPacketLines(JSON.stringify(described));
  const told = [...faults.map(inOption), ...strangeEntrance(options.in, host)];
  const packet = value[0] === undefined ? undefined : packetOfParts(value[0].parts);
  if (packet === undefined || !hasPorts(packet.protocol) || isFurther(packet)) {
    return { value: packet, faults: told };
  }
  return { value: { ...packet, sourcePort: from.port ?? CLIENT_PORT }, faults: told };
}

/** A word that is no number is told as it was given. */
function numberOr(text: string): number | string {
  const number = Number(text);
  return Number.isNaN(number) || text.trim() === "" ? text : number;
}

const OPTIONS: Readonly<Record<string, string>> = {
  protocol: "--proto",
  flags: "--flags",
  mark: "--mark",
  destinationPort: "--to",
  fragment: "--fragment",
};

/** The option that a field of the described packet comes from. */
function inOption(found: Fault): Fault {
  const key = /^\w+/.exec(found.message)?.[0] ?? "";
  const message =
    found.message === "destinationPort not given"
      ? "the port is missing: ADDRESS:PORT"
      : found.message.replace(/^\w+: /, "");
  return fault(found.code, message, { field: OPTIONS[key] ?? "--from" });
}

/** The node has no interface of that name, as far as is known. */
function strangeEntrance(device: string | undefined, { interfaces }: HostState): readonly Fault[] {
  if (device === undefined || interfaces.kind !== "given") return [];
  const names = interfaces.value.map(({ name }) => name);
  if (names.includes(device)) return [];
  const message = `the node has no interface ${device}; there are ${names.join(", ")}`;
  return [warning("unknown-interface", message, { field: "--in" })];
}

/** `OFFSET`, `+` where more fragments follow, `@ID`; anything else is left to the reader to refuse. */
function fragmentOf(text: string): object | string {
  const parts = /^(?<offset>\d+)(?<more>\+?)(?:@(?<id>\d+))?$/.exec(text)?.groups;
  if (parts === undefined) return text;
  const { offset, more, id } = parts;
  return {
    offset: Number(offset),
    more: more === "+",
    ...(id === undefined ? {} : { id: Number(id) }),
  };
}

/**
 * Where packets of this source come in: the interface that packets to it would leave by, as strict
 * reverse-path filtering demands; `undefined` for the node itself.
 */
export function entranceOf(host: HostState, source: Address): string | undefined {
  if (isOwnAddress(host, source)) return undefined;
  const found = lookUp(host, {
    family: typeof source === "number" ? 4 : 6,
    source: undefined,
    destination: source,
    inInterface: "lo",
    outInterface: undefined,
    mark: 0,
    tos: 0,
    protocol: 0,
    sourcePort: undefined,
    destinationPort: undefined,
    uid: undefined,
  });
  const device = found.kind === "route" ? found.route.hops[0]?.device : undefined;
  return device ?? host.interfaces.value.find(({ loopback }) => !loopback)?.name ?? "eth0";
}
