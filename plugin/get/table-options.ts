import type { Invocation } from '../command.ts';
import type { TableOptions } from './table.ts';

/** How a table is to look, by the flags. */
export function tableOptions({ flags, output, style, clock }: Invocation): TableOptions {
  return {
    ...style,
    now: clock.now(),
    isWide: output.format === 'wide',
    hasHead: !flags.isOn('no-headers'),
    showKind: flags.isOn('show-kind'),
    showLabels: flags.isOn('show-labels'),
    labelColumns: flags
      .texts('label-columns')
      .flatMap((text) => text.split(','))
      .filter((label) => label !== ''),
  };
}
