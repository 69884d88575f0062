import { dnpt, snpt, type DnptTarget, type SnptTarget } from "./npt-targets.js";
import { synproxy, type SynproxyTarget } from "./synproxy-target.js";
import { connsecmark, type ConnsecmarkTarget } from "./connsecmark-target.js";
import { idletimer, type IdletimerTarget } from "./idletimer-target.js";
import { ecnTarget, type EcnTarget } from "./ecn-target.js";
import { tcpoptstrip, type TcpoptstripTarget } from "./tcpoptstrip-target.js";
import { audit, type AuditTarget } from "./audit-target.js";
import { checksum, type ChecksumTarget } from "./checksum-target.js";
import { classify, type ClassifyTarget } from "./classify-target.js";
import { connmarkTarget, type ConnmarkTarget } from "./connmark-target.js";
import { ct, notrack, type CtTarget, type NotrackTarget } from "./ct-target.js";
import { dnat, type DnatTarget } from "./dnat-target.js";
import { dscpTarget, type DscpTarget } from "./dscp-target.js";
import { hlTarget, type HlTarget } from "./hl-target.js";
import { log, type LogTarget } from "./log-target.js";
import { markTarget, type MarkTarget } from "./mark-target.js";
import { masquerade, type MasqueradeTarget } from "./masquerade-target.js";
import { netmap, type NetmapTarget } from "./netmap-target.js";
import { nflog, type NflogTarget } from "./nflog-target.js";
import { nfqueue, type NfqueueTarget } from "./nfqueue-target.js";
import { redirect, type RedirectTarget } from "./redirect-target.js";
import { reject, type RejectTarget } from "./reject-target.js";
import { setTarget, type SetTarget } from "./set-target.js";
import { snat, type SnatTarget } from "./snat-target.js";
import { tcpmssTarget, type TcpmssTarget } from "./tcpmss-target.js";
import { tee, type TeeTarget } from "./tee-target.js";
import { tosTarget, type TosTarget } from "./tos-target.js";
import { tproxy, type TproxyTarget } from "./tproxy-target.js";
import { trace, type TraceTarget } from "./trace-target.js";
import { ttlTarget, type TtlTarget } from "./ttl-target.js";
import type { Opaque } from "./define.js";
import {
  accept,
  drop,
  queue,
  returnTarget,
  type AcceptTarget,
  type DropTarget,
  type JumpTarget,
  type QueueTarget,
  type ReturnTarget,
} from "./verdicts.js";

/** Every target that is understood. A new one is added here and nowhere else in the engine. */
export const TARGETS = [
  accept,
  drop,
  queue,
  returnTarget,
  audit,
  checksum,
  classify,
  connmarkTarget,
  ct,
  notrack,
  dnat,
  dscpTarget,
  hlTarget,
  log,
  markTarget,
  masquerade,
  netmap,
  nflog,
  nfqueue,
  redirect,
  reject,
  setTarget,
  snat,
  tcpmssTarget,
  tee,
  tosTarget,
  tproxy,
  trace,
  ttlTarget,
  tcpoptstrip,
  ecnTarget,
  idletimer,
  connsecmark,
  synproxy,
  snpt,
  dnpt,
] as const;

export type Target =
  | AcceptTarget
  | DropTarget
  | QueueTarget
  | ReturnTarget
  | AuditTarget
  | ChecksumTarget
  | ClassifyTarget
  | ConnmarkTarget
  | CtTarget
  | NotrackTarget
  | DnatTarget
  | DscpTarget
  | HlTarget
  | LogTarget
  | MarkTarget
  | MasqueradeTarget
  | NetmapTarget
  | NflogTarget
  | NfqueueTarget
  | RedirectTarget
  | RejectTarget
  | SetTarget
  | SnatTarget
  | TcpmssTarget
  | TeeTarget
  | TosTarget
  | TproxyTarget
  | TraceTarget
  | TtlTarget
  | JumpTarget
  | TcpoptstripTarget
  | EcnTarget
  | IdletimerTarget
  | ConnsecmarkTarget
  | SynproxyTarget
  | SnptTarget
  | DnptTarget
  | Opaque;
