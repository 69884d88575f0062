/** Who does something, and which earlier entry of the journal moved them to it. */
export interface Actor {
  readonly name: string;
  /** Number of the entry; absent for what comes from outside, such as a user's command. */
  readonly because?: number;
}

/** One step of the bureaucratic chain: who did what because of what. */
export interface JournalEntry {
  /** Counts from 1. */
  readonly number: number;
  /** Milliseconds since 1970 of simulated time. */
  readonly at: number;
  readonly actor: string;
  readonly because: number | undefined;
  /** As in `created`, `updated`, `deleted`, `bound`; or a component's remark: `Pulling`, `Killing`. */
  readonly did: string;
  /** What it was done to, as in `pod/default/web-1`. */
  readonly object: string;
  /** UID of what a remark is about. */
  readonly uid?: string;
  readonly note: string | undefined;
  /** Whether it is a remark (which changes nothing), and of which weight. */
  readonly remark: "Normal" | "Warning" | undefined;
}

/** The newest entries up to a limit; numbers go on counting. */
export class Journal {
  #entries: JournalEntry[];
  #next: number;
  readonly #limit: number;

  constructor(limit: number, entries: readonly JournalEntry[] = []) {
    this.#limit = limit;
    this.#entries = [...entries];
    this.#next = (entries.at(-1)?.number ?? 0) + 1;
  }

  add(entry: Omit<JournalEntry, "number">): number {
    const number = this.#next++;
    this.#entries.push({ number, ...entry });
    if (this.#entries.length > 2 * this.#limit) this.#entries = this.#entries.slice(-this.#limit);
    return number;
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries.slice(-this.#limit);
  }

  get last(): JournalEntry | undefined {
    return this.#entries.at(-1);
  }

  find(number: number): JournalEntry | undefined {
    const first = this.#entries[0];
    return first === undefined ? undefined : this.#entries[number - first.number];
  }
}
