import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REPORT_SCHEMA } from '#common/resources/report-schema.ts';
import { API_SCHEMA } from '../plugin/schemas/api.ts';
import { APPLICATION_DESCRIPTION_SCHEMA } from '../plugin/schemas/application-description.ts';
import { APPLICATION_SECRET_SCHEMA } from '../plugin/schemas/application-secret.ts';
import { BUNDLE_SCHEMA } from '../plugin/schemas/bundle.ts';
import { CERTIFICATE_CHECK_SCHEMA } from '../plugin/schemas/certificate-check.ts';
import { CERTIFICATE_COMPARISON_SCHEMA } from '../plugin/schemas/certificate-comparison.ts';
import { CERTIFICATE_FILES_SCHEMA } from '../plugin/schemas/certificate-files.ts';
import { CERTIFICATE_RENEWAL_SCHEMA } from '../plugin/schemas/certificate-renewal.ts';
import { CERTIFICATE_REVOCATION_SCHEMA } from '../plugin/schemas/certificate-revocation.ts';
import { CERTIFICATE_VERIFICATION_SCHEMA, CHECK_REPORT_SCHEMA } from '../plugin/schemas/check-report.ts';
import { COMPLETION_INSTALLATION_SCHEMA } from '../plugin/schemas/completion-installation.ts';
import { CONNECT_RESULT_SCHEMA, RECONNECT_RESULT_SCHEMA } from '../plugin/schemas/connect-result.ts';
import { CONNECTION_REPORT_SCHEMA } from '../plugin/schemas/connection-report.ts';
import { CONNECTION_TREE_SCHEMA } from '../plugin/schemas/connection-tree.ts';
import { APPROVAL_RESULT_SCHEMA, REJECTION_RESULT_SCHEMA } from '../plugin/schemas/decision-result.ts';
import { DIFF_SCHEMA } from '../plugin/schemas/diff.ts';
import { DISCONNECT_RESULT_SCHEMA } from '../plugin/schemas/disconnect-result.ts';
import { EVENT_DEFINITION_SCHEMA } from '../plugin/schemas/event-definition.ts';
import { EXPLANATION_SCHEMA } from '../plugin/schemas/explanation.ts';
import { FAILURE_SCHEMA } from '../plugin/schemas/failure.ts';
import { FLEET_MEMBER_SCHEMA, FLEET_REPORT_SCHEMA } from '../plugin/schemas/fleet-report.ts';
import { HISTORY_SCHEMA } from '../plugin/schemas/history.ts';
import { EJECT_RESULT_SCHEMA, INJECT_RESULT_SCHEMA } from '../plugin/schemas/injection-result.ts';
import { MIGRATION_SCHEMA } from '../plugin/schemas/migration.ts';
import { REPORT_ARCHIVE_SCHEMA, REPORT_MANIFEST_SCHEMA } from '../plugin/schemas/report-archive.ts';
import { INSTALL_RESULT_SCHEMA, UPGRADE_RESULT_SCHEMA } from '../plugin/schemas/roll-out-result.ts';
import { RESUME_RESULT_SCHEMA, SUSPEND_RESULT_SCHEMA } from '../plugin/schemas/suspension-result.ts';
import { SYNC_RESULT_SCHEMA } from '../plugin/schemas/sync-result.ts';
import { TOKEN_REQUEST_RESULT_SCHEMA } from '../plugin/schemas/token-request-result.ts';
import { TRACE_SCHEMA } from '../plugin/schemas/trace.ts';
import { UNINSTALL_RESULT_SCHEMA } from '../plugin/schemas/uninstall-result.ts';
import { VERSION_REPORT_SCHEMA } from '../plugin/schemas/version-report.ts';

/** Every document that the plugin prints, by its kind; and the sidecar's report, which other programs may read as well. */
export const PUBLISHED = {
  Api: API_SCHEMA,
  ApplicationDescription: APPLICATION_DESCRIPTION_SCHEMA,
  ApplicationSecret: APPLICATION_SECRET_SCHEMA,
  ApprovalResult: APPROVAL_RESULT_SCHEMA,
  Bundle: BUNDLE_SCHEMA,
  CertificateCheck: CERTIFICATE_CHECK_SCHEMA,
  CertificateComparison: CERTIFICATE_COMPARISON_SCHEMA,
  CertificateFiles: CERTIFICATE_FILES_SCHEMA,
  CertificateRenewal: CERTIFICATE_RENEWAL_SCHEMA,
  CertificateRevocation: CERTIFICATE_REVOCATION_SCHEMA,
  CertificateVerification: CERTIFICATE_VERIFICATION_SCHEMA,
  CheckReport: CHECK_REPORT_SCHEMA,
  CompletionInstallation: COMPLETION_INSTALLATION_SCHEMA,
  ConnectResult: CONNECT_RESULT_SCHEMA,
  ConnectionReport: CONNECTION_REPORT_SCHEMA,
  ConnectionTree: CONNECTION_TREE_SCHEMA,
  Diff: DIFF_SCHEMA,
  DisconnectResult: DISCONNECT_RESULT_SCHEMA,
  EjectResult: EJECT_RESULT_SCHEMA,
  EventDefinition: EVENT_DEFINITION_SCHEMA,
  Explanation: EXPLANATION_SCHEMA,
  Failure: FAILURE_SCHEMA,
  FleetMember: FLEET_MEMBER_SCHEMA,
  FleetReport: FLEET_REPORT_SCHEMA,
  History: HISTORY_SCHEMA,
  InjectResult: INJECT_RESULT_SCHEMA,
  Migration: MIGRATION_SCHEMA,
  InstallResult: INSTALL_RESULT_SCHEMA,
  ReconnectResult: RECONNECT_RESULT_SCHEMA,
  RejectionResult: REJECTION_RESULT_SCHEMA,
  ResumeResult: RESUME_RESULT_SCHEMA,
  SuspendResult: SUSPEND_RESULT_SCHEMA,
  ReportArchive: REPORT_ARCHIVE_SCHEMA,
  ReportManifest: REPORT_MANIFEST_SCHEMA,
  SyncResult: SYNC_RESULT_SCHEMA,
  TokenRequestResult: TOKEN_REQUEST_RESULT_SCHEMA,
  Trace: TRACE_SCHEMA,
  UninstallResult: UNINSTALL_RESULT_SCHEMA,
  UpgradeResult: UPGRADE_RESULT_SCHEMA,
  VersionReport: VERSION_REPORT_SCHEMA,
  SidecarReport: REPORT_SCHEMA,
} as const;

export const SCHEMA_FOLDER = 'docs/schemas';

/** A schema as its file has it. */
export function formatSchema(schema: object): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL(`../${SCHEMA_FOLDER}`, import.meta.url));
  await mkdir(folder, { recursive: true });
  for (const [kind, schema] of Object.entries(PUBLISHED))
    await writeFile(join(folder, `${kind}.json`), formatSchema(schema));
}
