/** One search as a client over HTTP sees it. */
export interface Call {
  readonly status: number;
  readonly ms: number;
  /** Every library answered and every record came. */
  readonly whole: boolean;
}

interface AnswerShape {
  readonly libraries: readonly { readonly state: string; readonly fetched: number }[];
}

let searches = 0;

/** Asks something nobody asked before, so that no cache and no other search answers for it. */
export async function search(address: string): Promise<Call> {
  searches += 1;
  const start = performance.now();
  const response = await fetch(`${address}/api/v1/search?q=jazz%20n${searches}&wait=30000`);
  const body = (await response.json()) as AnswerShape;
  const ms = performance.now() - start;
  if (response.status !== 200) return { status: response.status, ms, whole: false };
  const whole = body.libraries.every(
    ({ state, fetched }) => state === 'answered' && fetched === 100,
  );
  return { status: 200, ms, whole };
}

/** So many clients, each asking again as soon as it has its answer, for so long. */
export async function closedLoop(
  addresses: readonly string[],
  clients: number,
  forMs: number,
): Promise<{ readonly calls: readonly Call[]; readonly seconds: number }> {
  const calls: Call[] = [];
  const start = performance.now();
  const end = start + forMs;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const address = addresses[client % addresses.length] ?? '';
      while (performance.now() < end) calls.push(await search(address));
    }),
  );
  return { calls, seconds: (performance.now() - start) / 1000 };
}

/** Searches until the compiler has seen enough of them; a gateway at work has had them. */
export async function warmUp(addresses: readonly string[], searches: number): Promise<void> {
  let left = searches;
  await Promise.all(
    Array.from({ length: 4 * addresses.length }, async (_, client) => {
      while (left-- > 0) await search(addresses[client % addresses.length] ?? '');
    }),
  );
}

/** Searches at a steady rate, whether or not the ones before were answered. */
export async function openLoop(
  address: string,
  perSecond: number,
  forMs: number,
): Promise<{ readonly calls: readonly Call[]; readonly seconds: number }> {
  const calls: Promise<Call>[] = [];
  const start = performance.now();
  await new Promise<void>((resolve) => {
    const tick = () => {
      const passed = performance.now() - start;
      const due = (Math.min(passed, forMs) / 1000) * perSecond;
      while (calls.length < due) calls.push(search(address));
      if (passed >= forMs) resolve();
      else setTimeout(tick, 10);
    };
    tick();
  });
  const answered = await Promise.all(calls);
  return { calls: answered, seconds: (performance.now() - start) / 1000 };
}
