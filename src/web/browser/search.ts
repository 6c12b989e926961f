/**
 * Lets the result list grow while libraries answer: listens to the search's event stream and puts the
 * server's own rendering of the results in place, at most every 300 ms.
 */
const refreshMs = 300;

function follow(results: HTMLElement): void {
  const id = results.dataset.search;
  if (id === undefined || results.dataset.state !== 'running') return;
  const events = new EventSource(`/api/v1/search/${encodeURIComponent(id)}`);
  let timer: number | undefined;
  const schedule = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void refresh(id);
    }, refreshMs);
  };
  events.addEventListener('library', schedule);
  events.addEventListener('records', schedule);
  events.addEventListener('done', () => {
    events.close();
    clearTimeout(timer);
    void refresh(id);
  });
  events.addEventListener('error', () => {
    if (events.readyState === EventSource.CLOSED) schedule();
  });
}

async function refresh(id: string): Promise<void> {
  const address = new URL(location.href);
  address.searchParams.set('search', id);
  address.searchParams.set('fragment', '1');
  const answer = await fetch(address);
  if (!answer.ok) return;
  const fragment = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = fragment.getElementById('results');
  const shown = document.getElementById('results');
  if (!fresh || !shown) return;
  const details = shown.querySelector('details');
  const freshDetails = fresh.querySelector('details');
  if (details && freshDetails) freshDetails.open = details.open;
  shown.dataset.state = fresh.dataset.state;
  shown.replaceChildren(...fresh.childNodes);
}

interface LiveHolding {
  readonly library: string;
  readonly localId: string;
  readonly answer: { readonly message: { readonly zh: string; readonly en: string } };
}

/** Asks the libraries that hold a line where its copies are now, when the reader wants to know. */
async function askNow(button: HTMLButtonElement): Promise<void> {
  const line = button.closest<HTMLElement>('[data-record]');
  if (line === null) return;
  button.disabled = true;
  try {
    const id = encodeURIComponent(line.dataset.record ?? '');
    const answer = await fetch(`/api/v1/records/${id}/holdings`);
    if (!answer.ok) return;
    const { holdings } = (await answer.json()) as { readonly holdings: readonly LiveHolding[] };
    const language = document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
    for (const shown of line.querySelectorAll<HTMLElement>('[data-holder]')) {
      const { holder, number } = shown.dataset;
      const told = holdings.find((one) => one.library === holder && one.localId === number);
      const status = shown.querySelector('.status');
      if (told && status) status.textContent = told.answer.message[language];
    }
  } finally {
    button.disabled = false;
  }
}

function offerHoldings(): void {
  document.documentElement.classList.add('script');
  document.addEventListener('click', (event) => {
    const button = (event.target as Element | null)?.closest?.('.ask-now');
    if (button instanceof HTMLButtonElement) void askNow(button);
  });
}

/** Says how many libraries are chosen and refuses the one too many before it is sent. */
function countChoices(): void {
  const output = document.getElementById('chosen');
  const boxes = document.querySelectorAll<HTMLInputElement>('input[name="libraries"]');
  const pattern = output?.textContent ?? '';
  const update = () => {
    const chosen = [...boxes].filter((box) => box.checked).length;
    if (output) output.textContent = pattern.replace(/[0-9]+/, String(chosen));
  };
  for (const box of boxes) box.addEventListener('change', update);
}

const results = document.getElementById('results');
if (results) follow(results);
countChoices();
offerHoldings();

export {};
