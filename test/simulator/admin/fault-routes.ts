import type { Fault, Stage } from '../faults/fault.ts';
import { optionalText, refuseUnknown, wholeNumber } from './checks.ts';
import { AdminError, type AdminRoute, found } from './route.ts';

const STAGES: Stage[] = ['beforeConsumption', 'afterConsumption', 'afterExecution'];
const TARGETS = ['connector', 'connectorMtls', 'director'];
const FIELDS = [
  ...['target', 'operation', 'skip', 'times', 'when'],
  ...['delayMs', 'cut', 'status', 'headers', 'body', 'html', 'error'],
  ...['set', 'remove', 'padBytes', 'cutAfterBytes'],
];

function checkWord(body: Record<string, unknown>, name: string, words: string[]): void {
  const word = optionalText(body, name);
  if (word !== undefined && !words.includes(word))
    throw new AdminError(400, `${name} must be one of ${words.join(', ')}`);
}

function faultOf(body: Record<string, unknown>): Fault {
  refuseUnknown(body, FIELDS, 'a fault');
  checkWord(body, 'target', TARGETS);
  checkWord(body, 'when', STAGES);
  optionalText(body, 'operation');
  for (const name of ['skip', 'times', 'delayMs', 'padBytes', 'cutAfterBytes']) wholeNumber(body, name, 0, 0);
  const status = wholeNumber(body, 'status', 200, 200);
  if (status > 599) throw new AdminError(400, 'status must be an HTTP status from 200 to 599');
  return body;
}

export const faultRoutes: AdminRoute[] = [
  {
    method: 'GET',
    path: '/faults',
    does: 'list what is switched on',
    answer: ({ faults }) => faults.list(),
  },
  {
    method: 'POST',
    path: '/faults',
    does: 'switch one on: {"target":"connector","operation":"configuration","times":1,"status":503}',
    answer: ({ faults }, { body }) => ({ id: faults.add(faultOf(body)) }),
  },
  {
    method: 'DELETE',
    path: '/faults',
    does: 'switch all off',
    answer: ({ faults }) => faults.clear(),
  },
  {
    method: 'DELETE',
    path: '/faults/:id',
    does: 'switch one off',
    answer: ({ faults }, { parameter }) => {
      found(faults.remove(parameter), `fault ${parameter}`);
    },
  },
];
