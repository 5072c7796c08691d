import { LOG_LEVELS, type LogLevel } from '#common/log.ts';
import { type LogLine, levelOf } from './line.ts';

/** What lines are wanted; undefined is no condition. */
export interface Wanted {
  /** This loud, or louder. A line without a level is wanted, too: it may be the stack of a crash. */
  readonly level: LogLevel | undefined;
  /** What a line must be about. */
  readonly app: string | undefined;
  readonly requestId: string | undefined;
}

/** Whether every line is wanted. */
export function isAll({ level, app, requestId }: Wanted): boolean {
  return level === undefined && app === undefined && requestId === undefined;
}

/** Whether a line is wanted. */
export function lineFilter({ level, app, requestId }: Wanted): (line: LogLine) => boolean {
  const mentions = [app, requestId].filter((word) => word !== undefined).map(mention);
  return (line) => isLoudEnough(line, level) && mentions.every((isMentioned) => isMentioned(line.text));
}

function isLoudEnough(line: LogLine, least: LogLevel | undefined): boolean {
  const level = least && levelOf(line);
  return level === undefined || least === undefined || LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(least);
}

/** A name counts where it stands as a word of its own, in whatever field: `sap` is not in `sap-c4c`. */
function mention(name: string): (text: string) => boolean {
  // As it stands inside of a text of JSON.
  const inJson = JSON.stringify(name).slice(1, -1);
  const words = [...new Set([name, inJson])].map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\w.-])(?:${words.join('|')})(?![\\w-]|\\.\\w)`);
  return (text) => pattern.test(text);
}
