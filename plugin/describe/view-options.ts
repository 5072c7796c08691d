import type { Style } from '../command.ts';

/** How an Application is described. */
export interface ViewOptions extends Style {
  readonly now: number;
  /** Of the terminal, in columns; undefined where nothing is wrapped. */
  readonly width?: number | undefined;
}
