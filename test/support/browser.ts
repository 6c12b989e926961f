import { type Browser, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';
import type { LoanWeb } from './loan-web.ts';
import { findProgram } from './requirements.ts';

/** Headless Chromium that asks nobody but the pages of the test. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findProgram('chromium') ?? 'chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A browser, and where the pages are that it looks at; both end with the test. */
export async function browse(
  t: Test,
  web: LoanWeb,
): Promise<{ readonly browser: Browser; readonly site: string }> {
  const browser = await startBrowser();
  t.teardown(async () => {
    await browser.close();
    await web.close();
  });
  return { browser, site: await web.app.listen({ host: '127.0.0.1', port: 0 }) };
}

/** A page in somebody's seat; script is off, as every page has to do without. */
export async function seat(browser: Browser, site: string, token: string): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: false });
  await context.addCookies([{ name: 'guanji', value: token, url: site }]);
  return await context.newPage();
}
