import * as fc from "fast-check";

/** Pieces that mean something to restore input, to be put where they do not belong. */
const PIECES = [
  " ",
  "  ",
  "\t",
  "!",
  " ! ",
  '"',
  "\\",
  "'",
  "-",
  "--",
  "=",
  ",",
  ":",
  "/",
  "+",
  "[1:2]",
  "\r",
  "é",
  "0",
  "x",
  " -j ",
  " -g ",
  " -m ",
  " -p ",
  " -s ",
  " -d ",
  " -i ",
  " -o ",
  " -f",
  " -c 1 2",
  " -A ",
  " -I ",
  " -4",
  " -6",
  " --dport ",
  " --sport ",
  " --comment ",
  " --set",
  " --probability ",
  " --ctstate ",
  " --to-destination ",
  "tcp",
  "udp",
  "icmp",
  "all",
  "65535",
  "65536",
  "0x10",
  "010",
  "10.0.0.1",
  "0/0",
  "::1/64",
  "ACCEPT",
  "DROP",
  "eth+",
  "NEW",
  "INPUT",
  "__proto__",
  "a".repeat(40),
  "1".repeat(20),
] as const;

/** What to do to a text: each step changes one place. */
type Step =
  | { readonly kind: "delete-word" | "double-word" | "swap-words"; readonly at: number }
  | { readonly kind: "insert"; readonly at: number; readonly piece: string }
  | { readonly kind: "cut"; readonly at: number; readonly length: number }
  | { readonly kind: "replace-word"; readonly at: number; readonly piece: string };

const place = fc.nat({ max: 10_000 });
const piece = fc.constantFrom(...PIECES);

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("delete-word" as const, "double-word" as const, "swap-words" as const),
    at: place,
  }),
  fc.record({ kind: fc.constant("insert" as const), at: place, piece }),
  fc.record({
    kind: fc.constant("cut" as const),
    at: place,
    length: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant("replace-word" as const), at: place, piece }),
);

/** One of the texts, changed in up to `most` places. */
export function mutated(texts: readonly string[], most = 3): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(step, { maxLength: most }))
    .map(([text, steps]) => steps.reduce(mutate, text));
}

function mutate(text: string, change: Step): string {
  switch (change.kind) {
    case "insert": {
      const at = change.at % (text.length + 1);
      return text.slice(0, at) + change.piece + text.slice(at);
    }
    case "cut": {
      const at = change.at % (text.length + 1);
      return text.slice(0, at) + text.slice(at + change.length);
    }
    default:
      return mutateWords(text, change);
  }
}

function mutateWords(text: string, change: Exclude<Step, { kind: "insert" | "cut" }>): string {
  const words = text.split(" ");
  const at = change.at % words.length;
  const word = words[at] ?? "";
  switch (change.kind) {
    case "delete-word":
      words.splice(at, 1);
      break;
    case "double-word":
      words.splice(at, 0, word);
      break;
    case "swap-words":
      words.splice(at, 1);
      words.splice((at + 1) % (words.length + 1), 0, word);
      break;
    case "replace-word":
      words[at] = change.piece.trim();
      break;
    default:
      return change satisfies never;
  }
  return words.join(" ");
}
