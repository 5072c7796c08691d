import fc from 'fast-check';
import { Document, isScalar, type Scalar, visit } from 'yaml';

/** What a text is made of, one choice after the other. */
class Choices {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  below(count: number): number {
    const number = this.#numbers[this.#next % this.#numbers.length] ?? 0;
    this.#next += 1;
    return number % count;
  }

  isOne(inHowMany: number): boolean {
    return this.below(inHowMany) === 0;
  }
}

type Value = Record<string, unknown>;

function container(choices: Choices, name: string): Value {
  return {
    name,
    image: 'registry.example/app:1',
    ...(choices.isOne(3) ? { args: ['-c', 'echo "hi"\n  sleep 1\n\n', '#no comment'] } : {}),
    ...(choices.isOne(3) ? { volumeMounts: choices.isOne(2) ? [] : [{ name: 'tmp', mountPath: '/tmp' }] } : {}),
    ...(choices.isOne(3) ? { ports: [{ containerPort: 8090 }] } : {}),
    ...(choices.isOne(4) ? { command: null } : {}),
  };
}

/** A mapping, or what may stand in its place. */
function orNothing(choices: Choices, name: string, value: unknown): Value {
  const which = choices.below(4);
  if (which === 0) return {};
  return { [name]: which === 1 ? null : which === 2 ? (Array.isArray(value) ? [] : {}) : value };
}

function template(choices: Choices): Value {
  const metadata = {
    labels: { app: 'orders' },
    ...orNothing(choices, 'annotations', { 'example.com/a/b': 'yes: "no"' }),
  };
  const names = ['app', 'proxy', 'metrics'].slice(0, 1 + choices.below(3));
  const spec = {
    ...orNothing(choices, 'volumes', [{ name: 'tmp', emptyDir: {} }]),
    ...orNothing(choices, 'securityContext', choices.isOne(2) ? { fsGroup: 7 } : { runAsUser: 1000 }),
    containers: names.map((name) => container(choices, name)),
    ...orNothing(choices, 'initContainers', [container(choices, 'first')]),
    ...(choices.isOne(2) ? { serviceAccountName: 'orders' } : {}),
  };
  return choices.isOne(5) ? { spec } : { ...orNothing(choices, 'metadata', metadata), spec };
}

function workload(choices: Choices): Value {
  const kind = ['Deployment', 'StatefulSet', 'DaemonSet'][choices.below(3)];
  const metadata = { name: 'orders', namespace: 'shop' };
  if (choices.isOne(6))
    return { metadata: { labels: { app: 'bare' } }, spec: { containers: [container(choices, 'app')] } };
  if (choices.isOne(6)) return { apiVersion: 'v1', kind: 'PodTemplate', metadata, template: template(choices) };
  const object = { apiVersion: 'apps/v1', kind, metadata, spec: { replicas: 2, template: template(choices) } };
  if (choices.isOne(6)) return { apiVersion: 'v1', kind: 'List', items: [object, { kind: 'Secret', data: {} }] };
  return object;
}

function foreign(choices: Choices): string {
  return [
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name:   x}\ndata:\n  a: |\n    --- no end\n    spec:\n',
    '# nothing but words\n',
    'a: &a {b:   c}\nd: *a\n',
    '!tag\nx: !other {y: 1}\n',
  ][choices.below(4)] as string;
}

const COMMENTS = [' a word', ' - name: none', ' "quoted', ''];

/** The value in one of the many ways in which people and tools write it. */
function write(value: unknown, choices: Choices): string {
  if (choices.isOne(8)) return `${JSON.stringify(value, undefined, [0, 2, '\t'][choices.below(3)])}\n`;
  const document = new Document(value);
  visit(document, {
    Collection: (_, node) => {
      if (choices.isOne(12)) node.flow = true;
    },
    Scalar: (place, node) => writeScalar(node, place === 'key', choices),
    Pair: (_, { key }) => {
      if (!isScalar(key)) return;
      if (choices.isOne(10)) key.commentBefore = comment(choices);
      if (choices.isOne(12)) key.spaceBefore = true;
    },
  });
  const indent = choices.isOne(3) ? 4 : 2;
  return document.toString({ indent, indentSeq: choices.isOne(2), lineWidth: 0, nullStr: '' });
}

function manifest(choices: Choices): string {
  const documents = Array.from({ length: 1 + choices.below(3) }, () =>
    choices.isOne(3) ? foreign(choices) : write(workload(choices), choices),
  );
  const joined = `${choices.isOne(4) ? '---\n' : ''}${documents.join('---\n')}${choices.isOne(6) ? '...\n' : ''}`;
  const ended = choices.isOne(4) ? joined.replace(/\n+$/, '') : joined;
  const lines = choices.isOne(4) ? ended.replaceAll('\n', '\r\n') : ended;
  return choices.isOne(8) ? `\ufeff${lines}` : lines;
}

function writeScalar(node: Scalar, isKey: boolean, choices: Choices): void {
  if (typeof node.value === 'string' && choices.isOne(5))
    node.type = choices.isOne(2) ? 'QUOTE_DOUBLE' : 'QUOTE_SINGLE';
  if (node.value === null && choices.isOne(2)) node.source = choices.isOne(2) ? '~' : '';
  // Behind a key it would push brackets to where YAML has none.
  if (!isKey && choices.isOne(12)) node.comment = comment(choices);
}

function comment(choices: Choices): string {
  return COMMENTS[choices.below(COMMENTS.length)] ?? '';
}

/** Manifests with workloads and foreign documents, in many ways of writing YAML and JSON. */
export const manifests: fc.Arbitrary<string> = fc
  .array(fc.nat(1_000), { minLength: 40, maxLength: 120 })
  .map((numbers) => manifest(new Choices(numbers)));
