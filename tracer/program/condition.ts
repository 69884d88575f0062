/**
 * What a part of a rule comes to: it always holds, it never holds, it holds when these operations
 * say so (each without its last operand, where to go on when it fails), the match itself must be
 * asked, or only the reference walk can tell.
 */
export type Condition =
  | { readonly kind: "always" }
  | { readonly kind: "never" }
  | { readonly kind: "operations"; readonly operations: readonly (readonly number[])[] }
  | { readonly kind: "ask" }
  | { readonly kind: "leave" };

export const ALWAYS: Condition = { kind: "always" };
export const NEVER: Condition = { kind: "never" };
export const ASK_IT: Condition = { kind: "ask" };
export const LEAVE_IT: Condition = { kind: "leave" };

export function operations(...list: readonly (readonly number[])[]): Condition {
  return { kind: "operations", operations: list };
}

export function constant(holds: boolean): Condition {
  return holds ? ALWAYS : NEVER;
}

/** All of them, in this order. What never holds decides, unless something before it must be asked. */
export function all(conditions: readonly Condition[]): Condition {
  const list: (readonly number[])[] = [];
  for (const condition of conditions) {
    switch (condition.kind) {
      case "always":
        break;
      case "operations":
        list.push(...condition.operations);
        break;
      case "never":
      case "ask":
      case "leave":
        return condition;
    }
  }
  return list.length === 0 ? ALWAYS : operations(...list);
}
