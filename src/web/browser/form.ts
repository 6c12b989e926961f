/**
 * What forms gain by script: the secret of a mail's link goes from behind `#`, which browsers never
 * send, into the form; the address forgets it; and a form that was sent is not sent twice.
 */

function takeSecret(): void {
  const field = document.querySelector<HTMLInputElement>('input[data-from-link]');
  const secret = location.hash.slice(1);
  if (field === null) return;
  const row = field.closest<HTMLElement>('.field');
  if (secret.length > 20) {
    field.value = secret;
    history.replaceState(null, '', location.pathname + location.search);
  }
  if (field.value === '' || row === null) return;
  row.hidden = true;
  if (field.form?.dataset.sendsItself !== undefined && secret.length > 20) {
    field.form.requestSubmit();
  }
}

function sendOnce(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== 'post') return;
    if (form.dataset.sent !== undefined) event.preventDefault();
    form.dataset.sent = '';
  });
  // A page that comes back from the browser's memory may be sent again.
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll<HTMLFormElement>('form[data-sent]')) {
      delete form.dataset.sent;
    }
  });
}

/** Says how many characters are left of a field that has few. */
function countCharacters(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>('[data-characters]')) {
    const most = Number(field.dataset.characters);
    const output = document.createElement('output');
    output.htmlFor.add(field.id);
    field.after(' ', output);
    const update = () => {
      output.textContent = `${[...field.value].length} / ${most}`;
    };
    field.addEventListener('input', update);
    update();
  }
}

takeSecret();
sendOnce();
countCharacters();
document.querySelector<HTMLElement>('#errors')?.focus();

export {};
