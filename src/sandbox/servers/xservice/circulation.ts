import { dueDate } from '../../catalogue/copies.ts';
import { element } from '../xml.ts';
import { failed, type Operation } from './answer.ts';
import { compactDate, isHeld, printZ13, printZ30 } from './items.ts';
import type { AlephItem, Hold, Loan, Patron } from './state.ts';

const renewalDays = 30;
const holdDays = 14;
/** More holds than any demonstration places. */
const maxHolds = 1000;

/** The operations on readers, their loans and holds; null for other operations. */
export function circulation(op: string, operation: Operation): string | null {
  switch (op) {
    case 'bor-auth':
      return withPatron(operation, true, printPatron);
    case 'bor-info':
      return withPatron(operation, false, (patron) => patronInformation(patron, operation));
    case 'hold-req':
      return withPatron(operation, false, (patron) => placeHold(patron, operation));
    case 'hold-req-cancel':
      return cancelHold(operation);
    case 'renew':
      return withPatron(operation, false, (patron) => renew(patron, operation));
    default:
      return null;
  }
}

function withPatron(
  operation: Operation,
  verify: boolean,
  answer: (patron: Patron) => string,
): string {
  const { parameters, state } = operation;
  const id = parameters.get('bor_id') ?? parameters.get('identification') ?? parameters.get('id');
  if (id === null || id === '') return failed('Bor_Id must be supplied');
  const patron = state.patrons.find((one) => one.id === id);
  const given = parameters.get('verification');
  const wrong = (verify || given !== null) && given !== patron?.verification;
  if (patron === undefined || wrong) return failed('Error in Verification');
  return answer(patron);
}

function printPatron(patron: Patron): string {
  return [
    `<z303>${element('z303-id', patron.id)}${element('z303-name', patron.name)}</z303>`,
    `<z304>${element('z304-id', patron.id)}${element('z304-address', patron.name)}</z304>`,
    `<z305>${element('z305-id', patron.id)}${element('z305-bor-status', patron.status)}</z305>\n`,
  ].join('');
}

function patronInformation(patron: Patron, operation: Operation): string {
  const loans = operation.state.loans.filter((loan) => loan.patron.id === patron.id);
  const holds = [...operation.state.holds.values()].filter((hold) => hold.patron.id === patron.id);
  return [
    printPatron(patron),
    ...loans.map((loan) => {
      const due = loanDue(loan, operation.now);
      return (
        `<item-l>${element('due-date', due)}${element('due-hour', '23:59')}` +
        `<z36>${element('z36-doc-number', loan.item.record.localId)}` +
        `${element('z36-item-sequence', loan.item.sequence)}${element('z36-due-date', due)}` +
        `${element('z36-no-renewal', loan.renewedDays / renewalDays)}</z36>` +
        `${printZ30(loan.item)}${printZ13(loan.item)}</item-l>\n`
      );
    }),
    ...holds.map(
      (hold) => `<item-h>${printZ37(hold)}${printZ30(hold.item)}${printZ13(hold.item)}</item-h>\n`,
    ),
    element('balance', '0.00'),
    element('sign', ''),
    '\n',
  ].join('');
}

function printZ37(hold: Hold): string {
  const placed = compactDate(hold.placed.toISOString().slice(0, 10));
  const ends = new Date(hold.placed.getTime() + holdDays * 86_400_000);
  return [
    '<z37>',
    element('z37-doc-number', hold.item.record.localId),
    element('z37-item-sequence', hold.item.sequence),
    element('z37-sequence', hold.sequence),
    element('z37-id', hold.patron.id),
    element('z37-status', 'In process'),
    element('z37-open-date', placed),
    element('z37-request-date', placed),
    element('z37-end-request-date', compactDate(ends.toISOString().slice(0, 10))),
    '</z37>',
  ].join('');
}

function placeHold(patron: Patron, operation: Operation): string {
  const { state } = operation;
  const item = itemOf(operation);
  if (typeof item === 'string') return failed(item);
  if (item.copy.status === 'library_use')
    return failed('Item is not for loan: no hold is possible.');
  if (isHeld(item, operation)) return failed('Item is already requested.');
  if (state.holds.size >= maxHolds) return failed('No more hold requests are accepted.');
  const hold: Hold = { item, patron, sequence: state.nextSequence(), placed: operation.now };
  state.holds.set(holdKey(item, hold.sequence), hold);
  return `${element('reply', 'ok')}\n${printZ37(hold)}\n`;
}

function cancelHold(operation: Operation): string {
  const { parameters, state } = operation;
  const item = itemOf(operation);
  if (typeof item === 'string') return failed(item);
  const sequence = (parameters.get('sequence') ?? '').padStart(4, '0');
  if (!state.holds.delete(holdKey(item, sequence))) return failed('Hold request does not exist.');
  return `${element('reply', 'ok')}\n`;
}

function renew(patron: Patron, operation: Operation): string {
  const item = itemOf(operation);
  if (typeof item === 'string') return failed(item);
  const loan = operation.state.loans.find(
    (one) => one.patron.id === patron.id && one.item.copy.barcode === item.copy.barcode,
  );
  if (loan === undefined)
    return `${element('error-text-1', 'Item is not on loan to this patron.')}\n`;
  if (loan.renewedDays > 0 || isHeld(item, operation)) {
    return `${element('error-text-1', "New due date must be bigger than current's loan due date")}\n`;
  }
  loan.renewedDays += renewalDays;
  return [
    element('reply', 'ok'),
    element('due-date', loanDue(loan, operation.now)),
    element('due-hour', '23:59'),
    '\n',
  ].join('');
}

/** The item the parameters name, or what is wrong with them. */
function itemOf(operation: Operation): AlephItem | string {
  const { parameters, state } = operation;
  const barcode = parameters.get('item_barcode');
  const document = parameters.get('doc_number');
  const sequence = parameters.get('item_sequence');
  const named = (barcode ?? '') !== '' || ((document ?? '') !== '' && (sequence ?? '') !== '');
  if (!named) return 'Both Doc number and item sequence should be filled OR item barcode only.';
  return state.findItem(barcode, document, sequence) ?? 'Error retrieving item record';
}

function holdKey(item: AlephItem, sequence: string): string {
  return `${item.copy.barcode}/${sequence}`;
}

function loanDue(loan: Loan, now: Date): string {
  const { copy } = loan.item;
  const days = copy.dueInDays + loan.renewedDays;
  return compactDate(dueDate({ ...copy, dueInDays: days }, now));
}
