import type { Io } from "./io.js";

/** Tells on standard error how far a command has come, once it has taken over a second. */
export interface Progress {
  readonly tell: (text: string) => void;
  /** Wipes what a terminal still shows of it. */
  readonly end: () => void;
}

const PATIENCE_MS = 1000;
/** A terminal's line is painted over; anything else gets a new line, and so fewer of them. */
const BETWEEN_MS = { terminal: 100, other: 5000 } as const;
const WIPE = "\r\u001B[K";

export function startProgress({ err, errIsTerminal, now }: Io): Progress {
  const start = now();
  const between = errIsTerminal ? BETWEEN_MS.terminal : BETWEEN_MS.other;
  let told: number | undefined;
  return {
    tell: (text) => {
      const at = now();
      if (at - start <= PATIENCE_MS || (told !== undefined && at - told < between)) return;
      told = at;
      err(errIsTerminal ? `${WIPE}${text}` : `${text}\n`);
    },
    end: () => {
      if (told !== undefined && errIsTerminal) err(WIPE);
    },
  };
}

/** `12,000 of 48,000 packets (25 %)`. */
export function shareText(done: number, all: number, what: string): string {
  const percent = all === 0 ? 100 : Math.floor((100 * done) / all);
  return `${wholeText(done)} of ${wholeText(all)} ${what} (${percent} %)`;
}

/** `48,000`. */
export function wholeText(count: number): string {
  return count.toLocaleString("en-US");
}
