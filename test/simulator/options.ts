import type { Switches } from './switches.ts';

/** How to start a simulator. All of it is optional; ports are the system's choice where they are absent or 0. */
export interface SimulatorOptions {
  /** The token-secured Connector; the Director for administrators listens there too. */
  connectorPort?: number;
  connectorMtlsPort?: number;
  directorPort?: number;
  adminPort?: number;
  /** The name in the URLs that the simulator hands out. Default `localhost`. */
  hostname?: string;
  /** Where to listen. Default `127.0.0.1`. */
  address?: string;
  tenant?: string;
  /** The id of the Runtime that is there from the start. */
  runtimeId?: string;
  /** The administrator's bearer token. Made up where it is absent. */
  adminToken?: string;
  /** Start with the sample Applications. Default: none. */
  samples?: boolean;
  switches?: Partial<Switches>;
  /** Time for one-time tokens. Certificates always go by the machine's clock, as the TLS library judges them by it. */
  clock?: { now(): number };
  /** Keys of its own in place of those that all simulators of a process share. Their clients do not trust each other then. */
  freshKeys?: boolean;
}
