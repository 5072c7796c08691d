import type { Scene } from './scene.ts';

/** One chapter of the demo. */
export interface Step {
  readonly title: string;
  /** Throws with what failed. */
  run(scene: Scene): Promise<void>;
}
