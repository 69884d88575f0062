import * as fc from "fast-check";
import { parseAddressOf, type Family } from "../../../engine/net/ip.js";
import type { Topology } from "./node.js";
import type { Injection } from "./packets.js";
import { NODE_TOPOLOGY } from "./topology.js";
import { PORTS, vocabularyOf } from "./vocabulary.js";

/** What a rule text speaks of: the packets to try it with are made of these. */
interface Spoken {
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
  /** Address and port that one rule asks for together. */
  readonly pairs: readonly { readonly address: string; readonly port: number }[];
}

const ADDRESS =
  /(?:-s|-d|--to-destination|--to-source|--src-range|--dst-range) \[?([0-9a-fA-F.:]+?)\]?(?=[/\s:-]|$)/g;
const PORT = /--(?:dports?|sports?|dport|to-ports?|ctorigdstport) "?(\d+)/g;

function spokenOf(text: string, family: Family): Spoken {
  const fits = (address: string): boolean => parseAddressOf(family, address) !== undefined;
  const addresses = [...text.matchAll(ADDRESS)].map(([, address = ""]) => address).filter(fits);
  const ports = [...text.matchAll(PORT)].map(([, port]) => Number(port));
  const pairs = text.split("\n").flatMap((line) => {
    const address = /(?<!! )-d ([0-9a-fA-F.:]+)/.exec(line)?.[1];
    const port = /(?<!! )--dports? (\d+)/.exec(line)?.[1];
    return address === undefined || port === undefined || !fits(address)
      ? []
      : [{ address, port: Number(port) }];
  });
  const known = addresses.filter((address) => address !== "0.0.0.0" && address !== "::");
  return { addresses: [...new Set(known)], ports: [...new Set(ports)], pairs };
}

/** Packets to, from and about what the rules name, by every way into the node. */
export function packetsAbout(text: string, family: Family): fc.Arbitrary<Injection> {
  const words = vocabularyOf(family);
  const spoken = spokenOf(text, family);
  const own = [...words.node, ...words.pods, ...words.outside, words.service];
  const address = fc.constantFrom(...own, ...spoken.addresses);
  const port = fc.constantFrom(...PORTS, ...spoken.ports);
  const loose = fc.record({ address, port });
  const target =
    spoken.pairs.length === 0
      ? loose
      : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...spoken.pairs) }, loose);
  const nodePort = fc.record({ address: fc.constantFrom(...words.node), port });
  return fc.constantFrom<Injection["from"][]>("outside", "pod", undefined).chain((from) => {
    const usual = from === "pod" ? words.pods : from === "outside" ? words.outside : words.node;
    const source =
      from === undefined
        ? fc.constantFrom(...usual)
        : fc.oneof(
            fc.constantFrom(...usual),
            address.filter((given) => given !== words.loopback),
          );
    return fc
      .record({
        protocol: fc.constantFrom("tcp" as const, "tcp" as const, "udp" as const, "sctp" as const),
        source,
        sourcePort: fc.integer({ min: 1024, max: 65535 }),
        target: fc.oneof({ weight: 3, arbitrary: target }, nodePort),
      })
      .filter((made) => from !== undefined || !isForMany(made.target.address))
      .map(
        ({ protocol, source: sender, sourcePort, target: { address: destination, port: to } }) => ({
          from,
          packet: { protocol, source: sender, sourcePort, destination, destinationPort: to },
        }),
      );
  });
}

/** What the node sends to many comes back to itself too, as a second packet. */
function isForMany(address: string): boolean {
  return /^(?:22[4-9]|23\d|255)\.|^ff|\.255$|^0\.|^127\./i.test(address);
}

/** The usual node, its pods' interface named as most rules name one. */
export function topologyFor(text: string): Topology {
  const counts = new Map<string, number>();
  for (const [, name = ""] of text.matchAll(/ -[io] ([\w.+-]+)/g)) {
    const concrete = name.replace(/\+$/, "1");
    if (concrete === "eth0" || concrete === "lo" || !/^[a-z]/i.test(concrete)) continue;
    counts.set(concrete, (counts.get(concrete) ?? 0) + 1);
  }
  const [common] = [...counts].sort((left, right) => right[1] - left[1]);
  const device = common?.[0].slice(0, 15) ?? "pod0";
  const renamed = (line: string): string => line.replaceAll("pod0", device);
  return {
    quiet: true,
    wires: NODE_TOPOLOGY.wires.map((wire) => ({ ...wire, device: renamed(wire.device) })),
    setup: NODE_TOPOLOGY.setup.map(renamed),
    sysctls: Object.fromEntries(
      Object.entries(NODE_TOPOLOGY.sysctls).map(([name, value]) => [renamed(name), value]),
    ),
  };
}
