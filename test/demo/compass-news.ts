import type { LoggedRequest } from '../simulator/request-log.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { Narrator } from './narrator.ts';

/** What a request means to somebody who watches; undefined where it is of no interest. */
function meaningOf({ rootFields, tokenConsumed, outcome, errors }: LoggedRequest): string | undefined {
  const refused = outcome === 'ok' ? '' : `: refused (${errors[0] ?? outcome})`;
  if (rootFields.includes('configuration')) {
    return tokenConsumed
      ? `Compass took the one-time token and told how to pair${refused}`
      : `Compass told how to renew; no token is needed for it${refused}`;
  }
  if (rootFields.includes('signCertificateSigningRequest'))
    return `Compass signed a new key of the cluster's${refused}`;
  if (rootFields.includes('setRuntimeLabel')) return `Compass noted a URL of the cluster's as a label${refused}`;
  if (rootFields.includes('applicationsForRuntime')) return `Compass listed the Applications${refused}`;
  return undefined;
}

/** Tells what Compass was asked, each request once. */
export class CompassNews {
  readonly #simulator: Simulator;
  readonly #narrator: Narrator;
  readonly #seen = new Set<number>();
  #last = '';

  constructor(simulator: Simulator, narrator: Narrator) {
    this.#simulator = simulator;
    this.#narrator = narrator;
  }

  /** Tells what is new; equal news in a row are told once. */
  tell(): void {
    for (const request of this.#unseen()) {
      const meaning = meaningOf(request);
      if (meaning === undefined || meaning === this.#last) continue;
      this.#last = meaning;
      this.#narrator.tell(meaning);
    }
  }

  /** Lets what has happened so far pass untold: a new chapter begins. */
  skip(): void {
    this.#unseen();
    this.#last = '';
  }

  #unseen(): LoggedRequest[] {
    const ended = this.#simulator.requests
      .list()
      .filter(({ number, outcome }) => outcome !== 'pending' && !this.#seen.has(number));
    for (const { number } of ended) this.#seen.add(number);
    return ended;
  }
}
