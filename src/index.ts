/**
 * The typed library: everything that the command does, without its words. What is heavy (YAML and schema, processes,
 * TLS) is loaded by the function that needs it, so that importing this costs next to nothing.
 *
 * ```ts
 * const opened = await openProject('pki.yaml');
 * if (opened.ok) await apply(opened.project);
 * ```
 */
export type { Description } from './adopt/adopt.ts';
export type { EntryNote, LeftOut, LeftOutWhy, Note } from './adopt/left-out.ts';
export type { Omission, OmissionCause } from './export/omission.ts';
export type { ExportTarget } from './export/target.ts';
export { type Adoption, type AdoptOptions, adopt, starter, writeManifest } from './library/adopt.ts';
export {
  type Applied,
  type ApplyOptions,
  apply,
  openssl,
  opensslFor,
  secretsOf,
  type Usable,
  verify,
} from './library/apply.ts';
export { check, checkAll } from './library/check.ts';
export { type Credentials, credentials } from './library/credentials.ts';
export { deliver } from './library/deliver.ts';
export { type ExportOptions, type ExportResult, exportTo } from './library/export.ts';
export { type Materialized, type MaterializeOptions, materialize } from './library/materialize.ts';
export { type OcspFilesOptions, type OcspServerOptions, serveOcsp, writeOcsp } from './library/ocsp.ts';
export { request, sign } from './library/offline.ts';
export {
  type Demands,
  history,
  type Planned,
  type PlanOptions,
  plan,
  planCommands,
  status,
} from './library/plan.ts';
export {
  type ManifestSource,
  type Opened,
  type OpenOptions,
  openProject,
  type Project,
} from './library/project.ts';
export { type Recovered, recover } from './library/recover.ts';
export { type ManifestEdit, type RevokeResult, revoking, writeEdit } from './library/revoke.ts';
export { type EngineSource, type SampleOptions, type SampleSource, verifySample } from './library/sample.ts';
export { type SavedOptions, savedPlanAt, savePlan } from './library/saved-plan.ts';
export type { Problem as CheckProblem, Remark as CheckRemark } from './live/findings.ts';
export type { Diagnostic } from './manifest/diagnostic.ts';
export type { Output } from './pki/artifact.ts';
export { type Endpoint, endpointOf, listenerOf } from './pki/endpoint.ts';
export type { EngineChoice } from './pki/engine.ts';
export type { Authority, EndEntity, Entity, EntityId, EntityKind, Inventory } from './pki/entity.ts';
export type { Starttls } from './pki/starttls.ts';
export type { Allowance } from './plan/allowance.ts';
export type { Blockage, LinkFinding, Refusal } from './plan/blockage.ts';
export type { Action, Change, Consent, Issuance } from './plan/change.ts';
export type { ClockDoubt } from './plan/clock.ts';
export type { Plan } from './plan/plan.ts';
export type { Reason } from './plan/reason.ts';
export type { SavedPlan } from './plan/saved.ts';
export type { State, StatusRow } from './plan/status.ts';
export type { ListRow, ListState } from './plan/status-lists.ts';
export type { ResponseRow, ResponseState } from './plan/status-responses.ts';
export type { RefusedAnswer } from './run/answers.ts';
export type { ApplyResult } from './run/apply-options.ts';
export type { CheckOptions, CheckResult } from './run/check.ts';
export type { Delivered, DeliveryOutcome } from './run/deliver.ts';
export type { Listener, RunEvent, StepFailure } from './run/events.ts';
export type { HookOutcome } from './run/hooks.ts';
export type { OcspServed, OcspServer } from './run/ocsp-serve.ts';
export type { OcspFailure, OcspResult, OcspWritten } from './run/ocsp-write.ts';
export type { RecoverResult } from './run/recover.ts';
export type { Requested, RequestResult } from './run/request.ts';
export type { AmbiguousSample, JudgedSample, SampleResult } from './run/sample/judge.ts';
export type { SavedRun } from './run/saved.ts';
export type { Ask, SecretQuestion } from './run/secrets.ts';
export type { AskedCertificate, SignOptions, SignResult } from './run/sign.ts';
export type { Verification, VerifyOptions } from './run/verify.ts';
export type { CertificateCheck } from './run/verify-certificates.ts';
export type { StapleCheck, StapleOutcome } from './run/verify-staples.ts';
export type { TrustProblem } from './run/verify-trust.ts';
export type { LedgerEntry } from './store/ledger.ts';
export type { Advice } from './words/advice.ts';
export type { OcspFault } from './words/ocsp.ts';
export { refusalText } from './words/refusal.ts';
export { UserError } from './words/user-error.ts';
