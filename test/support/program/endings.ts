import type { Ruleset } from "../../../engine/iptables/types.js";
import { formatFraction } from "../../../tracer/odds/fraction.js";
import type { HostState } from "../../../tracer/host/types.js";
import type { Packet } from "../../../tracer/packet/types.js";
import type { Ending } from "../../../tracer/program/endings.js";
import type { Program } from "../../../tracer/program/program.js";
import { linkRules } from "../../../tracer/walk/link.js";
import { memoryOf } from "../../../tracer/walk/memory.js";
import { enumerate, type Outcome } from "../../../tracer/walk/walk.js";
import { makeWorld } from "../../../tracer/walk/world.js";

/** Everything that an ending tells, its rules by name. */
export function programTexts(program: Program, endings: readonly Ending[]): readonly object[] {
  return endings.map(({ odds, matched, ...told }) => ({
    ...told,
    odds: formatFraction(odds),
    matched: matched.map((number) => {
      const found = program.rules.at(number);
      return `${found?.table} ${found?.chain.name} ${found?.rule.number}`;
    }),
  }));
}

/** The same as the plain reference walk has it, without any index. */
export function walkedEndings(
  { ruleset, host }: { readonly ruleset: Ruleset; readonly host: HostState },
  packet: Packet,
): readonly object[] {
  const world = makeWorld({ rules: [linkRules(ruleset)], host });
  return enumerate(world, memoryOf(host), packet).map(outcomeText);
}

function outcomeText({ path, odds, tried }: Outcome): object {
  const { verdict, last, out, steps, conditions } = path;
  return {
    verdict,
    source: last.source,
    destination: last.destination,
    sourcePort: knownOf(last.sourcePort),
    destinationPort: knownOf(last.destinationPort),
    mark: last.mark,
    out,
    tried,
    conditions,
    odds: formatFraction(odds),
    matched: steps.map(({ table, chain, rule }) => `${table} ${chain} ${rule}`),
  };
}

function knownOf(port: Packet["sourcePort"]): number | undefined {
  return typeof port === "number" ? port : undefined;
}
