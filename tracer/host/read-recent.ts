import { fault, type Checked, type Fault } from "../../engine/errors.js";
import { parseAddress } from "../../engine/net/ip.js";
import type { RecentEntry } from "./types.js";
import { lineAt } from "./lines.js";

/** How the kernel's ticks, which is what `/proc/net/xt_recent` prints, stand to the clock. */
export interface TickClock {
  /** The tick counter at `now`. */
  readonly ticks: number;
  /** `CONFIG_HZ`. */
  readonly perSecond: number;
  /** ms since 1970. */
  readonly now: number;
}

const LINE = /^src=(\S+) ttl: (\d+) last_seen: (\d+) oldest_pkt: (\d+) ([\d, ]*)$/;

/**
 * Reads one list as `/proc/net/xt_recent/NAME` prints it. The stamps follow one another in a ring
 * whose oldest is at `oldest_pkt`; here they come oldest first, in ms since 1970
 * (`xt_recent.c: recent_seq_show`).
 */
export function readRecentList(
  text: string,
  clock: TickClock,
  file?: string,
): Checked<readonly RecentEntry[]> {
  const value: RecentEntry[] = [];
  const faults: Fault[] = [];
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    const parts = LINE.exec(line.trim());
    const address = parseAddress(parts?.[1] ?? "");
    if (parts === null || address === undefined) {
      const at = lineAt(file, index + 1);
      faults.push(fault("bad-recent", "not a line of /proc/net/xt_recent", at, line));
      return;
    }
    const stamps = (parts[5] ?? "")
      .split(",")
      .map((stamp) => stamp.trim())
      .filter((stamp) => stamp !== "")
      .map((stamp) => clock.now - ((clock.ticks - Number(stamp)) * 1000) / clock.perSecond)
      .sort((left, right) => left - right);
    value.push({ address, ttl: Number(parts[2]), stamps });
  });
  return { value, faults };
}

/** What kernels are built with. */
const TICK_RATES = [100, 250, 300, 1000] as const;

/** The counter starts five minutes before it passes 32 bits (`INITIAL_JIFFIES`). */
const WRAP = 2 ** 32;
const HEAD_START_SECONDS = 300;

/** The tick rate that fits a counter read `uptime` seconds after the kernel started. */
export function tickRateOf(ticks: number, uptime: number): number {
  const error = (rate: number): number =>
    Math.abs(WRAP - HEAD_START_SECONDS * rate + uptime * rate - ticks) / rate;
  return TICK_RATES.reduce<number>((best, rate) => (error(rate) < error(best) ? rate : best), 100);
}
