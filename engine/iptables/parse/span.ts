/** Of a word of the line: where it stands; `from` -1: the line has none. */
export interface Span {
  from: number;
  to: number;
  /** Whether a `!` stands before it. */
  not: boolean;
  /** Whether a match stands before it. */
  isBehindMatch: boolean;
}

export function noSpan(): Span {
  return { from: -1, to: -1, not: false, isBehindMatch: false };
}

export function setSpan(span: Span, from: number, to: number): void {
  span.from = from;
  span.to = to;
}
