import type { Fault } from "../../errors.js";
import type { TcpMatch } from "../extensions/tcp.js";
import { DEFAULT_BURST, DEFAULT_RATE, type LimitMatch } from "../extensions/limit.js";
import { isAnyAddress } from "../parse/header.js";
import type { Backend, Dump } from "../parse.js";
import type { Rule, TableName } from "../types.js";
import { rulesOf, type TableContext } from "./context.js";

interface Refusal {
  readonly by: Backend;
  readonly why: string;
  readonly word: string;
}

/**
 * Rules that one of the two backends refuses and the other takes: an error where the dump is known to
 * be of the one, a warning where it may be of either.
 */
export function checkBackends({ table, backend, report }: TableContext): void {
  for (const { chain, rule } of rulesOf(table)) {
    for (const { by, why, word } of refusals(rule, table.name)) {
      if (backend !== undefined && backend !== by) continue;
      const severity = backend === undefined ? "warning" : "error";
      report(severity, `refused-by-${by}`, `the ${by} backend refuses the rule: ${why}`, {
        chain,
        rule,
        word,
      });
    }
  }
}

/** The legacy backend knows a last line COMMIT by its line end. */
export function checkEnd({ text, sections }: Dump, file: string | undefined): readonly Fault[] {
  const backend = sections.at(-1)?.backend;
  if (!/(?:^|\n)COMMIT$/.test(text.slice(-8)) || backend === "nft") return [];
  const severity = backend === undefined ? "warning" : "error";
  const message = "the last line has no line end: the legacy backend does not take it for COMMIT";
  const line = text.split("\n").length;
  const at = { ...(file === undefined ? {} : { file }), line, column: 1, length: 6 };
  return [{ code: "no-line-end", severity, message, at, excerpt: "COMMIT" }];
}

function refusals(rule: Rule, table: TableName): readonly Refusal[] {
  const found = [...headerRefusals(rule), ...targetRefusals(rule, table)];
  for (const match of rule.matches) {
    if (match.name === "limit" && overflows(match)) {
      const why = "its rate and burst are more than the kernel can count";
      found.push({ by: "legacy", why, word: "limit" });
    }
  }
  return found;
}

/** The legacy kernel takes them, and no packet ever matches. */
function headerRefusals({ source, destination }: Rule): readonly Refusal[] {
  const found: Refusal[] = [];
  if (source?.not === true && isAnyAddress(source.value)) {
    found.push({ by: "nft", why: "it excludes every source", word: "-s" });
  }
  if (destination?.not === true && isAnyAddress(destination.value)) {
    found.push({ by: "nft", why: "it excludes every destination", word: "-d" });
  }
  return found;
}

function targetRefusals({ target, matches }: Rule, table: TableName): readonly Refusal[] {
  switch (target?.name) {
    case "QUEUE":
      return [{ by: "nft", why: "it has no QUEUE, but NFQUEUE", word: "QUEUE" }];
    case "TRACE":
      return table === "raw"
        ? []
        : [{ by: "legacy", why: "TRACE can be used in raw only", word: "TRACE" }];
    case "TCPMSS":
      return matches.some((match) => match.name === "tcp" && asksForSyn(match))
        ? []
        : [{ by: "legacy", why: "TCPMSS wants -m tcp with SYN up, as --syn", word: "TCPMSS" }];
    default:
      return [];
  }
}

/** Kernel: `net/netfilter/xt_TCPMSS.c: find_syn_match`. */
function asksForSyn({ flags }: TcpMatch): boolean {
  return flags !== undefined && !flags.not && flags.value.set.includes("SYN");
}

/** Kernel: `net/netfilter/xt_limit.c: limit_mt_check`, which multiplies in 32 bits. */
function overflows({ limit, burst }: LimitMatch): boolean {
  if (burst === 0) return true;
  const { interval } = limit ?? DEFAULT_RATE;
  return Number(BigInt.asUintN(32, BigInt(interval) * BigInt(burst ?? DEFAULT_BURST))) < interval;
}
