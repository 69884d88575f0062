/** How many packets a run tries, and from which seed: `--cases N` and `--seed N` of the test runner. */
export const CASES = numberFrom("CHAINWALK_CASES", 2000);
export const SEED = numberFrom("CHAINWALK_SEED", 20240731);

function numberFrom(name: string, otherwise: number): number {
  const text = process.env[name] ?? "";
  if (text === "") return otherwise;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name}=${text} is no count`);
  return value;
}
