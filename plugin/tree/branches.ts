import type { Symbols } from '../output/symbols.ts';

/** A line of a tree, and those below it. */
export interface Branch {
  readonly text: string;
  readonly children: readonly Branch[];
}

const UNICODE = { middle: '├── ', last: '└── ', through: '│   ', past: '    ' };
const ASCII: typeof UNICODE = { middle: '|-- ', last: '`-- ', through: '|   ', past: '    ' };

/** A tree by its rows, the root first and unindented. */
export function treeRows(root: Branch, { unicode }: Pick<Symbols, 'unicode'>): string[] {
  const lines = unicode ? UNICODE : ASCII;
  const rows = [root.text];
  const draw = (children: readonly Branch[], indent: string) => {
    for (const [at, child] of children.entries()) {
      const isLast = at === children.length - 1;
      rows.push(`${indent}${isLast ? lines.last : lines.middle}${child.text}`);
      draw(child.children, `${indent}${isLast ? lines.past : lines.through}`);
    }
  };
  draw(root.children, '');
  return rows;
}
