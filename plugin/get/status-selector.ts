import { CompassError } from '#common/errors.ts';
import type { Readiness } from './readiness.ts';

type Field = 'ready' | 'reason';

interface Requirement {
  readonly field: Field;
  readonly isEqual: boolean;
  readonly value: string;
}

/**
 * Reads `--status-selector`: `ready=false`, `reason=NameConflict`, `ready!=true`, several with commas between. Case makes
 * no difference; `ready=unknown` is what is shown as `-`. Throws Usage.
 */
export function readStatusSelector(text: string | undefined): (readiness: Readiness) => boolean {
  const requirements = (text ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(readRequirement);
  return (readiness) => requirements.every((requirement) => meets(readiness, requirement));
}

function readRequirement(text: string): Requirement {
  const [, field = '', operator = '', value = ''] = /^\s*(\w+)\s*(!=|==?)\s*([^=!]*?)\s*$/.exec(text) ?? [];
  if (field !== 'ready' && field !== 'reason') {
    throw new CompassError('Usage', `--status-selector "${text}" is none: write ready=false or reason=NameConflict`);
  }
  if (field === 'ready' && !['true', 'false', 'unknown'].includes(value.toLowerCase())) {
    throw new CompassError('Usage', `--status-selector ready is true, false or unknown, not "${value}"`);
  }
  return { field, isEqual: operator !== '!=', value: value.toLowerCase() };
}

function meets({ ready, reason }: Readiness, { field, isEqual, value }: Requirement): boolean {
  const actual = field === 'reason' ? reason : ready === '-' ? 'unknown' : ready;
  return (actual.toLowerCase() === value) === isEqual;
}
