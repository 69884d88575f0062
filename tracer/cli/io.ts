/** Everything the command line may touch of its surroundings, so that tests run it in process. */
export interface Io {
  /** All of standard input, as bytes. */
  readonly stdin: () => Promise<Uint8Array>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths start from. */
  readonly cwd: string;
  readonly outIsTerminal: boolean;
  /** Nobody reads on (`| head`): a command that prints much may end. */
  readonly outIsClosed: () => boolean;
  readonly errIsTerminal: boolean;
  /** Milliseconds since the epoch, for progress and for the clock of a walk. */
  readonly now: () => number;
  /**
   * Aborted when the user wants a command that runs on to stop. Who asks for it takes Ctrl-C over;
   * before that it ends the process at once, as computing in one go leaves no time to listen.
   */
  readonly signal: AbortSignal;
  /** Threads that the machine runs side by side. */
  readonly cores: number;
}

export const EXIT = { done: 0, differs: 1, usage: 2, badInput: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
