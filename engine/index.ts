/**
 * Everything that makes or reads rules: addresses, the iptables language, Kubernetes objects and
 * kube-proxy's compiler. Nothing here runs packets; that is `chainwalk/tracer`.
 */
export type { Checked, Fault, Position, Severity } from "./errors.js";
export { describePosition, hasErrors, renderFault } from "./errors.js";

export type { Address, Family } from "./net/ip.js";
export { familyOf, formatAddress, parseAddress } from "./net/ip.js";
export type { Prefix } from "./net/prefix.js";
export { formatPrefix, parsePrefix, prefixContains } from "./net/prefix.js";
export { protocolName, protocolNumber } from "./net/protocol.js";

export type {
  Chain,
  Counters,
  Hook,
  Match,
  Negatable,
  Origin,
  Policy,
  Rule,
  Ruleset,
  Table,
  TableName,
  Target,
} from "./iptables/types.js";
export { BUILT_IN_CHAINS, HOOKS, MAX_CHAIN_NAME, TABLE_NAMES } from "./iptables/types.js";
export type {
  ChainDeclaration,
  RestoreCommand,
  RestoreInput,
  RestoreTable,
} from "./iptables/restore.js";
export { is, isNot, makeRule, type RuleParts } from "./iptables/make.js";
export type { Probability } from "./iptables/probability.js";
export {
  oneIn,
  parseProbability,
  printProbability,
  PROBABILITY_GRID,
} from "./iptables/probability.js";
export type { Backend, Dump, DumpSection, ParseOptions } from "./iptables/parse.js";
export { lastRuleset, parseDump, parseRestore } from "./iptables/parse.js";
export { decodeText, MAX_TEXT_BYTES, tooLarge } from "./iptables/decode.js";
export type { DumpStyle, PrintOptions, PrintStyle } from "./iptables/print.js";
export {
  printCommand,
  printDump,
  printLossless,
  printRestore,
  printRule,
  printRuleset,
} from "./iptables/print.js";
export { canonicalRule, canonicalRuleset, sameRule, sameRuleset } from "./iptables/canonical.js";
export { applyRestore, type ApplyOptions } from "./iptables/apply.js";
export { checkDump, checkRuleset, type CheckOptions } from "./iptables/check.js";
export { diffRulesets } from "./iptables/diff.js";
export type { ChainDiff, RuleDiff, RulesetDiff } from "./iptables/diff.js";

export type * from "./kubernetes/types.js";
export type { ObjectSource } from "./kubernetes/read.js";
export { checkObjects, readObjects } from "./kubernetes/read.js";
export type { DetectLocalMode, ProxyConfig } from "./kubernetes/proxy-config.js";
export { DEFAULT_PROXY_CONFIG, readProxyConfig } from "./kubernetes/proxy-config.js";

export type { ProxySettings } from "./kube-proxy/settings.js";
export type { ProxyFlags } from "./kube-proxy/resolve-settings.js";
export { DEFAULT_FLAGS, resolveSettings } from "./kube-proxy/resolve-settings.js";
export type { ProxyInputs } from "./kube-proxy/from-flags.js";
export {
  compileFromFlags,
  readProxyInputs,
  settingsFor,
  type ProxySetup,
} from "./kube-proxy/from-flags.js";
export type { Compilation } from "./kube-proxy/compile.js";
export { compile } from "./kube-proxy/compile.js";
export { completeRuleset, completeText } from "./kube-proxy/complete.js";
export type * from "./kube-proxy/explain/types.js";
export { explainService } from "./kube-proxy/explain/explain.js";
export { explanationText } from "./kube-proxy/explain/text.js";
export type { CompiledSize, PortSize, ScanDepth } from "./kube-proxy/size.js";
export { sizeOf } from "./kube-proxy/size.js";
export type * from "./kube-proxy/sync/types.js";
export { createSync } from "./kube-proxy/sync/sync.js";
export type { HealthChecks } from "./kube-proxy/sync/health.js";
export type { StaleConntrack } from "./kube-proxy/sync/conntrack.js";
export type { ReplayedStep, SyncStep } from "./kube-proxy/sync/replay.js";
export { readSteps, replaySteps } from "./kube-proxy/sync/replay.js";
