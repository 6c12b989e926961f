import type { Slice } from '../../members/health/report.ts';
import type { HealthTexts } from './health-texts.ts';
import { type Html, html } from './html.ts';

const barWidth = 7;
const height = 40;
/** A bar that is all failure is still to be seen. */
const leastHeight = 3;

/**
 * Availability as bars, with the same figures as a table below. Height and pattern say what colour says:
 * an empty place is one without data.
 */
export function bars(title: string, slices: readonly Slice[], text: HealthTexts): Html {
  const known = slices.filter(({ share }) => share !== null);
  const width = slices.length * barWidth;
  const drawn = slices.map(({ share, since }, i) => {
    const x = i * barWidth;
    const label = `${clockTime(since)}: ${percent(share, text)}`;
    if (share === null) {
      return html`<rect class="bar-none" x="${x}" y="${height - 1}" width="${barWidth - 1}" height="1"><title>${label}</title></rect>`;
    }
    const tall = Math.max(leastHeight, Math.round(share * height));
    const name = share >= 0.99 ? 'good' : share >= 0.9 ? 'waiting' : 'failed';
    return html`<rect class="bar-${name}" x="${x}" y="${height - tall}" width="${barWidth - 1}" height="${tall}"><title>${label}</title></rect>`;
  });
  const rows = known.map(
    ({ since, share, asks, p50Ms }) => html`<tr><th scope="row">${clockTime(since)}</th>
<td>${percent(share, text)}</td><td>${asks}</td><td>${p50Ms === null ? text.noData : `${p50Ms} ms`}</td></tr>`,
  );
  return html`<h2>${title}</h2>
<svg class="bars" role="img" aria-label="${text.barLabel(known.length, slices.length)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${drawn}</svg>
${
  known.length === 0
    ? html`<p>${text.noData}</p>`
    : html`<details><summary>${text.table}</summary><table>
<thead><tr><th scope="col">${text.time}</th><th scope="col">${text.availability}</th><th scope="col">${text.asks}</th><th scope="col">${text.median}</th></tr></thead>
<tbody>${rows}</tbody></table></details>`
}`;
}

/** A share as per cent: 100 only for what was whole, and words where nothing is known. */
export function percent(share: number | null, text: HealthTexts): string {
  if (share === null) return text.noData;
  return share === 1 ? '100 %' : `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
}

export function clockTime(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
