import type { TimeMatch } from "../../engine/iptables/extensions/time.js";
import type { HostState } from "../host/types.js";
import { use, type Branch } from "../walk/branch.js";
import { truth, type Truth } from "./truth.js";

const DAY = 86_400;

/** `xt_time.c: time_mt`. `--kerneltz` is taken as UTC, which the kernel's zone is unless someone set it. */
export function timeMatches(match: TimeMatch, branch: Branch, host: HostState): Truth {
  const seconds = Math.floor(branch.memory.now / 1000);
  use(branch, `the time is ${new Date(branch.memory.now).toISOString()}`, host.now);
  return truth(holdsAt(match, seconds));
}

function holdsAt(match: TimeMatch, seconds: number): boolean {
  const { datestart = 0, datestop = Number.POSITIVE_INFINITY } = match;
  if (seconds < datestart || seconds > datestop) return false;
  const { timestart = 0, timestop = DAY - 1 } = match;
  const inDay = seconds % DAY;
  const overnight = timestart >= timestop;
  if (!overnight && (inDay < timestart || inDay > timestop)) return false;
  if (overnight && inDay < timestart && inDay > timestop) return false;
  // After midnight a contiguous period still belongs to the day that it began on.
  const late = overnight && match.contiguous === true && inDay < timestart;
  const day = new Date((late ? seconds - DAY : seconds) * 1000);
  const weekday = day.getUTCDay() === 0 ? 7 : day.getUTCDay();
  return isOneOf(match.weekdays, weekday) && isOneOf(match.monthdays, day.getUTCDate());
}

function isOneOf(wanted: TimeMatch["weekdays"], day: number): boolean {
  return wanted === undefined || wanted.value.includes(day) !== wanted.not;
}
