import type { Memory } from "./memory.js";

/** A token every so many milliseconds, and how many the bucket holds. */
export interface Bucket {
  readonly every: number;
  readonly burst: number;
}

/** Takes a token, if one is there; a bucket that was not used before is full. */
export function takeToken(
  memory: Memory,
  key: string,
  { every, burst }: Bucket,
): { readonly memory: Memory; readonly left: boolean } {
  const credit = creditOf(memory, key, { every, burst });
  const left = credit >= every;
  return {
    left,
    memory: {
      ...memory,
      counters: memory.counters.set(key, left ? credit - every : credit),
      filled: memory.filled.set(key, memory.now),
    },
  };
}

/** In milliseconds' worth of tokens. */
function creditOf(memory: Memory, key: string, { every, burst }: Bucket): number {
  const full = every * burst;
  const before = memory.counters.get(key);
  const since = memory.filled.get(key) ?? memory.now;
  return before === undefined ? full : Math.min(full, before + memory.now - since);
}
