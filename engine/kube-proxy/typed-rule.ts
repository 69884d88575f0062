import { familyOf, formatAddress, widthOf, type Address } from "../net/ip.js";
import { parseNumericIPv4 } from "../net/numeric.js";
import { protocolNumber, SCTP, TCP, UDP } from "../net/protocol.js";
import { formatPrefix, hostPrefix, lengthOfMask, type Prefix } from "../net/prefix.js";
import { parseSloppyAddress, parseSloppyPrefix } from "../kubernetes/sloppy.js";
import type { NatRange } from "../iptables/extensions/nat-range.js";
import { is, makeRule } from "../iptables/make.js";
import { oneIn } from "../iptables/probability.js";
import type { Match, Negatable, Rule, Target } from "../iptables/types.js";
import type { Clause, KubeRule, KubeTarget } from "./rule.js";

/** The rule in the one typed form; `subject` is the Service port it was made for. */
export function typedRule(rule: KubeRule, subject: string | undefined): Rule {
  const header: { -readonly [Part in Header]?: Rule[Part] } = {};
  const matches: Match[] = [];
  const port = rule.clauses.find((clause) => clause.kind === "destination-port")?.port;
  for (const clause of rule.clauses) {
    switch (clause.kind) {
      case "protocol":
        header.protocol = is(protocolNumber(clause.protocol) ?? 0);
        matches.push(protocolMatch(header.protocol.value, port));
        break;
      case "destination":
      case "source":
        header[clause.kind] = { not: clause.not, value: prefixOf(clause.prefix) };
        break;
      case "in-interface":
        header.inInterface = { not: clause.not, value: clause.name };
        break;
      case "destination-port":
        break;
      default:
        matches.push(matchOf(clause));
    }
  }
  const target = rule.target === undefined ? undefined : targetOf(rule.target);
  return makeRule({
    ...header,
    matches,
    target,
    origin: { kind: "compiled", subject, reason: rule.reason },
  });
}

type Header = "protocol" | "source" | "destination" | "inInterface";
type MatchClause = Exclude<
  Clause,
  { kind: "protocol" | "destination" | "source" | "in-interface" | "destination-port" }
>;

function protocolMatch(protocol: number, port: number | undefined): Match {
  const dport: { dport?: Negatable<{ min: number; max: number }> } =
    port === undefined ? {} : { dport: is({ min: port, max: port }) };
  switch (protocol) {
    case UDP:
      return { name: "udp", ...dport };
    case SCTP:
      return { name: "sctp", ...dport };
    case TCP:
      return { name: "tcp", ...dport };
    default:
      throw new RangeError(`protocol ${protocol} has no ports`);
  }
}

function matchOf(clause: MatchClause): Match {
  switch (clause.kind) {
    case "comment":
      return { name: "comment", comment: clause.text };
    case "local-source":
      return { name: "addrtype", srcType: is(["LOCAL"]) };
    case "local-destination":
      return { name: "addrtype", dstType: is(["LOCAL"]) };
    case "mark":
      return {
        name: "mark",
        mark: { not: clause.not, value: { value: clause.mark, mask: clause.mark } },
      };
    case "conntrack-state":
      return { name: "conntrack", ctstate: { not: clause.not, value: clause.states } };
    case "chance":
      return { name: "statistic", mode: "random", probability: is(oneIn(clause.of)) };
    case "recently-seen":
      return {
        name: "recent",
        rcheck: is(true),
        seconds: clause.seconds,
        reap: true,
        list: clause.list,
      };
    case "note-client":
      return { name: "recent", set: is(true), list: clause.list };
    default:
      return clause satisfies never;
  }
}

function targetOf(target: KubeTarget): Target {
  switch (target.kind) {
    case "jump":
      return { name: "jump", chain: target.chain };
    case "set-mark":
      return { name: "MARK", xmark: { value: target.mark, mask: target.mark } };
    case "clear-mark":
      return { name: "MARK", xmark: { value: target.mark, mask: 0 } };
    case "masquerade":
      return target.randomFully
        ? { name: "MASQUERADE", randomFully: true }
        : { name: "MASQUERADE" };
    case "dnat":
      return { name: "DNAT", toDestination: natRangeOf(target.endpoint) };
    case "ACCEPT":
    case "DROP":
    case "RETURN":
    case "REJECT":
      return { name: target.kind };
    default:
      return target satisfies never;
  }
}

/**
 * The address or CIDR as iptables reads it, which is not how Kubernetes does where IPv4 has leading
 * zeros. That it is one was checked when the objects were read.
 */
function prefixOf(text: string): Prefix {
  const address = addressOf(text);
  const prefix = address === undefined ? parseSloppyPrefix(text) : hostPrefix(address);
  if (prefix === undefined) throw new RangeError(`${text} is neither an address nor a CIDR`);
  const usual = address === undefined ? formatPrefix(prefix) : formatAddress(address);
  const host =
    address === undefined && lengthOfMask(prefix.mask) === widthOf(familyOf(prefix.mask));
  return usual === text && !host ? prefix : { ...prefix, text };
}

function addressOf(text: string): Address | undefined {
  return parseNumericIPv4(text) ?? parseSloppyAddress(text);
}

/** `address:port`, an IPv6 address in brackets. */
function natRangeOf(endpoint: string): NatRange {
  const colon = endpoint.lastIndexOf(":");
  const text = endpoint.slice(0, colon).replaceAll(/^\[|\]$/g, "");
  const address = addressOf(text);
  const port = Number(endpoint.slice(colon + 1));
  if (address === undefined) throw new RangeError(`${endpoint} is not an address and a port`);
  const range: NatRange = {
    addresses: { min: address, max: address },
    ports: { min: port, max: port },
  };
  return formatAddress(address) === text ? range : { ...range, text: endpoint };
}
