import type { Ruleset } from "../../engine/iptables/types.js";
import type { HostState } from "../host/types.js";
import { linkRules, type Backend, type LinkedRules } from "../walk/link.js";
import { memoryOf } from "../walk/memory.js";
import { makeWorld, trackingReason, type World } from "../walk/world.js";
import { classesOf } from "./address-classes.js";
import { Decisions, isLearnable } from "./decisions.js";
import { FirstPackets } from "./first-packets.js";
import { wordsOf } from "./fields.js";
import { Growable } from "./growable.js";
import { indexRules, type RuleIndex } from "./index-rules.js";
import type { Interfaces } from "./interfaces.js";
import { KnownTuples } from "./known-tuples.js";
import { leftInterfaces } from "./load.js";
import { ChainLowering } from "./lower-chains.js";
import { lowerStages } from "./lower-stages.js";
import { Rows, type Lowering } from "./lowering.js";
import type { Machine } from "./machine.js";
import { Planner } from "./plan/planned.js";
import type { Lowered, Program } from "./program.js";
import { RuleNumbers } from "./rule-numbers.js";

/**
 * Makes a ruleset ready to be run over many packets on this host: resolved, indexed and turned into
 * rows of numbers. Any ruleset is taken; what has no numbers is asked of the reference walk when a
 * packet comes to it.
 */
export function linkProgram(ruleset: Ruleset, host: HostState, backend?: Backend): Program {
  return programOf(makeWorld({ rules: [linkRules(ruleset, backend)], host }));
}

/** The same for a world whose rulesets are linked already. Statements are left to the reference. */
export function programOf(world: World): Program {
  const [index, ...others] = indexRules(world.rules, world.host);
  const [linked] = world.rules;
  const rules = new RuleNumbers(world.rules);
  const plain =
    others.length === 0 &&
    world.statements.length === 0 &&
    isLearnable(world, world.family) &&
    index !== undefined &&
    linked !== undefined;
  return {
    family: world.family,
    world,
    memory: memoryOf(world.host),
    rules,
    lowered: plain ? lower(world, linked, index, rules) : undefined,
  };
}

function lower(world: World, linked: LinkedRules, index: RuleIndex, numbers: RuleNumbers): Lowered {
  const { host, family } = world;
  const { interfaces } = index;
  addNames(interfaces, world);
  const classes = classesOf(host, family);
  const code = new Growable(1 << 12);
  const lowering: Lowering = {
    world,
    host,
    family,
    backend: linked.backend,
    interfaces,
    classes,
    rows: new Rows(),
    code,
  };
  const chains = new ChainLowering(lowering, numbers, index);
  const known = new KnownTuples(host.connections.value, family);
  const tracked = trackingReason(world) !== undefined;
  const setting = { linked, numbers, chains, code, tracked, known: known.size > 0 };
  const entries = lowerStages(setting);
  const parts = () => ({
    code: code.items,
    rows: lowering.rows.items,
    dispatch: chains.dispatch,
  });
  const machine: Machine = {
    ...parts(),
    place: (stub) => {
      const place = chains.place(stub);
      Object.assign(machine, parts());
      return place;
    },
    classes,
    decisions: new Decisions(world, classes, interfaces),
    known,
    firstPackets: new FirstPackets(world, tracked),
    words: wordsOf(family),
    loopback: interfaces.numberOf("lo"),
    ...entries,
  };
  const left = leftInterfaces(world, memoryOf(host));
  return { machine, planner: new Planner(machine), interfaces, left };
}

/** Interfaces of the host, and where its routes lead. */
function addNames(interfaces: Interfaces, { host }: World): void {
  for (const { name } of host.interfaces.value) interfaces.add(name);
  for (const { hops } of host.routes.value) for (const { device } of hops) interfaces.add(device);
  for (const { inInterface } of host.routingRules[4].value) {
    if (inInterface !== undefined) interfaces.add(inInterface);
  }
  for (const { inInterface } of host.routingRules[6].value) {
    if (inInterface !== undefined) interfaces.add(inInterface);
  }
  interfaces.add("lo");
}
