/** Numbers for the names of interfaces; 0 is the empty name, which stands for none. */
export class Interfaces {
  readonly #numbers = new Map<string, number>([["", 0]]);
  readonly #names: string[] = [""];

  /** The name's number, given to it now where it has none. */
  add(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#names.push(name);
    this.#numbers.set(name, this.#names.length - 1);
    return this.#names.length - 1;
  }

  /** -1 for a name that has no number. */
  numberOf(name: string): number {
    return this.#numbers.get(name) ?? -1;
  }

  nameOf(number: number): string {
    return this.#names[number] ?? "";
  }

  /** By number. */
  get names(): readonly string[] {
    return this.#names;
  }
}
