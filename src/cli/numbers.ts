import type { Worker } from 'node:cluster';
import type { MetricsReport } from '../web/metrics.ts';

/**
 * The numbers of all processes of one gateway, whichever of them is asked: it asks the primary, which
 * asks the others. A process that says nothing within the limit is left out.
 */
type Message =
  | { readonly kind: 'numbers-wanted' | 'report-wanted'; readonly id: number }
  | { readonly kind: 'report'; readonly id: number; readonly report: MetricsReport }
  | { readonly kind: 'numbers'; readonly id: number; readonly reports: readonly MetricsReport[] };

const limitMs = 1000;

/** The primary's side, for one worker that listens; `others` are the workers beside it. */
export function passNumbers(worker: Worker, others: () => readonly Worker[]): void {
  worker.on('message', (message: Message) => {
    if (message.kind !== 'numbers-wanted') return;
    void reportsOf(others()).then((reports) => {
      if (worker.isConnected()) worker.send({ kind: 'numbers', id: message.id, reports });
    });
  });
}

let asked = 0;

async function reportsOf(workers: readonly Worker[]): Promise<MetricsReport[]> {
  const reports = await Promise.all(workers.filter((one) => one.isConnected()).map(reportOf));
  return reports.filter((report) => report !== null);
}

function reportOf(worker: Worker): Promise<MetricsReport | null> {
  const id = ++asked;
  return new Promise((resolve) => {
    const settle = (report: MetricsReport | null) => {
      clearTimeout(timer);
      worker.off('message', onMessage);
      resolve(report);
    };
    const onMessage = (message: Message) => {
      if (message.kind === 'report' && message.id === id) settle(message.report);
    };
    const timer = setTimeout(() => settle(null), limitMs);
    worker.on('message', onMessage);
    worker.send({ kind: 'report-wanted', id });
  });
}

/** A worker's side: tells its numbers when asked. */
export function tellNumbers(report: () => Promise<MetricsReport>): void {
  process.on('message', (message: Message) => {
    if (message.kind !== 'report-wanted') return;
    void report().then((own) => process.send?.({ kind: 'report', id: message.id, report: own }));
  });
}

/** A worker's side: the numbers of the other processes. */
export function numbersOfOthers(): Promise<readonly MetricsReport[]> {
  const id = ++asked;
  return new Promise((resolve) => {
    const settle = (reports: readonly MetricsReport[]) => {
      clearTimeout(timer);
      process.off('message', onMessage);
      resolve(reports);
    };
    const onMessage = (message: Message) => {
      if (message.kind === 'numbers' && message.id === id) settle(message.reports);
    };
    const timer = setTimeout(() => settle([]), 2 * limitMs);
    process.on('message', onMessage);
    if (process.connected) process.send?.({ kind: 'numbers-wanted', id });
    else settle([]);
  });
}
