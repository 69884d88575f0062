import { CHAINWALK, type Subject } from "../../bench/inputs/subject.js";
import type { Outcome } from "../../tracer/walk/walk.js";
import type { Rule, Ruleset, Table } from "../../engine/iptables/types.js";

/** What the rules of one Service of a generated large cluster were made for. */
const SEVENTH = "ns-7/svc-7:http";

/** The ruleset without those rules of that Service that `left` picks. */
function without(ruleset: Ruleset, left: (rule: Rule) => boolean): Ruleset {
  const isLeft = (rule: Rule) =>
    rule.origin.kind === "compiled" && rule.origin.subject === SEVENTH && left(rule);
  const tables = [...ruleset.tables].map(([name, table]): readonly [typeof name, Table] => {
    const chains = [...table.chains].map(([chain, made]) => {
      const rules = made.rules.filter((rule) => !isLeft(rule));
      return [chain, { ...made, rules }] as const;
    });
    return [name, { ...table, chains: new Map(chains) }];
  });
  return { ...ruleset, tables: new Map(tables) };
}

const draws = ({ matches }: Rule) => matches.some(({ name }) => name === "statistic");
const translates = ({ target }: Rule) => target?.name === "DNAT";

function isOfSeventh({ path }: Outcome): boolean {
  return path.steps.some(
    ({ definition }) =>
      definition?.origin.kind === "compiled" && definition.origin.subject === SEVENTH,
  );
}

/** A fault in one Service of many, by the property that must find it. */
export const FAULTS_OF_ONE: Readonly<Record<string, Subject>> = {
  "program = walk": {
    ...CHAINWALK,
    link: (ruleset, host) => CHAINWALK.link(without(ruleset, translates), host),
  },
  "odds sum to one": {
    ...CHAINWALK,
    ways: (program) => (packet) => {
      const [first, ...others] = CHAINWALK.ways(program)(packet);
      return first === undefined || isOfSeventh(first) ? others : [first, ...others];
    },
  },
  balance: {
    ...CHAINWALK,
    ways: (program) => (packet) => {
      const [first, second, ...others] = CHAINWALK.ways(program)(packet);
      if (first === undefined || second === undefined) return CHAINWALK.ways(program)(packet);
      const moved = isOfSeventh(first) ? { ...first, path: second.path } : first;
      return [moved, second, ...others];
    },
  },
  "parse(print) = identity": {
    ...CHAINWALK,
    print: (ruleset) => CHAINWALK.print(without(ruleset, draws)),
  },
  "full = incremental": {
    ...CHAINWALK,
    compile(objects, setup) {
      const isOnlyBegun = JSON.stringify(objects).includes('"svc-7"');
      const kept = objects.filter((object) => !JSON.stringify(object).includes('"svc-7-a"'));
      return CHAINWALK.compile(isOnlyBegun ? kept : objects, setup);
    },
  },
};

/** A sync that never takes an object away: any small cluster shows it. */
export const FORGETFUL_SYNC: Subject = {
  ...CHAINWALK,
  sync(config) {
    const sync = CHAINWALK.sync(config);
    return {
      change: ({ add, update }) => sync.change({ add: add ?? [], update: update ?? [] }),
      replace: (objects) => sync.replace(objects),
      watch: (event) => sync.watch(event),
      sync: (request) => sync.sync(request),
      failed: () => sync.failed(),
      health: () => sync.health(),
      conflicts: () => sync.conflicts(),
    };
  },
};
