import { UDP } from "../../engine/net/protocol.js";
import type { Family } from "../../engine/net/ip.js";
import { given, type RoutingRule } from "../host/types.js";
import { makePacket } from "../packet/make.js";
import { applyTarget } from "../target/index.js";
import type { Branch } from "../walk/branch.js";
import { FORWARD, INPUT } from "../walk/hooks.js";
import { memoryOf, type Memory } from "../walk/memory.js";
import { VERDICTS } from "../walk/result.js";
import type { World } from "../walk/world.js";
import { hasPlainPrefixes, type AddressClasses } from "./address-classes.js";
import { writeAddress } from "./fields.js";
import type { Interfaces } from "./interfaces.js";
import { goThrough, scratch, type Scratch } from "./scratch.js";

/** What routing decides: `ENDS + n` is the end with verdict n. */
export const TO_NODE = 0;
export const TO_WIRE = 1;
/** In doubt, or too seldom to be lowered. */
export const UNDECIDED = 2;
export const ENDS = 8;

/** Addresses that MASQUERADE takes: not asked for yet, or only the reference knows. */
export const NOT_ASKED = 0;
export const ASKED = 1;
export const NOT_LOWERED = 2;

/** A decision on one combination of classes; the numbers of `VERDICTS` tell the ends. */
interface Decided {
  readonly kind: number;
  readonly leavesBy: number;
  readonly scratch: Scratch;
}

/** More combinations than this are kept in a map instead of a table. */
const TABLE_SIZE = 1 << 16;

/**
 * The host's routing decisions, learnt from the reference walk: each is asked for once for every
 * combination of interface, classes of addresses and marks that routing rules look at.
 */
export class Decisions {
  readonly #world: World;
  readonly #memory: Memory;
  readonly #classes: AddressClasses;
  readonly #interfaces: Interfaces;
  readonly #marks: readonly { readonly value: number; readonly mask: number }[];
  readonly #table: Int32Array | undefined;
  readonly #map = new Map<number, number>();
  readonly #decided: Decided[] = [];
  /** By decision: what it is, and the interface that the packet leaves by. */
  kinds = new Uint8Array(16);
  leavesBy = new Int32Array(16);
  /** By decision: whether the address of MASQUERADE is known, and its four parts. */
  masquerades = new Uint8Array(16);
  masqueradeParts = new Int32Array(64);

  constructor(world: World, classes: AddressClasses, interfaces: Interfaces) {
    this.#world = world;
    this.#memory = memoryOf({ ...world.host, connections: given([]) });
    this.#classes = classes;
    this.#interfaces = interfaces;
    this.#marks = marksOf(world.host.routingRules[world.family].value);
    const size = this.#combinations();
    this.#table = size <= TABLE_SIZE ? new Int32Array(size).fill(-1) : undefined;
  }

  #combinations(): number {
    const { count } = this.#classes;
    return (this.#interfaces.names.length + 1) * count * count * 2 ** this.#marks.length;
  }

  /** `cameBy` 0: the node's own packet. The answer is an index into `kinds` and the others. */
  decide(cameBy: number, source: number, destination: number, mark: number): number {
    const { count } = this.#classes;
    let key = (cameBy * count + source) * count + destination;
    for (const { value, mask } of this.#marks) {
      key = key * 2 + ((mark & mask) >>> 0 === value ? 1 : 0);
    }
    const known = this.#table === undefined ? (this.#map.get(key) ?? -1) : (this.#table[key] ?? -1);
    return known >= 0 ? known : this.#learn(key, cameBy, source, destination, mark);
  }

