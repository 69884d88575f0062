import type { ChainDeclaration } from "../restore.js";
import { MAX_CHAIN_NAME, type Counters } from "../types.js";
import { chainNameTrouble, isPolicy } from "./command-line.js";
import type { FaultLog, SourceLine } from "./fault-log.js";

const SHAPE = /^:[ \t]*([^ \t]+)[ \t]*([^ \t]*)[ \t]*([^ \t]*)/;

/** How a save writes nearly all of them. */
const PLAIN = " - [0:0]";

/** Where the name ends in a line such as `:KUBE-MARK-MASQ - [0:0]`; -1 for any other line. */
export function plainDeclarationEnd(text: string, start: number, end: number): number {
  const nameEnd = end - PLAIN.length;
  const count = nameEnd - start - 1;
  if (count < 1 || count > MAX_CHAIN_NAME || !text.startsWith(PLAIN, nameEnd)) return -1;
  for (let at = start + 1; at < nameEnd; at++) {
    const code = text.charCodeAt(at);
    if (code <= 32 || code > 126) return -1;
  }
  return nameEnd;
}

/** Reads `:CHAIN POLICY [packets:bytes]`; what follows is ignored, as `iptables-restore` does. */
export function readDeclaration(line: SourceLine, log: FaultLog): ChainDeclaration | undefined {
  const { text } = line;
  const parts = SHAPE.exec(text);
  if (parts === null) {
    log.error("bad-chain-line", "a chain line is written :NAME POLICY [PACKETS:BYTES]", line);
    return undefined;
  }
  const [, chain = "", policy = "", counters = ""] = parts;
  const trouble = chainNameTrouble(chain);
  if (trouble !== undefined) log.error(trouble.code, trouble.message, line, 1, 1 + chain.length);
  if (policy === "") log.error("missing-policy", `the chain ${chain} has no policy or -`, line);
  else if (policy !== "-" && !isPolicy(policy)) {
    const start = line.text.indexOf(policy, 1 + chain.length);
    const message = `a policy is ACCEPT, DROP or -, not "${policy}"`;
    log.error("bad-policy", message, line, start, start + policy.length);
  }
  return {
    chain,
    policy: isPolicy(policy) ? policy : undefined,
    counters: readCounters(counters, line, log),
    line: line.number,
  };
}

function readCounters(text: string, line: SourceLine, log: FaultLog): Counters | undefined {
  if (text === "" || text === "[0:0]") return undefined;
  const parts = /^\[(\d{1,20}):(\d{1,20})\]$/.exec(text);
  if (parts === null) {
    const start = line.text.lastIndexOf(text);
    log.warn(
      "bad-counters",
      "counters are written [PACKETS:BYTES]",
      line,
      start,
      start + text.length,
    );
    return undefined;
  }
  return { packets: BigInt(parts[1] ?? 0), bytes: BigInt(parts[2] ?? 0) };
}
