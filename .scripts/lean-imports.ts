import { isBuiltin } from 'node:module';
import type { OnResolveArgs, Plugin } from 'esbuild';

/**
 * Node's own modules by `process.getBuiltinModule`. An `import` of one makes Node read every property of it at once, and
 * among those of node:http are getters that load all of undici: fifty milliseconds that nobody asked for.
 */
export const LEAN_BUILTINS: Plugin = {
  name: 'lean-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:node:)?[a-z_0-9/]+$/ }, ({ path, kind }) => {
      const namespace = kind === 'require-call' ? 'builtin' : 'builtin-names';
      return isBuiltin(path) ? { path: path.replace(/^node:/, ''), namespace, sideEffects: false } : undefined;
    });
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
    onLoad({ filter: /./, namespace: 'builtin-names' }, ({ path }) => ({ contents: namesOf(path) }));
  },
};

/** Exports of which only those that are imported stay in the bundle, each read when its module runs. */
function namesOf(path: string): string {
  const builtin = `process.getBuiltinModule('node:${path}')`;
  const found = Object.entries(process.getBuiltinModule(`node:${path}`) ?? {}) as [string, unknown][];
  const exported = found
    .filter(([name]) => /^[A-Za-z]\w*$/.test(name))
    .map(([name, value]) => {
      const isLate = typeof value === 'function' && (LATE.includes(path) || LATE.includes(`${path}.${name}`));
      return `export const ${name} = ${isLate ? late(name) : now(name)};`;
    });
  return [`const of = (name) => ${builtin}[name];`, ...exported, `export default /* @__PURE__ */ ${builtin};`].join(
    '\n',
  );
}

/** Modules, and classes that load some, which most runs do not use: loaded by the first call. */
const LATE = ['fs/promises', 'timers/promises', 'os', 'module', 'net.BlockList'];

function late(name: string): string {
  return `function (...given) { return new.target ? new (of('${name}'))(...given) : of('${name}')(...given); }`;
}

function now(name: string): string {
  return `/* @__PURE__ */ of('${name}')`;
}

/** Of yargs its parser is used, which needs nothing of this file of it; the file loads all that the rest of yargs needs. */
export const LEAN_YARGS: Plugin = {
  name: 'lean-yargs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/platform-shims\/esm\.mjs$/ }, ({ path }) => ({ path, namespace: 'left-out' }));
    onLoad({ filter: /./, namespace: 'left-out' }, () => ({ contents: 'export default {};' }));
  },
};

/**
 * graphql-request sends documents as the text that they are; what it imports of graphql is for documents that are parsed and
 * for schemas. Its parser alone weighs more than all of the rest.
 */
export const LEAN_GRAPHQL: Plugin = {
  name: 'lean-graphql',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^graphql$/ }, ({ path, importer }) =>
      /\/graphql-request\//.test(importer) ? { path, namespace: 'not-graphql' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'not-graphql' }, () => ({ contents: notGraphql() }));
  },
};

/** What would be called is an error that says so, and what is only compared with is a class without instances. */
function notGraphql(): string {
  const functions = ['parse', 'print', 'isListType', 'isNonNullType'].map(
    (name) => `export const ${name} = () => { throw new Error('${name} of graphql is not in this bundle'); };`,
  );
  const kinds = ['Enum', 'InputObject', 'Interface', 'Object', 'Scalar', 'Union'].map((kind) => `GraphQL${kind}Type`);
  const classes = [...kinds, 'GraphQLList', 'GraphQLNonNull'].map((name) => `export class ${name} {}`);
  const errors = 'export class GraphQLError extends Error {}';
  const kind = "export const Kind = { OPERATION_DEFINITION: 'OperationDefinition' };";
  return [...functions, ...classes, errors, kind].join('\n');
}

/** Of prom-client neither Node's own metrics (which load OpenTelemetry) nor a cluster of processes nor a gateway are used. */
export const LEAN_PROM: Plugin = {
  name: 'lean-prom',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/lib\/(?:defaultMetrics|cluster|pushgateway)$/ }, ({ path, importer }) =>
      /\/prom-client\/index\.js$/.test(importer) ? { path, namespace: 'not-prom' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'not-prom' }, () => ({ contents: 'module.exports = undefined;' }));
  },
};

