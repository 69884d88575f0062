import { oneIn } from "../iptables/probability.js";
import type { ConntrackState } from "../iptables/extensions/conntrack.js";

/** What a rule of kube-proxy asks of a packet, or does on the way: its vocabulary is small. */
export type Clause =
  | { readonly kind: "comment"; readonly text: string }
  | { readonly kind: "protocol"; readonly protocol: string }
  | { readonly kind: "destination" | "source"; readonly not: boolean; readonly prefix: string }
  | { readonly kind: "destination-port"; readonly port: number }
  | { readonly kind: "in-interface"; readonly not: boolean; readonly name: string }
  | { readonly kind: "local-source" | "local-destination" }
  | { readonly kind: "mark"; readonly not: boolean; readonly mark: number }
  | {
      readonly kind: "conntrack-state";
      readonly not: boolean;
      readonly states: readonly ConntrackState[];
    }
  /** Matches one packet in `of`. */
  | { readonly kind: "chance"; readonly of: number }
  /** Seen from this client within `seconds`; older entries of the list are dropped. */
  | { readonly kind: "recently-seen"; readonly list: string; readonly seconds: number }
  | { readonly kind: "note-client"; readonly list: string };

export type KubeTarget =
  | { readonly kind: "jump"; readonly chain: string }
  | { readonly kind: "ACCEPT" | "DROP" | "RETURN" | "REJECT" }
  | { readonly kind: "set-mark" | "clear-mark"; readonly mark: number }
  | { readonly kind: "masquerade"; readonly randomFully: boolean }
  /** `address:port`, an IPv6 address in brackets. */
  | { readonly kind: "dnat"; readonly endpoint: string };

/** One rule as kube-proxy writes it: clauses in its order, then the target. */
export interface KubeRule {
  readonly chain: string;
  readonly clauses: readonly Clause[];
  /** `undefined`: it only counts. */
  readonly target: KubeTarget | undefined;
  /** Which part made it and why. */
  readonly reason: string;
}

/** `-A CHAIN ...` with a newline, as kube-proxy hands it to `iptables-restore`. */
export function writeRule(rule: KubeRule): string {
  return `-A ${rule.chain}${writeRuleSpec(rule)}\n`;
}

/** Everything after the chain, with a leading blank. */
export function writeRuleSpec({ clauses, target }: KubeRule): string {
  let text = "";
  for (const clause of clauses) text += writeClause(clause);
  return target === undefined ? text : text + writeTarget(target);
}

function writeClause(clause: Clause): string {
  switch (clause.kind) {
    case "comment":
      return clause.text.includes(" ")
        ? ` -m comment --comment "${clause.text}"`
        : ` -m comment --comment ${clause.text}`;
    case "protocol":
      return ` -m ${clause.protocol} -p ${clause.protocol}`;
    case "destination":
      return `${not(clause)} -d ${clause.prefix}`;
    case "source":
      return `${not(clause)} -s ${clause.prefix}`;
    case "destination-port":
      return ` --dport ${clause.port}`;
    case "in-interface":
      return `${not(clause)} -i ${clause.name}`;
    case "local-source":
      return " -m addrtype --src-type LOCAL";
    case "local-destination":
      return " -m addrtype --dst-type LOCAL";
    case "mark":
      return ` -m mark${not(clause)} --mark ${markText(clause.mark)}/${markText(clause.mark)}`;
    case "conntrack-state":
      return ` -m conntrack${not(clause)} --ctstate ${clause.states.join(",")}`;
    case "chance":
      return ` -m statistic --mode random --probability ${oneInText(clause.of)}`;
    case "recently-seen":
      return ` -m recent --name ${clause.list} --rcheck --seconds ${clause.seconds} --reap`;
    case "note-client":
      return ` -m recent --name ${clause.list} --set`;
    default:
      return clause satisfies never;
  }
}

function writeTarget(target: KubeTarget): string {
  switch (target.kind) {
    case "jump":
      return ` -j ${target.chain}`;
    case "set-mark":
      return ` -j MARK --or-mark ${markText(target.mark)}`;
    case "clear-mark":
      return ` -j MARK --xor-mark ${markText(target.mark)}`;
    case "masquerade":
      return target.randomFully ? " -j MASQUERADE --random-fully" : " -j MASQUERADE";
    case "dnat":
      return ` -j DNAT --to-destination ${target.endpoint}`;
    case "ACCEPT":
    case "DROP":
    case "RETURN":
    case "REJECT":
      return ` -j ${target.kind}`;
    default:
      return target satisfies never;
  }
}

function not(clause: { readonly not: boolean }): string {
  return clause.not ? " !" : "";
}

/** Most Services have few endpoints: these are computed once. */
const COMMON_CHANCES: readonly string[] = Array.from({ length: 257 }, (_, n) =>
  n === 0 ? "" : oneIn(n).text,
);

function oneInText(n: number): string {
  return COMMON_CHANCES[n] ?? oneIn(n).text;
}

/** Eight hexadecimal digits, as kube-proxy's `masqueradeMark`. */
function markText(mark: number): string {
  return `0x${mark.toString(16).padStart(8, "0")}`;
}
