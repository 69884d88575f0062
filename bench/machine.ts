import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import type { Machine } from "./types.js";

export function thisMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
  };
}

/** The most memory the process has held so far, in MB (10^6 octets). */
export function peakMegabytes(): number {
  return Math.round((process.resourceUsage().maxRSS * 1024) / 1e6);
}

/**
 * The most memory that was resident while `work` ran, in MB. Garbage is collected first where node
 * runs with `--expose-gc`, and on Linux the kernel's own high-water mark is set back, so that what
 * was needed to make the inputs does not count; elsewhere it does.
 */
export function peakOf(work: () => unknown): number {
  globalThis.gc?.();
  if (!forgetPeak()) {
    work();
    return peakMegabytes();
  }
  work();
  return readPeak() ?? peakMegabytes();
}

/** `proc_pid_clear_refs(5)`: 5 sets `VmHWM` back to what is resident now. */
function forgetPeak(): boolean {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
    return true;
  } catch {
    return false;
  }
}

function readPeak(): number | undefined {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return line === null ? undefined : Math.round((Number(line[1]) * 1024) / 1e6);
}
