import type { Scene } from "../inputs/scene.js";

/** A claim about what is timed, held against a run's own inputs. */
export interface Property {
  readonly name: string;
  /** What is wrong, in lines to read; `undefined` where it holds. May throw, which is wrong too. */
  readonly wrong: (scene: Scene) => string | undefined;
}

/** What is wrong with this scene, or `undefined`. */
export function wrongIn({ wrong }: Property, scene: Scene): string | undefined {
  try {
    return wrong(scene);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
