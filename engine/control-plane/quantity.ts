const SUFFIXES: Readonly<Record<string, number>> = {
  "": 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]?|[KMGTPE]i))$/;

/** A `resource.Quantity` such as `250m` or `64Mi` in its base unit; `undefined` when it is none. */
export function parseQuantity(text: string): number | undefined {
  const found = QUANTITY.exec(text);
  if (found === null) return undefined;
  const [, digits = "", exponent = "", suffix = ""] = found;
  const scale = SUFFIXES[suffix];
  return scale === undefined ? undefined : Number(digits + exponent) * scale;
}

/** The wording of `resource.ParseQuantity`'s refusal. */
export const QUANTITY_REFUSED =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