  #learn(key: number, cameBy: number, source: number, destination: number, mark: number): number {
    const packet = makePacket({
      protocol: UDP,
      source: this.#classes.sampleOf(source),
      destination: this.#classes.sampleOf(destination),
      sourcePort: 40_000,
      destinationPort: 9,
      mark,
      inInterface: cameBy === 0 ? undefined : this.#interfaces.nameOf(cameBy),
    });
    const asked = scratch(this.#world, this.#memory, packet);
    const number = this.#decided.length;
    const decided = cameBy === 0 ? this.#routeOut(asked) : this.#routeIn(asked);
    this.#decided.push(decided);
    this.#makeRoom(number);
    this.kinds[number] = decided.kind;
    this.leavesBy[number] = decided.leavesBy;
    if (this.#table === undefined) this.#map.set(key, number);
    else this.#table[key] = number;
    return number;
  }

  #makeRoom(number: number): void {
    if (number < this.kinds.length) return;
    const grow = <T extends Uint8Array | Int32Array>(old: T, grown: T): T => {
      grown.set(old);
      return grown;
    };
    this.kinds = grow(this.kinds, new Uint8Array(this.kinds.length * 2));
    this.leavesBy = grow(this.leavesBy, new Int32Array(this.leavesBy.length * 2));
    this.masquerades = grow(this.masquerades, new Uint8Array(this.masquerades.length * 2));
    const parts = new Int32Array(this.masqueradeParts.length * 2);
    this.masqueradeParts = grow(this.masqueradeParts, parts);
  }

  #routeIn(asked: Scratch): Decided {
    const { branch } = asked;
    let sure = goThrough(asked, { do: "route-in" });
    if (sure && branch.end === undefined && branch.stages === FORWARD) {
      sure = goThrough(asked, { do: "before-forward" });
    }
    if (!sure) return { kind: UNDECIDED, leavesBy: 0, scratch: asked };
    return this.#conclude(asked, branch.stages === INPUT ? TO_NODE : TO_WIRE);
  }

  #routeOut(asked: Scratch): Decided {
    const sure = goThrough(asked, { do: "route-out" });
    if (!sure) return { kind: UNDECIDED, leavesBy: 0, scratch: asked };
    return this.#conclude(asked, TO_WIRE);
  }

  #conclude(asked: Scratch, way: number): Decided {
    const { end, out } = asked.branch;
    if (end !== undefined) {
      return { kind: ENDS + VERDICTS.indexOf(end.verdict), leavesBy: 0, scratch: asked };
    }
    const leavesBy = out === undefined ? 0 : this.#interfaces.numberOf(out);
    return { kind: leavesBy < 0 ? UNDECIDED : way, leavesBy, scratch: asked };
  }

  /** Learns the address that MASQUERADE gives to packets of this decision. */
  learnMasquerade(number: number): void {
    this.masquerades[number] = NOT_LOWERED;
    const decided = this.#decided[number];
    if (decided === undefined) return;
    const { walker, branch } = decided.scratch;
    const untracked: Branch = { ...branch, tracking: { kind: "none" } };
    const asked = { walker, branch: untracked };
    if (!goThrough(asked, { do: "track", hook: "PREROUTING" })) return;
    const effect = applyTarget(walker, asked.branch, { name: "MASQUERADE" }, "");
    const { tracking } = asked.branch;
    if (effect !== "accept" || tracking.kind !== "tracked" || walker.open.length > 0) return;
    if (!tracking.connection.bound.source) return;
    writeAddress(this.masqueradeParts, number * 4, tracking.connection.reply.destination);
    this.masquerades[number] = ASKED;
  }
}

function marksOf(
  rules: readonly RoutingRule[],
): readonly { readonly value: number; readonly mask: number }[] {
  const marks = new Map<string, { readonly value: number; readonly mask: number }>();
  for (const { mark } of rules) {
    if (mark !== undefined) marks.set(`${mark.value}/${mark.mask}`, mark);
  }
  return [...marks.values()];
}

const MOST_MARKS = 8;

/**
 * Whether routing looks at nothing but interfaces, addresses and a few marks, so that its decisions
 * can be learnt by classes.
 */
export function isLearnable({ host }: World, family: Family): boolean {
  const rules = host.routingRules[family].value;
  return (
    hasPlainPrefixes(host, family) &&
    marksOf(rules).length <= MOST_MARKS &&
    host.routes.value.every(({ tos }) => tos === 0) &&
    rules.every(
      (rule) =>
        (rule.tos === undefined || rule.tos === 0) &&
        rule.protocol === undefined &&
        rule.sourcePorts === undefined &&
        rule.destinationPorts === undefined &&
        rule.uids === undefined,
    )
  );
}
