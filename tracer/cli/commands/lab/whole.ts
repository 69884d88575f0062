import { Document, isScalar, parse, visit } from "yaml";
import { isObject } from "../../../../engine/control-plane/json.js";

/** Objects as `kubectl -o json` prints them: keys in order. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(sorted(value), undefined, 4)}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).toSorted();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}

/**
 * Objects as `kubectl -o yaml` prints them: keys in order, lists not indented, text that would be
 * taken for another type in double quotes, other text that needs them in single ones. Long lines
 * are not folded.
 */
export function yamlText(value: unknown): string {
  const document = new Document(sorted(value), { version: "1.1" });
  visit(document, {
    Scalar: (_key, node) => {
      if (isScalar(node) && typeof node.value === "string" && isAmbiguous(node.value)) {
        node.type = "QUOTE_DOUBLE";
      }
    },
  });
  document.directives = undefined;
  return document.toString({ indentSeq: false, lineWidth: 0, singleQuote: true });
}

/** Whether YAML 1.1 takes it for a number, a truth value, a time or nothing. */
function isAmbiguous(text: string): boolean {
  if (text === "") return true;
  if (!/^[-+.\w:]+$/.test(text) && text !== "~") return false;
  const read: unknown = parse(text, { version: "1.1", logLevel: "silent" });
  if (typeof read === "string") return false;
  return typeof read !== "object" || read === null || read instanceof Date;
}
