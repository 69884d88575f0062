import type { Address, Family } from "../../engine/net/ip.js";
import { UDP } from "../../engine/net/protocol.js";
import { given, type RoutingRule } from "../host/types.js";
import { makePacket } from "../packet/make.js";
import { applyTarget } from "../target/index.js";
import type { Branch } from "../walk/branch.js";
import { BRIDGED, FORWARD, INPUT } from "../walk/hooks.js";
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
const UNDECIDED = 2;
export const ENDS = 8;

/** Whether the address that MASQUERADE takes is known; `NOT_LOWERED`: only the reference knows. */
export const NOT_ASKED = 0;
export const ASKED = 1;
const NOT_LOWERED = 2;

interface Decided {
  readonly kind: number;
  readonly leavesBy: number;
  readonly scratch: Scratch;
}

/** Numbers in a slot of the hash table: asker, both classes, the decision plus one (0: free). */
const SLOT = 4;

/**
 * The host's routing decisions, learnt from the reference walk: each is asked for once for every
 * combination of interface, classes of addresses and marks that routing rules look at.
 */
export class Decisions {
  readonly #world: World;
  readonly #memory: Memory;
  readonly #classes: AddressClasses;
  readonly #interfaces: Interfaces;
  readonly #decided: Decided[] = [];
  /** Values and masks by turns: the marks that routing rules look at. */
  readonly #marks: Int32Array;
  /** A hash table with linear probing, a power of two of slots. */
  #slots = new Int32Array(64 * SLOT);
  /** By decision: what it is, and the interface that was chosen, even where the packet then ended. */
  kinds = new Int32Array(16);
  leavesBy = new Int32Array(16);
  /** By decision: whether the address of MASQUERADE is known, and its four parts. */
  masquerades = new Int32Array(16);
  masqueradeParts = new Int32Array(64);

  constructor(world: World, classes: AddressClasses, interfaces: Interfaces) {
    this.#world = world;
    this.#memory = memoryOf({ ...world.host, connections: given([]) });
    this.#classes = classes;
    this.#interfaces = interfaces;
    const marks = marksOf(world.host.routingRules[world.family].value);
    this.#marks = Int32Array.from(marks.flatMap(({ value, mask }) => [value, mask]));
  }

  /** The number of the decision for classes of addresses. `cameBy` 0: the node's own packet. */
  decide(cameBy: number, mark: number, source: number, destination: number): number {
    const asker = askerOf(cameBy, mark, this.#marks);
    const slots = this.#slots;
    const last = slots.length / SLOT - 1;
    for (let slot = slotOf(asker, source, destination) & last; ; slot = (slot + 1) & last) {
      const place = slot * SLOT;
      const decision = slots[place + 3] ?? 0;
      if (decision === 0) return this.#learn(cameBy, source, destination, mark);
      if (
        slots[place] === asker &&
        slots[place + 1] === source &&
        slots[place + 2] === destination
      ) {
        return decision - 1;
      }
    }
  }

  #learn(cameBy: number, source: number, destination: number, mark: number): number {
    const packet = makePacket({
      protocol: UDP,
      source: this.#sampleOf(source),
      destination: this.#sampleOf(destination),
      sourcePort: 40_000,
      destinationPort: 9,
      mark: mark >>> 0,
      inInterface: cameBy === 0 ? undefined : this.#interfaces.nameOf(cameBy),
    });
    const asked = scratch(this.#world, this.#memory, packet);
    const number = this.#decided.length;
    const decided = cameBy === 0 ? this.#routeOut(asked) : this.#routeIn(asked);
    this.#decided.push(decided);
    this.#makeRoom(number);
    this.kinds[number] = decided.kind;
    this.leavesBy[number] = decided.leavesBy;
    this.#put(askerOf(cameBy, mark, this.#marks), source, destination, number + 1);
    return number;
  }

  #sampleOf(number: number): Address {
    return this.#classes.samples[number] ?? 0;
  }

  #makeRoom(number: number): void {
    if ((number + 1) * 2 * SLOT > this.#slots.length) this.#spread();
    if (number < this.kinds.length) return;
    const doubled = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(old.length * 2);
      grown.set(old);
      return grown;
    };
    this.kinds = doubled(this.kinds);
    this.leavesBy = doubled(this.leavesBy);
    this.masquerades = doubled(this.masquerades);
    this.masqueradeParts = doubled(this.masqueradeParts);
  }

  #spread(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += SLOT) {
      const [asker = 0, source = 0, destination = 0, decision = 0] = old.subarray(at, at + SLOT);
      if (decision !== 0) this.#put(asker, source, destination, decision);
    }
  }

  #put(asker: number, source: number, destination: number, decision: number): void {
    const last = this.#slots.length / SLOT - 1;
    let slot = slotOf(asker, source, destination) & last;
    while (this.#slots[slot * SLOT + 3] !== 0) slot = (slot + 1) & last;
    this.#slots.set([asker, source, destination, decision], slot * SLOT);
  }

  #routeIn(asked: Scratch): Decided {
    const { branch } = asked;
    let sure = goThrough(asked, { do: "receive", hook: "PREROUTING" });
    if (branch.end !== undefined) return { kind: UNDECIDED, leavesBy: 0, scratch: asked };
    sure = sure && goThrough(asked, { do: "route-in" });
    if (sure && branch.end === undefined && branch.stages === FORWARD) {
      sure = goThrough(asked, { do: "before-forward" });
    }
    // What a bridge passes on has its own way through the hooks.
    if (!sure || branch.stages === BRIDGED) return { kind: UNDECIDED, leavesBy: 0, scratch: asked };
    return this.#conclude(asked, branch.stages === INPUT ? TO_NODE : TO_WIRE);
  }

  #routeOut(asked: Scratch): Decided {
    const sure = goThrough(asked, { do: "route-out" });
    if (!sure) return { kind: UNDECIDED, leavesBy: 0, scratch: asked };
    return this.#conclude(asked, TO_WIRE);
  }

  #conclude(asked: Scratch, way: number): Decided {
    const { end, out } = asked.branch;
    const leavesBy = out === undefined ? 0 : this.#interfaces.numberOf(out);
    const kind = end === undefined ? way : ENDS + VERDICTS.indexOf(end.verdict);
    return { kind: leavesBy < 0 ? UNDECIDED : kind, leavesBy, scratch: asked };
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

/** Where a combination is to be looked for first. */
function slotOf(asker: number, source: number, destination: number): number {
  const mixed = Math.imul(asker ^ Math.imul(source, 0x9e3779b1), 0x85ebca6b) ^ destination;
  const spread = Math.imul(mixed ^ (mixed >>> 15), 0x9e3779b1);
  return spread ^ (spread >>> 13);
}

/** The interface together with which of the marks the packet has. */
function askerOf(cameBy: number, mark: number, marks: Int32Array): number {
  let asker = cameBy;
  for (let at = 0; at < marks.length; at += 2) {
    asker = asker * 2 + ((mark & (marks[at + 1] ?? 0)) === marks[at] ? 1 : 0);
  }
  return asker;
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
