export {
  createResetHandler,
  requestPasswordReset,
  resetJob,
  resetPassword,
} from '../access/forgotten.ts';
export { administrator, type StaffRole, scopeOf, staffRoles, visitor } from '../access/roles.ts';
export {
  moveSession,
  type OpenedSession,
  type ResumedSession,
  resumeSession,
} from '../access/sessions.ts';
export {
  changePassword,
  type Origin,
  type SignInInput,
  signIn,
  signOut,
} from '../access/sign-in.ts';
export {
  acceptInvitation,
  disableStaff,
  type Grant,
  grantRoles,
  type InvitationInput,
  inviteStaff,
  listStaff,
} from '../access/staff.ts';
export type { HomeLibrary, PeopleContext, PersonalPart } from './context.ts';
export { type CasSettings, createCasProvider } from './external/cas.ts';
export { decideLink, endLink, linkLibraryCard, listLinks } from './external/links.ts';
export {
  beginExternalLogin,
  type ExternalLogins,
  type ExternalOutcome,
  finishExternalLogin,
  listProviders,
} from './external/login.ts';
export { createOauth2Provider, type Oauth2Settings } from './external/oauth2.ts';
export { createOidcProvider, type OidcSettings } from './external/oidc.ts';
export type { IdentityProvider, ProviderFetch } from './external/provider.ts';
export { createHousekeeping, housekeepingJob, planHousekeeping } from './housekeeping.ts';
export { closeReader, exportReader, listSessions } from './leaving.ts';
export { openActions, readerStates, readerTransitions } from './lifecycle.ts';
export { correctReader, editProfile, type Profile, readProfile } from './profile.ts';
export { listReaders, type ReaderFilter, viewReader } from './readers.ts';
export {
  type Registered,
  type RegistrationInput,
  registerReader,
  resubmitRegistration,
} from './registration.ts';
export {
  type ApprovalInput,
  approveReader,
  type ReviewInput,
  refuseReader,
  reinstateReader,
  returnReader,
  suspendReader,
} from './review.ts';
export {
  defaultScheme,
  optionalFields,
  putScheme,
  type RegistrationScheme,
  readScheme,
  schemeSchema,
} from './scheme.ts';
