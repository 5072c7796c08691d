import { at } from './json.ts';
import type { KubeObject } from './object.ts';
import { badRequest } from './status.ts';

/** Whether an object is selected. */
export type Selector = (object: KubeObject) => boolean;

const setExpression = /^(!?)\s*([^\s!=,()]+)\s*(?:\s(in|notin)\s*\(([^)]*)\))?$/;
const equality = /^([^\s!=,()]+)\s*(==|=|!=)\s*([^\s!=,()]*)$/;

/** Parses a labelSelector: =, ==, !=, in, notin, exists and !exists, joined by commas. 400 where it cannot be read. */
export function labelSelector(text: string): Selector {
  const tests = splitOutsideParentheses(text).map((part) => labelTest(part.trim(), text));
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

type LabelTest = (labels: Record<string, string>) => boolean;

function labelTest(part: string, whole: string): LabelTest {
  const equal = equality.exec(part);
  if (equal) {
    const [, key = '', operator, value = ''] = equal;
    return operator === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  const match = setExpression.exec(part);
  if (!match) throw badRequest(`unable to parse requirement: found '${part}' in selector '${whole}'`);
  const [, not, key = '', operator, list = ''] = match;
  const values = list.split(',').map((value) => value.trim());
  if (operator === 'in') return (labels) => labels[key] !== undefined && values.includes(labels[key]);
  if (operator === 'notin') return (labels) => labels[key] === undefined || !values.includes(labels[key]);
  return not ? (labels) => labels[key] === undefined : (labels) => labels[key] !== undefined;
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^(]*\))/).filter((part) => part.trim() !== '');
}

const extraFields: Record<string, string[]> = {
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'source',
    'type',
  ],
  '/secrets': ['type'],
  '/namespaces': ['status.phase'],
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
};

/** Parses a fieldSelector of a stored resource: metadata.name, metadata.namespace and the few that a kind adds. */
export function fieldSelector(text: string, storedAs: string): Selector {
  const extra = extraFields[storedAs];
  const isPlain = extra === undefined && !storedAs.split('/')[0]?.includes('.');
  const known = ['metadata.name', 'metadata.namespace', ...(extra ?? [])];
  const tests = text
    .split(',')
    .filter(Boolean)
    .map((part) => fieldTest(part, known, isPlain));
  return (object) => tests.every((test) => test(object));
}

function fieldTest(part: string, known: string[], isPlain: boolean): Selector {
  const [, name = '', operator, value = ''] = /^([^=!]+)(==|=|!=)(.*)$/.exec(part) ?? [];
  if (operator === undefined) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
  if (!known.includes(name)) {
    const names = known.map((field) => `"${field}"`).join(', ');
    throw badRequest(
      isPlain ? `"${name}" is not a known field selector: only ${names}` : `field label not supported: ${name}`,
    );
  }
  const path = name === 'source' ? ['source', 'component'] : name.split('.');
  const isEqual = (object: KubeObject) => String(at(object, ...path) ?? '') === value;
  return operator === '!=' ? (object) => !isEqual(object) : isEqual;
}
