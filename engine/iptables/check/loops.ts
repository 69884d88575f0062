import { jumpOf } from "../chain-rules.js";
import type { Chain, Rule } from "../types.js";
import { isBuiltIn, type TableContext } from "./context.js";

/** How deep jumps may go below a base chain in nftables (kernel: `NFT_JUMP_STACK_SIZE` 16). */
const NFT_DEPTH = 15;

interface Frame {
  readonly chain: Chain;
  /** The next rule to look at. */
  next: number;
}

/**
 * Jumps that lead back to where they came from: the kernel refuses those that a hook can reach.
 * A depth-first walk with its own stack, since chains can be as deep as the file is long.
 */
export function checkLoops(context: TableContext): void {
  const { table } = context;
  const done = new Set<string>();
  const starts = [...table.chains.keys()];
  starts.sort((a, b) => Number(isBuiltIn(table, b)) - Number(isBuiltIn(table, a)));
  for (const start of starts) if (!done.has(start)) walk(start, done, context);
}

function walk(start: string, done: Set<string>, context: TableContext): void {
  const first = context.table.chains.get(start);
  if (first === undefined) return;
  const path: Frame[] = [{ chain: first, next: 0 }];
  const onPath = new Map([[start, 0]]);
  for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
    const rule = frame.chain.rules[frame.next++];
    if (rule === undefined) {
      path.pop();
      onPath.delete(frame.chain.name);
      done.add(frame.chain.name);
      continue;
    }
    const to = jumpOf(rule);
    if (to === undefined || done.has(to)) continue;
    const chain = context.table.chains.get(to);
    if (chain === undefined) continue;
    const from = onPath.get(to);
    if (from === undefined) {
      onPath.set(to, path.length);
      path.push({ chain, next: 0 });
    } else {
      // No more of a circle than is shown: there may be as many circles as chains in one.
      reportLoop(path.slice(from, from + SHOWN + 1), frame.chain, rule, to, context);
    }
  }
}

const SHOWN = 6;

function reportLoop(
  circle: readonly Frame[],
  chain: Chain,
  rule: Rule,
  to: string,
  { hooks, report }: TableContext,
): void {
  const names = circle.map((frame) => frame.chain.name);
  const shown = names.length > SHOWN ? [...names.slice(0, SHOWN), "..."] : names;
  const way = `jumps go in a circle: ${[...shown, to].join(" -> ")}`;
  const place = { chain, rule, word: to };
  if (hooks.has(to)) report("error", "loop", way, place);
  else report("warning", "loop", `${way}; no hook leads there yet, so that it loads`, place);
}

/**
 * Chains nested deeper than nftables allows, by the longest way from a hook to each; only where jumps
 * make no circle.
 */
export function checkDepth({ table, order, report }: TableContext): void {
  const depth = new Map<string, number>();
  if (order.length < table.chains.size) return;
  for (const chain of order.toReversed()) {
    const here = isBuiltIn(table, chain.name) ? 0 : depth.get(chain.name);
    if (here === undefined) continue;
    for (const rule of chain.rules) {
      const to = jumpOf(rule);
      if (to === undefined || !table.chains.has(to)) continue;
      const before = depth.get(to) ?? 0;
      depth.set(to, Math.max(before, here + 1));
      if (here + 1 === NFT_DEPTH + 1 && before <= NFT_DEPTH) {
        const message = `${to} lies ${here + 1} jumps below a hook: nftables takes ${NFT_DEPTH}`;
        report("warning", "too-deep", message, { chain, rule, word: to });
      }
    }
  }
}
