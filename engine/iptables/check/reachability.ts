import { forEachJump } from "../chain-rules.js";
import { BUILT_IN_CHAINS, type Chain, type Hook, type Table } from "../types.js";

interface Reached {
  /** `undefined`: a hook whose chain is not there. */
  readonly chain: Chain | undefined;
  /** Bits of the hooks that lead here, and of those for which its jumps have yet to be followed. */
  hooks: number;
  waiting: number;
}

/**
 * By chain the hooks from which packets may come to it, in their order; chains that none leads to are
 * left out. All hooks go on together, so that what several lead to is mostly looked at once: of a large
 * dump that is nearly everything.
 */
export function reachability(table: Table): ReadonlyMap<string, readonly Hook[]> {
  const base = BUILT_IN_CHAINS[table.name];
  const reached = new Map<string, Reached>();
  const queue: Reached[] = [];
  const reach = (to: Reached, hooks: number): void => {
    const fresh = hooks & ~to.hooks;
    if (fresh === 0) return;
    if (to.waiting === 0) queue.push(to);
    to.hooks |= fresh;
    to.waiting |= fresh;
  };
  for (const [bit, hook] of base.entries()) {
    const start = { chain: table.chains.get(hook), hooks: 0, waiting: 0 };
    reached.set(hook, start);
    reach(start, 1 << bit);
  }
  for (let next = 0; next < queue.length; next++) {
    const from = queue[next];
    if (from?.chain === undefined) continue;
    const { waiting } = from;
    from.waiting = 0;
    forEachJump(from.chain, (name) => {
      const to = reached.get(name);
      if (to !== undefined) return reach(to, waiting);
      const chain = table.chains.get(name);
      if (chain === undefined) return;
      const made = { chain, hooks: 0, waiting: 0 };
      reached.set(name, made);
      reach(made, waiting);
    });
  }
  const lists = new Map<number, readonly Hook[]>();
  const listOf = (hooks: number): readonly Hook[] => {
    const known = lists.get(hooks) ?? base.filter((_, bit) => (hooks & (1 << bit)) !== 0);
    lists.set(hooks, known);
    return known;
  };
  return new Map([...reached].map(([name, { hooks }]) => [name, listOf(hooks)]));
}
