import type { Invocation } from '../command.ts';
import { formatCustomColumns } from '../output/custom-columns.ts';
import { formatJsonPath, formatJsonPathAsJson } from '../output/jsonpath.ts';
import { formatYaml } from '../output/yaml.ts';
import type { ResourceType } from './resource.ts';
import type { Row } from './row.ts';
import { formatRows } from './table.ts';
import { tableOptions } from './table-options.ts';

/** What became of a row since it was last printed; the words are those of a Kubernetes watch. */
export interface RowChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly row: Row;
}

/** Prints rows one after the other, where a list as a whole has no end. */
export interface RowPrinter {
  print(changes: readonly RowChange[]): void;
  /** Whether two states of a row look the same, ages aside. */
  isSame(a: Row, b: Row): boolean;
}

/** By the format that `-o` asks for: lines of a table, or a document each; with -o json each in a line of its own. */
export function createRowPrinter(invocation: Invocation, type: ResourceType): RowPrinter {
  const { output, stdout, progress } = invocation;
  const isTable = output.format === 'default' || output.format === 'wide';
  const write = isTable ? tableWriter(invocation, type) : documentWriter(invocation);
  return {
    print(changes) {
      if (changes.length === 0) return;
      progress.clear();
      stdout.write(write(changes));
    },
    isSame: (a, b) => (isTable ? textOf(a) === textOf(b) : JSON.stringify(a.document) === JSON.stringify(b.document)),
  };
}

/** Ages of the year 1970 are all the same. */
function textOf(row: Row): string {
  return [...row.cells(0), ...row.wideCells(0), JSON.stringify(row.labels)].join('\t');
}

type Writer = (changes: readonly RowChange[]) => string;

function tableWriter(invocation: Invocation, type: ResourceType): Writer {
  const widths: number[] = [];
  let isFirst = true;
  return (changes) => {
    const options = tableOptions(invocation);
    const hasHead = isFirst && options.hasHead;
    isFirst = false;
    return formatRows(
      type,
      changes.map(({ row }) => row),
      { ...options, hasHead, widths },
    );
  };
}

function documentWriter(invocation: Invocation): Writer {
  const { output, flags } = invocation;
  const withEvents = flags.isOn('output-watch-events');
  let isFirst = true;
  return (changes) => {
    const withObject = changes.filter(({ row }) => row.document !== undefined);
    if (output.format === 'custom-columns') {
      const hasHead = isFirst && !flags.isOn('no-headers');
      isFirst = false;
      return formatCustomColumns(output.template, { items: withObject.map(({ row }) => row.document) }, hasHead);
    }
    const shown = (change: RowChange) =>
      withEvents ? { type: change.type, object: change.row.document } : (change.row.document ?? {});
    return withObject.map((change) => formatOne(output, shown(change), change.row)).join('');
  };
}

function formatOne({ format, template }: Invocation['output'], document: object, { fullName }: Row): string {
  switch (format) {
    case 'yaml':
      return `---\n${formatYaml(document)}`;
    case 'jsonpath':
      return formatJsonPath(template, document);
    case 'jsonpath-as-json':
      return formatJsonPathAsJson(template, document);
    case 'name':
      return `${fullName}\n`;
    default:
      return `${JSON.stringify(document)}\n`;
  }
}
