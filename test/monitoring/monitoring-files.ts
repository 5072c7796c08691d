import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { DEPLOY_FOLDER } from '../sidecar/deploy/render.ts';

/** `sidecar/deploy/monitoring`, as a path. */
export const MONITORING_FOLDER = join(DEPLOY_FOLDER, 'monitoring');

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What Prometheus itself reads: the spec of a PrometheusRule. */
export interface RuleGroups {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Alert[] }[];
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly refId: string; readonly legendFormat?: string }[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
}

const read = (name: string) => readFileSync(join(MONITORING_FOLDER, name), 'utf8');

export const RULES = (load(read('prometheus-rule.yaml')) as { readonly spec: RuleGroups }).spec;

export const ALERTS = RULES.groups.flatMap(({ rules }) => rules);

export const DASHBOARD = JSON.parse(read('dashboard.json')) as Dashboard;

/** Grafana's variables, as it puts them into an expression. */
const VARIABLES: Readonly<Record<string, string>> = { $__rate_interval: '5m', $__range: '1h', $namespace: '.*' };

/** The expressions of rules and dashboard, as Prometheus gets them. */
export const EXPRESSIONS: readonly { readonly where: string; readonly expression: string }[] = [
  ...ALERTS.map(({ alert, expr }) => ({ where: alert, expression: expr })),
  ...DASHBOARD.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      where: title,
      expression: expr.replaceAll(/\$\w+/g, (name) => VARIABLES[name] ?? name),
    })),
  ),
];
