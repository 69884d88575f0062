import fc from "fast-check";
import type { Ruleset } from "../../engine/iptables/types.js";
import type { Compilation } from "../../engine/kube-proxy/compile.js";
import { completeRuleset } from "../../engine/kube-proxy/complete.js";
import { parseAddress, type Address } from "../../engine/net/ip.js";
import type { Packet } from "../../tracer/packet/types.js";
import type { Program } from "../../tracer/program/program.js";
import { linkRules } from "../../tracer/walk/link.js";
import { makeWorld, type World } from "../../tracer/walk/world.js";
import { largeCluster, sampleOne, type Setting } from "./cluster.js";
import {
  detailsArbitrary,
  frontsOf,
  packetTo,
  SENDERS,
  type Front,
  type Sender,
} from "./packets.js";
import { CHAINWALK, type Subject } from "./subject.js";
import type { Size } from "../types.js";

/** A cluster on a node and all that is made of it, each made once, when it is asked for. */
export class Scene {
  readonly subject: Subject;
  readonly setting: Setting;
  readonly seed: number;
  #compilation: Compilation | undefined;
  #ruleset: Ruleset | undefined;
  #text: string | undefined;
  #program: Program | undefined;
  #fronts: readonly Front[] | undefined;
  #byKey: ReadonlyMap<string, Front> | undefined;

  constructor(subject: Subject, setting: Setting, seed: number) {
    this.subject = subject;
    this.setting = setting;
    this.seed = seed;
  }

  get compilation(): Compilation {
    this.#compilation ??= this.subject.compile(this.setting.objects, this.setting.setup);
    return this.#compilation;
  }

  get ruleset(): Ruleset {
    this.#ruleset ??= completeRuleset(this.compilation);
    return this.#ruleset;
  }

  /** The rules as `iptables-save` prints them. */
  get text(): string {
    this.#text ??= this.subject.print(this.ruleset);
    return this.#text;
  }

  get program(): Program {
    this.#program ??= this.subject.link(this.ruleset, this.setting.host);
    return this.#program;
  }

  get fronts(): readonly Front[] {
    this.#fronts ??= frontsOf(this.compilation.beliefs, this.setting);
    return this.#fronts;
  }

  get clusterFronts(): readonly Front[] {
    return this.fronts.filter(({ kind }) => kind === "cluster");
  }

  /** The cluster IP that a packet is for. */
  frontOf({ protocol, destination, destinationPort }: Packet): Front | undefined {
    this.#byKey ??= new Map(
      this.clusterFronts.map((front) => [keyOf(front.protocol, front.address, front.port), front]),
    );
    return this.#byKey.get(keyOf(protocol, destination, Number(destinationPort)));
  }

  /** First packets to ways in that are drawn; none where there is no way in. */
  packets(
    count: number,
    senders: readonly Sender[] = SENDERS,
    fronts: readonly Front[] = this.fronts,
  ): readonly Packet[] {
    if (fronts.length === 0) return [];
    const drawn = fc.tuple(fc.constantFrom(...fronts), detailsArbitrary(senders));
    const endpoints = this.#endpoints();
    return fc
      .sample(drawn, { seed: this.seed, numRuns: count })
      .map(([front, details]) => packetTo(front, details, this.setting, endpoints));
  }

  /** A first packet to each way in, or to as many as `most` that stand evenly apart. */
  packetToEach(most: number, senders: readonly Sender[] = SENDERS): readonly Packet[] {
    const step = Math.max(1, this.fronts.length / most);
    const fronts = this.fronts.filter(
      (_, at) => Math.floor(at / step) > Math.floor((at - 1) / step),
    );
    const endpoints = this.#endpoints();
    return fc
      .sample(detailsArbitrary(senders), { seed: this.seed, numRuns: fronts.length })
      .flatMap((details, at) => {
        const front = fronts[at];
        return front === undefined ? [] : [packetTo(front, details, this.setting, endpoints)];
      });
  }

  #endpoints(): readonly Address[] {
    const { family } = this.setting.setup.flags;
    return this.compilation.beliefs.flatMap(({ endpoints: [first] }) => {
      const address = first && parseAddress(first.from.address);
      return address === undefined || (typeof address === "number") !== (family === 4)
        ? []
        : [address];
    });
  }
}

function keyOf(protocol: number, address: Address, port: number): string {
  return `${protocol} ${address} ${port}`;
}

/** The scene of this size that a seed makes. */
export function largeScene(size: Size, seed: number, subject: Subject = CHAINWALK): Scene {
  return new Scene(subject, sampleOne(largeCluster(size), seed), seed);
}

/** The rules as the reference walk has them, without an index. */
export function plainWorld({ ruleset, setting }: Scene): World {
  return makeWorld({ rules: [linkRules(ruleset)], host: setting.host });
}

export function countRules({ tables }: Ruleset): number {
  let count = 0;
  for (const { chains } of tables.values()) {
    for (const { rules } of chains.values()) count += rules.length;
  }
  return count;
}
