/**
 * Who may use which route. The request everything is about was made by `readerOwn` of library
 * `home` and lies with the lender `chem`; `arts` is a stranger to both.
 *
 * `+` the caller gets through (whatever the input deserves then), `-` 401 sign in first, `x` 403 not
 * for this role, `0` 404 not there for this caller.
 */
export const columns = [
  'visitor',
  'readerOwn',
  'readerSame',
  'readerStranger',
  'clerkHome',
  'clerkLender',
  'clerkStranger',
  'leadHome',
  'leadLender',
  'leadStranger',
  'adminHome',
  'adminLender',
  'adminStranger',
  'federation',
  'auditorHome',
  'auditorLender',
  'auditorStranger',
  'auditorAll',
] as const;

export interface Row {
  readonly cells: string;
  /** In place of the route's own path, with `{name}` from the fixture. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly payload?: string;
}

const anybody = '+  + + +  + + +  + + +  + + +  +  + + + +';
const signedIn = '-  + + +  + + +  + + +  + + +  +  + + + +';
const readers = '-  + + +  x x x  x x x  x x x  x  x x x x';
const staff = '-  x x x  + + +  + + +  + + +  +  + + + +';
/** The desk of the home library; to others the reader is not there. */
const homeDesk = '-  x x x  + 0 0  + 0 0  + 0 0  0  0 0 0 0';
const homeLeads = '-  x x x  x 0 0  + 0 0  + 0 0  0  0 0 0 0';
const homeAdministrator = '-  x x x  x x x  x x x  + x x  +  x x x x';
const federation = '-  x x x  x x x  x x x  x x x  +  x x x x';
/** Both desks of the request, the federation, and who audits one of them. */
const bothSides = '-  + 0 0  + + 0  + + 0  + + 0  +  + + 0 +';
const bothDesks = '-  x x x  + + 0  + + 0  + + 0  +  + + 0 +';
const holding = { library: 'chem', localId: '000123' };
const asked = { holding, delivery: 'courier' };
const policy = { id: 'x', title: { zh: '规则', en: 'Rules' }, source: 'x', rules: [{ id: 1 }] };

export const rows: Readonly<Record<string, Row>> = {
  'POST /readers': { cells: anybody, body: { library: 'home' } },
  'POST /readers/corrections': { cells: anybody, body: { token: 'x' } },
  'POST /readers/corrections/view': { cells: anybody, body: { token: 'x' } },
  'GET /readers': {
    cells: '-  x x x  + x x  + x x  + x x  +  + x x +',
    path: '/readers?library=home',
  },
  'GET /readers/{id}': { cells: '-  x x x  + 0 0  + 0 0  + 0 0  +  + 0 0 +' },
  'PATCH /readers/{id}': { cells: homeDesk, body: { email: 'no' } },
  'DELETE /readers/{id}': {
    cells: '-  x x x  x 0 0  x 0 0  + 0 0  0  0 0 0 0',
    path: '/readers/{spare}',
  },
  'POST /readers/{id}/approve': { cells: homeDesk, body: { patronGroup: 'none' } },
  'POST /readers/{id}/return': { cells: homeDesk, body: { note: 'x' } },
  'POST /readers/{id}/refuse': { cells: homeDesk, body: { note: 'x' } },
  'POST /readers/{id}/suspend': { cells: homeLeads, body: { note: 'x' } },
  'POST /readers/{id}/reinstate': { cells: homeLeads, body: {} },
  'GET /libraries/{id}/registration': { cells: anybody, path: '/libraries/home/registration' },
  'PUT /libraries/{id}/registration': {
    cells: homeAdministrator,
    path: '/libraries/home/registration',
    headers: { 'if-match': '"999"' },
    body: {},
  },
  'GET /me': { cells: readers },
  'PATCH /me': { cells: readers, headers: { 'if-match': '"1"' }, body: {} },
  'GET /me/export': { cells: readers },
  'GET /me/account': { cells: readers },
  'GET /me/sessions': { cells: signedIn },
  'PUT /me/password': {
    cells: '-  - - -  - - -  - - -  - - -  x  - - - -',
    body: { current: 'wrong', password: 'x' },
  },
  'POST /staff': {
    cells: homeAdministrator,
    body: { name: 'x', email: 'no', login: 'x', grants: [{ role: 'desk_clerk', library: 'home' }] },
  },
  'POST /staff/invitations': { cells: anybody, body: { token: 'x', password: 'x' } },
  'GET /staff': {
    cells: '-  x x x  + x x  + x x  + x x  +  + x x +',
    path: '/staff?library=home',
  },
  'PUT /staff/{id}/roles': {
    cells: homeAdministrator,
    path: '/staff/{clerk}/roles',
    body: { library: 'home', roles: ['desk_clerk'] },
  },
  // The first who may ends the account; to those after it is not there.
  'DELETE /staff/{id}': {
    cells: '-  x x x  x x x  x x x  + 0 0  0  0 0 0 0',
    path: '/staff/{spareClerk}',
  },
  'POST /requests/preview': { cells: readers, body: asked },
  'POST /requests': { cells: readers, body: asked },
  'GET /requests': { cells: signedIn },
  'GET /requests/{number}': { cells: bothSides },
  'GET /requests/{number}/events': { cells: bothSides },
  'GET /requests/{number}/messages': { cells: bothDesks },
  'GET /requests/{number}/notices': { cells: bothDesks },
  // Only the holder of a card has a pass, and nobody here has one.
  'POST /requests/{number}/pass': { cells: '-  0 0 0  x x x  x x x  x x x  x  x x x x' },
  'GET /actions': { cells: bothSides, path: '/actions?request={number}' },
  'POST /requests/{number}/actions/{action}': {
    cells: '-  x 0 0  + + 0  + + 0  + + 0  x  x x 0 x',
    path: '/requests/{number}/actions/clear_attention',
    headers: { 'if-match': '"{version}"' },
    body: {},
  },
  'POST /requests/actions/{action}': {
    cells: staff,
    path: '/requests/actions/clear_attention',
    body: { rows: [{ number: 'none', version: 1 }] },
  },
  'GET /queues': {
    cells: '-  x x x  + x x  + x x  + x x  x  + x x +',
    path: '/queues?library=home',
  },
  'GET /queues/{queue}': {
    cells: '-  x x x  + + +  + + +  + + +  x  + + + +',
    path: '/queues/new',
  },
  'GET /slips': {
    cells: '-  x x x  x + x  x + x  x + x  x  x + x +',
    path: '/slips?library=chem',
  },
  'POST /scans': { cells: '-  x x x  0 0 0  0 0 0  0 0 0  x  x x x x', body: { barcode: 'none' } },
  'GET /consignments': {
    cells: '-  x x x  + x x  + x x  + x x  x  + x x +',
    path: '/consignments?library=home',
  },
  'POST /consignments': {
    cells: '-  x x x  + + +  + + +  + + +  x  x x x x',
    body: { to: 'nowhere', barcodes: ['none'] },
  },
  'GET /consignments/{number}': {
    cells: '-  x x x  + + 0  + + 0  + + 0  x  + + 0 +',
    path: '/consignments/{consignment}',
  },
  'POST /consignments/{number}/send': {
    cells: '-  x x x  + + +  + + +  + + +  x  x x x x',
    path: '/consignments/{consignment}/send',
    body: { courier: '', tracking: '' },
  },
  'POST /consignments/{number}/receive': {
    cells: '-  x x x  0 0 0  0 0 0  0 0 0  x  x x x x',
    path: '/consignments/none/receive',
    body: {},
  },
  'PUT /me/photo': { cells: readers, body: {} },
  'GET /me/photo': { cells: '-  + 0 0  x x x  x x x  x x x  x  x x x x' },
  'GET /me/pickup': { cells: readers },
  'POST /me/pickup': { cells: readers, body: { consent: false, consentText: 'x' } },
  'GET /me/card': { cells: readers },
  'POST /passes/verify': { cells: staff, body: { token: 'x' } },
  'GET /pickups': {
    cells: '-  x x x  + 0 0  + 0 0  + 0 0  0  0 0 0 0',
    path: '/pickups?library=home',
  },
  'POST /readers/{id}/pickup/approve': { cells: homeDesk, body: { documents: 'x' } },
  'POST /readers/{id}/pickup/refuse': { cells: homeDesk, body: { reason: 'x' } },
  'GET /readers/{id}/photo': { cells: homeDesk },
  'GET /cards': { cells: homeDesk, path: '/cards?library=home' },
  'POST /cards': {
    cells: '-  x x x  x x x  + + +  + + +  x  x x x x',
    body: { number: '!' },
  },
  'POST /cards/{number}/issue': {
    cells: homeDesk,
    path: '/cards/K-1/issue',
    headers: { 'if-match': '"1"' },
    body: { request: '<number>', document: 'x' },
  },
  'POST /cards/{number}/return': {
    cells: '-  x x x  0 0 0  0 0 0  0 0 0  0  0 0 0 0',
    body: {},
    path: '/cards/none/return',
  },
  'GET /me/messages': { cells: signedIn },
  'POST /me/messages/{id}/read': {
    cells: '-  0 0 0  0 0 0  0 0 0  0 0 0  0  0 0 0 0',
    path: '/me/messages/999999/read',
    body: {},
  },
  'GET /announcements': { cells: anybody },
  'POST /announcements': {
    cells: '-  x x x  x x x  + + +  + + +  +  x x x x',
    body: { kind: 'none' },
  },
  'GET /policies': { cells: anybody },
  'GET /policies/explain': { cells: anybody },
  'POST /policies': { cells: federation, body: policy },
  'POST /policies/what-if': { cells: federation, body: policy },
  'GET /logins': { cells: anybody },
  // No university is configured here.
  'GET /logins/{provider}': { cells: '0  0 0 0  0 0 0  0 0 0  0 0 0  0  0 0 0 0' },
  'GET /logins/{provider}/back': {
    cells: '0  0 0 0  0 0 0  0 0 0  0 0 0  0  0 0 0 0',
    path: '/logins/none/back',
  },
  'POST /logins/links': { cells: anybody, body: { ticket: 'x', library: 'home' } },
  'GET /links': { cells: homeDesk, path: '/links?library=home' },
  'POST /links/{id}/approve': { cells: homeDesk, path: '/links/{link}/approve' },
  'POST /links/{id}/refuse': { cells: homeDesk, path: '/links/{link}/refuse' },
  'DELETE /me/links/{id}': {
    cells: '-  + 0 0  x x x  x x x  x x x  x  x x x x',
    path: '/me/links/{ended}',
  },
  'POST /sessions': {
    cells: '-  - - -  - - -  - - -  - - -  -  - - - -',
    body: { login: '<column>', password: 'x' },
  },
  'GET /sessions/current': { cells: signedIn },
  // Nobody goes over to a library where they have no role.
  'PATCH /sessions/current': {
    cells: '-  x x x  + - -  + - -  + - -  -  + - - -',
    body: { library: 'home' },
  },
  'POST /passwords/forgotten': { cells: anybody, body: { who: 'nobody' } },
  'POST /passwords/reset': { cells: anybody, body: { token: 'x', password: 'x' } },
  'DELETE /sessions/current': { cells: signedIn },
  'DELETE /sessions': { cells: signedIn },
  'DELETE /me/pickup': { cells: readers },
  'DELETE /me/photo': { cells: readers },
  'DELETE /me': { cells: readers },
};
