import type { BaseOption, Takes } from "./base-options.js";
import { LONG_OPTIONS } from "./base-options.js";
import type { ExtensionDraft, RuleDraft } from "./draft.js";
import type { KnownFlag } from "./registry.js";

/** What a long option turned out to be. */
export type Resolved =
  | { readonly kind: "base"; readonly option: BaseOption; readonly takes: Takes }
  | { readonly kind: "extension"; readonly draft: ExtensionDraft; readonly flag: KnownFlag }
  /** Nobody's, or (`candidates` not empty) a short form of several. */
  | { readonly kind: "unknown"; readonly candidates: readonly string[] };

/**
 * Resolves a long option as `getopt_long` does over the options that are loaded at this point
 * (`xtables_merge_options`): a whole name first, the base options before those of extensions and
 * the newest extension before older ones; then an abbreviation, if it can mean one option only.
 */
export function resolveLong(name: string, draft: RuleDraft): Resolved {
  const base = LONG_OPTIONS.get(name);
  if (base !== undefined) return { kind: "base", ...base };
  const loaded = optionHolders(draft);
  for (const extension of loaded) {
    const flag = extension.known?.flags.get(name);
    if (flag !== undefined) return { kind: "extension", draft: extension, flag };
  }
  return abbreviation(name, loaded);
}

/** Newest first; a target is as new as the place it was named at. */
export function loadedExtensions(draft: RuleDraft): readonly ExtensionDraft[] {
  const all = draft.target === undefined ? draft.matches : [...draft.matches, draft.target];
  return all.length < 2 ? all : [...all].sort((a, b) => b.order - a.order);
}

/**
 * Whose options are known, in the order in which they are looked through: of a match that the rule
 * names again, the last one takes them all, in the place of the first (`xtables_find_match` makes a
 * copy of it whose options are not merged anew).
 */
function optionHolders(draft: RuleDraft): readonly ExtensionDraft[] {
  const loaded = loadedExtensions(draft);
  if (loaded.length < 2) return loaded;
  const last = new Map(loaded.toReversed().map((one) => [holderKey(one), one]));
  const first = new Map(loaded.map((one) => [holderKey(one), one.order]));
  return [...last]
    .sort(([a], [b]) => (first.get(b) ?? 0) - (first.get(a) ?? 0))
    .map(([, one]) => one);
}

function holderKey({ option, known, name }: ExtensionDraft): string {
  return `${option} ${known?.table.name ?? name}`;
}

function abbreviation(name: string, loaded: readonly ExtensionDraft[]): Resolved {
  const found = new Map<unknown, { readonly spelling: string; readonly resolved: Resolved }>();
  for (const [spelling, base] of LONG_OPTIONS) {
    if (!spelling.startsWith(name) || found.has(base.option)) continue;
    found.set(base.option, { spelling, resolved: { kind: "base", ...base } });
  }
  for (const draft of loaded) {
    for (const [spelling, flag] of draft.known?.flags ?? []) {
      const meaning = `${draft.order} ${flag.key} ${flag.codec === flag.option.codec ? "" : spelling}`;
      if (!spelling.startsWith(name) || found.has(meaning)) continue;
      found.set(meaning, { spelling, resolved: { kind: "extension", draft, flag } });
    }
  }
  const [only, ...others] = found.values();
  if (only !== undefined && others.length === 0) return only.resolved;
  return { kind: "unknown", candidates: [...found.values()].map(({ spelling }) => spelling) };
}
