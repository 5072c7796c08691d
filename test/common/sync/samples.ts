import type { Ownership } from '#common/sync/ownership.ts';
import type { PresentApplication } from '#common/sync/present.ts';
import type { ApplicationInput, BundleInput } from '../../simulator/application-input.ts';

/** An id that is told apart at a glance, and orders as its number does. */
export function id(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

export function basic(password = 'not-a-password') {
  return { credential: { type: 'Basic' as const, username: 'user', password } };
}

export function oauth(clientSecret = 'not-a-secret') {
  const url = 'https://auth.example.com/token';
  return { credential: { type: 'OAuth' as const, clientId: 'client', clientSecret, url } };
}

/** A bundle of one API. */
export function bundle(number: number, more: Partial<BundleInput> = {}): BundleInput {
  const apiDefinitions = [{ id: id(number * 100), name: 'Orders API', targetURL: 'https://orders.example.com' }];
  return { id: id(number), name: `Bundle ${number}`, apiDefinitions, ...more };
}

export function application(number: number, name: string, bundles: BundleInput[] = []): ApplicationInput {
  return { id: id(number), name, bundles };
}

/** An Application of the cluster of which only this matters. */
export function presentApplication(name: string, id: string | undefined, ownership: Ownership = 'ours') {
  const unset = {
    resourceVersion: '1',
    bundlesWithSecrets: [],
    digest: '',
    syncError: undefined,
    isTerminating: false,
  };
  return { ...unset, name, uid: `uid-${name}`, id, ownership } satisfies PresentApplication;
}