/** Libraries that hand each other objects, and are therefore bundled together. */
const FAMILIES: Readonly<Record<string, string>> = {
  'reflect-metadata': 'x509',
  '@peculiar/x509': 'x509',
  graphql: 'graphql',
  'graphql-request': 'graphql',
};

/** The file of a library's family: `x509` of `@peculiar/x509`, `kubernetes-client-node` of its parts. */
function familyOf(specifier: string): string {
  const [, name = specifier] = /^((?:@[^/]+\/)?[^/]+)/.exec(specifier) ?? [];
  return FAMILIES[name] ?? name.replace(/^@/, '').replaceAll('/', '-');
}

/** What our own files import from packages, by families; filled while a program is bundled. */
export type Libraries = Map<string, Set<string>>;

/**
 * Leaves libraries out of the bundle: each family is a file of its own, loaded when the first file that imports it is, so
 * that a command pays for what it uses and all of our own code is one file. Collects what is needed in `libraries`.
 */
export function apart(libraries: Libraries): Plugin {
  return {
    name: 'apart',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[^.#/]/ }, (args) => (isOwnImport(args) ? leaveOut(args.path, libraries) : undefined));
      onResolve({ filter: /^\.\/libraries\// }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /./, namespace: 'library' }, ({ path }) => {
        const library = `require('./libraries/${familyOf(path)}.cjs')[${JSON.stringify(path)}]`;
        return { contents: CLASSES.includes(path) ? lateClass(library) : `module.exports = ${library};` };
      });
    },
  };
}

/** Our own module that makes certificate requests, and the family whose file it lies in, with the library that it needs. */
const SELDOM = { path: './common/pki/x509.ts', family: 'x509' };

/** What is hung on a global object of the language stays, and so would all that lies in one file with it. */
const GLOBAL = 'reflect-metadata';
const GLOBAL_FILE = `./libraries/${GLOBAL}.cjs`;

/**
 * What is needed a few times a year is run anew each time and kept nowhere, so that its classes go when it has done its work:
 * `require` would keep them for the life of the process.
 */
export function seldom(libraries: Libraries): Plugin {
  return {
    name: 'seldom',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\/x509\.ts$/ }, () => {
        libraries.set(SELDOM.family, new Set([SELDOM.path]));
        libraries.set(GLOBAL, new Set([GLOBAL]));
        return { path: SELDOM.path, namespace: 'seldom' };
      });
      onLoad({ filter: /./, namespace: 'seldom' }, ({ path }) => ({ contents: runAnew(path) }));
    },
  };
}

/** In the file of what is needed seldom. */
export const GLOBAL_APART: Plugin = {
  name: 'global-apart',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^${GLOBAL}$`) }, ({ importer }) =>
      importer.endsWith('/x509.ts') ? { path: GLOBAL_FILE, external: true } : undefined,
    );
  },
};

function runAnew(path: string): string {
  return `
    const { readFileSync } = process.getBuiltinModule('node:fs');
    const { Script } = process.getBuiltinModule('node:vm');
    export function createRequest(...given) {
      const filename = require.resolve('./libraries/${SELDOM.family}.cjs');
      const text = readFileSync(filename, 'utf8');
      const run = new Script('(function (module, require, __filename) {' + text + '\\n})', { filename });
      const module = { exports: {} };
      const getGlobal = (id) => (id === '${GLOBAL_FILE}' ? require(id)['${GLOBAL}'] : require(id));
      run.runInThisContext()(module, getGlobal, filename);
      return module.exports[${JSON.stringify(path)}].createRequest(...given);
    }
  `;
}

/** Libraries that are one class, and imported by what is always loaded: they are by the first `new`. */
const CLASSES = ['cli-table3'];

function lateClass(library: string): string {
  return `export default function (...given) { return new (${library})(...given); }`;
}

function isOwnImport({ path, importer, kind }: OnResolveArgs): boolean {
  return kind !== 'entry-point' && !importer.includes('node_modules') && !isBuiltin(path);
}

function leaveOut(path: string, libraries: Libraries) {
  const family = familyOf(path);
  libraries.set(family, (libraries.get(family) ?? new Set()).add(path));
  return { path, namespace: 'library' };
}

/** The source of a family's file: each of its modules, run when it is asked for. */
export function libraryEntry(specifiers: Iterable<string>): string {
  const getters = [...specifiers].map(
    (path) => `get ${JSON.stringify(path)}() { return require(${JSON.stringify(path)}); }`,
  );
  return `module.exports = { ${getters.join(', ')} };`;
}
