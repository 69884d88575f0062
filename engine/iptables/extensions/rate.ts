/** Units of a rate as iptables reads them (cut short, in any case), with their seconds. */
const UNITS = [
  ["second", 1],
  ["minute", 60],
  ["hour", 3600],
  ["day", 86400],
] as const;

/** Units as a save prints them, the longest first. */
const PRINTED = [
  ["day", 86400],
  ["hour", 3600],
  ["min", 60],
  ["sec", 1],
] as const;

/** `N[/UNIT]`; `undefined` when it is no rate. `count` is at least 1. */
export function parseRate(
  text: string,
): { readonly count: number; readonly seconds: number } | undefined {
  const slash = text.indexOf("/");
  const unit = slash < 0 ? "second" : text.slice(slash + 1).toLowerCase();
  const seconds = unit === "" ? undefined : UNITS.find(([name]) => name.startsWith(unit))?.[1];
  const count = Number.parseInt(text, 10);
  return seconds === undefined || !(count >= 1) ? undefined : { count, seconds };
}

/**
 * A rate from the time between two packets, in parts of which `scale` make a second. A save takes
 * the shortest unit in which the rate still comes out whole or nearly so (`print_rate`).
 */
export function printRate(
  interval: number,
  scale: number,
): { readonly text: string; readonly seconds: number } {
  let [name, seconds]: readonly [string, number] = PRINTED[0];
  for (const [next, length] of PRINTED.slice(1)) {
    const whole = length * scale;
    if (interval > whole || Math.floor(whole / interval) < whole % interval) break;
    [name, seconds] = [next, length];
  }
  return { text: `${Math.floor((seconds * scale) / interval)}/${name}`, seconds };
}
